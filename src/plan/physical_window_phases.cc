// SPDX-License-Identifier: Apache-2.0
// Window aggregations in two phases: partial results on every worker, merged where their keys meet.
#include <algorithm>
#include <numeric>

#include "expr/aggregate_function.h"
#include "plan/physical_builder.h"
#include "plan/window_phases.h"

namespace tidemark::plan {
namespace {

bool HasTwoPhases(const AggregateCall& call, const Schema& input) {
  if (call.distinct) return false;
  std::vector<expr::ArgumentInfo> arguments;
  for (int column : call.args) arguments.push_back({input[column].type, nullptr});
  return expr::HasTwoPhases(call.name, arguments);
}

/// Whether every row comes here with a stamp that says what it is late for, above the watermarks its worker passes on.
/// An input that is idle lets others go on without it, and several inputs of one operator are not reasoned about.
bool StampsDecide(const PhysicalNode& node) {
  switch (node.kind()) {
    case PhysicalNode::Kind::kSource:
      return !static_cast<const SourceNode&>(node).table->options.contains("scan.watermark.idle-timeout");
    case PhysicalNode::Kind::kCalc:
    case PhysicalNode::Kind::kExchange:
    case PhysicalNode::Kind::kExpand:
    case PhysicalNode::Kind::kUnnest:
    case PhysicalNode::Kind::kWindowAssign:
    case PhysicalNode::Kind::kWindowAggregate:
    case PhysicalNode::Kind::kLocalWindowAggregate:
    case PhysicalNode::Kind::kGlobalWindowAggregate:
      return StampsDecide(*node.inputs()[0]);
    default:
      return false;
  }
}

}  // namespace

bool PhysicalBuilder::TakesTwoPhases(const Built& input, const std::vector<int>& group_columns,
                                     const std::vector<AggregateCall>& calls, const time::WindowSpec& window) const {
  const Configuration& configuration = *context_.configuration;
  if (configuration.GetString(config::kAggPhaseStrategy) == "ONE_PHASE") return false;
  // A late table shows rows as the one operator of one phase would have received them.
  if (!configuration.GetString(config::kLateTable).empty()) return false;
  if (configuration.GetDurationMillis(config::kIdleTimeout) > 0) return false;
  if (window.kind == time::WindowKind::kSession) return false;
  if (IsDistributed(input.distribution, group_columns) || !input.node->changelog().insert_only()) return false;
  const Schema& schema = input.node->schema();
  const auto splits = [&](const AggregateCall& call) { return HasTwoPhases(call, schema); };
  return !calls.empty() && std::all_of(calls.begin(), calls.end(), splits) && StampsDecide(*input.node);
}

PhysicalPtr PhysicalBuilder::InTwoPhases(const std::shared_ptr<const WindowAggregateNode>& whole) {
  std::vector<int> keys(whole->group_columns.size());
  std::iota(keys.begin(), keys.end(), 0);
  Schema partials(whole->schema().begin(), whole->schema().begin() + static_cast<int64_t>(keys.size()));
  partials.push_back({"accumulators", DataType::Bytes().NotNull()});
  partials.push_back({"slice_end", DataType::BigInt().NotNull()});
  if (SlicesHaveParts(*whole)) partials.push_back({"slice_part", DataType::BigInt().NotNull()});
  Built local{std::make_shared<LocalWindowAggregateNode>(std::move(partials), whole, "Local" + whole->label()), {}};
  const Built exchanged = Distribute(std::move(local), keys);
  return std::make_shared<GlobalWindowAggregateNode>(exchanged.node, whole, "Global" + whole->label());
}

}  // namespace tidemark::plan
