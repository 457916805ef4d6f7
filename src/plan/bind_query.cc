// SPDX-License-Identifier: Apache-2.0
// Binds whole queries: WITH, set operations, VALUES, and ORDER BY and LIMIT around them.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "plan/bind_call.h"
#include "plan/bind_expression.h"
#include "plan/bind_from.h"
#include "plan/bind_select.h"
#include "plan/bind_set_operation.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {

using expr::ExpressionPtr;

namespace {

arrow::Result<int64_t> BindCount(const sql::Expression& expression, const char* clause) {
  int64_t count = -1;
  if (const auto* literal = expression.TryAs<sql::Literal>();
      literal != nullptr && literal->type == sql::LiteralType::kExactNumeric) {
    const std::string& text = literal->text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc() && end == text.data() + text.size() && count >= 0) return count;
  }
  return sql::SqlError(expression.range, fmt::format("{} takes a whole number that is not negative", clause),
                       fmt::format("Write {} 10.", clause));
}

/// ORDER BY over columns that are already there: their names, positions, or expressions of them.
arrow::Result<SortedRelation> OrderByColumns(BoundRelation relation, const std::vector<sql::OrderItem>& order_by,
                                             const BindEnvironment& environment) {
  SortedRelation result;
  const Scope scope(relation.schema(), {}, {});
  BindEnvironment columns_only = environment;
  columns_only.hints_other_tables = false;
  ExpressionBinder binder(columns_only, scope, "ORDER BY");
  const int width = relation.width();
  std::vector<OutputColumn> columns;
  for (int i = 0; i < width; ++i) columns.push_back({relation.schema()[i].name, ColumnOf(relation.schema(), i), ""});
  for (const sql::OrderItem& item : order_by) {
    int column = -1;
    const auto* literal = item.expression->TryAs<sql::Literal>();
    if (literal != nullptr && literal->type == sql::LiteralType::kExactNumeric) {
      ARROW_ASSIGN_OR_RAISE(const int64_t position, BindCount(*literal, "ORDER BY"));
      if (position < 1 || position > width) {
        return sql::SqlError(literal->range, fmt::format("ORDER BY {}: the query has {} columns", position, width));
      }
      column = static_cast<int>(position) - 1;
    } else {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr key, binder.Bind(*item.expression));
      if (key->kind() == expr::Expression::Kind::kColumn) {
        column = key->column_index();
      } else {
        const std::string text = sql::ToSql(*item.expression);
        column = static_cast<int>(columns.size());
        columns.push_back({text, std::move(key), text});
      }
    }
    ARROW_RETURN_NOT_OK(CheckSortable(columns[column].expression->type(), item.range));
    result.keys.push_back(SortKeyOf(item, column));
  }
  result.hidden = static_cast<int>(columns.size()) - width;
  result.relation = Project(std::move(relation), columns, {});
  return result;
}

arrow::Result<BoundRelation> SortAndLimit(SortedRelation sorted, const sql::Query& query) {
  BoundRelation relation = std::move(sorted.relation);
  int64_t offset = 0;
  std::optional<int64_t> limit;
  if (query.offset) {
    ARROW_ASSIGN_OR_RAISE(offset, BindCount(*query.offset, "OFFSET"));
  }
  if (query.limit) {
    ARROW_ASSIGN_OR_RAISE(limit, BindCount(*query.limit, "LIMIT"));
  }
  if (!sorted.keys.empty() || limit || offset > 0) {
    auto sort = std::make_shared<LogicalSort>(std::move(relation.plan), std::move(sorted.keys), offset, limit);
    sort->range = query.order_by.empty() ? (query.limit ? query.limit->range : query.range)
                                         : sql::Cover(query.order_by.front().range, query.order_by.back().range);
    relation.plan = std::move(sort);
  }
  if (sorted.hidden == 0) return relation;
  std::vector<OutputColumn> visible;
  for (int i = 0; i < relation.width() - sorted.hidden; ++i) {
    visible.push_back({relation.schema()[i].name, ColumnOf(relation.schema(), i), ""});
  }
  return Project(std::move(relation), visible, query.range);
}

arrow::Result<BoundRelation> BindValues(const sql::ValuesBody& values, const BindEnvironment& environment) {
  const Scope nothing;
  ExpressionBinder binder(environment, nothing, "VALUES");
  const size_t width = values.rows[0].values.size();
  std::vector<std::vector<ExpressionPtr>> rows;
  for (const sql::ValuesRow& row : values.rows) {
    if (row.values.size() != width) {
      return sql::SqlError(row.range,
                           fmt::format("A row of {} values in VALUES with rows of {}", row.values.size(), width),
                           "Every row needs as many values.");
    }
    ARROW_ASSIGN_OR_RAISE(auto bound, binder.BindAll(row.values));
    rows.push_back(std::move(bound));
  }
  Schema schema;
  for (size_t column = 0; column < width; ++column) {
    std::vector<ExpressionPtr> cells;
    for (const auto& row : rows) cells.push_back(row[column]);
    ARROW_ASSIGN_OR_RAISE(DataType type,
                          CommonTypeOf(cells, fmt::format("Column {} of VALUES", column + 1), values.range));
    for (auto& row : rows) row[column] = CastTo(std::move(row[column]), type);
    schema.push_back({fmt::format("EXPR${}", column), type});
  }
  auto node = std::make_shared<LogicalValues>(schema, std::move(rows));
  node->range = values.range;
  return BoundRelation{std::move(node), std::vector<ColumnOrigin>(width)};
}

