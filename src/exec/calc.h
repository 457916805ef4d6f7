// SPDX-License-Identifier: Apache-2.0
// WHERE and SELECT: filter, then projection.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// `node` must outlive the operator.
std::unique_ptr<Operator> MakeCalcOperator(const plan::CalcNode& node);

}  // namespace tidemark::exec
