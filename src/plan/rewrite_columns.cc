// SPDX-License-Identifier: Apache-2.0
// Column pruning and projection merging. Each operator is rebuilt with only the columns that something above reads.
#include <algorithm>

#include "plan/column_use.h"
#include "plan/rewrite.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;

/// A rebuilt operator and where each of its old columns went (-1: nobody needs it).
struct Pruned {
  LogicalPtr node;
  std::vector<int> position;
};

Pruned Prune(const LogicalPtr& node, const ColumnUses& required);

std::vector<ExpressionPtr> Replacements(const Pruned& pruned) {
  std::vector<ExpressionPtr> replacements(pruned.position.size());
  for (size_t i = 0; i < replacements.size(); ++i) {
    const int to = pruned.position[i];
    if (to < 0) continue;
    const auto& field = pruned.node->schema()[to];
    replacements[i] = Expression::Column(to, field.type, field.name);
  }
  return replacements;
}

std::vector<int> Move(const std::vector<int>& columns, const std::vector<int>& position) {
  std::vector<int> moved;
  for (int column : columns) moved.push_back(position[column]);
  return moved;
}

std::vector<SortKey> Move(std::vector<SortKey> keys, const std::vector<int>& position) {
  for (auto& key : keys) key.column = position[key.column];
  return keys;
}

/// Projects exactly the required columns, in order; nothing when they are what the node gives already.
Pruned Compact(const LogicalPtr& node, const ColumnUses& required) {
  std::vector<ExpressionPtr> expressions;
  Schema schema;
  std::vector<int> position(required.size(), -1);
  for (size_t i = 0; i < required.size(); ++i) {
    if (!required[i]) continue;
    position[i] = static_cast<int>(expressions.size());
    const auto& field = node->schema()[i];
    expressions.push_back(Expression::Column(static_cast<int>(i), field.type, field.name));
    schema.push_back(field);
  }
  if (schema.size() == required.size()) return {node, std::move(position)};
  return {std::make_shared<LogicalProject>(std::move(schema), node, std::move(expressions)), std::move(position)};
}

/// The scan, with the fields of ROW columns that are read.
LogicalPtr WithUsedFields(const LogicalScan& scan, const ColumnUses& required) {
  auto used = std::make_shared<LogicalScan>(scan);
  used->used_fields.clear();
  for (size_t i = 0; i < required.size(); ++i) {
    if (required[i] && !required[i].is_whole()) used->used_fields[static_cast<int>(i)] = required[i].fields();
  }
  return used;
}

/// Whether the lower projection's expressions may be put in place of the columns that the upper one reads: one that is
/// not deterministic must be evaluated once per row, however often it is read.
bool MayMerge(const std::vector<ExpressionPtr>& upper, const LogicalProject& lower) {
  std::vector<int> reads(lower.expressions.size(), 0);
  for (const auto& expression : upper) {
    for (int column : expr::ReferencedColumns(*expression)) ++reads[column];
  }
  for (size_t i = 0; i < reads.size(); ++i) {
    if (reads[i] > 0 && !lower.expressions[i]->deterministic()) return false;
  }
  return std::ranges::all_of(upper, [&](const auto& expression) { return StaysSmall(*expression, lower.expressions); });
}

Pruned PruneProject(const LogicalProject& project, const ColumnUses& required) {
  ColumnUses needed(project.input().schema().size());
  for (size_t i = 0; i < required.size(); ++i) {
    AddUses(*project.expressions[i], required[i], &needed);
  }
  const Pruned input = Prune(project.inputs()[0], needed);
  const auto replacements = Replacements(input);
  std::vector<ExpressionPtr> expressions;
  Schema schema;
  std::vector<int> position(required.size(), -1);
  for (size_t i = 0; i < required.size(); ++i) {
    if (!required[i]) continue;
    position[i] = static_cast<int>(expressions.size());
    expressions.push_back(expr::ReplaceColumns(project.expressions[i], replacements));
    schema.push_back(project.schema()[i]);
  }
  LogicalPtr below = input.node;
  while (below->kind() == LogicalNode::Kind::kProject) {
    const auto& lower = static_cast<const LogicalProject&>(*below);
    if (!MayMerge(expressions, lower)) break;
    for (auto& expression : expressions) expression = expr::ReplaceColumns(expression, lower.expressions);
    below = lower.inputs()[0];
  }
  auto merged = std::make_shared<LogicalProject>(std::move(schema), below, std::move(expressions));
  merged->range = project.range;
  return {merged, std::move(position)};
}

