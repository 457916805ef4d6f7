// SPDX-License-Identifier: Apache-2.0
// The way down to the exchange, with its columns mapped back up. What is told here of each kind of node must agree with
// the distributions that src/plan/physical_*.cc reckons with: an operator has no exchange of its own where those say
// that its keys are together already.
#include "exec/input_distribution.h"

#include <algorithm>
#include <numeric>

namespace tidemark::exec {
namespace {

using plan::PhysicalNode;

/// `columns` of the input as positions in `kept`, which lists the input's column of each position; nullopt if one is
/// missing.
std::optional<std::vector<int>> MapColumns(const std::vector<int>& columns, const std::vector<int>& kept) {
  std::vector<int> mapped;
  for (int column : columns) {
    const auto found = std::find(kept.begin(), kept.end(), column);
    if (found == kept.end()) return std::nullopt;
    mapped.push_back(static_cast<int>(found - kept.begin()));
  }
  return mapped;
}

std::optional<std::vector<int>> ThroughColumns(const PhysicalNode& input, const std::vector<int>& kept) {
  const auto columns = DistributionColumns(input);
  return columns ? MapColumns(*columns, kept) : std::nullopt;
}

/// The input's column of each output; -1 where it is computed.
std::vector<int> PassedColumns(const plan::CalcNode& calc) {
  std::vector<int> passed;
  for (const auto& output : calc.outputs) {
    passed.push_back(output->kind() == expr::Expression::Kind::kColumn ? output->column_index() : -1);
  }
  return passed;
}

}  // namespace

std::optional<std::vector<int>> DistributionColumns(const PhysicalNode& node) {
  switch (node.kind()) {
    case PhysicalNode::Kind::kExchange: {
      const auto& columns = static_cast<const plan::ExchangeNode&>(node).hash_columns;
      return columns.empty() ? std::nullopt : std::optional(columns);
    }
    case PhysicalNode::Kind::kCalc:
      return ThroughColumns(*node.inputs()[0], PassedColumns(static_cast<const plan::CalcNode&>(node)));
    case PhysicalNode::Kind::kGroupAggregate:
      return ThroughColumns(*node.inputs()[0], static_cast<const plan::GroupAggregateNode&>(node).group_columns);
    case PhysicalNode::Kind::kWindowAggregate:
    case PhysicalNode::Kind::kSessionAggregate:
      return ThroughColumns(*node.inputs()[0], static_cast<const plan::WindowAggregateNode&>(node).group_columns);
    case PhysicalNode::Kind::kUnnest:
      return ThroughColumns(*node.inputs()[0], static_cast<const plan::UnnestNode&>(node).kept);
    // These keep the input's columns in their places.
    case PhysicalNode::Kind::kWindowAssign:
    case PhysicalNode::Kind::kRank:
    case PhysicalNode::Kind::kSort:
    case PhysicalNode::Kind::kChangelogNormalize:
    case PhysicalNode::Kind::kSink:
      return DistributionColumns(*node.inputs()[0]);
    case PhysicalNode::Kind::kPerWindow:
      return DistributionColumns(*static_cast<const plan::PerWindowNode&>(node).each);
    // Rows of several inputs, or rows with other values: whoever needs them together has an exchange above.
    case PhysicalNode::Kind::kJoin:
    case PhysicalNode::Kind::kUnion:
    case PhysicalNode::Kind::kExpand:
    case PhysicalNode::Kind::kSource:
    case PhysicalNode::Kind::kValues:
      break;
  }
  return std::nullopt;
}

arrow::Result<state::RowOwner> OwnerOfKept(const PhysicalNode& input, const std::vector<int>& kept) {
  const auto columns = DistributionColumns(input);
  if (!columns) return state::RowOwner::OneWorker();
  auto mapped = MapColumns(*columns, kept);
  if (!mapped) {
    return arrow::Status::UnknownError("The rows of ", input.label(), " are spread by a column that is no key");
  }
  return state::RowOwner::Key(std::move(*mapped));
}

state::RowOwner OwnerOfRows(const PhysicalNode& input) {
  auto columns = DistributionColumns(input);
  return columns ? state::RowOwner::Key(std::move(*columns)) : state::RowOwner::OneWorker();
}

}  // namespace tidemark::exec
