// SPDX-License-Identifier: Apache-2.0
// The one door to wall-clock time, so that a simulator can turn the hands.
#pragma once

#include <cstdint>

namespace tidemark {

/// Thread-safe source of time. Operators and connectors never read the system clock themselves.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Microseconds since 1970-01-01 UTC.
  virtual int64_t NowMicros() = 0;
  /// Microseconds of a clock that never goes back; only differences mean something.
  virtual int64_t SteadyMicros() = 0;
};

/// The machine's clock. The returned object lives for the whole process.
Clock* SystemClock();

/// A clock that stands still until told: for tests and the simulator. Not thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t now_micros = 0) : now_micros_(now_micros) {}
  int64_t NowMicros() override { return now_micros_; }
  int64_t SteadyMicros() override { return now_micros_; }
  void Advance(int64_t micros) { now_micros_ += micros; }

 private:
  int64_t now_micros_;
};

}  // namespace tidemark
