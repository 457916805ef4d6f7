// SPDX-License-Identifier: Apache-2.0
// Equality of logical operators, and the table of those seen so far.
#include "plan/share_subplans.h"

#include <arrow/scalar.h>

#include <algorithm>

#include "plan/rewrite.h"

namespace tidemark::plan {
namespace {

using expr::ExpressionPtr;
using Kind = LogicalNode::Kind;

bool SameTypes(const Schema& left, const Schema& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const Field& a, const Field& b) {
    return a.type == b.type && a.type.time_attribute() == b.type.time_attribute();
  });
}

bool Same(const ExpressionPtr& left, const ExpressionPtr& right) {
  if (!left || !right) return left == right;
  return left->deterministic() && left->Equals(*right);
}

bool Same(const std::vector<ExpressionPtr>& left, const std::vector<ExpressionPtr>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const ExpressionPtr& a, const ExpressionPtr& b) { return Same(a, b); });
}

bool Same(const AggregateCall& left, const AggregateCall& right) {
  const auto same_scalar = [](const auto& a, const auto& b) { return a == b || (a && b && a->Equals(*b)); };
  return left.name == right.name && left.args == right.args && left.distinct == right.distinct &&
         left.ignore_nulls == right.ignore_nulls && left.filter == right.filter && left.type == right.type &&
         std::equal(left.literal_args.begin(), left.literal_args.end(), right.literal_args.begin(),
                    right.literal_args.end(), same_scalar);
}

bool Same(const std::vector<SortKey>& left, const std::vector<SortKey>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const SortKey& a, const SortKey& b) {
    return a.column == b.column && a.ascending == b.ascending && a.nulls_first == b.nulls_first;
  });
}

bool SameScan(const LogicalScan& left, const LogicalScan& right) {
  return left.table == right.table && left.used_fields == right.used_fields &&
         left.rowtime_column == right.rowtime_column && Same(left.watermark, right.watermark) &&
         Same(left.computed, right.computed);
}

bool SameValues(const LogicalValues& left, const LogicalValues& right) {
  return std::equal(left.rows.begin(), left.rows.end(), right.rows.begin(), right.rows.end(),
                    [](const auto& a, const auto& b) { return Same(a, b); });
}

bool SameAggregate(const LogicalAggregate& left, const LogicalAggregate& right) {
  return left.group_columns == right.group_columns && left.window == right.window &&
         left.time_column == right.time_column && left.properties == right.properties &&
         std::equal(left.calls.begin(), left.calls.end(), right.calls.begin(), right.calls.end(),
                    [](const AggregateCall& a, const AggregateCall& b) { return Same(a, b); });
}

bool SameWindow(const LogicalWindowTvf& left, const LogicalWindowTvf& right) {
  return left.window == right.window && left.time_column == right.time_column &&
         left.partition_columns == right.partition_columns;
}

bool SameSort(const LogicalSort& left, const LogicalSort& right) {
  return Same(left.keys, right.keys) && left.offset == right.offset && left.limit == right.limit;
}

bool SameRank(const LogicalRank& left, const LogicalRank& right) {
  return left.partition_columns == right.partition_columns && Same(left.keys, right.keys);
}

bool SameUnnest(const LogicalUnnest& left, const LogicalUnnest& right) {
  return Same(left.collection, right.collection) && left.kept == right.kept && left.padded == right.padded &&
         left.with_ordinality == right.with_ordinality;
}

template <typename Node>
const Node& As(const LogicalNode& node) {
  return static_cast<const Node&>(node);
}

/// Whether two operators over the same inputs give the same rows, if they keep their state as long.
bool SameOperator(const LogicalNode& left, const LogicalNode& right) {
  switch (left.kind()) {
    case Kind::kScan:
      return SameScan(As<LogicalScan>(left), As<LogicalScan>(right));
    case Kind::kValues:
      return SameValues(As<LogicalValues>(left), As<LogicalValues>(right));
    case Kind::kProject:
      return Same(As<LogicalProject>(left).expressions, As<LogicalProject>(right).expressions);
    case Kind::kFilter:
      return Same(As<LogicalFilter>(left).condition, As<LogicalFilter>(right).condition);
    case Kind::kAggregate:
      return SameAggregate(As<LogicalAggregate>(left), As<LogicalAggregate>(right));
    case Kind::kWindowTvf:
      return SameWindow(As<LogicalWindowTvf>(left), As<LogicalWindowTvf>(right));
    case Kind::kJoin:
      return As<LogicalJoin>(left).type == As<LogicalJoin>(right).type &&
             Same(As<LogicalJoin>(left).condition, As<LogicalJoin>(right).condition);
    case Kind::kUnion:
      return true;
    case Kind::kSort:
      return SameSort(As<LogicalSort>(left), As<LogicalSort>(right));
    case Kind::kRank:
      return SameRank(As<LogicalRank>(left), As<LogicalRank>(right));
    case Kind::kUnnest:
      return SameUnnest(As<LogicalUnnest>(left), As<LogicalUnnest>(right));
    case Kind::kExpand:
      return As<LogicalExpand>(left).kept == As<LogicalExpand>(right).kept &&
             As<LogicalExpand>(left).ids == As<LogicalExpand>(right).ids;
  }
  return false;
}

}  // namespace

LogicalPtr SubplanSharing::Share(const LogicalPtr& node) {
  std::vector<LogicalPtr> inputs;
  for (const auto& input : node->inputs()) inputs.push_back(Share(input));
  LogicalPtr candidate = inputs == node->inputs() ? node : WithInputs(*node, std::move(inputs));
  for (const auto& seen : seen_) {
    if (seen->kind() == candidate->kind() && seen->inputs() == candidate->inputs() &&
        seen->input_ttl_ms == candidate->input_ttl_ms && SameTypes(seen->schema(), candidate->schema()) &&
        SameOperator(*seen, *candidate))
      return seen;
  }
  seen_.push_back(candidate);
  return candidate;
}

}  // namespace tidemark::plan
