// SPDX-License-Identifier: Apache-2.0
// A window TVF whose rows are used one by one: adds window_start, window_end and window_time.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// TUMBLE, HOP and CUMULATE; SESSION needs all rows of a session and is not supported yet. A row of several windows
/// comes out once for each. Rows are not held back and none is late here. `node` must outlive the operator.
arrow::Result<std::unique_ptr<Operator>> MakeWindowAssignOperator(const plan::WindowAssignNode& node);

}  // namespace tidemark::exec
