// SPDX-License-Identifier: Apache-2.0
// RowHeap: memory for byte strings of any length (long keys, encoded rows) without a call to the system's allocator for
// each of them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_set>

#include "state/row_pages.h"

namespace tidemark::state {

/// Size classes, each a RowPages; pieces above the largest class come from the system one by one. Frees everything when
/// destroyed. One thread.
class RowHeap {
 public:
  RowHeap() = default;
  ~RowHeap() { Clear(); }
  RowHeap(const RowHeap&) = delete;
  RowHeap& operator=(const RowHeap&) = delete;

  /// `bytes` of undefined contents, aligned to 8. REQUIRES: bytes > 0.
  uint8_t* Allocate(int64_t bytes);
  /// `bytes`: as given to Allocate.
  void Free(uint8_t* piece, int64_t bytes);
  void Clear();

  int64_t memory_bytes() const;

 private:
  // 16, 32 .. 128, then four classes for each doubling up to 4096.
  static constexpr int kSmallClasses = 8;
  static constexpr int kClasses = kSmallClasses + 4 * 5;
  static constexpr int64_t kLargestClassBytes = 4096;
  static int ClassOf(int64_t bytes);
  static int32_t BytesOfClass(int size_class);

  std::array<std::unique_ptr<RowPages>, kClasses> classes_;
  std::unordered_set<uint8_t*> large_;
  int64_t large_bytes_ = 0;
};

}  // namespace tidemark::state
