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
  arrow::Result<ExpressionPtr> BindSubqueryTest(const SubqueryTest& test, ExpressionBinder* binder) override {
    return subqueries_->AddTest(test, scope_, environment_, binder);
  }

 private:
  ScalarSubqueries* subqueries_;
  const Scope& scope_;
  const BindEnvironment& environment_;
};

/// A test that is a whole condition of WHERE.
std::optional<SubqueryTest> AsWholeCondition(const sql::Expression& condition) {
  const sql::Expression* inner = &condition;
  bool negated = false;
  while (const auto* unary = inner->TryAs<sql::UnaryExpression>()) {
    if (unary->op != sql::UnaryOperator::kNot) return std::nullopt;
    negated = !negated;
    inner = unary->operand.get();
  }
  auto test = AsSubqueryTest(*inner);
  if (test) test->negated = test->negated != negated;
  return test;
}

/// The test's comparison; for NOT IN and ALL also true where it is UNKNOWN, since such a row keeps the outer one out as
/// well.
arrow::Result<ExpressionPtr> MatchCondition(const ExpressionPtr& left, const ExpressionPtr& right,
                                            const SubqueryTest& test) {
  const sql::SourceRange range = test.range;
  const bool or_unknown = test.negated;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr matches,
                        MakeBinary(sql::BinaryOperatorName(test.comparison), left, right, range));
  std::vector<ExpressionPtr> alternatives = {std::move(matches)};
  for (const ExpressionPtr& side : {left, right}) {
    if (!or_unknown || !side->type().nullable()) continue;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr is_null, MakeNamedCall("IS NULL", {side}, range));
    alternatives.push_back(std::move(is_null));
  }
  return MakeOr(std::move(alternatives));
}

arrow::Result<std::vector<ExpressionPtr>> InConditions(const SubqueryTest& in, const SubqueryRows& right,
                                                       const Schema& left, ExpressionBinder* binder) {
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
    ARROW_ASSIGN_OR_RAISE(auto item, OverBoth(right.list[i], static_cast<int>(left.size()), ColumnsIn(left)));
    ARROW_ASSIGN_OR_RAISE(auto condition, MatchCondition(operands[i], item, in));
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

/// A subquery that gives one row for each outer row can be joined by the rows it has only where a missing row decides
/// nothing: x IN (SELECT MAX(y) ...) is not true without rows, for NOT IN and COUNT it may be.
arrow::Status CheckMissingRows(const SubqueryTest& test, const SubqueryRows& rows) {
  if (!rows.one_row_each) return arrow::Status::OK();
  if (test.operand != nullptr && !test.negated && rows.zero_columns.empty()) return arrow::Status::OK();
  return sql::NotSupportedYet(test.range,
                              "This condition with a subquery that aggregates rows chosen by the outer query",
                              "Aggregate by the key in a subquery of FROM, and join it.");
}

arrow::Status AddSemiJoin(const SubqueryTest& test, const BindEnvironment& environment, FromItem* input,
                          ExpressionBinder* binder) {
  BindEnvironment inner = environment;
  inner.outer = &input->scope;
  ARROW_ASSIGN_OR_RAISE(SubqueryRows right, BindSubqueryRows(*test.query, inner));
  ARROW_RETURN_NOT_OK(CheckMissingRows(test, right));
  const Schema left = input->relation.schema();
  std::vector<ExpressionPtr> conditions;
  if (test.operand != nullptr) {
    ARROW_ASSIGN_OR_RAISE(conditions, InConditions(test, right, left, binder));
  }
  for (const ExpressionPtr& correlated : right.correlated) {
    ARROW_ASSIGN_OR_RAISE(auto condition, OverBoth(correlated, static_cast<int>(left.size()), ColumnsIn(left)));
    conditions.push_back(std::move(condition));
  }
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
  join->range = test.range;
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
    if (auto test = AsWholeCondition(*conjunct)) {
      tests.push_back(*test);
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, binder.Bind(*conjunct));
    ARROW_ASSIGN_OR_RAISE(condition, AsCondition(std::move(condition), conjunct->range, "WHERE"));
    auto* where_to = Contains(*condition, Placeholder::kOuter) ? correlated : &filters;
    where_to->push_back(std::move(condition));
  }
  const int width = input->relation.width();
  ARROW_ASSIGN_OR_RAISE(input->relation, subqueries.Attach(std::move(input->relation)));
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
