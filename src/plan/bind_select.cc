// SPDX-License-Identifier: Apache-2.0
// Binds one SELECT from FROM to DISTINCT.
#include "plan/bind_select.h"

#include <fmt/format.h>

#include <utility>

#include "expr/aggregate_function.h"
#include "plan/bind_call.h"
#include "plan/placeholder.h"
#include "plan/select_extension.h"
#include "plan/state_ttl_hint.h"
#include "plan/window_interval.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

SelectBinder::SelectBinder(const sql::SelectBody& select, const BindEnvironment& environment)
    : select_(select), environment_(environment) {}

SelectBinder::~SelectBinder() = default;

std::unique_ptr<ExpressionBinder> SelectBinder::MakeBinder(const std::string& clause,
                                                           ExpressionExtension* extension) const {
  return std::make_unique<ExpressionBinder>(environment_, input_.scope, clause, extension);
}

arrow::Status SelectBinder::BindInput() {
  ARROW_ASSIGN_OR_RAISE(const StateTtlHint state_ttl, StateTtlHint::Of(select_.hints));
  if (select_.from) {
    BindEnvironment environment = environment_;
    environment.state_ttl = &state_ttl;
    ARROW_ASSIGN_OR_RAISE(input_, BindFrom(*select_.from, environment));
    ARROW_RETURN_NOT_OK(state_ttl.CheckNames(input_.scope));
    aggregation_.input_ttl_ms = state_ttl.TtlMs(input_.scope);
  } else {
    auto one_row = std::make_shared<LogicalValues>(Schema{}, std::vector<std::vector<ExpressionPtr>>(1));
    one_row->range = select_.range;
    input_.relation.plan = std::move(one_row);
    input_.scope.outer = environment_.outer;
  }
  ARROW_RETURN_NOT_OK(BindWhere(select_, environment_, &input_, outer_allowed_ ? &correlated_ : nullptr));
  input_extension_ = std::make_unique<InputExtension>(this);
  list_extension_ = std::make_unique<ListExtension>(this);
  auto group_binder = MakeBinder("GROUP BY", input_extension_.get());
  group_binder->ExplainAliases(&select_.items);
  ARROW_ASSIGN_OR_RAISE(aggregation_.group_by, BindGroupBy(select_, input_.relation, group_binder.get()));
  return CheckGroupedWindow();
}

arrow::Status SelectBinder::CheckGroupedWindow() const {
  // As in Flink: a batch has each window's rows together, a stream is added up slide by slide.
  if (environment_.context().configuration->GetString(config::kRuntimeMode) == "batch") return arrow::Status::OK();
  for (const GroupKey& key : aggregation_.group_by.keys) {
    if (!IsInputColumn(*key.expression)) continue;
    const ColumnOrigin& origin = input_.relation.origins[key.expression->column_index()];
    if (origin.window_role != WindowRole::kStart) continue;
    const time::WindowSpec& window = environment_.session->windows[origin.window_id];
    if (window.kind != time::WindowKind::kHop) continue;
    ARROW_RETURN_NOT_OK(CheckWholeSlides(window, "HOP", aggregation_.group_by.range));
  }
  return arrow::Status::OK();
}

arrow::Status SelectBinder::BindList() {
  list_binder_ = MakeBinder("the SELECT list", list_extension_.get());
  for (const sql::SelectItem& item : select_.items) ARROW_RETURN_NOT_OK(BindItem(item));
  visible_outputs_ = static_cast<int>(outputs_.size());
  return BindConditions();
}

arrow::Status SelectBinder::BindConditions() {
  if (select_.having) {
    having_binder_ = MakeBinder("HAVING", list_extension_.get());
    having_binder_->ExplainAliases(&select_.items);
    ARROW_ASSIGN_OR_RAISE(having_, having_binder_->BindCondition(*select_.having));
  }
  if (select_.qualify) {
    order_extension_ = std::make_unique<OrderExtension>(this);
    qualify_binder_ = MakeBinder("QUALIFY", order_extension_.get());
    ARROW_ASSIGN_OR_RAISE(qualify_, qualify_binder_->BindCondition(*select_.qualify));
  }
  return arrow::Status::OK();
}

bool SelectBinder::aggregates() const {
  return select_.has_group_by || select_.having != nullptr || !aggregation_.calls.empty();
}

std::vector<std::string> SelectBinder::names() const {
  std::vector<std::string> names;
  for (const Output& output : outputs_) names.push_back(output.name);
  return names;
}

bool SelectBinder::can_add_keys() const {
  return aggregates() && !select_.has_group_by && !having_ && !qualify_ && overs_.empty() && output_subqueries_.empty();
}

