// SPDX-License-Identifier: Apache-2.0
// Watermark tracking per split and merging by minimum.
#include "time/watermark.h"

#include <algorithm>

namespace tidemark::time {

std::shared_ptr<const std::vector<EventTimeMs>> SplitWatermark::Observe(const std::vector<EventTimeMs>& watermarks,
                                                                        const std::vector<EventTimeMs>& rowtimes) {
  const size_t num_rows = watermarks.size();
  const EventTimeMs before_batch = current_;
  // First pass without memory: most batches have no row near or behind the watermark.
  bool needed = false;
  EventTimeMs running = before_batch;
  for (size_t row = 0; row < num_rows; ++row) {
    needed |= running != kMinWatermark && rowtimes[row] - 1 <= running;
    running = std::max(running, watermarks[row]);
  }
  current_ = running;
  if (!needed) return nullptr;

  auto before = std::make_shared<std::vector<EventTimeMs>>(num_rows);
  running = before_batch;
  for (size_t row = 0; row < num_rows; ++row) {
    (*before)[row] = running;
    running = std::max(running, watermarks[row]);
  }
  return before;
}

WatermarkMerger::WatermarkMerger(int inputs) : inputs_(inputs, Input{kMinWatermark}) {}

int WatermarkMerger::AddInput(EventTimeMs start) {
  inputs_.push_back(Input{start});
  return static_cast<int>(inputs_.size()) - 1;
}

bool WatermarkMerger::Advance(int input, EventTimeMs watermark) {
  Input& advanced = inputs_[input];
  // A busy input that does not hold the minimum cannot raise it.
  const bool may_raise = advanced.idle || (watermark > advanced.watermark && advanced.watermark <= current_);
  advanced.idle = false;
  advanced.watermark = std::max(advanced.watermark, watermark);
  return may_raise && Recompute();
}

bool WatermarkMerger::SetIdle(int input, bool idle) {
  if (inputs_[input].idle == idle) return false;
  inputs_[input].idle = idle;
  return Recompute();
}

bool WatermarkMerger::all_idle() const {
  return std::all_of(inputs_.begin(), inputs_.end(), [](const Input& input) { return input.idle; });
}

bool WatermarkMerger::Recompute() {
  bool any_active = false;
  EventTimeMs minimum = kMaxWatermark;
  for (const Input& input : inputs_) {
    if (input.idle) continue;
    any_active = true;
    minimum = std::min(minimum, input.watermark);
  }
  if (!any_active || minimum <= current_) return false;
  current_ = minimum;
  return true;
}

}  // namespace tidemark::time
