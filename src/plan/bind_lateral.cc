// SPDX-License-Identifier: Apache-2.0
// Binds joins with LATERAL subqueries: what the subquery compares with the left side becomes the join condition.

#include <algorithm>
#include <utility>

#include "plan/bind_call.h"
#include "plan/bind_correlated.h"
#include "plan/bind_expression.h"
#include "plan/bind_from.h"
#include "plan/placeholder.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

/// The subquery's rows with its list as the first columns; conditions and list then speak of that relation.
SubqueryRows ListFirst(SubqueryRows rows, sql::SourceRange range) {
  std::vector<OutputColumn> columns;
  for (size_t i = 0; i < rows.list.size(); ++i) columns.push_back({rows.names[i], rows.list[i], rows.names[i]});
  std::vector<ExpressionPtr> moved(rows.relation.schema().size());
  for (ExpressionPtr& condition : rows.correlated) {
    auto rewritten = Rewrite(condition, [&](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
      if (!IsInputColumn(*node)) return nullptr;
      ExpressionPtr& column = moved[node->column_index()];
      if (!column) {
        column = Expression::Column(static_cast<int>(columns.size()), node->type(), node->column_name());
        columns.push_back({node->column_name(), node, node->column_name()});
      }
      return column;
    });
    condition = *rewritten;  // the replacer never fails
  }
  rows.relation = Project(std::move(rows.relation), columns, range);
  for (size_t i = 0; i < rows.list.size(); ++i) rows.list[i] = ColumnOf(rows.relation.schema(), static_cast<int>(i));
  return rows;
}

}  // namespace

arrow::Result<FromItem> BindLateral(FromItem left, const sql::JoinRef& join, const sql::DerivedTable& table,
                                    const BindEnvironment& environment) {
  const bool is_left = join.type == sql::JoinType::kLeft;
  if (join.type == sql::JoinType::kRight || join.type == sql::JoinType::kFull || join.natural ||
      !join.using_columns.empty()) {
    return sql::SqlError(join.op_range, "LATERAL takes only inner, left and cross joins",
                         "The subquery needs a row of the left side.");
  }
  if (join.condition && !IsTrueLiteral(*join.condition)) {
    return sql::NotSupportedYet(join.condition->range, "A condition other than TRUE of a join with LATERAL",
                                "Put it into the WHERE of the subquery.");
  }
  BindEnvironment inner = environment;
  inner.outer = &left.scope;
  ARROW_ASSIGN_OR_RAISE(SubqueryRows rows, BindSubqueryRows(*table.query, inner));
  ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> names, AliasedNames(table, rows.names));
  if (!rows.one_row_each) rows = ListFirst(std::move(rows), table.range);

  // A subquery that aggregates gives a row, even of nothing, for every row of the left side.
  const bool padded = is_left || rows.one_row_each;
  const int left_width = left.relation.width();
  Schema joined_schema;
  BoundRelation joined;
  AppendJoinSide(left.relation, false, "LATERAL", &joined_schema, &joined.origins);
  AppendJoinSide(rows.relation, padded, "LATERAL", &joined_schema, &joined.origins);
  std::vector<ExpressionPtr> conditions;
  for (const ExpressionPtr& correlated : rows.correlated) {
    ARROW_ASSIGN_OR_RAISE(auto condition, OverBoth(correlated, left_width, ColumnsIn(joined_schema)));
    conditions.push_back(std::move(condition));
  }
  auto node = std::make_shared<LogicalJoin>(joined_schema, left.relation.plan, rows.relation.plan,
                                            padded ? JoinType::kLeft : JoinType::kInner,
                                            conditions.empty() ? nullptr : MakeAnd(std::move(conditions)));
  node->range = join.op_range;
  joined.plan = std::move(node);

  std::vector<OutputColumn> columns;
  Schema right_schema;
  for (int i = 0; i < left_width; ++i) columns.push_back({joined_schema[i].name, ColumnOf(joined_schema, i), ""});
  for (size_t i = 0; i < rows.list.size(); ++i) {
    ExpressionPtr value = rows.one_row_each ? OverPadded(rows.list[i], left_width, rows)
                                            : ColumnOf(joined_schema, left_width + static_cast<int>(i));
    right_schema.push_back({names[i], value->type()});
    columns.push_back({names[i], std::move(value), names[i]});
  }
  FromItem result;
  result.relation = Project(std::move(joined), columns, table.range);
  std::vector<std::string> path;
  if (table.alias) path = {table.alias->value};
  const Scope right_scope(right_schema, std::move(path), table.range);
  ARROW_ASSIGN_OR_RAISE(result.scope, Scope::Join(left.scope, right_scope, result.relation.schema()));
  return result;
}

}  // namespace tidemark::plan
