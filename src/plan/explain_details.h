// SPDX-License-Identifier: Apache-2.0
// The lines that EXPLAIN prints under an operator's name.
#pragma once

#include <string>
#include <vector>

#include "plan/physical_plan.h"

namespace tidemark::plan {

/// "reads: ...", "where: ...", "state: ..., freed when ...": one line each, what the user wrote and what it costs.
std::vector<std::string> DetailsOf(const PhysicalNode& node);

/// The same without the time-to-live of state, which may change while the state stays: what a checkpoint finds an
/// operator again by.
std::vector<std::string> DetailsOfComputation(const PhysicalNode& node);

}  // namespace tidemark::plan
