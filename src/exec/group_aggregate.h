// SPDX-License-Identifier: Apache-2.0
// GROUP BY without a window.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// `node` must outlive the operator.
arrow::Result<std::unique_ptr<Operator>> MakeGroupAggregateOperator(const plan::GroupAggregateNode& node);

}  // namespace tidemark::exec
