// SPDX-License-Identifier: Apache-2.0
// Which relations carry the windows of a window TVF, and in which columns. Internal to plan/.
#pragma once

#include <optional>
#include <utility>

#include "plan/logical_plan.h"

namespace tidemark::plan {

/// Where a relation carries the columns of a window TVF; -1: not there.
struct WindowColumns {
  std::optional<time::WindowSpec> window;
  int start = -1;
  int end = -1;
  int time = -1;
  bool local = false;  ///< over TIMESTAMP_LTZ, so that start and end are readings of the session's wall clock
};

/// Traces window_start, window_end and window_time through projections, filters, aggregations and joins that keep them.
WindowColumns TraceWindow(const LogicalNode& node);

/// The windows of both inputs, where rows are joined only within one window: both carry the windows of equal TVFs, and
/// the condition demands equal starts and equal ends.
std::optional<std::pair<WindowColumns, WindowColumns>> WindowsOfJoin(const LogicalJoin& join);

}  // namespace tidemark::plan
