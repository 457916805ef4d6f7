// SPDX-License-Identifier: Apache-2.0
// ReplayClock: lets event time of stored data go by again, at a chosen multiple of its speed.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "base/event_time.h"

namespace tidemark::runtime {

/// Shared by all sources of a job, so that their times keep step. Event time begins to run when the first row is there,
/// from that row's time. Thread-safe.
class ReplayClock {
 public:
  /// `speed`: milliseconds of event time per millisecond. REQUIRES: > 0.
  explicit ReplayClock(int64_t speed) : speed_(speed) {}

  /// How long a row of `time` has to wait, in microseconds; 0 when its time has come.
  int64_t WaitMicros(EventTimeMs time, int64_t now_micros) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!origin_) origin_ = Origin{time, now_micros};
    const __int128 ahead_ms = static_cast<__int128>(time) - origin_->time;  // times may be far apart
    const __int128 due = origin_->micros + ahead_ms * 1000 / speed_;
    return due <= now_micros ? 0 : static_cast<int64_t>(due - now_micros);
  }

 private:
  struct Origin {
    EventTimeMs time;
    int64_t micros;
  };
  const int64_t speed_;
  std::mutex mutex_;
  std::optional<Origin> origin_;  // guarded by mutex_
};

}  // namespace tidemark::runtime
