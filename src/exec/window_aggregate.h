// SPDX-License-Identifier: Apache-2.0
// TUMBLE, HOP and CUMULATE aggregation, and aggregation by windows that the input carries.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Emits a window's rows when the watermark reaches its end, then forwards the watermark. Rows that come later for a
/// window are late: counted, and handed to context.late_rows. `node` must outlive the operator.
arrow::Result<std::unique_ptr<Operator>> MakeWindowAggregateOperator(const plan::WindowAggregateNode& node);

/// The same over partial results (local_window_aggregate.h), none of which may come after the end of its window.
arrow::Result<std::unique_ptr<Operator>> MakeGlobalWindowAggregateOperator(const plan::GlobalWindowAggregateNode& node);

}  // namespace tidemark::exec