arrow::Result<KeyedRows> SelectBinder::FinishByKeys(std::vector<GroupKey> keys) {
  GroupBy& group_by = aggregation_.group_by;
  group_by.keys = std::move(keys);
  for (size_t i = 0; i < group_by.keys.size(); ++i) group_by.sets[0].push_back(static_cast<int>(i));
  KeyedRows rows;
  ARROW_ASSIGN_OR_RAISE(rows.relation, BuildAggregation());
  below_list_ = rows.relation.schema();
  for (const Output& output : outputs_) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, Lift(output.expression, *output.binder));
    rows.list.push_back(std::move(expression));
  }
  for (size_t i = 0; i < aggregation_.calls.size(); ++i) {
    if (aggregation_.calls[i].name != "COUNT") continue;
    rows.zero_columns.push_back(static_cast<int>(group_by.keys.size() + i));
  }
  return rows;
}

arrow::Result<BoundRelation> SelectBinder::TakeInput() { return output_subqueries_.Attach(std::move(input_.relation)); }

std::vector<ExpressionPtr> SelectBinder::TakeList() {
  std::vector<ExpressionPtr> list;
  const int width = input_.relation.width();
  for (const Output& output : outputs_) list.push_back(output_subqueries_.Resolve(output.expression, width));
  return list;
}

arrow::Result<BoundRelation> SelectBinder::BuildAggregation() {
  const int width = input_.relation.width();
  // The aggregation as bound stays: expressions above it are compared with its keys as they were bound.
  Aggregation resolved = aggregation_;
  const auto resolve = [&](ExpressionPtr* expression) {
    if (*expression) *expression = input_subqueries_.Resolve(*expression, width);
  };
  for (GroupKey& key : resolved.group_by.keys) resolve(&key.expression);
  for (AggregateSite& call : resolved.calls) {
    for (ExpressionPtr& arg : call.args) resolve(&arg);
    resolve(&call.filter);
  }
  if (resolved.group_by.range.empty()) resolved.group_by.range = select_.range;
  ARROW_ASSIGN_OR_RAISE(BoundRelation input, input_subqueries_.Attach(std::move(input_.relation)));
  return resolved.Build(std::move(input));
}

arrow::Result<ExpressionPtr> SelectBinder::Lift(const ExpressionPtr& expression, const ExpressionBinder& binder) const {
  ExpressionPtr lifted = expression;
  if (aggregates()) {
    ARROW_ASSIGN_OR_RAISE(lifted, aggregation_.Lift(expression, below_list_, binder));
  }
  lifted = output_subqueries_.Resolve(lifted, static_cast<int>(below_list_.size()));
  return Rewrite(lifted, [this](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    const auto call = PlaceholderNumber(*node, Placeholder::kOver);
    if (!call) return nullptr;
    return Expression::Column(overs_.ColumnOfCall(*call), node->type(), node->column_name());
  });
}

arrow::Result<ExpressionPtr> SelectBinder::LiftColumn(int column) const {
  const ExpressionPtr reference = ColumnOf(input_.scope.schema(), column);
  if (!aggregates()) return reference;
  return aggregation_.Lift(reference, below_list_, *list_binder_);
}

arrow::Result<BoundRelation> SelectBinder::BuildBelowList() {
  BoundRelation relation;
  if (aggregates()) {
    ARROW_ASSIGN_OR_RAISE(relation, BuildAggregation());
  } else {
    relation = std::move(input_.relation);
  }
  below_list_ = relation.schema();
  const auto outer = [this](int column) { return LiftColumn(column); };
  ARROW_ASSIGN_OR_RAISE(relation, output_subqueries_.Attach(std::move(relation), outer));
  if (having_) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, Lift(having_, *having_binder_));
    relation = Filter(std::move(relation), std::move(condition), select_.having->range);
  }
  const auto lift = [this](const ExpressionPtr& expression) { return Lift(expression, *list_binder_); };
  ARROW_ASSIGN_OR_RAISE(relation, overs_.Build(std::move(relation), lift));
  if (qualify_) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, Lift(qualify_, *qualify_binder_));
    relation = Filter(std::move(relation), std::move(condition), select_.qualify->range);
  }
  return relation;
}

arrow::Result<SortedRelation> SelectBinder::Finish(const std::vector<sql::OrderItem>& order_by) {
  ARROW_RETURN_NOT_OK(BindOrderBy(order_by));
  const bool distinct = select_.quantifier == sql::SetQuantifier::kDistinct;
  SortedRelation result;
  result.hidden = static_cast<int>(outputs_.size()) - visible_outputs_;
  if (distinct && result.hidden > 0) {
    return sql::SqlError(order_by[0].range, "With SELECT DISTINCT, ORDER BY can sort only by what is selected",
                         "Add the expression to the SELECT list, or sort by a selected column.");
  }
  ARROW_ASSIGN_OR_RAISE(BoundRelation below, BuildBelowList());
  std::vector<OutputColumn> columns;
  for (const Output& output : outputs_) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, Lift(output.expression, *output.binder));
    columns.push_back({output.name, std::move(expression), output.text});
  }
  result.relation = Project(std::move(below), columns, select_.range);
  if (distinct) result.relation = Distinct(std::move(result.relation), select_.range);
  for (const Order& order : order_) result.keys.push_back({order.output, order.ascending, order.nulls_first});
  return result;
}

}  // namespace tidemark::plan
