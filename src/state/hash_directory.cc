// SPDX-License-Identifier: Apache-2.0
// Removal from a HashDirectory, and its size.
#include "state/hash_directory.h"

#include <bit>

namespace tidemark::state {

void HashDirectory::Reset(int64_t rows) {
  uint64_t slots = kSlotsMin;
  if (rows * 2 >= kSlotsMin) slots = std::bit_ceil(static_cast<uint64_t>(rows) * 2 + 1);
  block_ = MemoryBlock();  // first, so that the two never take memory at the same time
  block_ = MemoryBlock(static_cast<int64_t>(slots * sizeof(uint64_t)), MemoryBlock::Contents::kZero);
  mask_ = slots - 1;
  taken_ = 0;
}

void HashDirectory::Erase(uint64_t hash, const uint8_t* row) {
  uint64_t slot = SlotOf(hash, row);
  if (slots()[Next(slot)] != kEmpty) {
    slots()[slot] = kErased;
    return;
  }
  // Nothing lies behind: this slot and the erased ones before it are free again.
  while (true) {
    slots()[slot] = kEmpty;
    --taken_;
    slot = (slot - 1) & mask_;
    if (slots()[slot] != kErased) return;
  }
}

}  // namespace tidemark::state
