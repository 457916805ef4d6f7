// SPDX-License-Identifier: Apache-2.0
// Binds calls of scalar functions; aggregates and window functions go to what the clause allows.
#include <fmt/format.h>

#include <algorithm>

#include "expr/aggregate_function.h"
#include "plan/bind_call.h"
#include "plan/bind_expression.h"
#include "plan/bind_literal.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

bool IsConditional(const std::string& name) {
  return name == "COALESCE" || name == "IFNULL" || name == "IF" || name == "NULLIF";
}

/// Functions of GROUP BY windows: TUMBLE_START and the like, and the windows themselves.
bool IsGroupWindowName(const std::string& name) {
  for (const char* window : {"TUMBLE", "HOP", "SESSION", "CUMULATE"}) {
    if (name == window) return true;
    for (const char* property : {"_START", "_END", "_ROWTIME", "_PROCTIME"}) {
      if (name == std::string(window) + property) return true;
    }
  }
  return false;
}

arrow::Status GroupWindowOutOfPlace(const sql::FunctionCall& call, const std::string& name) {
  if (name.find('_') != std::string::npos) {
    const std::string window = name.substr(0, name.find('_'));
    return sql::SqlError(
        call.range, name + " needs the same window in GROUP BY",
        "Write GROUP BY " + window + "(...) with the same arguments, and " + name + " in the SELECT list.");
  }
  return sql::SqlError(call.range, name + " stands only in FROM and in GROUP BY",
                       "Write FROM TABLE(" + name + "(TABLE t, DESCRIPTOR(ts), INTERVAL ...)), or GROUP BY " + name +
                           "(ts, INTERVAL ...).");
}

}  // namespace

arrow::Result<std::vector<ExpressionPtr>> ExpressionBinder::BindArguments(const sql::FunctionCall& call) {
  std::vector<ExpressionPtr> args;
  for (const sql::FunctionArgument& argument : call.arguments) {
    if (argument.name) {
      return sql::NotSupportedYet(argument.name->range, "An argument by name in a call of a scalar function",
                                  "Give the arguments in order.");
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr arg, Bind(*argument.value));
    args.push_back(std::move(arg));
  }
  return args;
}

arrow::Status ExpressionBinder::CheckPlainCall(const sql::FunctionCall& call) const {
  const std::string name = UpperCaseName(call.name.last().value);
  const auto only_aggregates = [&](const char* what, sql::SourceRange range) {
    return sql::SqlError(range, fmt::format("{} is only for aggregate functions, and {} is none", what, name),
                         "Take it away.");
  };
  if (call.over) {
    return sql::SqlError(call.range, name + " is no window function, so OVER cannot follow it",
                         "Take OVER (...) away.");
  }
  if (call.quantifier == sql::SetQuantifier::kDistinct) return only_aggregates("DISTINCT", call.range);
  if (call.filter) return only_aggregates("FILTER", call.filter->range);
  if (!call.order_by.empty()) return only_aggregates("ORDER BY", call.order_by[0].range);
  if (!call.within_group.empty()) return only_aggregates("WITHIN GROUP", call.within_group[0].range);
  if (call.null_treatment != sql::NullTreatment::kUnspecified)
    return only_aggregates("IGNORE or RESPECT NULLS", call.range);
  return arrow::Status::OK();
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindFunctionCall(const sql::FunctionCall& call) {
  if (call.name.parts.size() > 1) return UnknownFunction(call.name);
  const std::string name = UpperCaseName(call.name.last().value);
  if (extension_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, extension_->BindCall(call));
    if (bound) return bound;
  }
  if (call.over && (name == "ROW_NUMBER" || expr::IsAggregateName(name))) {
    return sql::SqlError(call.range, fmt::format("{}(...) OVER (...) cannot stand in {}", name, clause_),
                         "Compute it in the SELECT list of a subquery and filter around that, or write QUALIFY.");
  }
  if (expr::IsAggregateName(name) && expr::FunctionRegistry::BuiltIn().Find(name) == nullptr) {
    std::string hint = "Aggregates stand in the SELECT list, HAVING and ORDER BY.";
    if (clause_ == "WHERE") hint = "Conditions on aggregates go into HAVING.";
    if (clause_ == "GROUP BY") hint = "Group by columns; the aggregate goes into the SELECT list.";
    return sql::SqlError(call.range, fmt::format("The aggregate {} cannot stand in {}", name, clause_), hint);
  }
  if (IsGroupWindowName(name)) return GroupWindowOutOfPlace(call, name);
  if (name == "GROUPING" || name == "GROUPING_ID" || name == "GROUP_ID") {
    return sql::SqlError(call.range, name + " needs a GROUP BY",
                         "It tells which columns a row of GROUPING SETS, ROLLUP or CUBE groups by.");
  }
  return BindScalarCall(call, name);
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindScalarCall(const sql::FunctionCall& call, const std::string& name) {
  if (IsConditional(name)) {
    ARROW_RETURN_NOT_OK(CheckPlainCall(call));
    return BindConditional(call, name);
  }
  const expr::ScalarFunction* function = expr::FunctionRegistry::BuiltIn().Find(name);
  if (function == nullptr) return UnknownFunction(call.name);
  ARROW_RETURN_NOT_OK(CheckPlainCall(call));
  if (name == "JSON" || name == "JSON_EXISTS" || name == "JSON_VALUE" || name == "JSON_QUERY" ||
      name == "JSON_OBJECT" || name == "JSON_ARRAY" || name == "JSON_STRING") {
    return BindJsonCall(call, name, *function);
  }
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> args, BindArguments(call));
  if (name == "TRIM" && args.size() == 1) args = {StringLiteral("BOTH"), StringLiteral(" "), args[0]};
  return MakeCall(*function, std::move(args), call.range);
}

}  // namespace tidemark::plan
