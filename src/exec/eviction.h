// SPDX-License-Identifier: Apache-2.0
// Which of an operator's entries go to disk, and how many at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/memory_budget.h"

namespace tidemark::exec {

/// How many bytes are moved in one go where `bytes` are too much: not so few that it is not worth it, and not so many
/// that it takes long. REQUIRES: state is moved to disk at all (MemoryBudget::spill_from_bytes).
inline int64_t EvictionBytes(int64_t bytes, const MemoryBudget& memory) {
  constexpr int64_t kMax = int64_t{16} << 20;
  const int64_t least = std::min(memory.spill_from_bytes() / 64 + 1, kMax);
  return std::clamp(bytes, least, kMax);
}

/// The oldest entries, and what becomes of them: one that was used since it was made or last looked at stays (the
/// second chance of a clock), as long as these are not more than half.
struct Eviction {
  std::vector<uint8_t*> stay;
  std::vector<uint8_t*> move;
};

/// `is_used`: whether an entry has its second chance, which it then has had.
template <typename IsUsed>
Eviction ChooseEvicted(const std::vector<uint8_t*>& oldest, IsUsed&& is_used) {
  Eviction eviction;
  for (uint8_t* entry : oldest) {
    const bool stays = is_used(entry) && eviction.stay.size() * 2 < oldest.size();
    (stays ? eviction.stay : eviction.move).push_back(entry);
  }
  return eviction;
}

}  // namespace tidemark::exec
