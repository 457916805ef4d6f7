// SPDX-License-Identifier: Apache-2.0
// Placeholders in expressions under construction, and rewriting of expression trees.
#include "plan/placeholder.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

constexpr int kSpaceSize = 1 << 20;

ExpressionPtr Rebuild(const Expression& old, std::vector<ExpressionPtr> children, const DataType& type) {
  switch (old.kind()) {
    case Expression::Kind::kCall:
      return Expression::Call(old.function(), std::move(children), type);
    case Expression::Kind::kCast:
      return Expression::Cast(std::move(children[0]), type, old.is_try());
    case Expression::Kind::kAnd:
      return Expression::And(std::move(children));
    case Expression::Kind::kOr:
      return Expression::Or(std::move(children));
    case Expression::Kind::kCase:
      return Expression::Case(std::move(children), type);
    case Expression::Kind::kCoalesce:
      return Expression::Coalesce(std::move(children), type);
    case Expression::Kind::kField:
      return Expression::Field(std::move(children[0]), old.field_index(), type);
    case Expression::Kind::kColumn:
    case Expression::Kind::kLiteral:
      break;
  }
  return nullptr;  // columns and literals have no children
}

}  // namespace

ExpressionPtr MakePlaceholder(Placeholder space, int number, DataType type, const std::string& name) {
  return Expression::Column(static_cast<int>(space) + number, std::move(type), name);
}

std::optional<int> PlaceholderNumber(const Expression& expression, Placeholder space) {
  if (expression.kind() != Expression::Kind::kColumn) return std::nullopt;
  const int number = expression.column_index() - static_cast<int>(space);
  if (number < 0 || number >= kSpaceSize) return std::nullopt;
  return number;
}

bool IsInputColumn(const Expression& expression) {
  return expression.kind() == Expression::Kind::kColumn && expression.column_index() < kSpaceSize;
}

bool Contains(const Expression& expression, Placeholder space) {
  if (PlaceholderNumber(expression, space)) return true;
  return std::any_of(expression.children().begin(), expression.children().end(),
                     [&](const ExpressionPtr& child) { return Contains(*child, space); });
}

arrow::Result<ExpressionPtr> Rewrite(const ExpressionPtr& expression, const Replacer& replace) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr replaced, replace(expression));
  if (replaced) return replaced;
  std::vector<ExpressionPtr> children;
  bool changed = false;
  bool became_nullable = false;
  for (const ExpressionPtr& child : expression->children()) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr rewritten, Rewrite(child, replace));
    changed |= rewritten != child;
    became_nullable |= rewritten->type().nullable() && !child->type().nullable();
    children.push_back(std::move(rewritten));
  }
  if (!changed) return expression;
  const DataType type = became_nullable ? expression->type().WithNullable(true) : expression->type();
  return Rebuild(*expression, std::move(children), type);
}

ExpressionPtr ShiftColumns(const ExpressionPtr& expression, int shift) {
  auto shifted = Rewrite(expression, [shift](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    if (!IsInputColumn(*node)) return nullptr;
    return Expression::Column(node->column_index() + shift, node->type(), node->column_name());
  });
  return *shifted;  // the replacer never fails
}

ExpressionPtr Retype(const ExpressionPtr& expression, const std::vector<Field>& schema) {
  auto retyped = Rewrite(expression, [&schema](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    if (!IsInputColumn(*node)) return nullptr;
    return Expression::Column(node->column_index(), schema[node->column_index()].type, node->column_name());
  });
  return *retyped;  // the replacer never fails
}

}  // namespace tidemark::plan
