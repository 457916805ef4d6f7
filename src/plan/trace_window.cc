// SPDX-License-Identifier: Apache-2.0
// Where the columns of a window TVF are, further up in the plan.
#include "plan/trace_window.h"

#include "expr/function.h"
#include "plan/rewrite.h"

namespace tidemark::plan {
namespace {

/// Whether `condition`, over left ++ right columns, demands that the two columns are equal.
bool DemandsEqual(const expr::ExpressionPtr& condition, int left, int right) {
  using Kind = expr::Expression::Kind;
  for (const auto& conjunct : Conjuncts(condition)) {
    if (conjunct->kind() != Kind::kCall || conjunct->function()->name != "=") continue;
    const auto& sides = conjunct->children();
    if (sides[0]->kind() != Kind::kColumn || sides[1]->kind() != Kind::kColumn) continue;
    const int first = sides[0]->column_index();
    const int second = sides[1]->column_index();
    if ((first == left && second == right) || (first == right && second == left)) return true;
  }
  return false;
}

WindowColumns OfJoin(const LogicalJoin& join) {
  const auto windows = WindowsOfJoin(join);
  if (!windows || join.type == JoinType::kFull) return {};
  const int shift = join.type == JoinType::kRight ? static_cast<int>(join.input(0).schema().size()) : 0;
  WindowColumns here = join.type == JoinType::kRight ? windows->second : windows->first;
  for (int* column : {&here.start, &here.end, &here.time}) {
    if (*column >= 0) *column += shift;
  }
  return here;
}

/// The windows of a union, where all inputs have the same in the same columns.
WindowColumns OfUnion(const LogicalNode& node) {
  WindowColumns all = TraceWindow(node.input());
  for (size_t i = 1; i < node.inputs().size() && all.window; ++i) {
    const WindowColumns other = TraceWindow(node.input(static_cast<int>(i)));
    if (other.window != all.window || other.local != all.local) return {};
    if (other.start != all.start || other.end != all.end) return {};
    if (other.time != all.time) all.time = -1;
  }
  return all;
}

}  // namespace

WindowColumns TraceWindow(const LogicalNode& node) {
  switch (node.kind()) {
    case LogicalNode::Kind::kWindowTvf: {
      const int first = static_cast<int>(node.schema().size()) - 3;
      const auto& tvf = static_cast<const LogicalWindowTvf&>(node);
      const bool local = tvf.input().schema()[tvf.time_column].type.kind() == TypeKind::kTimestampLtz;
      return {tvf.window, first, first + 1, first + 2, local};
    }
    case LogicalNode::Kind::kFilter:
    case LogicalNode::Kind::kSort:
      return TraceWindow(node.input());
    case LogicalNode::Kind::kRank:
      return TraceWindow(node.input());
    case LogicalNode::Kind::kExpand: {
      const WindowColumns below = TraceWindow(node.input());
      for (const auto& kept : static_cast<const LogicalExpand&>(node).kept) {
        if (!below.window || below.start < 0 || below.end < 0 || !kept[below.start] || !kept[below.end]) return {};
      }
      return below;
    }
    case LogicalNode::Kind::kProject: {
      const WindowColumns below = TraceWindow(node.input());
      if (!below.window) return {};
      WindowColumns here{below.window, -1, -1, -1, below.local};
      const auto& expressions = static_cast<const LogicalProject&>(node).expressions;
      for (size_t i = 0; i < expressions.size(); ++i) {
        if (expressions[i]->kind() != expr::Expression::Kind::kColumn) continue;
        const int column = expressions[i]->column_index();
        if (column == below.start) here.start = static_cast<int>(i);
        if (column == below.end) here.end = static_cast<int>(i);
        if (column == below.time) here.time = static_cast<int>(i);
      }
      return here;
    }
    case LogicalNode::Kind::kAggregate: {
      const WindowColumns below = TraceWindow(node.input());
      if (!below.window) return {};
      WindowColumns here{below.window, -1, -1, -1, below.local};
      const auto& groups = static_cast<const LogicalAggregate&>(node).group_columns;
      for (size_t i = 0; i < groups.size(); ++i) {
        if (groups[i] == below.start) here.start = static_cast<int>(i);
        if (groups[i] == below.end) here.end = static_cast<int>(i);
        if (groups[i] == below.time) here.time = static_cast<int>(i);
      }
      if (here.start < 0 || here.end < 0) return {};
      return here;
    }
    case LogicalNode::Kind::kUnnest: {
      const WindowColumns below = TraceWindow(node.input());
      if (!below.window) return {};
      WindowColumns here{below.window, -1, -1, -1, below.local};
      const auto& kept = static_cast<const LogicalUnnest&>(node).kept;
      for (size_t i = 0; i < kept.size(); ++i) {
        if (kept[i] == below.start) here.start = static_cast<int>(i);
        if (kept[i] == below.end) here.end = static_cast<int>(i);
        if (kept[i] == below.time) here.time = static_cast<int>(i);
      }
      return here;
    }
    case LogicalNode::Kind::kUnion:
      return OfUnion(node);
    case LogicalNode::Kind::kJoin:
      return OfJoin(static_cast<const LogicalJoin&>(node));
    default:
      return {};
  }
}

std::optional<std::pair<WindowColumns, WindowColumns>> WindowsOfJoin(const LogicalJoin& join) {
  const WindowColumns left = TraceWindow(join.input(0));
  const WindowColumns right = TraceWindow(join.input(1));
  if (!left.window || left.window != right.window || left.local != right.local) return std::nullopt;
  if (left.start < 0 || left.end < 0 || right.start < 0 || right.end < 0) return std::nullopt;
  const int shift = static_cast<int>(join.input(0).schema().size());
  if (!DemandsEqual(join.condition, left.start, right.start + shift)) return std::nullopt;
  if (!DemandsEqual(join.condition, left.end, right.end + shift)) return std::nullopt;
  return std::pair(left, right);
}

}  // namespace tidemark::plan
