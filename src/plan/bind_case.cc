// SPDX-License-Identifier: Apache-2.0
// Binds CASE and the functions that are CASE in other words: IF, IFNULL, NULLIF, COALESCE.
#include <fmt/format.h>

#include <algorithm>

#include "plan/bind_call.h"
#include "plan/bind_expression.h"
#include "plan/bind_literal.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

/// CASE over conditions and results in pairs, then the ELSE result; results are brought to one type.
arrow::Result<ExpressionPtr> MakeCase(std::vector<ExpressionPtr> conditions, std::vector<ExpressionPtr> results,
                                      const std::string& what, sql::SourceRange range) {
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonTypeOf(results, what, range));
  bool nullable = false;
  for (ExpressionPtr& result : results) {
    result = CastTo(std::move(result), type);
    nullable |= result->type().nullable();
  }
  std::vector<ExpressionPtr> children;
  for (size_t i = 0; i < conditions.size(); ++i) {
    children.push_back(std::move(conditions[i]));
    children.push_back(std::move(results[i]));
  }
  children.push_back(std::move(results.back()));
  return Expression::Case(std::move(children), type.WithNullable(nullable));
}

arrow::Status BareNull(const sql::FunctionCall& call, const std::string& name) {
  return sql::SqlError(call.range, name + " does not take a NULL without a type here", "Write CAST(NULL AS ...).");
}

bool IsBareNull(const ExpressionPtr& expression) { return expression->type().kind() == TypeKind::kNull; }

arrow::Status WrongCount(const sql::FunctionCall& call, const std::string& name, const std::string& form) {
  return sql::SqlError(call.range, fmt::format("{} takes other arguments: {} given", name, call.arguments.size()),
                       "Write " + form + ".");
}

}  // namespace

arrow::Result<ExpressionPtr> ExpressionBinder::BindCase(const sql::CaseExpression& expression) {
  ExpressionPtr operand;
  if (expression.operand) {
    ARROW_ASSIGN_OR_RAISE(operand, Bind(*expression.operand));
  }
  std::vector<ExpressionPtr> conditions;
  std::vector<ExpressionPtr> results;
  for (const sql::WhenClause& when : expression.whens) {
    std::vector<ExpressionPtr> any;
    for (const auto& written : when.conditions) {
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, Bind(*written));
      if (operand) {
        ARROW_ASSIGN_OR_RAISE(condition, MakeBinary("=", operand, std::move(condition), written->range));
      } else {
        ARROW_ASSIGN_OR_RAISE(condition, AsCondition(std::move(condition), written->range, "WHEN"));
      }
      any.push_back(std::move(condition));
    }
    conditions.push_back(MakeOr(std::move(any)));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr result, Bind(*when.result));
    results.push_back(std::move(result));
  }
  ExpressionPtr otherwise = NullLiteral(DataType::Null());
  if (expression.otherwise) {
    ARROW_ASSIGN_OR_RAISE(otherwise, Bind(*expression.otherwise));
  }
  results.push_back(std::move(otherwise));
  if (std::all_of(results.begin(), results.end(), IsBareNull)) {
    return sql::SqlError(expression.range, "Every result of CASE is NULL, so it has no type",
                         "Give one of them a type: CAST(NULL AS INT).");
  }
  return MakeCase(std::move(conditions), std::move(results), "CASE", expression.range);
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindConditional(const sql::FunctionCall& call, const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> args, BindArguments(call));
  if (name == "COALESCE" || name == "IFNULL") {
    if (name == "IFNULL" && args.size() != 2) return WrongCount(call, name, "IFNULL(value, replacement)");
    if (args.empty()) return WrongCount(call, name, "COALESCE(value, ...)");
    if (std::all_of(args.begin(), args.end(), IsBareNull)) return BareNull(call, name);
    // Nothing stands in for a value that is never NULL; its type is the common one all the same, but for the length.
    if (name == "IFNULL" && !args[0]->type().nullable()) {
      ARROW_ASSIGN_OR_RAISE(const DataType type, CommonTypeOf(args, name, call.range));
      const bool is_text = type.is_character() || type.is_binary();
      return is_text ? args[0] : CastTo(args[0], type);
    }
    return MakeCoalesce(std::move(args), name, call.range);
  }
  if (name == "IF") {
    if (args.size() != 3) return WrongCount(call, name, "IF(condition, value, otherwise)");
    if (std::any_of(args.begin(), args.end(), IsBareNull)) return BareNull(call, name);
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, AsCondition(args[0], call.arguments[0].value->range, "IF"));
    const bool nullable = condition->type().nullable();
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr chosen, MakeCase({std::move(condition)}, {args[1], args[2]}, name, call.range));
    // Unlike CASE, IF has a nullable type when its condition has one.
    if (!nullable || chosen->type().nullable()) return chosen;
    return Expression::Case(chosen->children(), chosen->type().WithNullable(true));
  }
  if (args.size() != 2) return WrongCount(call, name, "NULLIF(value, null_value)");
  if (IsBareNull(args[0])) return BareNull(call, name);
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal, MakeBinary("=", args[0], args[1], call.range));
  return MakeCase({std::move(equal)}, {NullLiteral(args[0]->type()), args[0]}, name, call.range);
}

}  // namespace tidemark::plan
