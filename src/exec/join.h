// SPDX-License-Identifier: Apache-2.0
// Regular equi-joins over changelogs.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// INNER, LEFT, RIGHT, FULL, SEMI and ANTI joins of two inputs that may insert, update and delete. Rows of a preserved
/// side are padded with NULL until their first match comes, and again when their last one goes. Both inputs are kept.
/// `node` must outlive the operator.
std::unique_ptr<Operator> MakeJoinOperator(const plan::JoinNode& node);

/// The form that takes any inputs; MakeJoinOperator chooses a cheaper one where both are insert-only.
std::unique_ptr<Operator> MakeChangelogJoinOperator(const plan::JoinNode& node);

}  // namespace tidemark::exec
