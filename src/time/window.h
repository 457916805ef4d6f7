// SPDX-License-Identifier: Apache-2.0
// Window assignment: which windows a point in time belongs to. Pure arithmetic, shared by batch and stream.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/event_time.h"

namespace tidemark::time {

enum class WindowKind { kTumble, kHop, kCumulate, kSession };

/// The parameters of a window TVF, in ms. TUMBLE: size; HOP: size and slide; CUMULATE: size (max) and slide (step);
/// SESSION: gap in `size_ms`. `offset_ms` shifts all windows and may be negative.
struct WindowSpec {
  WindowKind kind = WindowKind::kTumble;
  int64_t size_ms = 0;
  int64_t slide_ms = 0;
  int64_t offset_ms = 0;

  std::string ToString() const;
};

/// [start, end) in ms. window_time is end - 1.
struct Window {
  EventTimeMs start = 0;
  EventTimeMs end = 0;
  bool operator==(const Window&) const = default;
};

/// The start of the window of length `size_ms` shifted by `offset_ms` that holds `time`; right for negative times.
EventTimeMs WindowStart(EventTimeMs time, int64_t offset_ms, int64_t size_ms);

/// Appends the windows that hold `time`, in the order Flink emits them. Not for SESSION.
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

/// A window is complete, and rows for it are late, once the watermark has reached end - 1.
constexpr bool WindowIsComplete(EventTimeMs window_end, EventTimeMs watermark) { return watermark >= window_end - 1; }

}  // namespace tidemark::time
