// SPDX-License-Identifier: Apache-2.0
// Allocation of large blocks; asks the kernel for huge pages where it is Linux.
#include "state/memory_block.h"

#include <cstring>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace tidemark::state {
namespace {

constexpr size_t kCacheLine = 64;
constexpr size_t kHugePage = size_t{2} << 20;

size_t AlignmentOf(int64_t size) { return static_cast<size_t>(size) >= kHugePage ? kHugePage : kCacheLine; }

}  // namespace

MemoryBlock::MemoryBlock(int64_t size, Contents contents) : size_(size) {
  const size_t alignment = AlignmentOf(size);
  data_ = static_cast<uint8_t*>(::operator new(static_cast<size_t>(size), std::align_val_t(alignment)));
#ifdef __linux__
  // Advice only: where it is refused, the block works all the same.
  if (alignment == kHugePage) (void)madvise(data_, static_cast<size_t>(size), MADV_HUGEPAGE);
#endif
  if (contents == Contents::kZero) std::memset(data_, 0, static_cast<size_t>(size));
}

MemoryBlock::~MemoryBlock() {
  if (data_ != nullptr) ::operator delete(data_, std::align_val_t(AlignmentOf(size_)));
}

}  // namespace tidemark::state
