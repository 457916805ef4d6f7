// SPDX-License-Identifier: Apache-2.0
// Top-N per partition (ROW_NUMBER), deduplication included.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// `node` must outlive the operator. Rows that compare equal rank in the order in which they came.
std::unique_ptr<Operator> MakeRankOperator(const plan::RankNode& node);

}  // namespace tidemark::exec