arrow::Result<BoundRelation> BindTableBody(const sql::TableBody& table, const BindEnvironment& environment) {
  std::vector<std::string> path;
  return BindTableName(table.name, {}, environment, &path);
}

arrow::Status BindCommonTables(const sql::Query& query, BindEnvironment* environment, CommonTableFrame* frame) {
  if (query.with.empty()) return arrow::Status::OK();
  if (query.recursive) return sql::NotSupportedYet(query.with[0].range, "WITH RECURSIVE");
  frame->parent = environment->common_tables;
  environment->common_tables = frame;
  for (const sql::CommonTable& table : query.with) {
    for (const CommonTableBinding& other : frame->tables) {
      if (other.name == table.name.value) {
        return sql::SqlError(table.name.range, "Duplicate name in WITH: " + table.name.value,
                             "Give one of the two another name.");
      }
    }
    ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindRelation(*table.query, *environment));
    if (table.columns.empty()) {
      ARROW_RETURN_NOT_OK(CheckColumnNames(relation, *table.query));
    } else {
      ARROW_ASSIGN_OR_RAISE(relation, RenameColumns(std::move(relation), table.columns, table.range));
    }
    frame->tables.push_back({table.name.value, std::move(relation)});
  }
  return arrow::Status::OK();
}

}  // namespace

arrow::Result<BoundRelation> BindQueryBody(const sql::QueryBody& body, const BindEnvironment& environment) {
  switch (body.kind) {
    case sql::QueryBodyKind::kSelect: {
      SelectBinder binder(body.As<sql::SelectBody>(), environment);
      ARROW_RETURN_NOT_OK(binder.BindInput());
      ARROW_RETURN_NOT_OK(binder.BindList());
      ARROW_ASSIGN_OR_RAISE(SortedRelation finished, binder.Finish({}));
      return std::move(finished.relation);
    }
    case sql::QueryBodyKind::kSetOperation:
      return BindSetOperation(body.As<sql::SetOperationBody>(), environment);
    case sql::QueryBodyKind::kValues:
      return BindValues(body.As<sql::ValuesBody>(), environment);
    case sql::QueryBodyKind::kTable:
      return BindTableBody(body.As<sql::TableBody>(), environment);
    case sql::QueryBodyKind::kNested:
      return BindRelation(*body.As<sql::NestedQueryBody>().query, environment);
  }
  return arrow::Status::UnknownError("Query body of an unknown kind");
}

arrow::Result<BoundRelation> BindRelation(const sql::Query& query, const BindEnvironment& outer) {
  BindEnvironment environment = outer;
  CommonTableFrame frame;
  ARROW_RETURN_NOT_OK(BindCommonTables(query, &environment, &frame));
  SortedRelation sorted;
  if (const auto* select = query.body->TryAs<sql::SelectBody>()) {
    SelectBinder binder(*select, environment);
    ARROW_RETURN_NOT_OK(binder.BindInput());
    ARROW_RETURN_NOT_OK(binder.BindList());
    ARROW_ASSIGN_OR_RAISE(sorted, binder.Finish(query.order_by));
  } else {
    ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindQueryBody(*query.body, environment));
    ARROW_ASSIGN_OR_RAISE(sorted, OrderByColumns(std::move(relation), query.order_by, environment));
  }
  return SortAndLimit(std::move(sorted), query);
}

sql::SourceRange PlaceOfColumn(const sql::Query& query, int column) {
  const auto position = static_cast<size_t>(column);
  if (const auto* select = query.body->TryAs<sql::SelectBody>()) {
    const bool has_star = std::any_of(select->items.begin(), select->items.end(), [](const sql::SelectItem& item) {
      return item.expression->Is<sql::Star>() || item.expression->Is<sql::FieldAccess>();
    });
    if (!has_star && position < select->items.size()) return select->items[position].expression->range;
  }
  if (const auto* values = query.body->TryAs<sql::ValuesBody>()) {
    if (position < values->rows[0].values.size()) return values->rows[0].values[position]->range;
  }
  return query.range;
}

arrow::Status CheckColumnTypes(const BoundRelation& relation, const sql::Query& query) {
  for (int i = 0; i < relation.width(); ++i) {
    if (relation.schema()[i].type.kind() != TypeKind::kNull) continue;
    return sql::SqlError(PlaceOfColumn(query, i),
                         fmt::format("Column '{}' is NULL, which has no type", relation.schema()[i].name),
                         "Give it one: CAST(NULL AS INT).");
  }
  return arrow::Status::OK();
}

arrow::Status CheckColumnNames(const BoundRelation& relation, const sql::Query& query) {
  for (int i = 0; i < relation.width(); ++i) {
    for (int j = 0; j < i; ++j) {
      const std::string& name = relation.schema()[i].name;
      if (relation.schema()[j].name != name) continue;
      return sql::SqlError(PlaceOfColumn(query, i), "Duplicate column name: " + name,
                           "Give one of the two an alias: AS other_name.");
    }
  }
  return arrow::Status::OK();
}

arrow::Result<BoundQuery> BindQuery(const sql::Query& query, const PlanContext& context) {
  BindSession session(context);
  ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindRelation(query, BindEnvironment::Top(&session)));
  ARROW_RETURN_NOT_OK(CheckColumnTypes(relation, query));
  UniqueNames names;
  std::vector<OutputColumn> columns;
  for (int i = 0; i < relation.width(); ++i) {
    columns.push_back({names.Add(relation.schema()[i].name), ColumnOf(relation.schema(), i), ""});
  }
  BoundQuery bound;
  bound.root = Project(std::move(relation), columns, query.range).plan;
  return bound;
}

}  // namespace tidemark::plan
