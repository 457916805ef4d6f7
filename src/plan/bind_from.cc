// SPDX-License-Identifier: Apache-2.0
// Binds what stands in FROM, but for joins and window functions.
#include "plan/bind_from.h"

#include <fmt/format.h>

#include <utility>

#include "plan/bind_expression.h"
#include "plan/foreign_functions.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

arrow::Status CheckPlain(const sql::TableRef& table) {
  if (table.system_time) {
    return sql::NotSupportedYet(table.system_time->range, "FOR SYSTEM_TIME AS OF (a temporal join)");
  }
  if (table.sample) return sql::NotSupportedYet(table.sample->range, "TABLESAMPLE");
  return arrow::Status::OK();
}

arrow::Result<FromItem> Named(BoundRelation relation, const sql::TableRef& table, std::vector<std::string> path,
                              const BindEnvironment& environment) {
  if (table.alias) path = {table.alias->value};
  if (!table.column_aliases.empty()) {
    ARROW_ASSIGN_OR_RAISE(relation, RenameColumns(std::move(relation), table.column_aliases, table.range));
  }
  Scope scope(relation.schema(), std::move(path), table.range);
  scope.outer = environment.outer;
  return FromItem{std::move(relation), std::move(scope)};
}

/// The rows of a subquery are a set: an ORDER BY that chooses none of them by LIMIT or OFFSET means nothing, as in
/// Flink.
LogicalPtr WithoutOrder(LogicalPtr plan) {
  if (plan->kind() == LogicalNode::Kind::kSort) {
    const auto& sort = static_cast<const LogicalSort&>(*plan);
    return sort.limit || sort.offset > 0 ? plan : plan->inputs()[0];
  }
  if (plan->kind() != LogicalNode::Kind::kProject || plan->inputs()[0]->kind() != LogicalNode::Kind::kSort) return plan;
  const auto& project = static_cast<const LogicalProject&>(*plan);
  auto unsorted =
      std::make_shared<LogicalProject>(project.schema(), WithoutOrder(project.inputs()[0]), project.expressions);
  unsorted->range = project.range;
  return unsorted;
}

arrow::Result<FromItem> BindDerived(const sql::DerivedTable& table, const BindEnvironment& environment) {
  if (table.lateral) return sql::NotSupportedYet(table.range, "A LATERAL subquery");
  ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindRelation(*table.query, environment));
  relation.plan = WithoutOrder(std::move(relation.plan));
  return Named(std::move(relation), table, {}, environment);
}

arrow::Result<FromItem> BindTableFunction(const sql::TableFunctionRef& table, const BindEnvironment& environment) {
  const auto& call = table.call->As<sql::FunctionCall>();
  const std::string name = UpperCaseName(call.name.last().value);
  if (call.name.parts.size() == 1 && IsWindowFunctionName(name)) {
    ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindWindowFunction(call, environment));
    return Named(std::move(relation), table, {}, environment);
  }
  const bool known = call.name.parts.size() == 1 && expr::FunctionRegistry::BuiltIn().Find(name) != nullptr;
  if (known) {
    return sql::SqlError(call.name.range, name + " is no table function", "Call it in the SELECT list or in WHERE.");
  }
  if (std::string hint = HintForForeignFunction(name); !hint.empty() && call.name.parts.size() == 1) {
    return sql::SqlError(call.name.range, "Unknown table function: " + call.name.ToString(), std::move(hint));
  }
  if (const std::string near = sql::DidYouMean(name, {"TUMBLE", "HOP", "CUMULATE", "SESSION"}); !near.empty()) {
    return sql::SqlError(call.name.range, "Unknown table function: " + call.name.ToString(), near);
  }
  return sql::NotSupportedYet(call.name.range, "The table function " + call.name.ToString());
}

}  // namespace

arrow::Result<FromItem> BindFrom(const sql::TableRef& table, const BindEnvironment& environment) {
  ARROW_RETURN_NOT_OK(CheckPlain(table));
  switch (table.kind) {
    case sql::TableRefKind::kNamed: {
      const auto& named = table.As<sql::NamedTable>();
      std::vector<std::string> path;
      ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindTableName(named.name, named.hints, environment, &path));
      return Named(std::move(relation), table, std::move(path), environment);
    }
    case sql::TableRefKind::kDerived:
      return BindDerived(table.As<sql::DerivedTable>(), environment);
    case sql::TableRefKind::kFunction:
      return BindTableFunction(table.As<sql::TableFunctionRef>(), environment);
    case sql::TableRefKind::kJoin:
      return BindJoin(table.As<sql::JoinRef>(), environment);
    case sql::TableRefKind::kUnnest:
      return BindUnnest(table.As<sql::UnnestRef>(), environment);
    case sql::TableRefKind::kMatchRecognize:
      return sql::NotSupportedYet(table.range, "MATCH_RECOGNIZE");
  }
  return arrow::Status::UnknownError("Table reference of an unknown kind");
}

namespace {

arrow::Status CheckNameCount(const std::vector<sql::Identifier>& names, size_t columns) {
  if (names.size() == columns) return arrow::Status::OK();
  return sql::SqlError(sql::Cover(names.front().range, names.back().range),
                       fmt::format("{} column names are given for {} columns", names.size(), columns),
                       "Name every column, or none.");
}

}  // namespace

arrow::Result<std::vector<std::string>> AliasedNames(const sql::TableRef& table, std::vector<std::string> own) {
  if (table.column_aliases.empty()) return own;
  ARROW_RETURN_NOT_OK(CheckNameCount(table.column_aliases, own.size()));
  std::vector<std::string> names;
  for (const sql::Identifier& alias : table.column_aliases) names.push_back(alias.value);
  return names;
}

bool IsTrueLiteral(const sql::Expression& condition) {
  const auto* literal = condition.TryAs<sql::Literal>();
  return literal != nullptr && literal->type == sql::LiteralType::kBoolean && literal->text == "TRUE";
}

arrow::Result<BoundRelation> RenameColumns(BoundRelation relation, const std::vector<sql::Identifier>& names,
                                           sql::SourceRange range) {
  const int width = relation.width();
  ARROW_RETURN_NOT_OK(CheckNameCount(names, static_cast<size_t>(width)));
  std::vector<OutputColumn> columns;
  for (int i = 0; i < width; ++i) {
    for (int j = 0; j < i; ++j) {
      if (names[i].value == names[j].value)
        return sql::SqlError(names[i].range, "Duplicate column name: " + names[i].value);
    }
    columns.push_back({names[i].value, ColumnOf(relation.schema(), i), names[i].value});
  }
  return Project(std::move(relation), columns, range);
}

arrow::Status AtReference(const arrow::Status& status, sql::SourceRange range, const std::string& prefix) {
  const sql::Diagnostic* inner = sql::DiagnosticOf(status);
  if (inner == nullptr) return sql::WithPlace(status, range);
  sql::Diagnostic outer = *inner;
  outer.range = range;
  outer.message = prefix + ": " + inner->message;
  return sql::ToStatus(std::move(outer));
}

}  // namespace tidemark::plan
