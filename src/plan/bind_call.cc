// SPDX-License-Identifier: Apache-2.0
// Building bound expressions out of bound arguments: calls with implicit casts, common types.
#include "plan/bind_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/common_type.h"
#include "expr/evaluator.h"
#include "plan/bind_literal.h"
#include "plan/bind_type.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

constexpr const char* kComparisons[] = {"=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"};

bool IsComparison(const std::string& op) {
  return std::find(std::begin(kComparisons), std::end(kComparisons), op) != std::end(kComparisons);
}

std::string HintForTypes(const DataType& left, const DataType& right, bool comparison) {
  const bool left_text = left.is_character();
  if (left_text != right.is_character()) {
    const DataType& other = left_text ? right : left;
    if (!other.is_nested() && !other.is_interval()) {
      return "Convert the text with CAST(... AS " + TypeText(other) + "), or the other side with CAST(... AS STRING).";
    }
  }
  if (left.is_datetime() && right.is_datetime() && !comparison) {
    return "Write (a - b) DAY TO SECOND for an interval; TIMESTAMPDIFF(SECOND, b, a) gives a number.";
  }
  if ((left.is_datetime() && right.is_numeric()) || (left.is_numeric() && right.is_datetime())) {
    if (comparison)
      return "Compare it with a time, such as TIMESTAMP '2020-01-01 00:00:00'; TO_TIMESTAMP_LTZ(number, 3) makes one "
             "of milliseconds.";
    return "Add or subtract an interval (INTERVAL '1' DAY); TO_TIMESTAMP_LTZ(number, 3) makes a time of milliseconds.";
  }
  return "Convert one side with CAST(... AS type).";
}

bool IsNullConstant(const ExpressionPtr& expression) {
  return expression->kind() == Expression::Kind::kLiteral && !expression->literal()->is_valid;
}

bool IsReadFromText(const DataType& type) { return type.is_numeric() || type.is_datetime(); }

/// Casts each argument to the resolved type and makes the call.
ExpressionPtr Apply(const expr::ScalarFunction& function, std::vector<ExpressionPtr> args,
                    const expr::ResolvedSignature& signature) {
  for (size_t i = 0; i < args.size() && i < signature.argument_types.size(); ++i) {
    args[i] = CastTo(std::move(args[i]), signature.argument_types[i]);
  }
  const bool proctime = function.name == "PROCTIME";
  const DataType type =
      signature.return_type.WithTimeAttribute(proctime ? TimeAttribute::kProctime : TimeAttribute::kNone);
  return Expression::Call(&function, std::move(args), type);
}

arrow::Result<expr::ResolvedSignature> Resolve(const expr::ScalarFunction& function,
                                               const std::vector<ExpressionPtr>& args) {
  std::vector<expr::ArgumentInfo> infos;
  for (const ExpressionPtr& arg : args) infos.push_back(ArgumentOf(arg));
  return function.resolve(infos);
}

}  // namespace

expr::ArgumentInfo ArgumentOf(const ExpressionPtr& expression) {
  const bool literal = expression->kind() == Expression::Kind::kLiteral;
  return {expression->type(), literal ? expression->literal().get() : nullptr};
}

arrow::Result<ExpressionPtr> MakeCall(const expr::ScalarFunction& function, std::vector<ExpressionPtr> args,
                                      sql::SourceRange range) {
  auto signature = Resolve(function, args);
  if (!signature.ok()) {
    if (!signature.status().IsTypeError() && !signature.status().IsInvalid())
      return sql::WithPlace(signature.status(), range);
    std::string hint = function.signature_text;
    if (!hint.empty()) hint = "It is called as " + hint + ".";
    return sql::SqlError(range, signature.status().message(), hint);
  }
  return Apply(function, std::move(args), *signature);
}

arrow::Result<ExpressionPtr> MakeNamedCall(const std::string& name, std::vector<ExpressionPtr> args,
                                           sql::SourceRange range) {
  const expr::ScalarFunction* function = expr::FunctionRegistry::BuiltIn().Find(name);
  if (function == nullptr) return sql::NotSupportedYet(range, name);
  return MakeCall(*function, std::move(args), range);
}

