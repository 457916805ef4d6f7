// SPDX-License-Identifier: Apache-2.0
// ROW_NUMBER() OVER (PARTITION BY ... ORDER BY ...).
#include "plan/bind_over.h"

#include <fmt/format.h>

#include <utility>

#include "expr/aggregate_function.h"
#include "plan/bind_select.h"
#include "plan/placeholder.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

/// The parts of OVER (...), those of the WINDOW clause it builds on included.
struct WindowParts {
  const std::vector<sql::ExpressionPtr>* partition_by = nullptr;
  const std::vector<sql::OrderItem>* order_by = nullptr;
};

arrow::Status AddParts(const sql::WindowSpec& spec, const std::vector<sql::NamedWindow>& windows, WindowParts* parts) {
  if (spec.frame) return sql::NotSupportedYet(spec.frame->range, "A frame (ROWS or RANGE) of OVER");
  if (spec.base) {
    const sql::NamedWindow* found = nullptr;
    std::vector<std::string> known;
    for (const sql::NamedWindow& window : windows) {
      known.push_back(window.name.value);
      if (window.name.value == spec.base->value) found = &window;
    }
    if (found == nullptr || &found->spec == &spec) {
      return sql::SqlError(spec.base->range, "Unknown window: " + spec.base->value,
                           sql::DidYouMean(spec.base->value, known));
    }
    ARROW_RETURN_NOT_OK(AddParts(found->spec, windows, parts));
  }
  if (!spec.partition_by.empty()) parts->partition_by = &spec.partition_by;
  if (!spec.order_by.empty()) parts->order_by = &spec.order_by;
  return arrow::Status::OK();
}

/// The column of `relation` that `expression` is; `extra` gathers those that have to be computed first.
int ColumnFor(const ExpressionPtr& expression, int width, std::vector<ExpressionPtr>* extra) {
  if (IsInputColumn(*expression)) return expression->column_index();
  for (size_t i = 0; i < extra->size(); ++i) {
    if ((*extra)[i]->Equals(*expression)) return width + static_cast<int>(i);
  }
  extra->push_back(expression);
  return width + static_cast<int>(extra->size()) - 1;
}

BoundRelation AppendColumns(BoundRelation relation, const std::vector<ExpressionPtr>& extra, sql::SourceRange range) {
  if (extra.empty()) return relation;
  std::vector<OutputColumn> columns;
  for (int i = 0; i < relation.width(); ++i)
    columns.push_back({relation.schema()[i].name, ColumnOf(relation.schema(), i), ""});
  for (const ExpressionPtr& expression : extra) {
    columns.push_back({expression->ToString(), expression, expression->ToString()});
  }
  return Project(std::move(relation), columns, range);
}

}  // namespace

arrow::Result<ExpressionPtr> OverCalls::Add(const sql::FunctionCall& call, const std::vector<sql::NamedWindow>& windows,
                                            ExpressionBinder* binder) {
  const std::string name = UpperCaseName(call.name.last().value);
  if (name != "ROW_NUMBER") {
    if (!expr::IsAggregateName(name) && expr::FunctionRegistry::BuiltIn().Find(name) != nullptr) {
      return sql::SqlError(call.range, name + " is no window function, so OVER cannot follow it",
                           "Take OVER (...) away.");
    }
    return sql::NotSupportedYet(call.range, name + "(...) OVER (...)");
  }
  if (!call.arguments.empty())
    return sql::SqlError(call.range, "ROW_NUMBER takes no arguments", "Write ROW_NUMBER() OVER (...).");
  WindowParts parts;
  ARROW_RETURN_NOT_OK(AddParts(*call.over, windows, &parts));
  if (parts.order_by == nullptr) {
    return sql::SqlError(call.over->range, "ROW_NUMBER() needs an ORDER BY inside OVER",
                         "Write ROW_NUMBER() OVER (PARTITION BY key ORDER BY value DESC).");
  }
  Call bound;
  bound.range = call.range;
  if (parts.partition_by != nullptr) {
    ARROW_ASSIGN_OR_RAISE(bound.partition_by, binder->BindAll(*parts.partition_by));
  }
  for (const sql::OrderItem& item : *parts.order_by) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr key, binder->Bind(*item.expression));
    ARROW_RETURN_NOT_OK(CheckSortable(key->type(), item.range));
    bound.order_by.push_back({std::move(key), SortKeyOf(item, 0)});
  }
  calls_.push_back(std::move(bound));
  return MakePlaceholder(Placeholder::kOver, static_cast<int>(calls_.size()) - 1, DataType::BigInt().NotNull(),
                         "ROW_NUMBER()");
}

arrow::Result<BoundRelation> OverCalls::Build(BoundRelation relation, const Lift& lift) {
  std::vector<ExpressionPtr> extra;
  const int width = relation.width();
  struct Columns {
    std::vector<int> partition_by;
    std::vector<SortKey> keys;
  };
  std::vector<Columns> all;
  for (const Call& call : calls_) {
    Columns columns;
    for (const ExpressionPtr& written : call.partition_by) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, lift(written));
      columns.partition_by.push_back(ColumnFor(expression, width, &extra));
    }
    for (const Key& key : call.order_by) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, lift(key.expression));
      SortKey order = key.order;
      order.column = ColumnFor(expression, width, &extra);
      columns.keys.push_back(order);
    }
    all.push_back(std::move(columns));
  }
  if (!calls_.empty()) relation = AppendColumns(std::move(relation), extra, calls_[0].range);
  for (size_t i = 0; i < calls_.size(); ++i) {
    Schema schema = relation.schema();
    schema.push_back({"ROW_NUMBER()", DataType::BigInt().NotNull()});
    relation.origins.emplace_back();
    auto rank = std::make_shared<LogicalRank>(std::move(schema), std::move(relation.plan),
                                              std::move(all[i].partition_by), std::move(all[i].keys));
    rank->range = calls_[i].range;
    relation.plan = std::move(rank);
    calls_[i].column = relation.width() - 1;
  }
  return relation;
}

}  // namespace tidemark::plan
