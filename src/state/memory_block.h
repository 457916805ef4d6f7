// SPDX-License-Identifier: Apache-2.0
// MemoryBlock: one large piece of memory, on huge pages where it is big enough, because keyed state is visited at
// random and would otherwise miss the TLB at nearly every row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace tidemark::state {

/// Owns `size()` bytes aligned to a cache line or better. Movable.
class MemoryBlock {
 public:
  enum class Contents { kUndefined, kZero };

  MemoryBlock() = default;
  MemoryBlock(int64_t size, Contents contents);
  ~MemoryBlock();
  MemoryBlock(MemoryBlock&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MemoryBlock& operator=(MemoryBlock&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  uint8_t* data() const { return data_; }
  int64_t size() const { return size_; }

 private:
  uint8_t* data_ = nullptr;
  int64_t size_ = 0;
};

}  // namespace tidemark::state
