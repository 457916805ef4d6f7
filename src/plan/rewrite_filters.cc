// SPDX-License-Identifier: Apache-2.0
// Filter push-down. A conjunct sinks until an operator's meaning would change, and becomes a filter there.
#include <algorithm>
#include <functional>

#include "plan/rewrite.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;
using ExpressionList = std::vector<ExpressionPtr>;

LogicalPtr Push(const LogicalPtr& node, ExpressionList conjuncts);

LogicalPtr FilterAbove(LogicalPtr node, ExpressionList conjuncts) {
  auto condition = AndAll(std::move(conjuncts));
  return condition ? std::make_shared<LogicalFilter>(std::move(node), std::move(condition)) : node;
}

bool ReadsOnly(const Expression& expression, const std::function<bool(int)>& allowed) {
  const auto columns = expr::ReferencedColumns(expression);
  return std::all_of(columns.begin(), columns.end(), allowed);
}

/// Splits off the conjuncts that read only columns that `allowed` accepts and give the same for the same row.
ExpressionList TakeIf(ExpressionList* conjuncts, const std::function<bool(int)>& allowed) {
  ExpressionList taken;
  ExpressionList kept;
  for (auto& conjunct : *conjuncts) {
    const bool may_move = conjunct->deterministic() && ReadsOnly(*conjunct, allowed);
    (may_move ? taken : kept).push_back(std::move(conjunct));
  }
  *conjuncts = std::move(kept);
  return taken;
}

ExpressionList Shift(const ExpressionList& conjuncts, const Schema& target, int offset) {
  ExpressionList replacements(offset + target.size());
  for (size_t i = 0; i < target.size(); ++i) {
    replacements[offset + i] = Expression::Column(static_cast<int>(i), target[i].type, target[i].name);
  }
  ExpressionList shifted;
  for (const auto& conjunct : conjuncts) shifted.push_back(expr::ReplaceColumns(conjunct, replacements));
  return shifted;
}

LogicalPtr PushThroughProject(const LogicalProject& project, ExpressionList conjuncts) {
  // A conjunct moves when the expressions it reads give the same value wherever they are computed.
  auto movable = TakeIf(&conjuncts, [&](int column) { return project.expressions[column]->deterministic(); });
  ExpressionList below;
  for (auto& conjunct : movable) {
    if (StaysSmall(*conjunct, project.expressions)) {
      below.push_back(expr::ReplaceColumns(conjunct, project.expressions));
    } else {
      conjuncts.push_back(std::move(conjunct));
    }
  }
  auto input = Push(project.inputs()[0], std::move(below));
  return FilterAbove(WithInputs(project, {input}), std::move(conjuncts));
}

LogicalPtr PushThroughAggregate(const LogicalAggregate& aggregate, ExpressionList conjuncts) {
  const auto group_count = static_cast<int>(aggregate.group_columns.size());
  auto movable = TakeIf(&conjuncts, [&](int column) { return column < group_count; });
  // Without a column to read, the conjunct is a constant: a global aggregate still gives its one row.
  if (group_count == 0) conjuncts.insert(conjuncts.end(), movable.begin(), movable.end()), movable.clear();
  ExpressionList replacements;
  for (int column : aggregate.group_columns) {
    const auto& field = aggregate.input().schema()[column];
    replacements.push_back(Expression::Column(column, field.type, field.name));
  }
  replacements.resize(aggregate.schema().size());
  ExpressionList below;
  for (const auto& conjunct : movable) below.push_back(expr::ReplaceColumns(conjunct, replacements));
  auto input = Push(aggregate.inputs()[0], std::move(below));
  return FilterAbove(WithInputs(aggregate, {input}), std::move(conjuncts));
}

LogicalPtr PushThroughWindowTvf(const LogicalWindowTvf& tvf, ExpressionList conjuncts) {
  const auto input_columns = static_cast<int>(tvf.input().schema().size());
  ExpressionList below;
  if (tvf.window.kind != time::WindowKind::kSession) {
    below = TakeIf(&conjuncts, [&](int column) { return column < input_columns; });
  }
  auto input = Push(tvf.inputs()[0], std::move(below));
  return FilterAbove(WithInputs(tvf, {input}), std::move(conjuncts));
}

