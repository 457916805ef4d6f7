// SPDX-License-Identifier: Apache-2.0
// One operator per window: joins and ranks of rows that carry their window.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Gives the rows of each window to an operator of their own, which is finished when the watermark passes the window's
/// end and then dropped whole, with all its state. Rows that come later are late: counted and dropped. `node` must
/// outlive the operator.
std::unique_ptr<Operator> MakePerWindowOperator(const plan::PerWindowNode& node);

}  // namespace tidemark::exec
