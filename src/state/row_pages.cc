// SPDX-License-Identifier: Apache-2.0
// Pages of rows: growth, and the list of freed rows.
#include "state/row_pages.h"

#include <algorithm>
#include <cstring>

namespace tidemark::state {
namespace {

constexpr int64_t kFirstPageBytes = 1024;
constexpr int64_t kPageBytesMax = int64_t{2} << 20;

}  // namespace

void RowPages::AddPage() {
  const int64_t grown = pages_.empty() ? kFirstPageBytes : pages_.back().block.size() * 2;
  const int64_t bytes = std::max<int64_t>(std::min(grown, kPageBytesMax), row_bytes_);
  Page page;
  page.block = MemoryBlock(bytes, MemoryBlock::Contents::kUndefined);
  page.capacity = static_cast<int32_t>(bytes / row_bytes_);
  const uint8_t* address = page.block.data();
  const auto place = std::upper_bound(by_address_.begin(), by_address_.end(), address,
                                      [&](const uint8_t* a, int32_t b) { return a < pages_[b].block.data(); });
  by_address_.insert(place, static_cast<int32_t>(pages_.size()));
  pages_.push_back(std::move(page));
  memory_bytes_ += bytes;
}

RowPages::Page* RowPages::PageOf(const uint8_t* row, int32_t* index) {
  const auto after = std::upper_bound(by_address_.begin(), by_address_.end(), row,
                                      [&](const uint8_t* a, int32_t b) { return a < pages_[b].block.data(); });
  Page& page = pages_[*(after - 1)];
  *index = static_cast<int32_t>((row - page.block.data()) / row_bytes_);
  return &page;
}

void RowPages::Free(uint8_t* row) {
  int32_t index = 0;
  Page* page = PageOf(row, &index);
  if (page->freed.empty()) {
    page->freed.resize(page->capacity, false);
    memory_bytes_ += page->capacity / 8;
  }
  page->freed[index] = true;
  std::memcpy(row, &free_rows_, sizeof(free_rows_));
  free_rows_ = row;
  --size_;
}

uint8_t* RowPages::Reuse() {
  uint8_t* row = free_rows_;
  std::memcpy(&free_rows_, row, sizeof(free_rows_));
  int32_t index = 0;
  PageOf(row, &index)->freed[index] = false;
  return row;
}

void RowPages::Clear() {
  pages_.clear();
  by_address_.clear();
  free_rows_ = nullptr;
  size_ = 0;
  memory_bytes_ = 0;
}

}  // namespace tidemark::state
