// SPDX-License-Identifier: Apache-2.0
// Constant folding over a whole logical plan.
#include <arrow/scalar.h>

#include "expr/evaluator.h"
#include "plan/rewrite.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;

class ConstantFolder {
 public:
  explicit ConstantFolder(const expr::FunctionContext& functions) : functions_(functions) {}

  ExpressionPtr Fold(const ExpressionPtr& expression) const {
    if (!expression || expression->children().empty()) return FoldLeaf(expression);
    std::vector<ExpressionPtr> children;
    bool changed = false;
    bool all_literal = true;
    for (const auto& child : expression->children()) {
      children.push_back(Fold(child));
      changed |= children.back() != child;
      all_literal &= children.back()->kind() == Expression::Kind::kLiteral;
    }
    ExpressionPtr rebuilt = changed ? Rebuild(*expression, std::move(children)) : expression;
    return all_literal ? Evaluate(rebuilt) : rebuilt;
  }

 private:
  // Nested values and functions of the clock stay as they are: the first gain nothing, the second change.
  ExpressionPtr Evaluate(const ExpressionPtr& expression) const {
    if (expression->type().is_nested() || !expression->deterministic()) return expression;
    auto value = expr::EvaluateConstant(expression, functions_);
    return value.ok() ? Expression::Literal(*value, expression->type()) : expression;
  }

  ExpressionPtr FoldLeaf(const ExpressionPtr& expression) const {
    const bool is_call = expression && expression->kind() == Expression::Kind::kCall;
    return is_call ? Evaluate(expression) : expression;
  }

  static ExpressionPtr Rebuild(const Expression& old, std::vector<ExpressionPtr> children) {
    switch (old.kind()) {
      case Expression::Kind::kCall:
        return Expression::Call(old.function(), std::move(children), old.type());
      case Expression::Kind::kCast:
        return Expression::Cast(children[0], old.type(), old.is_try());
      case Expression::Kind::kAnd:
        return Expression::And(std::move(children));
      case Expression::Kind::kOr:
        return Expression::Or(std::move(children));
      case Expression::Kind::kCase:
        return Expression::Case(std::move(children), old.type());
      case Expression::Kind::kCoalesce:
        return Expression::Coalesce(std::move(children), old.type());
      case Expression::Kind::kField:
        return Expression::Field(children[0], old.field_index(), old.type());
      case Expression::Kind::kColumn:
      case Expression::Kind::kLiteral:
        break;
    }
    return nullptr;  // unreachable: columns and literals have no children
  }

  const expr::FunctionContext& functions_;
};

LogicalPtr FoldNode(const LogicalPtr& node, const ConstantFolder& folder) {
  std::vector<LogicalPtr> inputs;
  for (const auto& input : node->inputs()) inputs.push_back(FoldNode(input, folder));
  switch (node->kind()) {
    case LogicalNode::Kind::kProject: {
      std::vector<ExpressionPtr> expressions;
      for (const auto& e : static_cast<const LogicalProject&>(*node).expressions) expressions.push_back(folder.Fold(e));
      auto project = std::make_shared<LogicalProject>(node->schema(), inputs[0], std::move(expressions));
      project->range = node->range;
      return project;
    }
    case LogicalNode::Kind::kFilter: {
      auto condition = folder.Fold(static_cast<const LogicalFilter&>(*node).condition);
      auto filter = std::make_shared<LogicalFilter>(inputs[0], std::move(condition));
      filter->range = node->range;
      return filter;
    }
    case LogicalNode::Kind::kJoin: {
      const auto& old = static_cast<const LogicalJoin&>(*node);
      auto join =
          std::make_shared<LogicalJoin>(node->schema(), inputs[0], inputs[1], old.type, folder.Fold(old.condition));
      join->range = node->range;
      join->input_ttl_ms = node->input_ttl_ms;
      return join;
    }
    default:
      return WithInputs(*node, std::move(inputs));
  }
}

}  // namespace

LogicalPtr FoldConstants(const LogicalPtr& node, const expr::FunctionContext& functions) {
  return FoldNode(node, ConstantFolder(functions));
}

}  // namespace tidemark::plan
