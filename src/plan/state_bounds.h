// SPDX-License-Identifier: Apache-2.0
// What an operator remembers, and what keeps that from growing for ever: for EXPLAIN, for a warning when a job starts,
// and for the report of a running one.
#pragma once

#include <string>
#include <vector>

#include "plan/physical_plan.h"

namespace tidemark::plan {

/// "one row per key (user) and window; freed when the watermark passes the end of the window". Empty: the operator
/// remembers nothing between batches.
std::string StateText(const PhysicalNode& node);

/// An operator whose state nothing bounds, as its input never ends.
struct UnboundedState {
  const PhysicalNode* node = nullptr;
  std::string label;   ///< of the operator
  std::string reason;  ///< "grows with the number of distinct keys (user)"
  std::string advice;  ///< what to write instead
  std::string ToString() const { return label + ": " + reason + "; " + advice; }
};

/// All of a plan, inputs before what they feed. None in batch mode, or when every input ends.
std::vector<UnboundedState> UnboundedStates(const PhysicalPlan& plan);

}  // namespace tidemark::plan
