// SPDX-License-Identifier: Apache-2.0
// Outer joins whose padded rows a filter above drops anyway become inner joins (full ones: left or right joins), which
// need no state for rows without a match and take nothing back.
#include <arrow/scalar.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

#include "expr/evaluator.h"
#include "plan/rewrite.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;
using IsPadded = std::function<bool(int)>;

ExpressionPtr WithNulls(const ExpressionPtr& expression) {
  std::vector<ExpressionPtr> nulls;
  for (int column : expr::ReferencedColumns(*expression)) nulls.resize(std::max<size_t>(nulls.size(), column + 1));
  const std::function<void(const Expression&)> fill = [&](const Expression& node) {
    if (node.kind() == Expression::Kind::kColumn) {
      const DataType type = node.type().WithTimeAttribute(TimeAttribute::kNone).WithNullable(true);
      nulls[node.column_index()] = Expression::Literal(arrow::MakeNullScalar(type.ToArrow()), type);
    }
    for (const auto& child : node.children()) fill(*child);
  };
  fill(*expression);
  return expr::ReplaceColumns(expression, nulls);
}

class OuterJoins {
 public:
  explicit OuterJoins(const expr::FunctionContext& functions) : functions_(functions) {}

  LogicalPtr Narrow(const LogicalPtr& node, const std::vector<ExpressionPtr>& conjuncts) const {
    if (node->kind() == LogicalNode::Kind::kFilter) {
      const auto own = Conjuncts(static_cast<const LogicalFilter&>(*node).condition);
      return WithInputs(*node, {Narrow(node->inputs()[0], own)});
    }
    std::vector<LogicalPtr> inputs;
    for (const auto& input : node->inputs()) inputs.push_back(Narrow(input, {}));
    if (node->kind() != LogicalNode::Kind::kJoin) return inputs.empty() ? node : WithInputs(*node, std::move(inputs));
    const auto& old = static_cast<const LogicalJoin&>(*node);
    auto join =
        std::make_shared<LogicalJoin>(old.schema(), inputs[0], inputs[1], TypeBelow(old, conjuncts), old.condition);
    join->range = old.range;
    join->input_ttl_ms = old.input_ttl_ms;
    return join;
  }

 private:
  JoinType TypeBelow(const LogicalJoin& join, const std::vector<ExpressionPtr>& conjuncts) const {
    const auto left_count = static_cast<int>(join.input(0).schema().size());
    const auto rejects = [&](const IsPadded& is_padded) {
      return std::any_of(conjuncts.begin(), conjuncts.end(),
                         [&](const ExpressionPtr& conjunct) { return Rejects(conjunct, is_padded); });
    };
    const bool pads_left = join.type == JoinType::kRight || join.type == JoinType::kFull;
    const bool pads_right = join.type == JoinType::kLeft || join.type == JoinType::kFull;
    const bool still_pads_left = pads_left && !rejects([&](int column) { return column < left_count; });
    const bool still_pads_right = pads_right && !rejects([&](int column) { return column >= left_count; });
    if (still_pads_left == pads_left && still_pads_right == pads_right) return join.type;
    if (still_pads_left) return JoinType::kRight;
    return still_pads_right ? JoinType::kLeft : JoinType::kInner;
  }

  /// Whether the condition cannot hold where all padded columns are NULL.
  bool Rejects(const ExpressionPtr& condition, const IsPadded& is_padded) const {
    if (!condition->deterministic()) return false;
    if (ReadsOnly(*condition, is_padded)) {
      const auto value = expr::EvaluateConstant(WithNulls(condition), functions_);
      return value.ok() && (!(*value)->is_valid || !static_cast<const arrow::BooleanScalar&>(**value).value);
    }
    if (condition->kind() == Expression::Kind::kOr) {
      const auto& branches = condition->children();
      return std::all_of(branches.begin(), branches.end(),
                         [&](const ExpressionPtr& branch) { return Rejects(branch, is_padded); });
    }
    if (condition->kind() != Expression::Kind::kCall) return false;
    constexpr std::array<std::string_view, 6> kComparisons = {"=", "<>", "<", "<=", ">", ">="};
    const auto& name = condition->function()->name;
    if (std::find(kComparisons.begin(), kComparisons.end(), name) == kComparisons.end()) return false;
    const auto& sides = condition->children();
    return std::any_of(sides.begin(), sides.end(), [&](const ExpressionPtr& side) { return IsNull(side, is_padded); });
  }

  bool IsNull(const ExpressionPtr& side, const IsPadded& is_padded) const {
    if (!ReadsOnly(*side, is_padded)) return false;
    const auto value = expr::EvaluateConstant(WithNulls(side), functions_);
    return value.ok() && !(*value)->is_valid;
  }

  /// Whether it reads columns, and no others than the padded ones.
  static bool ReadsOnly(const Expression& expression, const IsPadded& is_padded) {
    const auto columns = expr::ReferencedColumns(expression);
    return !columns.empty() && std::all_of(columns.begin(), columns.end(), is_padded);
  }

  const expr::FunctionContext& functions_;
};

}  // namespace

LogicalPtr NarrowOuterJoins(const LogicalPtr& node, const expr::FunctionContext& functions) {
  return OuterJoins(functions).Narrow(node, {});
}

}  // namespace tidemark::plan
