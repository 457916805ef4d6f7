// SPDX-License-Identifier: Apache-2.0
// JavaRandom: the numbers of java.util.Random, so that RAND(seed) gives the same as Flink.
#pragma once

#include <cstdint>

namespace tidemark::expr {

/// A linear congruential generator of 48 bits.
class JavaRandom {
 public:
  explicit JavaRandom(int64_t seed) : state_((static_cast<uint64_t>(seed) ^ kMultiplier) & kMask) {}

  /// In [0, 1).
  double NextDouble() {
    const auto high = static_cast<int64_t>(Next(26));
    const auto low = static_cast<int64_t>(Next(27));
    constexpr double kUnit = 1.0 / (int64_t{1} << 53);
    return static_cast<double>((high << 27) + low) * kUnit;
  }

  /// In [0, bound). REQUIRES: bound > 0.
  int32_t NextInt(int32_t bound) {
    uint32_t bits = Next(31);
    if ((bound & (bound - 1)) == 0) return static_cast<int32_t>((static_cast<uint64_t>(bound) * bits) >> 31);
    // Numbers of the last, incomplete round of `bound` are drawn again.
    while (bits - bits % static_cast<uint32_t>(bound) + static_cast<uint32_t>(bound - 1) > 0x7FFFFFFFu) bits = Next(31);
    return static_cast<int32_t>(bits % static_cast<uint32_t>(bound));
  }

 private:
  static constexpr uint64_t kMultiplier = 0x5DEECE66D;
  static constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;

  uint32_t Next(int bits) {
    state_ = (state_ * kMultiplier + 0xB) & kMask;
    return static_cast<uint32_t>(state_ >> (48 - bits));
  }

  uint64_t state_;
};

}  // namespace tidemark::expr
