// SPDX-License-Identifier: Apache-2.0
// PlanIdentity: names for the nodes of a plan that say what a node computes, so that a resumed job finds its state
// again wherever the node stands now.
#pragma once

#include <string>
#include <vector>

#include "runtime/plan_shape.h"

namespace tidemark::runtime {

/// For each node of the shape, by index: its label and a hash of what it and everything below it computes. Nodes that
/// compute the same are numbered in the order of the plan.
std::vector<std::string> PlanIdentity(const PlanShape& shape);

}  // namespace tidemark::runtime