Pruned PruneValues(const LogicalValues& values, const ColumnUses& required) {
  Schema schema;
  std::vector<int> position(required.size(), -1);
  std::vector<std::vector<ExpressionPtr>> rows(values.rows.size());
  for (size_t i = 0; i < required.size(); ++i) {
    if (!required[i]) continue;
    position[i] = static_cast<int>(schema.size());
    schema.push_back(values.schema()[i]);
    for (size_t row = 0; row < rows.size(); ++row) rows[row].push_back(values.rows[row][i]);
  }
  return {std::make_shared<LogicalValues>(std::move(schema), std::move(rows)), std::move(position)};
}

Pruned PruneFilter(const LogicalFilter& filter, const ColumnUses& required) {
  ColumnUses read = required;
  AddUses(filter.condition, &read);
  const Pruned input = Prune(filter.inputs()[0], read);
  auto condition = expr::ReplaceColumns(filter.condition, Replacements(input));
  auto pruned = std::make_shared<LogicalFilter>(input.node, std::move(condition));
  pruned->range = filter.range;
  // What only the condition reads goes no further.
  ColumnUses passed(input.node->schema().size());
  for (size_t i = 0; i < required.size(); ++i) {
    if (required[i]) passed[input.position[i]] = required[i];
  }
  const Pruned compact = Compact(pruned, passed);
  std::vector<int> position(required.size(), -1);
  for (size_t i = 0; i < required.size(); ++i) {
    if (required[i]) position[i] = compact.position[input.position[i]];
  }
  return {compact.node, std::move(position)};
}

Pruned PruneAggregate(const LogicalAggregate& old, const ColumnUses& required) {
  const size_t groups = old.group_columns.size();
  std::vector<size_t> kept_calls;
  for (size_t i = 0; i < old.calls.size(); ++i) {
    if (required[groups + i]) kept_calls.push_back(i);
  }
  // A global aggregate must stay one: with no call left it would be a DISTINCT of nothing.
  if (kept_calls.empty() && groups == 0 && !old.calls.empty()) kept_calls.push_back(0);
  ColumnUses needed(old.input().schema().size());
  for (int column : old.group_columns) needed[column].UseWhole();
  for (size_t i : kept_calls) {
    for (int column : old.calls[i].args) needed[column].UseWhole();
    if (old.calls[i].filter >= 0) needed[old.calls[i].filter].UseWhole();
  }
  if (old.time_column >= 0) needed[old.time_column].UseWhole();
  const Pruned input = Prune(old.inputs()[0], needed);

  Schema schema(old.schema().begin(), old.schema().begin() + groups);
  std::vector<int> position(required.size(), -1);
  for (size_t i = 0; i < groups; ++i) position[i] = static_cast<int>(i);
  std::vector<AggregateCall> calls;
  for (size_t i : kept_calls) {
    AggregateCall call = old.calls[i];
    call.args = Move(call.args, input.position);
    if (call.filter >= 0) call.filter = input.position[call.filter];
    calls.push_back(std::move(call));
    position[groups + i] = static_cast<int>(schema.size());
    schema.push_back(old.schema()[groups + i]);
  }
  for (size_t i = groups + old.calls.size(); i < required.size(); ++i) {
    position[i] = static_cast<int>(schema.size());
    schema.push_back(old.schema()[i]);
  }
  auto aggregate = std::make_shared<LogicalAggregate>(std::move(schema), input.node,
                                                      Move(old.group_columns, input.position), std::move(calls));
  aggregate->window = old.window;
  aggregate->time_column = old.time_column >= 0 ? input.position[old.time_column] : -1;
  aggregate->properties = old.properties;
  aggregate->range = old.range;
  aggregate->input_ttl_ms = old.input_ttl_ms;
  return {aggregate, std::move(position)};
}

/// For operators that give their input's columns and then `added` columns of their own, which are always kept.
struct Widened {
  Pruned input;
  Schema schema;
  std::vector<int> position;
};

Widened PruneWidening(const LogicalNode& node, ColumnUses needed, size_t added) {
  const size_t input_columns = node.input().schema().size();
  needed.resize(input_columns);
  Widened widened{Prune(node.inputs()[0], needed), {}, {}};
  widened.schema = widened.input.node->schema();
  widened.position = widened.input.position;
  for (size_t i = 0; i < added; ++i) {
    widened.position.push_back(static_cast<int>(widened.schema.size()));
    widened.schema.push_back(node.schema()[input_columns + i]);
  }
  return widened;
}

