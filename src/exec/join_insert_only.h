// SPDX-License-Identifier: Apache-2.0
// The regular join of inputs that only add rows.
#pragma once

#include <cstdint>
#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Same results as the join over changelogs, for less memory and time. Keeps all rows in memory.
class InsertOnlyJoinOperator : public Operator {
 public:
  virtual int64_t memory_bytes() const = 0;
};

/// REQUIRES: both inputs are insert-only. `node` must outlive the operator. Its state are tables "left" and "right" (of
/// Save: the rows, and a BOOLEAN, whether each has come out with a match) or the logs of kJoinLogs (of BeginSave).
std::unique_ptr<InsertOnlyJoinOperator> MakeInsertOnlyJoinOperator(const plan::JoinNode& node);

}  // namespace tidemark::exec
