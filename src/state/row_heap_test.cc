// SPDX-License-Identifier: Apache-2.0
// RowPages and RowHeap: pieces do not overlap, and freed memory is used again.
#include "state/row_heap.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>

namespace tidemark::state {
namespace {

TEST(RowPages, FreedRowsAreSkippedAndUsedAgain) {
  RowPages pages(16);
  std::vector<uint8_t*> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back(pages.Allocate());
  for (int i = 0; i < 1000; i += 2) pages.Free(rows[i]);
  std::vector<uint8_t*> seen;
  pages.ForEach([&](uint8_t* row) { seen.push_back(row); });
  ASSERT_EQ(seen.size(), 500u);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(seen[i], rows[2 * i + 1]);

  const int64_t bytes = pages.memory_bytes();
  for (int i = 0; i < 500; ++i) pages.Allocate();
  EXPECT_EQ(pages.memory_bytes(), bytes);
  EXPECT_EQ(pages.size(), 1000);
  pages.Clear();
  EXPECT_EQ(pages.size(), 0);
  EXPECT_EQ(pages.memory_bytes(), 0);
}

TEST(RowPages, ARowMayBeLargerThanAPage) {
  RowPages pages(4 << 20);
  std::memset(pages.Allocate(), 1, 4 << 20);
  std::memset(pages.Allocate(), 2, 4 << 20);
  EXPECT_EQ(pages.size(), 2);
}

TEST(RowHeap, PiecesOfAnySizeKeepTheirBytes) {
  std::mt19937 random(1);
  RowHeap heap;
  std::map<uint8_t*, std::pair<int64_t, uint8_t>> pieces;
  for (int step = 0; step < 20'000; ++step) {
    if (pieces.size() > 300 || (!pieces.empty() && random() % 3 == 0)) {
      auto it = pieces.begin();
      std::advance(it, random() % pieces.size());
      const auto [bytes, value] = it->second;
      for (int64_t i = 0; i < bytes; ++i) ASSERT_EQ(it->first[i], value);
      heap.Free(it->first, bytes);
      pieces.erase(it);
      continue;
    }
    const int64_t bytes = 1 + random() % (step % 10 == 0 ? 10'000 : 300);
    uint8_t* piece = heap.Allocate(bytes);
    ASSERT_EQ(reinterpret_cast<uintptr_t>(piece) % 8, 0u);
    const auto value = static_cast<uint8_t>(random());
    std::memset(piece, value, static_cast<size_t>(bytes));
    ASSERT_TRUE(pieces.emplace(piece, std::make_pair(bytes, value)).second);
  }
  EXPECT_GT(heap.memory_bytes(), 0);
  heap.Clear();
  EXPECT_EQ(heap.memory_bytes(), 0);
}

TEST(RowHeap, EverySizeFitsItsClass) {
  RowHeap heap;
  for (int64_t bytes = 1; bytes <= 5000; ++bytes) std::memset(heap.Allocate(bytes), 7, static_cast<size_t>(bytes));
}

}  // namespace
}  // namespace tidemark::state
