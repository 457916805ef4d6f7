// SPDX-License-Identifier: Apache-2.0
// SeededChooser: the simulator's choices, all from one seed.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "runtime/head.h"

namespace tidemark::runtime {

/// Draws without the standard distributions, whose results differ between libraries.
class SeededChooser final : public Chooser {
 public:
  explicit SeededChooser(uint64_t seed) : engine_(seed) {}
  int Choose(int options) override { return static_cast<int>(engine_() % static_cast<uint64_t>(options)); }
  bool OneIn(int options) { return Choose(options) == 0; }
  uint64_t Number() { return engine_(); }

  template <typename T>
  T Pick(const std::vector<T>& values) {
    return values[static_cast<size_t>(Choose(static_cast<int>(values.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tidemark::runtime
