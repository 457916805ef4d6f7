// SPDX-License-Identifier: Apache-2.0
// Scalar subqueries, and IN (SELECT ...) and EXISTS as semi and anti joins.
#include "plan/bind_subquery.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "plan/bind_call.h"
#include "plan/bind_select.h"
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

class WhereExtension final : public ExpressionExtension {
 public:
  WhereExtension(ScalarSubqueries* subqueries, const Scope& scope, const BindEnvironment& environment)
      : subqueries_(subqueries), scope_(scope), environment_(environment) {}
  arrow::Result<ExpressionPtr> BindCall(const sql::FunctionCall& call) override {
    (void)call;
    return nullptr;
  }
  arrow::Result<ExpressionPtr> BindScalarSubquery(const sql::SubqueryExpression& subquery) override {
    return subqueries_->Add(subquery, scope_, environment_);
  }

 private:
  ScalarSubqueries* subqueries_;
  const Scope& scope_;
  const BindEnvironment& environment_;
};

/// `[NOT] EXISTS (...)` or `x [NOT] IN (SELECT ...)`, a whole condition of WHERE.
struct SubqueryTest {
  const sql::Expression* expression;
  const sql::Query* query;
  bool negated;
};

std::optional<SubqueryTest> AsSubqueryTest(const sql::Expression& condition) {
  const sql::Expression* inner = &condition;
  bool negated = false;
  while (const auto* unary = inner->TryAs<sql::UnaryExpression>()) {
    if (unary->op != sql::UnaryOperator::kNot) return std::nullopt;
    negated = !negated;
    inner = unary->operand.get();
  }
  if (const auto* exists = inner->TryAs<sql::ExistsExpression>())
    return SubqueryTest{inner, exists->query.get(), negated};
  if (const auto* in = inner->TryAs<sql::InQueryExpression>()) {
    return SubqueryTest{inner, in->query.get(), negated != in->negated};
  }
  return std::nullopt;
}

/// The right side of a semi or anti join.
struct JoinSide {
  BoundRelation relation;
  std::vector<ExpressionPtr> list;        ///< what the subquery selects, over `relation`
  std::vector<ExpressionPtr> correlated;  ///< conditions that also read the left side
};

JoinSide WholeRelation(BoundRelation relation) {
  JoinSide side;
  for (int i = 0; i < relation.width(); ++i) side.list.push_back(ColumnOf(relation.schema(), i));
  side.relation = std::move(relation);
  return side;
}

arrow::Result<JoinSide> BindJoinSide(const sql::Query& query, const BindEnvironment& environment) {
  const bool plain = query.with.empty() && !query.limit && !query.offset;
  const auto* nested = query.body->TryAs<sql::NestedQueryBody>();
  if (plain && nested != nullptr) return BindJoinSide(*nested->query, environment);
  const auto* select = query.body->TryAs<sql::SelectBody>();
  if (!plain || select == nullptr) {
    ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindRelation(query, environment));
    return WholeRelation(std::move(relation));
  }
  SelectBinder binder(*select, environment);
  binder.AllowOuterColumns();
  ARROW_RETURN_NOT_OK(binder.BindInput());
  ARROW_RETURN_NOT_OK(binder.BindList());
  if (binder.aggregates() || binder.has_windows()) {
    if (!binder.correlated().empty()) {
      return sql::NotSupportedYet(query.range, "A subquery that aggregates rows chosen by the outer query",
                                  "Aggregate by the key in a subquery of FROM, and join it.");
    }
    ARROW_ASSIGN_OR_RAISE(SortedRelation finished, binder.Finish({}));
    return WholeRelation(std::move(finished.relation));
  }
  JoinSide side;
  side.list = binder.TakeList();
  side.relation = binder.TakeInput();
  side.correlated = binder.correlated();
  return side;
}

/// An expression of the right side over left ++ right columns.
ExpressionPtr OverBoth(const ExpressionPtr& expression, const Schema& left) {
  const int width = static_cast<int>(left.size());
  auto moved = Rewrite(expression, [&](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    if (auto outer = PlaceholderNumber(*node, Placeholder::kOuter)) return ColumnOf(left, *outer);
    if (!IsInputColumn(*node)) return nullptr;
    return Expression::Column(node->column_index() + width, node->type(), node->column_name());
  });
  return *moved;  // the replacer never fails
}

