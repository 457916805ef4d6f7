// SPDX-License-Identifier: Apache-2.0
// Subqueries that may read columns of the query around them, taken apart into rows and join conditions.
#include "plan/bind_correlated.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "plan/bind_literal.h"
#include "plan/bind_select.h"
#include "plan/placeholder.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

SubqueryRows WholeRelation(BoundRelation relation) {
  SubqueryRows rows;
  for (int i = 0; i < relation.width(); ++i) {
    rows.list.push_back(ColumnOf(relation.schema(), i));
    rows.names.push_back(relation.schema()[i].name);
  }
  rows.relation = std::move(relation);
  return rows;
}

bool ReadsInput(const Expression& expression) {
  if (IsInputColumn(expression)) return true;
  return std::any_of(expression.children().begin(), expression.children().end(),
                     [](const ExpressionPtr& child) { return ReadsInput(*child); });
}

/// `SELECT MAX(x) FROM t WHERE t.key = outer.key`: aggregated by the key, joined on it.
arrow::Result<SubqueryRows> AggregateByKeys(SelectBinder* binder, const sql::Query& query) {
  const auto refuse = [&] {
    return sql::NotSupportedYet(query.range, "This kind of subquery that aggregates rows chosen by the outer query",
                                "Aggregate by the key in a subquery of FROM, and join it.");
  };
  if (!binder->can_add_keys()) return refuse();
  std::vector<GroupKey> keys;
  std::vector<ExpressionPtr> outer_sides;
  for (const ExpressionPtr& condition : binder->correlated()) {
    auto equality = AsOuterEquality(*condition);
    if (!equality) return refuse();
    keys.push_back({equality->inner, equality->inner->ToString()});
    outer_sides.push_back(equality->outer);
  }
  ARROW_ASSIGN_OR_RAISE(KeyedRows keyed, binder->FinishByKeys(std::move(keys)));
  SubqueryRows rows;
  for (size_t i = 0; i < outer_sides.size(); ++i) {
    const Expression& condition = *binder->correlated()[i];
    std::vector<ExpressionPtr> sides = {ColumnOf(keyed.relation.schema(), static_cast<int>(i)), outer_sides[i]};
    rows.correlated.push_back(Expression::Call(condition.function(), std::move(sides), condition.type()));
  }
  rows.relation = std::move(keyed.relation);
  rows.list = std::move(keyed.list);
  rows.names = binder->names();
  rows.zero_columns = std::move(keyed.zero_columns);
  rows.one_row_each = true;
  return rows;
}

}  // namespace

std::optional<OuterEquality> AsOuterEquality(const Expression& condition) {
  if (condition.kind() != Expression::Kind::kCall || condition.function()->name != "=") return std::nullopt;
  ExpressionPtr inner = condition.children()[0];
  ExpressionPtr outer = condition.children()[1];
  if (Contains(*inner, Placeholder::kOuter)) std::swap(inner, outer);
  if (Contains(*inner, Placeholder::kOuter) || ReadsInput(*outer)) return std::nullopt;
  return OuterEquality{std::move(inner), std::move(outer)};
}

OuterColumn ColumnsIn(const Schema& schema) {
  return [schema](int column) -> arrow::Result<ExpressionPtr> { return ColumnOf(schema, column); };
}

arrow::Result<SubqueryRows> BindSubqueryRows(const sql::Query& query, const BindEnvironment& environment) {
  const bool plain = query.with.empty() && !query.limit && !query.offset;
  const auto* nested = query.body->TryAs<sql::NestedQueryBody>();
  if (plain && nested != nullptr) return BindSubqueryRows(*nested->query, environment);
  const auto* select = query.body->TryAs<sql::SelectBody>();
  if (!plain || select == nullptr) {
    ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindRelation(query, environment));
    return WholeRelation(std::move(relation));
  }
  SelectBinder binder(*select, environment);
  binder.AllowOuterColumns();
  ARROW_RETURN_NOT_OK(binder.BindInput());
  ARROW_RETURN_NOT_OK(binder.BindList());
  const bool correlated = !binder.correlated().empty();
  if (correlated && binder.aggregates()) return AggregateByKeys(&binder, query);
  if (correlated && (binder.has_windows() || select->quantifier == sql::SetQuantifier::kDistinct)) {
    return sql::NotSupportedYet(query.range, "ROW_NUMBER() or DISTINCT over rows chosen by the outer query");
  }
  if (!correlated) {
    ARROW_ASSIGN_OR_RAISE(SortedRelation finished, binder.Finish({}));
    return WholeRelation(std::move(finished.relation));
  }
  SubqueryRows rows;
  rows.names = binder.names();
  rows.list = binder.TakeList();
  ARROW_ASSIGN_OR_RAISE(rows.relation, binder.TakeInput());
  rows.correlated = binder.correlated();
  return rows;
}

arrow::Result<ExpressionPtr> OverBoth(const ExpressionPtr& expression, int left_width, const OuterColumn& outer) {
  return Rewrite(expression, [&](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    if (auto column = PlaceholderNumber(*node, Placeholder::kOuter)) return outer(*column);
    if (!IsInputColumn(*node)) return nullptr;
    return Expression::Column(node->column_index() + left_width, node->type(), node->column_name());
  });
}

ExpressionPtr OverPadded(const ExpressionPtr& expression, int left_width, const SubqueryRows& rows) {
  auto moved = Rewrite(expression, [&](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    if (!IsInputColumn(*node)) return nullptr;
    const int column = node->column_index();
    const DataType type = node->type().WithTimeAttribute(TimeAttribute::kNone);
    ExpressionPtr padded = Expression::Column(column + left_width, type.WithNullable(true), node->column_name());
    const bool zero = std::find(rows.zero_columns.begin(), rows.zero_columns.end(), column) != rows.zero_columns.end();
    if (!zero) return padded;
    return Expression::Coalesce({std::move(padded), BigIntLiteral(0)}, type.WithNullable(!rows.not_null));
  });
  return *moved;  // the replacer never fails
}

}  // namespace tidemark::plan