LogicalPtr PushIntoJoin(const LogicalJoin& join, ExpressionList conjuncts) {
  const auto left_count = static_cast<int>(join.input(0).schema().size());
  const auto is_left = [&](int column) { return column < left_count; };
  const auto is_right = [&](int column) { return column >= left_count; };
  const bool filters_left = join.type != JoinType::kRight && join.type != JoinType::kFull;
  const bool filters_right = join.type == JoinType::kInner || join.type == JoinType::kRight;
  ExpressionList left = filters_left ? TakeIf(&conjuncts, is_left) : ExpressionList();
  ExpressionList right = filters_right ? TakeIf(&conjuncts, is_right) : ExpressionList();
  ExpressionList on = Conjuncts(join.condition);
  if (join.type == JoinType::kInner) {
    for (auto& conjunct : TakeIf(&conjuncts, [](int) { return true; })) on.push_back(std::move(conjunct));
  }
  // A condition of ON that reads one side only filters that side, if the other side's rows do not survive a mismatch.
  const bool on_filters_left =
      join.type == JoinType::kInner || join.type == JoinType::kRight || join.type == JoinType::kSemi;
  const bool on_filters_right = join.type != JoinType::kRight && join.type != JoinType::kFull;
  const auto has_columns = [](const ExpressionPtr& e) { return !expr::ReferencedColumns(*e).empty(); };
  if (on_filters_left) {
    for (auto& e : TakeIf(&on, is_left)) (has_columns(e) ? left : on).push_back(e);
  }
  if (on_filters_right) {
    for (auto& e : TakeIf(&on, is_right)) (has_columns(e) ? right : on).push_back(e);
  }
  auto new_left = Push(join.inputs()[0], std::move(left));
  auto new_right = Push(join.inputs()[1], Shift(right, join.input(1).schema(), left_count));
  auto pushed = std::make_shared<LogicalJoin>(join.schema(), new_left, new_right, join.type, AndAll(std::move(on)));
  pushed->range = join.range;
  pushed->input_ttl_ms = join.input_ttl_ms;
  return FilterAbove(std::move(pushed), std::move(conjuncts));
}

LogicalPtr PushThroughUnnest(const LogicalUnnest& unnest, ExpressionList conjuncts) {
  const auto kept_count = static_cast<int>(unnest.kept.size());
  ExpressionList replacements;
  for (int column : unnest.kept) {
    const auto& field = unnest.input().schema()[column];
    replacements.push_back(Expression::Column(column, field.type, field.name));
  }
  replacements.resize(unnest.schema().size());
  ExpressionList below;
  for (const auto& conjunct : TakeIf(&conjuncts, [&](int column) { return column < kept_count; }))
    below.push_back(expr::ReplaceColumns(conjunct, replacements));
  auto input = Push(unnest.inputs()[0], std::move(below));
  return FilterAbove(WithInputs(unnest, {input}), std::move(conjuncts));
}

LogicalPtr PushBelowInputs(const LogicalNode& node, ExpressionList conjuncts) {
  std::vector<LogicalPtr> inputs;
  for (const auto& input : node.inputs()) inputs.push_back(Push(input, {}));
  return FilterAbove(WithInputs(node, std::move(inputs)), std::move(conjuncts));
}

LogicalPtr Push(const LogicalPtr& node, ExpressionList conjuncts) {
  switch (node->kind()) {
    case LogicalNode::Kind::kFilter: {
      const auto& filter = static_cast<const LogicalFilter&>(*node);
      auto all = Conjuncts(filter.condition);
      all.insert(all.end(), conjuncts.begin(), conjuncts.end());
      return Push(filter.inputs()[0], std::move(all));
    }
    case LogicalNode::Kind::kProject:
      return PushThroughProject(static_cast<const LogicalProject&>(*node), std::move(conjuncts));
    case LogicalNode::Kind::kAggregate:
      return PushThroughAggregate(static_cast<const LogicalAggregate&>(*node), std::move(conjuncts));
    case LogicalNode::Kind::kWindowTvf:
      return PushThroughWindowTvf(static_cast<const LogicalWindowTvf&>(*node), std::move(conjuncts));
    case LogicalNode::Kind::kUnnest:
      return PushThroughUnnest(static_cast<const LogicalUnnest&>(*node), std::move(conjuncts));
    case LogicalNode::Kind::kJoin:
      return PushIntoJoin(static_cast<const LogicalJoin&>(*node), std::move(conjuncts));
    case LogicalNode::Kind::kUnion: {
      std::vector<LogicalPtr> inputs;
      auto movable = TakeIf(&conjuncts, [](int) { return true; });
      for (const auto& input : node->inputs()) inputs.push_back(Push(input, movable));
      return FilterAbove(WithInputs(*node, std::move(inputs)), std::move(conjuncts));
    }
    default:
      return PushBelowInputs(*node, std::move(conjuncts));
  }
}

}  // namespace

LogicalPtr PushFilters(const LogicalPtr& node) { return Push(node, {}); }

}  // namespace tidemark::plan
