// SPDX-License-Identifier: Apache-2.0
// The one door to randomness that is not drawn from a seed of the query, so that a simulator can decide it.
#pragma once

#include <cstdint>

namespace tidemark {

/// Thread-safe.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  /// 64 bits, each as likely as any other.
  virtual uint64_t Next() = 0;
};

/// The machine's. The returned object lives for the whole process.
RandomSource* SystemRandom();

}  // namespace tidemark
