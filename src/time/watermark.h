// SPDX-License-Identifier: Apache-2.0
// Watermarks: one tracker per split, merged by minimum. Progress depends on rows, never on the clock, except that a
// split that is caught up and quiet for the idle timeout stops holding the others back.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/event_time.h"

namespace tidemark::time {

/// The running watermark of one split. A row's lateness is decided against the watermark just before it.
class SplitWatermark {
 public:
  explicit SplitWatermark(EventTimeMs start = kMinWatermark) : current_(start) {}

  /// Takes in the values of the WATERMARK expression for consecutive rows, in ms (kMinWatermark for a NULL). Returns
  /// the watermark before each row; or null, which is the common case, when each row's `rowtime` lies more than 1 ms
  /// after the watermark before it: then no row can be late for a window, nor touch a session that is already complete
  /// (its end is at most watermark + 1), so nobody need look.
  /// REQUIRES: both vectors have one entry per row.
  std::shared_ptr<const std::vector<EventTimeMs>> Observe(const std::vector<EventTimeMs>& watermarks,
                                                          const std::vector<EventTimeMs>& rowtimes);
  EventTimeMs current() const { return current_; }

 private:
  EventTimeMs current_;
};

/// Merges the watermarks of many inputs (splits of a source, channels of an exchange, inputs of an operator) by
/// minimum over those that are not idle. Never goes back. Inputs are numbered 0..n-1; more may be added.
class WatermarkMerger {
 public:
  explicit WatermarkMerger(int inputs = 0);

  /// Adds an input that holds the minimum at `start` from now on. Returns its number. current() stands still, so that
  /// inputs added one after the other are all counted before it moves.
  int AddInput(EventTimeMs start = kMinWatermark);
  /// Each of these returns true when current() rose.
  bool Advance(int input, EventTimeMs watermark);
  /// An idle input does not hold the minimum until it advances again or is set active. When all are idle, current()
  /// stands still.
  bool SetIdle(int input, bool idle);

  EventTimeMs current() const { return current_; }
  bool all_idle() const;
  EventTimeMs input_watermark(int input) const { return inputs_[input].watermark; }
  bool input_idle(int input) const { return inputs_[input].idle; }

 private:
  struct Input {
    EventTimeMs watermark;
    bool idle = false;
  };
  bool Recompute();
  std::vector<Input> inputs_;
  EventTimeMs current_ = kMinWatermark;
};

}  // namespace tidemark::time