arrow::Result<ExpressionPtr> MakeBinary(const std::string& op, ExpressionPtr left, ExpressionPtr right,
                                        sql::SourceRange range) {
  const expr::ScalarFunction* function = expr::FunctionRegistry::BuiltIn().Find(op);
  if (function == nullptr) return sql::NotSupportedYet(range, "The operator " + op);
  const DataType left_type = left->type();
  const DataType right_type = right->type();
  // Text is not read as a number or time to be compared with a constant NULL.
  const bool text_and_null = (left_type.is_character() && IsNullConstant(right) && IsReadFromText(right_type)) ||
                             (right_type.is_character() && IsNullConstant(left) && IsReadFromText(left_type));
  if (text_and_null && IsComparison(op) && !op.starts_with("IS ")) return NullLiteral(DataType::Boolean());
  std::vector<ExpressionPtr> args = {std::move(left), std::move(right)};
  auto signature = Resolve(*function, args);
  if (signature.ok()) return Apply(*function, std::move(args), *signature);
  if (!signature.status().IsTypeError()) return sql::WithPlace(signature.status(), range);
  const std::string message =
      IsComparison(op) ? fmt::format("Cannot compare {} with {}", TypeText(left_type), TypeText(right_type))
                       : fmt::format("Cannot apply {} to {} and {}", op, TypeText(left_type), TypeText(right_type));
  return sql::SqlError(range, message, HintForTypes(left_type, right_type, IsComparison(op)));
}

ExpressionPtr MakeNot(ExpressionPtr operand, sql::SourceRange range) {
  const DataType type = DataType::Boolean().WithNullable(operand->type().nullable());
  const expr::ScalarFunction* function = expr::FunctionRegistry::BuiltIn().Find("NOT");
  (void)range;
  return Expression::Call(function, {std::move(operand)}, type);
}

ExpressionPtr MakeAnd(std::vector<ExpressionPtr> operands) {
  return operands.size() == 1 ? operands[0] : Expression::And(std::move(operands));
}

ExpressionPtr MakeOr(std::vector<ExpressionPtr> operands) {
  return operands.size() == 1 ? operands[0] : Expression::Or(std::move(operands));
}

ExpressionPtr CastTo(ExpressionPtr expression, const DataType& type) {
  const DataType& from = expression->type();
  if (from.kind() == TypeKind::kNull && type.kind() != TypeKind::kNull &&
      expression->kind() == Expression::Kind::kLiteral) {
    return NullLiteral(type);
  }
  if (from.EqualsIgnoringNullability(type)) return expression;
  const DataType target = type.WithNullable(from.nullable()).WithTimeAttribute(TimeAttribute::kNone);
  const bool literal = expression->kind() == Expression::Kind::kLiteral;
  if (literal && from.is_numeric() && type.is_numeric()) {
    // A number's value in another type depends on nothing else; one that does not fit fails when a row needs it.
    const ExpressionPtr cast = Expression::Cast(expression, target, false);
    const auto value = expr::EvaluateConstant(cast, expr::FunctionContext{});
    return value.ok() && (*value)->is_valid ? Expression::Literal(*value, target) : cast;
  }
  if (literal && from.is_character() && type.kind() == TypeKind::kVarChar && from.length() <= type.length()) {
    return Expression::Literal(expression->literal(), target);
  }
  return Expression::Cast(std::move(expression), target, false);
}

arrow::Result<DataType> CommonTypeOf(const std::vector<ExpressionPtr>& expressions, const std::string& what,
                                     sql::SourceRange range) {
  std::vector<DataType> types;
  for (const ExpressionPtr& expression : expressions) types.push_back(expression->type());
  auto common = what == "COALESCE" || what == "IFNULL" ? MergedType(types) : CommonType(types);
  if (common.ok()) return common->WithTimeAttribute(TimeAttribute::kNone);
  std::string names;
  std::vector<std::string> seen;
  for (const DataType& type : types) {
    const std::string text = TypeText(type);
    if (type.kind() == TypeKind::kNull || std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    seen.push_back(text);
  }
  for (size_t i = 0; i < seen.size(); ++i) names += (i == 0 ? "" : i + 1 == seen.size() ? " and " : ", ") + seen[i];
  return sql::SqlError(range, what + " has values of types " + names + ", which have no common type",
                       "Convert them with CAST(... AS type) to one type.");
}

arrow::Result<ExpressionPtr> MakeCoalesce(std::vector<ExpressionPtr> args, const std::string& what,
                                          sql::SourceRange range) {
  ARROW_ASSIGN_OR_RAISE(DataType type, CommonTypeOf(args, what, range));
  const bool nullable =
      std::all_of(args.begin(), args.end(), [](const ExpressionPtr& arg) { return arg->type().nullable(); });
  for (ExpressionPtr& arg : args) arg = CastTo(std::move(arg), type);
  if (args.size() == 1) return args[0];
  return Expression::Coalesce(std::move(args), type.WithNullable(nullable));
}

}  // namespace tidemark::plan
