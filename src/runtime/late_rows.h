// SPDX-License-Identifier: Apache-2.0
// Late rows, kept: what an operator would drop because its window is gone is written to a table of the user's choice,
// with the reason, so that nothing vanishes.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "base/clock.h"
#include "connectors/connector.h"
#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::runtime {

/// The columns a late table may have, by name; a table declares any of them, in any order:
///   operator_name  STRING            the operator that dropped the row
///   reason         STRING
///   row_json       STRING            the row as the operator received it
///   row_kind       STRING            +I, -U, +U, -D
///   late_watermark TIMESTAMP(3)      what the row's watermark had reached before it
///   window_end     TIMESTAMP(3)      of the window missed; NULL where the operator has none
///   seen_at        TIMESTAMP_LTZ(3)  the clock
const Schema& LateRowSchema();

/// Takes the late rows of the operator `node` and writes them to `sink`, opened for `sink_node` (MakeSideSinkNode). All
/// outlive the writer.
arrow::Result<std::unique_ptr<exec::LateRowSink>> MakeLateRowWriter(const plan::PhysicalNode& node,
                                                                    const plan::SinkNode& sink_node,
                                                                    connectors::Sink* sink,
                                                                    const expr::FunctionContext* functions,
                                                                    Clock* clock);

}  // namespace tidemark::runtime
