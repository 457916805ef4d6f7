// SPDX-License-Identifier: Apache-2.0
// RowPages: rows of one fixed size that never move, in pages that grow with their number.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "state/memory_block.h"

namespace tidemark::state {

/// A place in the walk over all rows of a table.
struct RowCursor {
  int64_t page = 0;
  int32_t row = 0;
};

/// Hands out rows of `row_bytes`. A freed row is handed out again before a new one; a page without rows is given back.
/// Small sets take about a kilobyte, large ones live in pages of 2 MiB. One thread.
class RowPages {
 public:
  /// REQUIRES: row_bytes is a positive multiple of 8.
  explicit RowPages(int32_t row_bytes) : row_bytes_(row_bytes) {}

  /// A row with undefined contents.
  uint8_t* Allocate() {
    ++size_;
    if (!with_free_rows_.empty()) return Reuse();
    if (newest_ == nullptr || newest_->used == newest_->capacity) AddPage();
    ++newest_->rows;
    return newest_->block.data() + int64_t{newest_->used++} * row_bytes_;
  }
  /// REQUIRES: `row` came from Allocate and was not freed since.
  void Free(uint8_t* row);
  void Clear();

  /// Takes the oldest page that was not retired yet out of use: adds its rows to `rows`, oldest first as far as none
  /// was freed. No row is made in it any more, and it is given back when the last of its rows is freed. False: there is
  /// none.
  bool RetireOldest(std::vector<uint8_t*>* rows);

  /// Every row that was not freed; in the order of allocation as far as no freed row was reused.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (const auto& page : pages_) ForEachOf(*page, visit);
  }

  /// Visits rows from `cursor` on, about `rows` of them, in the order of ForEach, and moves the cursor on. False: there
  /// are no more. Rows that are made, freed or moved meanwhile are visited or not; all others once.
  template <typename Visit>
  bool Walk(RowCursor* cursor, int64_t rows, Visit&& visit) const {
    auto page = std::lower_bound(pages_.begin(), pages_.end(), cursor->page,
                                 [](const auto& a, int64_t number) { return a->number < number; });
    for (; page != pages_.end() && rows > 0; ++page) {
      if ((*page)->number != cursor->page) *cursor = {(*page)->number, 0};
      const int32_t end = static_cast<int32_t>(std::min<int64_t>((*page)->used, cursor->row + rows));
      uint8_t* row = (*page)->block.data() + int64_t{cursor->row} * row_bytes_;
      for (int32_t i = cursor->row; i < end; ++i, row += row_bytes_) {
        if ((*page)->freed.empty() || !(*page)->freed[i]) visit(row);
      }
      rows -= end - cursor->row;
      cursor->row = end;
      if (end < (*page)->used) return true;
    }
    return page != pages_.end();
  }

  int64_t size() const { return size_; }
  int64_t memory_bytes() const { return memory_bytes_; }
  int32_t row_bytes() const { return row_bytes_; }

 private:
  struct Page {
    int64_t number = 0;  ///< rises with each page that is made
    MemoryBlock block;
    int32_t capacity = 0;
    int32_t used = 0;  ///< rows handed out, freed ones too
    int32_t rows = 0;  ///< rows that are not freed
    bool retired = false;
    uint8_t* free_rows = nullptr;  ///< a list through the first 8 bytes of each freed row
    std::vector<bool> freed;       ///< empty until a row of this page is freed
  };

  template <typename Visit>
  void ForEachOf(const Page& page, Visit&& visit) const {
    uint8_t* row = page.block.data();
    for (int32_t i = 0; i < page.used; ++i, row += row_bytes_) {
      if (page.freed.empty() || !page.freed[i]) visit(row);
    }
  }
  void AddPage();
  uint8_t* Reuse();
  void Release(Page* page);
  /// The page that holds `row` and the row's number in it.
  Page* PageOf(const uint8_t* row, int32_t* index);

  const int32_t row_bytes_;
  std::vector<std::unique_ptr<Page>> pages_;  ///< oldest first
  std::vector<Page*> by_address_;             ///< ascending
  std::vector<Page*> with_free_rows_;         ///< not retired
  Page* newest_ = nullptr;                    ///< where rows are made when none is free; null: a page must be added
  int64_t pages_made_ = 0;
  int64_t size_ = 0;
  int64_t memory_bytes_ = 0;
};

}  // namespace tidemark::state
