// SPDX-License-Identifier: Apache-2.0
// Allocation of large blocks: from the kernel where it is Linux, on huge pages, so that they go back to it as soon as
// they are freed, whatever else the allocator has made between them.
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

#ifdef __linux__

constexpr size_t kSmallPage = 4096;

bool IsMapped(int64_t size) { return static_cast<size_t>(size) >= kHugePage; }
size_t MappedBytes(int64_t size) { return (static_cast<size_t>(size) + kSmallPage - 1) / kSmallPage * kSmallPage; }

/// Zeroed bytes that begin with a huge page.
uint8_t* Map(int64_t size) {
  const size_t bytes = MappedBytes(size);
  void* mapped = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* begin = static_cast<uint8_t*>(mapped);
  const size_t skipped = (kHugePage - reinterpret_cast<uintptr_t>(begin) % kHugePage) % kHugePage;
  if (skipped > 0) munmap(begin, skipped);
  munmap(begin + skipped + bytes, kHugePage - skipped);
  // Advice only: where it is refused, the block works all the same.
  (void)madvise(begin + skipped, bytes, MADV_HUGEPAGE);
  return begin + skipped;
}

void Unmap(uint8_t* data, int64_t size) { munmap(data, MappedBytes(size)); }

#else

bool IsMapped(int64_t) { return false; }
uint8_t* Map(int64_t) { return nullptr; }
void Unmap(uint8_t*, int64_t) {}

#endif

}  // namespace

MemoryBlock::MemoryBlock(int64_t size, Contents contents) : size_(size) {
  if (IsMapped(size)) {
    data_ = Map(size);
    return;
  }
  data_ = static_cast<uint8_t*>(::operator new(static_cast<size_t>(size), std::align_val_t(kCacheLine)));
  if (contents == Contents::kZero) std::memset(data_, 0, static_cast<size_t>(size));
}

MemoryBlock::~MemoryBlock() {
  if (data_ == nullptr) return;
  if (IsMapped(size_)) {
    Unmap(data_, size_);
  } else {
    ::operator delete(data_, std::align_val_t(kCacheLine));
  }
}

}  // namespace tidemark::state
