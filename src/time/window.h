// SPDX-License-Identifier: Apache-2.0
// Window assignment: which windows a point in time belongs to. Pure arithmetic, shared by batch and stream.
#pragma once

#include <arrow/status.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/event_time.h"

namespace tidemark::time {

/// A length as people write it, in the largest unit that divides it: "10 s".
std::string DurationText(int64_t ms);

enum class WindowKind { kTumble, kHop, kCumulate, kSession };

/// The parameters of a window TVF, in ms. TUMBLE: size; HOP: size and slide; CUMULATE: size (max) and slide (step);
/// SESSION: gap in `size_ms`. `offset_ms` shifts all windows and may be negative.
struct WindowSpec {
  WindowKind kind = WindowKind::kTumble;
  int64_t size_ms = 0;
  int64_t slide_ms = 0;
  int64_t offset_ms = 0;

  bool operator==(const WindowSpec&) const = default;
  /// For EXPLAIN and operator identity: "TUMBLE(size=10 s)", "HOP(size=1 h, slide=5 min, offset=-1 min)".
  std::string ToString() const;
};

/// Times and window lengths lie within this many ms of 0 (some 146 million years), so that no sum below overflows.
inline constexpr int64_t kTimeRangeMs = int64_t{1} << 62;
inline bool IsInTimeRange(EventTimeMs time) { return time > -kTimeRangeMs && time <= kTimeRangeMs; }

/// Invalid with what is wrong when the lengths are not positive, too long, or, for CUMULATE, size is not a multiple of
/// the step; and for HOP, when there would be more than kMaxWindowsPerRow windows around each row. Every function
/// below REQUIRES a spec that passes, and times within kTimeRangeMs.
arrow::Status CheckWindowSpec(const WindowSpec& spec);

/// How many windows one row may be part of: guards against HOP(slide => 1 ms, size => 1 year).
inline constexpr int64_t kMaxWindowsPerRow = 100'000;

/// [start, end) in ms. window_time is end - 1.
struct Window {
  EventTimeMs start = 0;
  EventTimeMs end = 0;
  bool operator==(const Window&) const = default;
};

/// The start of the window of length `size_ms` shifted by `offset_ms` that holds `time`; right for negative times.
EventTimeMs WindowStart(EventTimeMs time, int64_t offset_ms, int64_t size_ms);

/// Appends the windows that hold `time`, in the order Flink emits them: HOP latest first, CUMULATE shortest first. None
/// for a HOP whose slide exceeds its size when `time` falls between two windows. Not for SESSION.
void AssignWindows(const WindowSpec& spec, EventTimeMs time, std::vector<Window>* windows);

/// Slices (panes): every TUMBLE / HOP / CUMULATE window is a union of slices, and every time lies in exactly one.
/// Length of one: TUMBLE size; HOP gcd(size, slide); CUMULATE step.
int64_t SliceLength(const WindowSpec& spec);
/// The end of the slice that holds `time`.
EventTimeMs SliceEnd(const WindowSpec& spec, EventTimeMs time);
/// Ends of the slices that make up the window ending at `window_end`, ascending.
std::vector<EventTimeMs> SlicesOfWindow(const WindowSpec& spec, EventTimeMs window_end);
/// The windows that the slice ending at `slice_end` takes part in, by window end, ascending.
std::vector<Window> WindowsOfSlice(const WindowSpec& spec, EventTimeMs slice_end);
/// The ends of the same windows without a list: first, first + step .. last. None when first > last.
struct WindowEnds {
  EventTimeMs first = 0;
  EventTimeMs last = 0;
  int64_t step = 1;
};
WindowEnds WindowEndsOfSlice(const WindowSpec& spec, EventTimeMs slice_end);
/// The window that ends at `window_end`.
Window WindowEndingAt(const WindowSpec& spec, EventTimeMs window_end);

/// A window is complete, and rows for it are late, once the watermark has reached end - 1.
constexpr bool WindowIsComplete(EventTimeMs window_end, EventTimeMs watermark) { return watermark >= window_end - 1; }

}  // namespace tidemark::time
