// SPDX-License-Identifier: Apache-2.0
// What the two phases of a window aggregation agree on.
#pragma once

#include "plan/physical_plan.h"

namespace tidemark::plan {

/// Whether slices with the same end may differ: those of HOP by the first window they take part in, windows given by
/// columns by their start. Partial results then carry `slice_part`.
inline bool SlicesHaveParts(const WindowAggregateNode& node) {
  return node.time_column < 0 || node.window.kind == time::WindowKind::kHop;
}

}  // namespace tidemark::plan
