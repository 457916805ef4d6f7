// SPDX-License-Identifier: Apache-2.0
// WindowResult: the rows that a window aggregation gives for a window.
#pragma once

#include <utility>
#include <vector>

#include "exec/batch_collector.h"
#include "exec/operator.h"
#include "exec/window_zone.h"
#include "plan/physical_plan.h"
#include "time/window.h"

namespace tidemark::exec {

/// Adds the window's properties to keys and results, and gathers the rows of small windows into batches.
class WindowResult {
 public:
  /// `node` and `context` outlive the object.
  WindowResult(const plan::WindowAggregateNode& node, WindowZone zone, const OperatorContext& context)
      : node_(node), zone_(std::move(zone)), context_(context), collector_(context.batch_rows) {}

  /// Rows that all belong to `window`: `batch` has the keys and results.
  arrow::Status Add(Batch batch, const time::Window& window, Emitter& out);
  /// Rows with a window each.
  arrow::Status Add(Batch batch, const std::vector<time::Window>& windows, Emitter& out);
  arrow::Status Flush(Emitter& out) { return collector_.Flush(out); }

 private:
  /// A property of a window, in ms of the wall clock or, for TIMESTAMP_LTZ columns, since the epoch.
  EventTimeMs PropertyOf(plan::WindowProperty property, const DataType& type, const time::Window& window) const;

  const plan::WindowAggregateNode& node_;
  const WindowZone zone_;
  const OperatorContext& context_;
  BatchCollector collector_;
};

}  // namespace tidemark::exec
