// SPDX-License-Identifier: Apache-2.0
// InputMerge: makes one stream of events out of what the inputs of an operator, or the channels of an exchange, say
// about time and about their end.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <optional>
#include <vector>

#include "columnar/batch.h"
#include "runtime/watermark_merge.h"

namespace tidemark::runtime {

/// What to pass on after an input said something, in this order: active, watermark, idle, end.
struct MergedEvents {
  std::optional<EventTimeMs> watermark;  ///< the merged watermark rose to this
  std::optional<bool> idle;              ///< all inputs that go on fell idle (true), or one is back (false)
  bool ended = false;                    ///< the last input ended
  bool complete = true;                  ///< when ended: every input was read to its end
};

/// Invariants:
/// 1. The merged watermark never falls, and never passes the watermark of an input that is neither idle nor ended.
/// 2. An ended input holds nothing back, like an idle one. When all inputs that go on are idle, the merge is idle, and
///    nobody holds anybody back: the merged watermark is the highest that any input, ended or idle, had reached. So the
///    order in which inputs fall idle does not matter.
/// 3. A row that comes at or below the merged watermark says so itself: an input that was idle while the others went
///    on has its rows stamped (Batch::row_watermarks) with the merged watermark at its return, until its own watermark
///    has caught up. So operators decide lateness by the stamp alone.
class InputMerge {
 public:
  /// All inputs start active, at kMinWatermark. `merge` is for as many inputs.
  InputMerge(int inputs, std::unique_ptr<WatermarkMerge> merge);

  /// The batch as the operator is to see it (invariant 3). Fails when the input has ended: a bug of the sender.
  arrow::Result<Batch> Take(int input, Batch batch);

  arrow::Result<MergedEvents> Advance(int input, EventTimeMs watermark);
  arrow::Result<MergedEvents> SetIdle(int input, bool idle);
  /// Fails when the input had ended before.
  arrow::Result<MergedEvents> End(int input, bool complete);

  /// Goes on from a checkpoint where the merged watermark was `watermark`; inputs say again what they had said. Before
  /// anything else.
  void Restore(EventTimeMs watermark);

  EventTimeMs watermark() const { return watermark_; }
  bool ended(int input) const { return inputs_[input].ended; }
  bool all_ended() const { return num_ended_ == static_cast<int>(inputs_.size()); }

 private:
  struct Input {
    EventTimeMs watermark = kMinWatermark;
    EventTimeMs floor = kMinWatermark;  // rows are stamped with at least this while above `watermark`
    bool idle = false;
    bool ended = false;
  };
  arrow::Status CheckOpen(int input) const;
  bool AllIdle() const;
  MergedEvents Update(bool idle_before);

  std::vector<Input> inputs_;
  std::unique_ptr<WatermarkMerge> merge_;
  EventTimeMs watermark_ = kMinWatermark;
  int num_ended_ = 0;
  bool complete_ = true;
};

}  // namespace tidemark::runtime
