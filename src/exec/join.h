// SPDX-License-Identifier: Apache-2.0
// Regular equi-joins over changelogs.
#pragma once

#include <memory>
#include <vector>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// INNER, LEFT, RIGHT, FULL, SEMI and ANTI joins of two inputs that may insert, update and delete. Rows of a preserved
/// side are padded with NULL until their first match comes, and again when their last one goes. Both inputs are kept.
/// `node` must outlive the operator.
std::unique_ptr<Operator> MakeJoinOperator(const plan::JoinNode& node);

/// The form that takes any inputs, and keeps rows on disk where memory is short. MakeJoinOperator chooses a cheaper one
/// where both inputs are insert-only, as long as it has memory.
class ChangelogJoinOperator : public Operator {
 public:
  /// Takes in rows of input `input` that an insert-only join has kept, which has emitted what they and all others
  /// before give together. `matched`: of each row, whether it has come out with a match. May move rows to disk.
  virtual arrow::Status TakeOver(int input, const Batch& rows, const std::vector<bool>& matched, Emitter& out) = 0;
};
std::unique_ptr<ChangelogJoinOperator> MakeChangelogJoinOperator(const plan::JoinNode& node);

}  // namespace tidemark::exec