Pruned PruneWindowTvf(const LogicalWindowTvf& old, ColumnUses needed) {
  needed[old.time_column].UseWhole();
  for (int column : old.partition_columns) needed[column].UseWhole();
  Widened w = PruneWidening(old, std::move(needed), 3);
  auto tvf = std::make_shared<LogicalWindowTvf>(std::move(w.schema), w.input.node, old.window,
                                                w.input.position[old.time_column]);
  tvf->partition_columns = Move(old.partition_columns, w.input.position);
  tvf->range = old.range;
  return {tvf, std::move(w.position)};
}

Pruned PruneRank(const LogicalRank& old, ColumnUses needed) {
  for (int column : old.partition_columns) needed[column].UseWhole();
  for (const auto& key : old.keys) needed[key.column].UseWhole();
  Widened w = PruneWidening(old, std::move(needed), 1);
  auto rank =
      std::make_shared<LogicalRank>(std::move(w.schema), w.input.node, Move(old.partition_columns, w.input.position),
                                    Move(old.keys, w.input.position));
  rank->range = old.range;
  return {rank, std::move(w.position)};
}

Pruned PruneExpand(const LogicalExpand& old, ColumnUses needed) {
  Widened w = PruneWidening(old, std::move(needed), 1);
  std::vector<std::vector<bool>> kept(old.kept.size(), std::vector<bool>(w.input.node->schema().size(), true));
  for (size_t column = 0; column < w.input.position.size(); ++column) {
    const int to = w.input.position[column];
    for (size_t set = 0; to >= 0 && set < kept.size(); ++set) kept[set][to] = old.kept[set][column];
  }
  auto expand = std::make_shared<LogicalExpand>(std::move(w.schema), w.input.node, std::move(kept), old.ids);
  expand->range = old.range;
  return {expand, std::move(w.position)};
}

Pruned PruneUnnest(const LogicalUnnest& old, const ColumnUses& required) {
  ColumnUses needed(old.input().schema().size());
  for (size_t i = 0; i < old.kept.size(); ++i) {
    needed[old.kept[i]].Add(required[i]);
  }
  AddUses(old.collection, &needed);
  const Pruned input = Prune(old.inputs()[0], needed);
  std::vector<int> kept;
  Schema schema;
  std::vector<int> position(required.size(), -1);
  for (size_t i = 0; i < required.size(); ++i) {
    const bool of_element = i >= old.kept.size();
    if (!of_element && !required[i]) continue;
    if (!of_element) kept.push_back(input.position[old.kept[i]]);
    position[i] = static_cast<int>(schema.size());
    schema.push_back(old.schema()[i]);
  }
  auto collection = expr::ReplaceColumns(old.collection, Replacements(input));
  auto unnest = std::make_shared<LogicalUnnest>(std::move(schema), input.node, std::move(collection), std::move(kept));
  unnest->padded = old.padded;
  unnest->with_ordinality = old.with_ordinality;
  unnest->range = old.range;
  return {unnest, std::move(position)};
}

Pruned PruneJoin(const LogicalJoin& old, const ColumnUses& required) {
  const size_t left_columns = old.input(0).schema().size();
  const size_t right_columns = old.input(1).schema().size();
  ColumnUses needed = required;
  needed.resize(left_columns + right_columns);
  AddUses(old.condition, &needed);
  const Pruned left = Prune(old.inputs()[0], ColumnUses(needed.begin(), needed.begin() + left_columns));
  const Pruned right = Prune(old.inputs()[1], ColumnUses(needed.begin() + left_columns, needed.end()));
  const int shift = static_cast<int>(left.node->schema().size());
  std::vector<int> position = left.position;
  for (int to : right.position) position.push_back(to < 0 ? -1 : to + shift);

  const bool left_only = old.type == JoinType::kSemi || old.type == JoinType::kAnti;
  Schema both = left.node->schema();
  both.insert(both.end(), right.node->schema().begin(), right.node->schema().end());
  std::vector<ExpressionPtr> replacements(position.size());
  for (size_t i = 0; i < position.size(); ++i) {
    if (position[i] >= 0)
      replacements[i] = Expression::Column(position[i], both[position[i]].type, both[position[i]].name);
  }
  // Column types come from the old join: an outer join makes the other side's columns nullable.
  Schema schema = left_only ? left.node->schema() : both;
  for (size_t i = 0; i < old.schema().size(); ++i) {
    if (position[i] >= 0) schema[position[i]].type = old.schema()[i].type;
  }
  auto condition = old.condition ? expr::ReplaceColumns(old.condition, replacements) : nullptr;
  auto join = std::make_shared<LogicalJoin>(std::move(schema), left.node, right.node, old.type, std::move(condition));
  join->range = old.range;
  join->input_ttl_ms = old.input_ttl_ms;
  position.resize(required.size());
  return {join, std::move(position)};
}

