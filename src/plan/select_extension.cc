// SPDX-License-Identifier: Apache-2.0
// Aggregates, window properties, GROUPING, ROW_NUMBER and subqueries in the clauses of a SELECT.
#include "plan/select_extension.h"

#include <fmt/format.h>

#include <utility>

#include "expr/aggregate_function.h"
#include "plan/placeholder.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {

using expr::ExpressionPtr;

namespace {

/// Aggregates that may be typed NOT NULL although there may be no row. Flink types the collecting ones so too.
bool KeepsNotNull(const std::string& name) {
  for (const char* other :
       {"COUNT", "APPROX_COUNT_DISTINCT", "COLLECT", "LISTAGG", "ARRAY_AGG", "JSON_OBJECTAGG", "JSON_ARRAYAGG"}) {
    if (name == other) return true;
  }
  return false;
}

}  // namespace

arrow::Result<ExpressionPtr> SelectBinder::InputExtension::BindCall(const sql::FunctionCall& call) {
  (void)call;
  return nullptr;
}

arrow::Result<ExpressionPtr> SelectBinder::InputExtension::BindScalarSubquery(const sql::SubqueryExpression& subquery) {
  return select_->input_subqueries_.Add(subquery, select_->input_.scope, select_->environment_);
}

arrow::Result<ExpressionPtr> SelectBinder::ListExtension::BindScalarSubquery(const sql::SubqueryExpression& subquery) {
  return select_->output_subqueries_.Add(subquery, select_->input_.scope, select_->environment_);
}

arrow::Result<ExpressionPtr> SelectBinder::InputExtension::BindSubqueryTest(const SubqueryTest& test,
                                                                            ExpressionBinder* binder) {
  return select_->input_subqueries_.AddTest(test, select_->input_.scope, select_->environment_, binder);
}

arrow::Result<ExpressionPtr> SelectBinder::ListExtension::BindSubqueryTest(const SubqueryTest& test,
                                                                           ExpressionBinder* binder) {
  return select_->output_subqueries_.AddTest(test, select_->input_.scope, select_->environment_, binder);
}

arrow::Result<ExpressionPtr> SelectBinder::ListExtension::BindCall(const sql::FunctionCall& call) {
  const std::string name = UpperCaseName(call.name.last().value);
  if (call.over) return select_->overs_.Add(call, select_->select_.windows, select_->list_binder_.get());
  if (name == "ROW_NUMBER") {
    return sql::SqlError(call.range, "ROW_NUMBER() needs OVER",
                         "Write ROW_NUMBER() OVER (PARTITION BY key ORDER BY value DESC).");
  }
  if (name == "GROUPING" || name == "GROUPING_ID" || name == "GROUP_ID") {
    if (!select_->select_.has_group_by) return nullptr;
    return BindGrouping(call, name);
  }
  const auto property = FindWindowProperty(name);
  if (property && select_->aggregation_.group_by.window) return BindWindowProperty(call, *property);
  if (expr::IsAggregateName(name)) return BindAggregate(call);
  return nullptr;
}

arrow::Result<ExpressionPtr> SelectBinder::ListExtension::BindAggregate(const sql::FunctionCall& call) {
  const std::string name = UpperCaseName(call.name.last().value);
  auto binder = select_->MakeBinder("the arguments of " + name, select_->input_extension_.get());
  ARROW_ASSIGN_OR_RAISE(AggregateSite site, BindAggregateCall(call, binder.get()));
  // Without keys there may be no row, and a filter may pass none.
  const GroupBy& group_by = select_->aggregation_.group_by;
  const bool may_be_empty = (group_by.keys.empty() && !group_by.window) || site.filter != nullptr;
  if (may_be_empty && !KeepsNotNull(name)) site.type = site.type.WithNullable(true);
  const DataType type = site.type;
  const std::string text = site.text;
  return MakePlaceholder(Placeholder::kAggregate, select_->aggregation_.AddCall(std::move(site)), type, text);
}

arrow::Result<ExpressionPtr> SelectBinder::ListExtension::BindWindowProperty(const sql::FunctionCall& call,
                                                                             const NamedProperty& named) {
  const GroupWindow& window = *select_->aggregation_.group_by.window;
  const std::string name = UpperCaseName(call.name.last().value);
  if (named.window != window.name) {
    return sql::SqlError(call.range, fmt::format("{} does not fit the window {} of GROUP BY", name, window.name),
                         fmt::format("Write {}{}.", window.name, name.substr(named.window.size())));
  }
  auto binder = select_->MakeBinder("the arguments of " + name, select_->input_extension_.get());
  ARROW_ASSIGN_OR_RAISE(const GroupWindow asked,
                        BindGroupWindow(call, named.window, select_->input_.relation, binder.get()));
  const bool same = asked.time->Equals(*window.time) && asked.spec.size_ms == window.spec.size_ms &&
                    asked.spec.slide_ms == window.spec.slide_ms;
  if (!same) {
    return sql::SqlError(call.range, fmt::format("{} has other arguments than the window of GROUP BY", name),
                         fmt::format("Repeat the arguments of {} exactly.", window.name));
  }
  const bool proctime = window.time->type().is_proctime();
  if ((named.property == WindowProperty::kTime && proctime) ||
      (named.property == WindowProperty::kProctime && !proctime)) {
    return sql::SqlError(call.range,
                         fmt::format("{} does not fit a window over {} time", name, proctime ? "processing" : "event"),
                         fmt::format("Write {}_{}.", window.name, proctime ? "PROCTIME" : "ROWTIME"));
  }
  Aggregation& aggregation = select_->aggregation_;
  return MakePlaceholder(Placeholder::kWindowProperty, aggregation.AddProperty(named.property),
                         aggregation.PropertyType(named.property), sql::ToSql(call));
}

arrow::Result<ExpressionPtr> SelectBinder::ListExtension::BindGrouping(const sql::FunctionCall& call,
                                                                       const std::string& name) {
  const Aggregation& aggregation = select_->aggregation_;
  if (name == "GROUP_ID") return aggregation.GroupIdExpression();
  if (call.arguments.empty()) {
    return sql::SqlError(call.range, name + " takes expressions of GROUP BY",
                         "Name at least one that stands in GROUP BY.");
  }
  auto binder = select_->MakeBinder("the arguments of " + name, select_->input_extension_.get());
  std::vector<ExpressionPtr> keys;
  for (const sql::FunctionArgument& argument : call.arguments) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr key, binder->Bind(*argument.value));
    keys.push_back(std::move(key));
  }
  return aggregation.GroupingExpression(keys, call.range);
}

arrow::Result<ExpressionPtr> SelectBinder::OrderExtension::BindColumn(const sql::ColumnRef& column) {
  if (column.name.parts.size() != 1) return nullptr;
  for (int i = 0; i < select_->visible_outputs_; ++i) {
    if (select_->outputs_[i].name == column.name.parts[0].value) return select_->outputs_[i].expression;
  }
  return nullptr;
}

}  // namespace tidemark::plan
