// SPDX-License-Identifier: Apache-2.0
// The regular join of inputs that only add rows.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Same results as the join over changelogs, for less memory and time. REQUIRES: both inputs are insert-only. `node`
/// must outlive the operator.
std::unique_ptr<Operator> MakeInsertOnlyJoinOperator(const plan::JoinNode& node);

}  // namespace tidemark::exec
