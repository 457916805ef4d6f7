// SPDX-License-Identifier: Apache-2.0
// The machine's clock behind the Clock interface.
#include "base/clock.h"

#include <chrono>

namespace tidemark {
namespace {

class MachineClock final : public Clock {
 public:
  int64_t NowMicros() override {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  int64_t SteadyMicros() override {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace

Clock* SystemClock() {
  static MachineClock clock;
  return &clock;
}

}  // namespace tidemark