/// `left = right`; for NOT IN also true where it is UNKNOWN, since such a row keeps the outer one out as well.
arrow::Result<ExpressionPtr> MatchCondition(const ExpressionPtr& left, const ExpressionPtr& right, bool or_unknown,
                                            sql::SourceRange range) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal, MakeBinary("=", left, right, range));
  std::vector<ExpressionPtr> alternatives = {std::move(equal)};
  for (const ExpressionPtr& side : {left, right}) {
    if (!or_unknown || !side->type().nullable()) continue;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr is_null, MakeNamedCall("IS NULL", {side}, range));
    alternatives.push_back(std::move(is_null));
  }
  return MakeOr(std::move(alternatives));
}

arrow::Result<std::vector<ExpressionPtr>> InConditions(const sql::InQueryExpression& in, const JoinSide& right,
                                                       const Schema& left, bool negated, ExpressionBinder* binder) {
  std::vector<ExpressionPtr> operands;
  const auto* row = in.operand->TryAs<sql::ConstructorExpression>();
  if (row != nullptr && row->constructor == sql::ConstructorKind::kRow) {
    ARROW_ASSIGN_OR_RAISE(operands, binder->BindAll(row->elements));
  } else {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand, binder->Bind(*in.operand));
    operands.push_back(std::move(operand));
  }
  if (operands.size() != right.list.size()) {
    return sql::SqlError(
        in.range,
        fmt::format("IN compares {} value(s) with a subquery of {} column(s)", operands.size(), right.list.size()),
        "The subquery must select as many columns as stand before IN.");
  }
  std::vector<ExpressionPtr> conditions;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (Contains(*operands[i], Placeholder::kSubquery) || Contains(*operands[i], Placeholder::kOuter)) {
      return sql::NotSupportedYet(in.operand->range,
                                  "A subquery or a column of the outer query before IN (SELECT ...)");
    }
    ARROW_ASSIGN_OR_RAISE(auto condition,
                          MatchCondition(operands[i], OverBoth(right.list[i], left), negated, in.range));
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

arrow::Status AddSemiJoin(const SubqueryTest& test, const BindEnvironment& environment, FromItem* input,
                          ExpressionBinder* binder) {
  BindEnvironment inner = environment;
  inner.outer = &input->scope;
  ARROW_ASSIGN_OR_RAISE(JoinSide right, BindJoinSide(*test.query, inner));
  const Schema left = input->relation.schema();
  std::vector<ExpressionPtr> conditions;
  if (const auto* in = test.expression->TryAs<sql::InQueryExpression>()) {
    ARROW_ASSIGN_OR_RAISE(conditions, InConditions(*in, right, left, test.negated, binder));
  }
  for (const ExpressionPtr& condition : right.correlated) conditions.push_back(OverBoth(condition, left));
  Schema schema;
  std::vector<ColumnOrigin> origins;
  for (size_t i = 0; i < left.size(); ++i) {
    ColumnOrigin origin =
        LoseTime(left[i], input->relation.origins[i], TimeLoss::Cause::kJoin, "a condition with a subquery");
    origin.window_role = WindowRole::kNone;
    origins.push_back(std::move(origin));
    schema.push_back({left[i].name, left[i].type.WithTimeAttribute(TimeAttribute::kNone)});
  }
  auto join = std::make_shared<LogicalJoin>(
      std::move(schema), std::move(input->relation.plan), std::move(right.relation.plan),
      test.negated ? JoinType::kAnti : JoinType::kSemi, conditions.empty() ? nullptr : MakeAnd(std::move(conditions)));
  join->range = test.expression->range;
  input->relation = {std::move(join), std::move(origins)};
  return arrow::Status::OK();
}

std::vector<const sql::Expression*> Conjuncts(const sql::Expression& condition) {
  const auto* logical = condition.TryAs<sql::LogicalExpression>();
  if (logical == nullptr || logical->op != sql::LogicalOperator::kAnd) return {&condition};
  std::vector<const sql::Expression*> all;
  for (const auto& operand : logical->operands) {
    for (const sql::Expression* conjunct : Conjuncts(*operand)) all.push_back(conjunct);
  }
  return all;
}

}  // namespace

