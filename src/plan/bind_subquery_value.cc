// SPDX-License-Identifier: Apache-2.0
// Subqueries used as values: scalar ones, and EXISTS and IN in the middle of expressions. Their rows, one for each
// outer row at most, are joined to the outer relation.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "plan/bind_aggregate.h"
#include "plan/bind_call.h"
#include "plan/bind_literal.h"
#include "plan/bind_subquery.h"
#include "plan/placeholder.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

bool AtMostOneRow(const LogicalNode& node) {
  switch (node.kind()) {
    case LogicalNode::Kind::kAggregate: {
      const auto& aggregate = static_cast<const LogicalAggregate&>(node);
      return aggregate.group_columns.empty() && !aggregate.window;
    }
    case LogicalNode::Kind::kValues:
      return static_cast<const LogicalValues&>(node).rows.size() <= 1;
    case LogicalNode::Kind::kSort: {
      const auto& sort = static_cast<const LogicalSort&>(node);
      return (sort.limit && *sort.limit <= 1) || AtMostOneRow(node.input());
    }
    case LogicalNode::Kind::kProject:
    case LogicalNode::Kind::kFilter:
      return AtMostOneRow(node.input());
    default:
      return false;
  }
}

/// Aggregates `rows` per value of the columns that its correlated conditions compare with the outer query; the list are
/// the aggregates' results.
arrow::Result<SubqueryRows> AggregateByKeys(const SubqueryRows& rows, std::vector<AggregateSite> calls,
                                            sql::SourceRange range) {
  Aggregation aggregation;
  aggregation.group_by.range = range;
  aggregation.group_by.sets = {{}};
  aggregation.calls = std::move(calls);
  std::vector<OuterEquality> equalities;
  for (const ExpressionPtr& condition : rows.correlated) {
    auto equality = AsOuterEquality(*condition);
    if (!equality) {
      return sql::NotSupportedYet(range, "A subquery that compares with the outer query other than by =, in this place",
                                  "Make it a condition of WHERE of its own, joined by AND.");
    }
    aggregation.group_by.sets[0].push_back(static_cast<int>(equalities.size()));
    aggregation.group_by.keys.push_back({equality->inner, equality->inner->ToString()});
    equalities.push_back(std::move(*equality));
  }
  SubqueryRows aggregated;
  aggregated.relation = aggregation.Build(rows.relation);
  aggregated.one_row_each = true;
  const Schema& schema = aggregated.relation.schema();
  const int keys = static_cast<int>(equalities.size());
  for (int i = 0; i < keys; ++i) {
    ARROW_ASSIGN_OR_RAISE(auto same, MakeBinary("=", ColumnOf(schema, i), equalities[i].outer, range));
    aggregated.correlated.push_back(std::move(same));
  }
  for (int i = keys; i < static_cast<int>(schema.size()); ++i) aggregated.list.push_back(ColumnOf(schema, i));
  return aggregated;
}

/// Counts the rows, and `counted`'s values that are not NULL.
arrow::Result<SubqueryRows> CountByKeys(const SubqueryRows& rows, const ExpressionPtr& counted,
                                        sql::SourceRange range) {
  AggregateSite count;
  count.name = "COUNT";
  count.type = DataType::BigInt().NotNull();
  count.text = "COUNT(*)";
  std::vector<AggregateSite> calls = {count};
  if (counted) {
    count.args = {counted};
    count.arg_texts = {counted->ToString()};
    count.text = "COUNT(" + counted->ToString() + ")";
    calls.push_back(std::move(count));
  }
  ARROW_ASSIGN_OR_RAISE(SubqueryRows counts, AggregateByKeys(rows, std::move(calls), range));
  counts.not_null = true;
  const auto columns = static_cast<int>(counts.relation.schema().size());
  for (int i = columns - static_cast<int>(counts.list.size()); i < columns; ++i) counts.zero_columns.push_back(i);
  return counts;
}

