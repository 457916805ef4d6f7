// SPDX-License-Identifier: Apache-2.0
// Size classes of RowHeap.
#include "state/row_heap.h"

#include <bit>
#include <new>

namespace tidemark::state {

int RowHeap::ClassOf(int64_t bytes) {
  if (bytes <= 16 * kSmallClasses) return static_cast<int>((bytes + 15) / 16) - 1;
  // 2^power < bytes <= 2^(power + 1), cut into four.
  const int power = std::bit_width(static_cast<uint64_t>(bytes - 1)) - 1;
  const int64_t quarter = int64_t{1} << (power - 2);
  const int64_t step = (bytes - (int64_t{1} << power) + quarter - 1) / quarter;
  return kSmallClasses + 4 * (power - 7) + static_cast<int>(step) - 1;
}

int32_t RowHeap::BytesOfClass(int size_class) {
  if (size_class < kSmallClasses) return 16 * (size_class + 1);
  const int power = 7 + (size_class - kSmallClasses) / 4;
  const int step = (size_class - kSmallClasses) % 4 + 1;
  return (1 << power) + step * (1 << (power - 2));
}

uint8_t* RowHeap::Allocate(int64_t bytes) {
  if (bytes > kLargestClassBytes) {
    auto* piece = static_cast<uint8_t*>(::operator new(static_cast<size_t>(bytes)));
    large_.insert(piece);
    large_bytes_ += bytes;
    return piece;
  }
  const int size_class = ClassOf(bytes);
  auto& pages = classes_[size_class];
  if (!pages) pages = std::make_unique<RowPages>(BytesOfClass(size_class));
  return pages->Allocate();
}

void RowHeap::Free(uint8_t* piece, int64_t bytes) {
  if (bytes > kLargestClassBytes) {
    large_.erase(piece);
    large_bytes_ -= bytes;
    ::operator delete(piece);
    return;
  }
  classes_[ClassOf(bytes)]->Free(piece);
}

void RowHeap::Clear() {
  for (auto& pages : classes_) pages.reset();
  for (uint8_t* piece : large_) ::operator delete(piece);
  large_.clear();
  large_bytes_ = 0;
}

int64_t RowHeap::memory_bytes() const {
  int64_t bytes = large_bytes_;
  for (const auto& pages : classes_) {
    if (pages) bytes += pages->memory_bytes();
  }
  return bytes;
}

}  // namespace tidemark::state
