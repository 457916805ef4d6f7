// SPDX-License-Identifier: Apache-2.0
// Rows multiplied for GROUPING SETS, ROLLUP and CUBE.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// `node` must outlive the operator.
std::unique_ptr<Operator> MakeExpandOperator(const plan::ExpandNode& node);

}  // namespace tidemark::exec
