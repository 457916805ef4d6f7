// SPDX-License-Identifier: Apache-2.0
// Late rows, kept: what an operator would drop because its window is gone is written to a table of the user's choice,
// with the reason, so that nothing vanishes.
#pragma once

#include <arrow/result.h>

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "connectors/connector.h"
#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::runtime {

/// The columns a late table may have, by name; a table declares any of them, in any order:
///   operator_name   STRING            the operator that dropped the row
///   reason          STRING
///   row_json        STRING            the row as the operator received it
///   row_kind        STRING            +I, -U, +U, -D
///   late_watermark  TIMESTAMP(3)      what the row's watermark had reached before it
///   window_start    TIMESTAMP(3)      of the window missed (one row for each); NULL where the operator has none
///   window_end      TIMESTAMP(3)
///   source_table    STRING            where the row was read; NULL where it was made on the way, as in a join, or had
///   to source_split    STRING            wait for its turn across a restart: the table, the file or the topic and
///   partition, source_position BIGINT            and the number of the row in the file, from 1, or the offset in the
///   partition seen_at         TIMESTAMP_LTZ(3)  the clock
const Schema& LateRowSchema();

/// Whether a late table has columns that rows must bring along from their sources (Batch::row_origins).
bool WantsOrigins(const plan::SinkNode& sink_node);

/// A RowOrigin for people.
struct OriginText {
  std::string table;
  std::string split;
};

struct LateRowWriterOptions {
  const plan::PhysicalNode* node = nullptr;   ///< the operator whose late rows it takes
  const plan::SinkNode* sink_node = nullptr;  ///< of the late table, see MakeSideSinkNode
  connectors::Sink* sink = nullptr;           ///< opened for it
  const expr::FunctionContext* functions = nullptr;
  Clock* clock = nullptr;
  std::function<OriginText(const RowOrigin&)> name_origin;  ///< of known origins
};

/// Takes late rows and writes them to a late table. All pointers outlive the writer.
arrow::Result<std::unique_ptr<exec::LateRowSink>> MakeLateRowWriter(LateRowWriterOptions options);

}  // namespace tidemark::runtime
