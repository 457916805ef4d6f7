// SPDX-License-Identifier: Apache-2.0
// Walking a physical plan.
#include "runtime/plan_shape.h"

#include <algorithm>

namespace tidemark::runtime {

using plan::PhysicalNode;
using Kind = plan::PhysicalNode::Kind;

bool IsOrderedSource(const plan::SourceNode& source) { return source.ordered || !source.changelog().insert_only(); }

PlanShape::PlanShape(const plan::PhysicalPlan& plan, int workers) : workers_(workers) {
  for (const auto& sink : plan.sinks) Visit(*sink);
}

void PlanShape::Visit(const PhysicalNode& node) {
  if (index_.contains(&node)) return;
  bool all_inputs_single = true;
  int depth = 0;
  for (const auto& input : node.inputs()) {
    Visit(*input);
    all_inputs_single &= OnlyOnWorker0(*input);
    depth = std::max(depth, Depth(*input));
  }
  bool single = all_inputs_single;
  if (node.kind() == Kind::kSource) single = IsOrderedSource(static_cast<const plan::SourceNode&>(node));
  if (node.kind() == Kind::kExchange) single = static_cast<const plan::ExchangeNode&>(node).hash_columns.empty();
  if (node.kind() == Kind::kExchange) ++depth;
  index_[&node] = static_cast<int>(nodes_.size());
  nodes_.push_back(&node);
  only_on_worker_0_.push_back(single || workers_ == 1);
  depth_.push_back(depth);
  if (node.kind() != Kind::kGlobalWindowAggregate) return;
  const PhysicalNode& exchange = *node.inputs()[0];
  if (IsOnePhase(static_cast<const plan::GlobalWindowAggregateNode&>(node)))
    one_phase_.insert(exchange.inputs()[0].get());
}

bool PlanShape::IsOnePhase(const plan::GlobalWindowAggregateNode& node) const {
  return IsPassThrough(static_cast<const plan::ExchangeNode&>(*node.inputs()[0]));
}

bool PlanShape::IsPassThrough(const plan::ExchangeNode& exchange) const {
  return workers_ == 1 || (exchange.hash_columns.empty() && OnlyOnWorker0(*exchange.inputs()[0]));
}

}  // namespace tidemark::runtime
