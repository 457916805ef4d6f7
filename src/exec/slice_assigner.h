// SPDX-License-Identifier: Apache-2.0
// SliceAssigner: which slice each row of a batch belongs to, and which windows it is late for.
#pragma once

#include <arrow/result.h>

#include <string>
#include <vector>

#include "exec/late_rows.h"
#include "exec/slice_store.h"
#include "exec/window_zone.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// A row is late for a window when the watermark of its split before it, or the operator's own, has reached the
/// window's end. The first of the two does not depend on how rows were cut into batches, so neither do the results: a
/// row is kept out of a window it is late for even where that window is still here. One thread.
class SliceAssigner {
 public:
  /// `node` and `slices` outlive the assigner.
  SliceAssigner(const plan::WindowAggregateNode& node, SliceStore* slices) : node_(node), slices_(slices) {}

  /// `label` is the operator's, for errors.
  arrow::Status Open(const std::string& local_time_zone, std::string label);

  /// Notes the position of every row that is not late for all its windows in Slice::rows of its slice; gives the slices
  /// that have some, in no order. Late rows, and the windows they missed, go to `late`.
  arrow::Status Assign(const Batch& batch, EventTimeMs watermark, LateRowCollector* late, std::vector<Slice*>* touched);
  /// The same for rows that name their slice in columns of BIGINT: SliceKey::end and SliceKey::part (null: 0).
  static void AssignByKeys(const arrow::Array& ends, const arrow::Array* parts, SliceStore* slices,
                           std::vector<Slice*>* touched);

  /// The watermark that completes the window ending at `end`.
  EventTimeMs CompletedBy(EventTimeMs end) const { return zone_.ToTimer(end - 1); }
  /// The watermark that completes the first window of the slice: no row comes to the slice any more, and its
  /// accumulators must be where the window is made.
  EventTimeMs NeededBy(const SliceKey& key) const;
  const WindowZone& zone() const { return zone_; }

 private:
  /// A stretch of time whose rows all go to one slice as long as the watermark before them is below `late_from`.
  struct Stretch {
    EventTimeMs begin = 0;
    EventTimeMs end = 0;
    EventTimeMs late_from = kMinWatermark;
    Slice* slice = nullptr;

    bool Takes(EventTimeMs time, EventTimeMs watermark) const {
      return time >= begin && time < end && watermark < late_from;
    }
  };

  /// What one call of Assign fills.
  struct Sinks {
    LateRowCollector* late;
    std::vector<Slice*>* touched;
  };

  arrow::Status AssignByTime(const Batch& batch, EventTimeMs watermark, Sinks sinks);
  arrow::Status AssignByColumns(const Batch& batch, EventTimeMs watermark, Sinks sinks);
  bool FindSlice(EventTimeMs time, EventTimeMs watermark, int32_t row, LateRowCollector* late, Stretch* stretch);

  const plan::WindowAggregateNode& node_;
  SliceStore* slices_;
  WindowZone zone_;
  std::string label_;
};

}  // namespace tidemark::exec