/// The one value of `rows`; the job fails where there are more.
arrow::Result<SubqueryRows> SingleByKeys(const SubqueryRows& rows, sql::SourceRange range) {
  AggregateSite single;
  single.name = "SINGLE_VALUE";
  single.type = rows.list[0]->type().WithTimeAttribute(TimeAttribute::kNone).WithNullable(true);
  single.args = {rows.list[0]};
  single.arg_texts = {rows.list[0]->ToString()};
  single.text = "SINGLE_VALUE(" + rows.list[0]->ToString() + ")";
  ARROW_ASSIGN_OR_RAISE(SubqueryRows singles, AggregateByKeys(rows, {std::move(single)}, range));
  singles.names = rows.names;
  return singles;
}

/// The operand of IN as the subquery's side sees it: columns of the outer query.
arrow::Result<ExpressionPtr> AsOuter(const ExpressionPtr& operand, sql::SourceRange range) {
  return Rewrite(operand, [range](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    if (node->kind() != Expression::Kind::kColumn) return nullptr;
    if (!IsInputColumn(*node))
      return sql::NotSupportedYet(range, "Anything but columns of the table before IN (SELECT ...) in this place");
    return MakePlaceholder(Placeholder::kOuter, node->column_index(), node->type(), node->column_name());
  });
}

}  // namespace

arrow::Result<ExpressionPtr> ScalarSubqueries::Add(const sql::SubqueryExpression& subquery, const Scope& scope,
                                                   const BindEnvironment& environment) {
  BindEnvironment inner = environment;
  inner.outer = &scope;
  ARROW_ASSIGN_OR_RAISE(SubqueryRows rows, BindSubqueryRows(*subquery.query, inner));
  if (rows.list.size() != 1) {
    return sql::SqlError(subquery.range,
                         fmt::format("A subquery used as a value must give one column, not {}", rows.list.size()),
                         "Select one expression.");
  }
  const bool one_row = rows.one_row_each || (rows.correlated.empty() && AtMostOneRow(*rows.relation.plan));
  if (!one_row) {
    ARROW_ASSIGN_OR_RAISE(rows, SingleByKeys(rows, subquery.range));
  }
  return AddRows(std::move(rows))[0];
}

std::vector<ExpressionPtr> ScalarSubqueries::AddRows(SubqueryRows rows) {
  std::vector<ExpressionPtr> placeholders;
  const int first = static_cast<int>(subqueries_.size()) * kItemsMax;
  for (size_t i = 0; i < rows.list.size(); ++i) {
    const DataType type = OverPadded(rows.list[i], 0, rows)->type().WithTimeAttribute(TimeAttribute::kNone);
    const std::string name = rows.names.empty() ? "$subquery" : rows.names[i];
    placeholders.push_back(MakePlaceholder(Placeholder::kSubquery, first + static_cast<int>(i), type, name));
  }
  subqueries_.push_back(std::move(rows));
  return placeholders;
}

arrow::Result<ExpressionPtr> ScalarSubqueries::AddTest(const SubqueryTest& test, const Scope& scope,
                                                       const BindEnvironment& environment, ExpressionBinder* binder) {
  BindEnvironment inner = environment;
  inner.outer = &scope;
  ARROW_ASSIGN_OR_RAISE(SubqueryRows rows, BindSubqueryRows(*test.query, inner));
  if (rows.one_row_each) {
    return sql::NotSupportedYet(test.range,
                                "This condition with a subquery that aggregates rows chosen by the outer query",
                                "Aggregate by the key in a subquery of FROM, and join it.");
  }
  ExpressionPtr value;
  if (test.operand == nullptr) {
    ARROW_ASSIGN_OR_RAISE(SubqueryRows counts, CountByKeys(rows, nullptr, test.range));
    ARROW_ASSIGN_OR_RAISE(value, MakeBinary(">", AddRows(std::move(counts))[0], BigIntLiteral(0), test.range));
  } else {
    ARROW_ASSIGN_OR_RAISE(value, AddIn(test, std::move(rows), binder));
  }
  return test.negated ? MakeNot(std::move(value), test.range) : value;
}

