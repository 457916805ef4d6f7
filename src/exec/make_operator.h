// SPDX-License-Identifier: Apache-2.0
// From a plan node to its operator.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Makes the operator for `node`, one instance per worker. Not for sources, exchanges and sinks: the runtime makes
/// those. `node` must outlive the operator.
arrow::Result<std::unique_ptr<Operator>> MakeOperator(const plan::PhysicalNode& node);

}  // namespace tidemark::exec
