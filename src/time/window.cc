// SPDX-License-Identifier: Apache-2.0
// Window and slice arithmetic. All window boundaries lie at offset + k * length for some integer k.
#include "time/window.h"

#include <numeric>

namespace tidemark::time {
namespace {

arrow::Status CheckLength(const WindowSpec& spec, const char* name, int64_t length_ms) {
  if (length_ms > 0 && length_ms < kTimeRangeMs) return arrow::Status::OK();
  return arrow::Status::Invalid("The ", name, " of ", spec.ToString(), " must be positive and below 146 million years");
}

}  // namespace

std::string DurationText(int64_t ms) {
  struct Unit {
    int64_t ms;
    const char* name;
  };
  static constexpr Unit kUnits[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1000, "s"}};
  for (const Unit& unit : kUnits) {
    if (ms != 0 && ms % unit.ms == 0) return std::to_string(ms / unit.ms) + " " + unit.name;
  }
  return std::to_string(ms) + " ms";
}

std::string WindowSpec::ToString() const {
  std::string text;
  switch (kind) {
    case WindowKind::kTumble:
      text = "TUMBLE(size=" + DurationText(size_ms);
      break;
    case WindowKind::kHop:
      text = "HOP(size=" + DurationText(size_ms) + ", slide=" + DurationText(slide_ms);
      break;
    case WindowKind::kCumulate:
      text = "CUMULATE(max_size=" + DurationText(size_ms) + ", step=" + DurationText(slide_ms);
      break;
    case WindowKind::kSession:
      text = "SESSION(gap=" + DurationText(size_ms);
      break;
  }
  if (offset_ms != 0) text += ", offset=" + DurationText(offset_ms);
  return text + ")";
}

arrow::Status CheckWindowSpec(const WindowSpec& spec) {
  ARROW_RETURN_NOT_OK(CheckLength(spec, spec.kind == WindowKind::kSession ? "gap" : "size", spec.size_ms));
  const bool slides = spec.kind == WindowKind::kHop || spec.kind == WindowKind::kCumulate;
  if (slides) {
    ARROW_RETURN_NOT_OK(CheckLength(spec, spec.kind == WindowKind::kHop ? "slide" : "step", spec.slide_ms));
    if (spec.size_ms / spec.slide_ms > kMaxWindowsPerRow) {
      return arrow::Status::Invalid(spec.ToString(), " has more than ", kMaxWindowsPerRow, " windows around each row");
    }
  }
  if (spec.kind == WindowKind::kHop && spec.size_ms / SliceLength(spec) > kMaxWindowsPerRow) {
    return arrow::Status::Invalid(spec.ToString(), " would be cut into more than ", kMaxWindowsPerRow,
                                  " slices: choose a size that is a multiple of the slide");
  }
  if (spec.kind == WindowKind::kCumulate && spec.size_ms % spec.slide_ms != 0) {
    return arrow::Status::Invalid("The max size of ", spec.ToString(), " must be a multiple of its step");
  }
  if (spec.offset_ms <= -kTimeRangeMs || spec.offset_ms >= kTimeRangeMs) {
    return arrow::Status::Invalid("The offset of ", spec.ToString(), " is too large");
  }
  return arrow::Status::OK();
}

EventTimeMs WindowStart(EventTimeMs time, int64_t offset_ms, int64_t size_ms) {
  // Reduced first, so that the difference below cannot overflow.
  const int64_t remainder = (time - offset_ms % size_ms) % size_ms;
  return time - (remainder < 0 ? remainder + size_ms : remainder);
}

void AssignWindows(const WindowSpec& spec, EventTimeMs time, std::vector<Window>* windows) {
  switch (spec.kind) {
    case WindowKind::kTumble: {
      const EventTimeMs start = WindowStart(time, spec.offset_ms, spec.size_ms);
      windows->push_back({start, start + spec.size_ms});
      return;
    }
    case WindowKind::kHop: {
      EventTimeMs start = WindowStart(time, spec.offset_ms, spec.slide_ms);
      for (; start > time - spec.size_ms; start -= spec.slide_ms) windows->push_back({start, start + spec.size_ms});
      return;
    }
    case WindowKind::kCumulate: {
      const EventTimeMs start = WindowStart(time, spec.offset_ms, spec.size_ms);
      for (EventTimeMs end = SliceEnd(spec, time); end <= start + spec.size_ms; end += spec.slide_ms) {
        windows->push_back({start, end});
      }
      return;
    }
    case WindowKind::kSession:
      return;
  }
}

int64_t SliceLength(const WindowSpec& spec) {
  switch (spec.kind) {
    case WindowKind::kHop:
      return std::gcd(spec.size_ms, spec.slide_ms);
    case WindowKind::kCumulate:
      return spec.slide_ms;
    case WindowKind::kTumble:
    case WindowKind::kSession:
      break;
  }
  return spec.size_ms;
}

EventTimeMs SliceEnd(const WindowSpec& spec, EventTimeMs time) {
  const int64_t length = SliceLength(spec);
  return WindowStart(time, spec.offset_ms, length) + length;
}

Window WindowEndingAt(const WindowSpec& spec, EventTimeMs window_end) {
  if (spec.kind != WindowKind::kCumulate) return {window_end - spec.size_ms, window_end};
  return {WindowStart(window_end - 1, spec.offset_ms, spec.size_ms), window_end};
}

std::vector<EventTimeMs> SlicesOfWindow(const WindowSpec& spec, EventTimeMs window_end) {
  const int64_t length = SliceLength(spec);
  std::vector<EventTimeMs> ends;
  for (EventTimeMs end = WindowEndingAt(spec, window_end).start + length; end <= window_end; end += length) {
    ends.push_back(end);
  }
  return ends;
}

WindowEnds WindowEndsOfSlice(const WindowSpec& spec, EventTimeMs slice_end) {
  switch (spec.kind) {
    case WindowKind::kHop: {
      // A window holds the slice when it starts before the slice's end, and ends at it or later.
      const EventTimeMs last_start = WindowStart(slice_end - 1, spec.offset_ms, spec.slide_ms);
      const EventTimeMs first_start =
          WindowStart(slice_end - 1 - spec.size_ms, spec.offset_ms, spec.slide_ms) + spec.slide_ms;
      return {first_start + spec.size_ms, last_start + spec.size_ms, spec.slide_ms};
    }
    case WindowKind::kCumulate: {
      const EventTimeMs start = WindowStart(slice_end - 1, spec.offset_ms, spec.size_ms);
      return {slice_end, start + spec.size_ms, spec.slide_ms};
    }
    case WindowKind::kTumble:
    case WindowKind::kSession:
      break;
  }
  return {slice_end, slice_end, spec.size_ms};
}

std::vector<Window> WindowsOfSlice(const WindowSpec& spec, EventTimeMs slice_end) {
  std::vector<Window> windows;
  const WindowEnds ends = WindowEndsOfSlice(spec, slice_end);
  for (EventTimeMs end = ends.first; end <= ends.last; end += ends.step) windows.push_back(WindowEndingAt(spec, end));
  return windows;
}

}  // namespace tidemark::time