arrow::Result<ExpressionPtr> ScalarSubqueries::Add(const sql::SubqueryExpression& subquery, const Scope& scope,
                                                   const BindEnvironment& environment) {
  BindEnvironment inner = environment;
  inner.outer = &scope;
  ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindRelation(*subquery.query, inner));
  if (relation.width() != 1) {
    return sql::SqlError(subquery.range,
                         fmt::format("A subquery used as a value must give one column, not {}", relation.width()),
                         "Select one expression.");
  }
  if (!AtMostOneRow(*relation.plan)) {
    return sql::NotSupportedYet(subquery.range, "A subquery as a value that could give more than one row",
                                "Select an aggregate such as MAX(x), or add LIMIT 1.");
  }
  const Field field = relation.schema()[0];
  subqueries_.push_back(std::move(relation));
  const DataType type = field.type.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone);
  return MakePlaceholder(Placeholder::kSubquery, static_cast<int>(subqueries_.size()) - 1, type, field.name);
}

BoundRelation ScalarSubqueries::Attach(BoundRelation relation) const {
  for (const BoundRelation& subquery : subqueries_) {
    Schema schema = relation.schema();
    std::vector<ColumnOrigin> origins;
    for (size_t i = 0; i < schema.size(); ++i) {
      origins.push_back(LoseTime(schema[i], relation.origins[i], TimeLoss::Cause::kJoin, "a subquery used as a value"));
      schema[i].type = schema[i].type.WithTimeAttribute(TimeAttribute::kNone);
    }
    const Field& value = subquery.schema()[0];
    schema.push_back({value.name, value.type.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone)});
    origins.emplace_back();
    // LEFT: a subquery without a row is NULL.
    auto join = std::make_shared<LogicalJoin>(std::move(schema), std::move(relation.plan), subquery.plan,
                                              JoinType::kLeft, nullptr);
    join->range = subquery.plan->range;
    relation = {std::move(join), std::move(origins)};
  }
  return relation;
}

ExpressionPtr ScalarSubqueries::Resolve(const ExpressionPtr& expression, int width) const {
  auto resolved = Rewrite(expression, [&](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    const auto number = PlaceholderNumber(*node, Placeholder::kSubquery);
    if (!number) return nullptr;
    return Expression::Column(width + *number, node->type(), node->column_name());
  });
  return *resolved;  // the replacer never fails
}

arrow::Status BindWhere(const sql::SelectBody& select, const BindEnvironment& environment, FromItem* input,
                        std::vector<ExpressionPtr>* correlated) {
  if (!select.where) return arrow::Status::OK();
  ScalarSubqueries subqueries;
  WhereExtension extension(&subqueries, input->scope, environment);
  ExpressionBinder binder(environment, input->scope, "WHERE", &extension);
  binder.ExplainAliases(&select.items);
  if (correlated != nullptr) binder.AllowOuterColumns();
  std::vector<ExpressionPtr> filters;
  std::vector<SubqueryTest> tests;
  const size_t first_correlated = correlated == nullptr ? 0 : correlated->size();
  for (const sql::Expression* conjunct : Conjuncts(*select.where)) {
    if (auto test = AsSubqueryTest(*conjunct)) {
      tests.push_back(*test);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, binder.Bind(*conjunct));
    ARROW_ASSIGN_OR_RAISE(condition, AsCondition(std::move(condition), conjunct->range, "WHERE"));
    auto* where_to = Contains(*condition, Placeholder::kOuter) ? correlated : &filters;
    where_to->push_back(std::move(condition));
  }
  const int width = input->relation.width();
  input->relation = subqueries.Attach(std::move(input->relation));
  for (size_t i = first_correlated; correlated != nullptr && i < correlated->size(); ++i) {
    (*correlated)[i] = subqueries.Resolve((*correlated)[i], width);
  }
  if (!filters.empty()) {
    ExpressionPtr condition = subqueries.Resolve(MakeAnd(std::move(filters)), width);
    input->relation = Filter(std::move(input->relation), std::move(condition), select.where->range);
  }
  for (const SubqueryTest& test : tests) ARROW_RETURN_NOT_OK(AddSemiJoin(test, environment, input, &binder));
  return arrow::Status::OK();
}

}  // namespace tidemark::plan
