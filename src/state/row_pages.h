// SPDX-License-Identifier: Apache-2.0
// RowPages: rows of one fixed size that never move, in pages that grow with their number.
#pragma once

#include <cstdint>
#include <vector>

#include "state/memory_block.h"

namespace tidemark::state {

/// Hands out rows of `row_bytes`. A freed row is handed out again before a new one. Small sets take about a kilobyte,
/// large ones live in pages of 2 MiB. One thread.
class RowPages {
 public:
  /// REQUIRES: row_bytes is a positive multiple of 8.
  explicit RowPages(int32_t row_bytes) : row_bytes_(row_bytes) {}

  /// A row with undefined contents.
  uint8_t* Allocate() {
    ++size_;
    if (free_rows_ != nullptr) return Reuse();
    if (pages_.empty() || pages_.back().used == pages_.back().capacity) AddPage();
    Page& page = pages_.back();
    return page.block.data() + int64_t{page.used++} * row_bytes_;
  }
  /// REQUIRES: `row` came from Allocate and was not freed since.
  void Free(uint8_t* row);
  void Clear();

  /// Every row that was not freed; in the order of allocation as far as no freed row was reused.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (const Page& page : pages_) {
      uint8_t* row = page.block.data();
      for (int32_t i = 0; i < page.used; ++i, row += row_bytes_) {
        if (page.freed.empty() || !page.freed[i]) visit(row);
      }
    }
  }

  int64_t size() const { return size_; }
  int64_t memory_bytes() const { return memory_bytes_; }
  int32_t row_bytes() const { return row_bytes_; }

 private:
  struct Page {
    MemoryBlock block;
    int32_t capacity = 0;
    int32_t used = 0;
    std::vector<bool> freed;  ///< empty until a row of this page is freed
  };

  void AddPage();
  uint8_t* Reuse();
  /// The page that holds `row` and the row's number in it.
  Page* PageOf(const uint8_t* row, int32_t* index);

  const int32_t row_bytes_;
  std::vector<Page> pages_;
  std::vector<int32_t> by_address_;  ///< page numbers, ascending by address
  uint8_t* free_rows_ = nullptr;     ///< a list through the first 8 bytes of each freed row
  int64_t size_ = 0;
  int64_t memory_bytes_ = 0;
};

}  // namespace tidemark::state
