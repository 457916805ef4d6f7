// SPDX-License-Identifier: Apache-2.0
// Aggregate calls of one SELECT.
#include "plan/bind_aggregate.h"

#include <algorithm>
#include <utility>

#include "expr/aggregate_function.h"
#include "plan/bind_call.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

bool SameExpression(const ExpressionPtr& a, const ExpressionPtr& b) {
  if (!a || !b) return a == b;
  return a->Equals(*b);
}

bool SameCall(const AggregateSite& a, const AggregateSite& b) {
  return a.name == b.name && a.distinct == b.distinct && a.ignore_nulls == b.ignore_nulls &&
         a.args.size() == b.args.size() && SameExpression(a.filter, b.filter) &&
         std::equal(a.args.begin(), a.args.end(), b.args.begin(), SameExpression);
}

arrow::Status CheckAggregateClauses(const sql::FunctionCall& call, const std::string& name) {
  if (!call.order_by.empty()) return sql::NotSupportedYet(call.order_by[0].range, "ORDER BY inside " + name);
  if (!call.within_group.empty()) return sql::NotSupportedYet(call.within_group[0].range, "WITHIN GROUP");
  if (call.json) return sql::NotSupportedYet(call.range, "A clause of " + name);
  return arrow::Status::OK();
}

arrow::Status BadArguments(const arrow::Status& status, const sql::FunctionCall& call) {
  if (!status.IsTypeError() && !status.IsInvalid()) return sql::WithPlace(status, call.range);
  const bool star = call.arguments.size() == 1 && call.arguments[0].value->Is<sql::Star>();
  std::string hint = star ? "Only COUNT takes *." : "";
  if (hint.empty() && status.message().find("<numeric>") != std::string::npos && call.arguments.size() == 1)
    hint = "Convert it: " + call.name.ToString() + "(CAST(" + sql::ToSql(*call.arguments[0].value) + " AS DOUBLE)).";
  return sql::SqlError(call.range, status.message(), hint);
}

}  // namespace

arrow::Result<AggregateSite> BindAggregateCall(const sql::FunctionCall& call, ExpressionBinder* binder) {
  AggregateSite site;
  site.name = UpperCaseName(call.name.last().value);
  site.text = sql::ToSql(call);
  site.distinct = call.quantifier == sql::SetQuantifier::kDistinct;
  // ARRAY_AGG alone keeps NULLs unless told otherwise.
  site.ignore_nulls = call.null_treatment == sql::NullTreatment::kUnspecified
                          ? site.name != "ARRAY_AGG"
                          : call.null_treatment == sql::NullTreatment::kIgnoreNulls;
  ARROW_RETURN_NOT_OK(CheckAggregateClauses(call, site.name));
  const bool star = call.arguments.size() == 1 && call.arguments[0].value->Is<sql::Star>();
  if (star && site.name != "COUNT") {
    return sql::SqlError(call.range, site.name + "(*) is not possible", "Only COUNT takes *; name a column.");
  }
  if (star && site.distinct) return sql::SqlError(call.range, "COUNT(DISTINCT *) is not possible", "Name the columns.");
  if (!star && call.arguments.empty() && site.name == "COUNT") {
    return sql::SqlError(call.range, "COUNT takes an argument", "Write COUNT(*) or COUNT(column).");
  }
  for (const sql::FunctionArgument& argument : call.arguments) {
    if (star) break;
    if (argument.name)
      return sql::NotSupportedYet(argument.name->range, "An argument by name in a call of an aggregate");
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr arg, binder->Bind(*argument.value));
    site.args.push_back(std::move(arg));
    site.arg_texts.push_back(sql::ToSql(*argument.value));
  }
  std::vector<expr::ArgumentInfo> infos;
  for (const ExpressionPtr& arg : site.args) infos.push_back(ArgumentOf(arg));
  auto resolved = expr::ResolveAggregate(site.name, infos);
  if (!resolved.ok()) return BadArguments(resolved.status(), call);
  for (size_t i = 0; i < site.args.size() && i < resolved->argument_types.size(); ++i) {
    site.args[i] = CastTo(std::move(site.args[i]), resolved->argument_types[i]);
  }
  site.type = resolved->return_type.WithTimeAttribute(TimeAttribute::kNone);
  if (call.filter) {
    ARROW_ASSIGN_OR_RAISE(site.filter, binder->Bind(*call.filter));
    ARROW_ASSIGN_OR_RAISE(site.filter, AsCondition(std::move(site.filter), call.filter->range, "FILTER"));
    site.filter_text = sql::ToSql(*call.filter);
  }
  return site;
}

int Aggregation::AddCall(AggregateSite site) {
  for (size_t i = 0; i < calls.size(); ++i) {
    if (SameCall(calls[i], site)) return static_cast<int>(i);
  }
  calls.push_back(std::move(site));
  return static_cast<int>(calls.size()) - 1;
}

int Aggregation::AddProperty(WindowProperty property) {
  const auto found = std::find(properties.begin(), properties.end(), property);
  if (found != properties.end()) return static_cast<int>(found - properties.begin());
  properties.push_back(property);
  return static_cast<int>(properties.size()) - 1;
}

DataType Aggregation::PropertyType(WindowProperty property) const {
  switch (property) {
    case WindowProperty::kStart:
    case WindowProperty::kEnd:
      break;
    case WindowProperty::kTime:
      return group_by.window->time->type().WithTimeAttribute(TimeAttribute::kRowtime);
    case WindowProperty::kProctime:
      return DataType::TimestampLtz(3).NotNull().WithTimeAttribute(TimeAttribute::kProctime);
  }
  return DataType::Timestamp(3).NotNull();
}

}  // namespace tidemark::plan