Pruned PruneUnion(const LogicalUnion& old, const ColumnUses& required) {
  std::vector<LogicalPtr> inputs;
  std::vector<int> position;
  for (const auto& input : old.inputs()) {
    const Pruned pruned = Prune(input, required);
    ColumnUses wanted(pruned.node->schema().size());
    for (size_t i = 0; i < required.size(); ++i) {
      if (required[i]) wanted[pruned.position[i]].UseWhole();
    }
    inputs.push_back(Compact(pruned.node, wanted).node);
  }
  Schema schema;
  for (size_t i = 0; i < required.size(); ++i) {
    position.push_back(required[i] ? static_cast<int>(schema.size()) : -1);
    if (required[i]) schema.push_back(old.schema()[i]);
  }
  auto united = std::make_shared<LogicalUnion>(std::move(schema), std::move(inputs));
  united->range = old.range;
  return {united, std::move(position)};
}

Pruned PruneSort(const LogicalSort& old, ColumnUses required) {
  for (const auto& key : old.keys) required[key.column].UseWhole();
  Pruned input = Prune(old.inputs()[0], required);
  auto sort = std::make_shared<LogicalSort>(input.node, Move(old.keys, input.position), old.offset, old.limit);
  sort->range = old.range;
  return {sort, std::move(input.position)};
}

Pruned Prune(const LogicalPtr& node, const ColumnUses& required) {
  switch (node->kind()) {
    case LogicalNode::Kind::kScan:
      return Compact(WithUsedFields(static_cast<const LogicalScan&>(*node), required), required);
    case LogicalNode::Kind::kValues:
      return PruneValues(static_cast<const LogicalValues&>(*node), required);
    case LogicalNode::Kind::kProject:
      return PruneProject(static_cast<const LogicalProject&>(*node), required);
    case LogicalNode::Kind::kFilter:
      return PruneFilter(static_cast<const LogicalFilter&>(*node), required);
    case LogicalNode::Kind::kAggregate:
      return PruneAggregate(static_cast<const LogicalAggregate&>(*node), required);
    case LogicalNode::Kind::kWindowTvf:
      return PruneWindowTvf(static_cast<const LogicalWindowTvf&>(*node), required);
    case LogicalNode::Kind::kJoin:
      return PruneJoin(static_cast<const LogicalJoin&>(*node), required);
    case LogicalNode::Kind::kUnion:
      return PruneUnion(static_cast<const LogicalUnion&>(*node), required);
    case LogicalNode::Kind::kSort:
      return PruneSort(static_cast<const LogicalSort&>(*node), required);
    case LogicalNode::Kind::kRank:
      return PruneRank(static_cast<const LogicalRank&>(*node), required);
    case LogicalNode::Kind::kExpand:
      return PruneExpand(static_cast<const LogicalExpand&>(*node), required);
    case LogicalNode::Kind::kUnnest:
      return PruneUnnest(static_cast<const LogicalUnnest&>(*node), required);
  }
  return {node, {}};
}

bool IsIdentity(const std::vector<int>& position, size_t columns) {
  if (position.size() != columns) return false;
  for (size_t i = 0; i < columns; ++i) {
    if (position[i] != static_cast<int>(i)) return false;
  }
  return true;
}

}  // namespace

LogicalPtr PruneColumns(const LogicalPtr& root) {
  const Pruned pruned = Prune(root, ColumnUses(root->schema().size(), ColumnUse::Whole()));
  if (IsIdentity(pruned.position, pruned.node->schema().size())) return pruned.node;
  auto replacements = Replacements(pruned);
  return std::make_shared<LogicalProject>(root->schema(), pruned.node, std::move(replacements));
}

}  // namespace tidemark::plan
