// SPDX-License-Identifier: Apache-2.0
// ORDER BY and LIMIT on one worker.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// `node` must outlive the operator. Rows that compare equal keep the order in which they came.
std::unique_ptr<Operator> MakeSortOperator(const plan::SortNode& node);

}  // namespace tidemark::exec
