// SPDX-License-Identifier: Apache-2.0
// The join of inputs that only add rows, whatever memory there is.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// An insert-only join as long as its rows take less than half of what the job may keep in memory; then a join over
/// changelogs, which takes its rows over and can keep them on disk. REQUIRES: both inputs are insert-only. `node` must
/// outlive the operator.
std::unique_ptr<Operator> MakeGrowingJoinOperator(const plan::JoinNode& node);

}  // namespace tidemark::exec
