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
  // As large as all others together.
  const int64_t bytes = std::max<int64_t>(std::clamp(memory_bytes_, kFirstPageBytes, kPageBytesMax), row_bytes_);
  auto page = std::make_unique<Page>();
  page->number = ++pages_made_;
  page->block = MemoryBlock(bytes, MemoryBlock::Contents::kUndefined);
  page->capacity = static_cast<int32_t>(bytes / row_bytes_);
  newest_ = page.get();
  const auto place = std::upper_bound(by_address_.begin(), by_address_.end(), page->block.data(),
                                      [](const uint8_t* a, const Page* b) { return a < b->block.data(); });
  by_address_.insert(place, newest_);
  pages_.push_back(std::move(page));
  memory_bytes_ += bytes;
}

RowPages::Page* RowPages::PageOf(const uint8_t* row, int32_t* index) {
  const auto after = std::upper_bound(by_address_.begin(), by_address_.end(), row,
                                      [](const uint8_t* a, const Page* b) { return a < b->block.data(); });
  Page* page = *(after - 1);
  *index = static_cast<int32_t>((row - page->block.data()) / row_bytes_);
  return page;
}

void RowPages::Free(uint8_t* row) {
  int32_t index = 0;
  Page* page = PageOf(row, &index);
  --size_;
  if (--page->rows == 0 && page != newest_) return Release(page);
  if (page->freed.empty()) {
    page->freed.resize(page->capacity, false);
    memory_bytes_ += page->capacity / 8;
  }
  page->freed[index] = true;
  if (page->retired) return;
  if (page->free_rows == nullptr) with_free_rows_.push_back(page);
  std::memcpy(row, &page->free_rows, sizeof(page->free_rows));
  page->free_rows = row;
}

uint8_t* RowPages::Reuse() {
  Page* page = with_free_rows_.back();
  uint8_t* row = page->free_rows;
  std::memcpy(&page->free_rows, row, sizeof(page->free_rows));
  if (page->free_rows == nullptr) with_free_rows_.pop_back();
  page->freed[(row - page->block.data()) / row_bytes_] = false;
  ++page->rows;
  return row;
}

bool RowPages::RetireOldest(std::vector<uint8_t*>* rows) {
  const auto oldest =
      std::find_if(pages_.begin(), pages_.end(), [](const auto& page) { return !page->retired && page->rows > 0; });
  if (oldest == pages_.end()) return false;
  Page* page = oldest->get();
  page->retired = true;
  if (page->free_rows != nullptr) std::erase(with_free_rows_, page);
  page->free_rows = nullptr;
  if (page == newest_) newest_ = nullptr;
  ForEachOf(*page, [&](uint8_t* row) { rows->push_back(row); });
  return true;
}

void RowPages::Release(Page* page) {
  memory_bytes_ -= page->block.size() + static_cast<int64_t>(page->freed.empty() ? 0 : page->capacity / 8);
  if (page->free_rows != nullptr) std::erase(with_free_rows_, page);
  by_address_.erase(std::lower_bound(by_address_.begin(), by_address_.end(), page->block.data(),
                                     [](const Page* a, const uint8_t* b) { return a->block.data() < b; }));
  pages_.erase(std::find_if(pages_.begin(), pages_.end(), [&](const auto& other) { return other.get() == page; }));
}

void RowPages::Clear() {
  pages_.clear();
  by_address_.clear();
  with_free_rows_.clear();
  newest_ = nullptr;
  size_ = 0;
  memory_bytes_ = 0;
}

}  // namespace tidemark::state
