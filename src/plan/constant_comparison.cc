// SPDX-License-Identifier: Apache-2.0
// Recognizing `column <op> literal`, either way around.
#include "plan/constant_comparison.h"

#include <arrow/scalar.h>

#include "expr/function.h"

namespace tidemark::plan {
namespace {

using expr::Expression;

std::string Mirrored(const std::string& op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

}  // namespace

std::optional<ConstantComparison> AsConstantComparison(const Expression& expression) {
  if (expression.kind() != Expression::Kind::kCall) return std::nullopt;
  const auto& args = expression.children();
  const std::string& name = expression.function()->name;
  if (args.size() == 1 && args[0]->kind() == Expression::Kind::kColumn &&
      (name == "IS NULL" || name == "IS NOT NULL")) {
    return ConstantComparison{args[0]->column_index(), name, nullptr};
  }
  if (args.size() != 2) return std::nullopt;
  if (name != "=" && name != "<" && name != "<=" && name != ">" && name != ">=") return std::nullopt;
  const bool left_is_column = args[0]->kind() == Expression::Kind::kColumn;
  const auto& column = args[left_is_column ? 0 : 1];
  const auto& literal = args[left_is_column ? 1 : 0];
  if (column->kind() != Expression::Kind::kColumn || literal->kind() != Expression::Kind::kLiteral) return std::nullopt;
  if (!literal->literal()->is_valid) return std::nullopt;
  return ConstantComparison{column->column_index(), left_is_column ? name : Mirrored(name), literal->literal()};
}

}  // namespace tidemark::plan
