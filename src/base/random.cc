// SPDX-License-Identifier: Apache-2.0
// The machine's entropy behind the RandomSource interface.
#include "base/random.h"

#include <random>

namespace tidemark {
namespace {

class MachineRandom final : public RandomSource {
 public:
  uint64_t Next() override {
    std::random_device device;
    return (uint64_t{device()} << 32) | device();
  }
};

}  // namespace

RandomSource* SystemRandom() {
  static MachineRandom random;
  return &random;
}

}  // namespace tidemark