arrow::Result<ExpressionPtr> ScalarSubqueries::AddIn(const SubqueryTest& test, SubqueryRows rows,
                                                     ExpressionBinder* binder) {
  if (rows.list.size() != 1 || test.operand->Is<sql::ConstructorExpression>()) {
    return sql::NotSupportedYet(test.range, "IN (SELECT ...) over several columns, in this place",
                                "Make it a condition of WHERE of its own, joined by AND.");
  }
  if (test.comparison != sql::BinaryOperator::kEqual) {
    return sql::NotSupportedYet(test.range, "ANY, SOME or ALL of a subquery in this place",
                                "Make it a condition of WHERE of its own, joined by AND.");
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand, binder->Bind(*test.operand));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr outer, AsOuter(operand, test.operand->range));
  const ExpressionPtr item = rows.list[0];
  SubqueryRows matching = rows;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal, MakeBinary("=", item, outer, test.range));
  matching.correlated.push_back(std::move(equal));
  ARROW_ASSIGN_OR_RAISE(matching, CountByKeys(matching, nullptr, test.range));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr found,
                        MakeBinary(">", AddRows(std::move(matching))[0], BigIntLiteral(0), test.range));
  if (!operand->type().nullable() && !item->type().nullable()) return found;

  // Not found is UNKNOWN, not FALSE, where a NULL on either side may hide a match; no rows at all are FALSE.
  ARROW_ASSIGN_OR_RAISE(SubqueryRows counts, CountByKeys(rows, item, test.range));
  const std::vector<ExpressionPtr> both = AddRows(std::move(counts));
  const ExpressionPtr row_count = both[0];
  const ExpressionPtr value_count = both[1];
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr no_rows, MakeBinary("=", row_count, BigIntLiteral(0), test.range));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr has_null, MakeBinary("<", value_count, row_count, test.range));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand_null, MakeNamedCall("IS NULL", {operand}, test.range));
  std::vector<ExpressionPtr> hidden = {std::move(operand_null), std::move(has_null)};
  const DataType boolean = DataType::Boolean();
  return Expression::Case({found, BooleanLiteral(true), no_rows, BooleanLiteral(false), MakeOr(std::move(hidden)),
                           NullLiteral(boolean), BooleanLiteral(false)},
                          boolean);
}

arrow::Result<BoundRelation> ScalarSubqueries::Attach(BoundRelation relation) const {
  const Schema schema = relation.schema();
  return Attach(std::move(relation), ColumnsIn(schema));
}

arrow::Result<BoundRelation> ScalarSubqueries::Attach(BoundRelation relation, const OuterColumn& outer) const {
  for (const SubqueryRows& subquery : subqueries_) {
    std::vector<ExpressionPtr> conditions;
    for (const ExpressionPtr& correlated : subquery.correlated) {
      ARROW_ASSIGN_OR_RAISE(auto condition, OverBoth(correlated, relation.width(), outer));
      conditions.push_back(std::move(condition));
    }
    Schema schema = relation.schema();
    std::vector<ColumnOrigin> origins;
    for (size_t i = 0; i < schema.size(); ++i) {
      origins.push_back(LoseTime(schema[i], relation.origins[i], TimeLoss::Cause::kJoin, "a subquery used as a value"));
      schema[i].type = schema[i].type.WithTimeAttribute(TimeAttribute::kNone);
    }
    for (const Field& field : subquery.relation.schema()) {
      schema.push_back({field.name, field.type.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone)});
      origins.emplace_back();
    }
    // LEFT: a subquery without a row is NULL.
    auto join =
        std::make_shared<LogicalJoin>(std::move(schema), std::move(relation.plan), subquery.relation.plan,
                                      JoinType::kLeft, conditions.empty() ? nullptr : MakeAnd(std::move(conditions)));
    join->range = subquery.relation.plan->range;
    relation = {std::move(join), std::move(origins)};
  }
  return relation;
}

ExpressionPtr ScalarSubqueries::Resolve(const ExpressionPtr& expression, int width) const {
  auto resolved = Rewrite(expression, [&](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    const auto number = PlaceholderNumber(*node, Placeholder::kSubquery);
    if (!number) return nullptr;
    int first = width;
    for (int i = 0; i < *number / kItemsMax; ++i) first += subqueries_[i].relation.width();
    const SubqueryRows& rows = subqueries_[*number / kItemsMax];
    return OverPadded(rows.list[*number % kItemsMax], first, rows);
  });
  return *resolved;  // the replacer never fails
}

}  // namespace tidemark::plan
