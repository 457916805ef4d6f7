// SPDX-License-Identifier: Apache-2.0
// Widths of text on a terminal, and lines cut to them.
#include "cli/display_width.h"

#include <gtest/gtest.h>

namespace tidemark::cli {
namespace {

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("Zoë"), 3u);
  EXPECT_EQ(DisplayWidth("Zoe\u0308"), 3u);
  EXPECT_EQ(DisplayWidth("日本 🎉"), 7u);
  EXPECT_EQ(DisplayWidth("\xF0\x9F"), 1u);  // cut off: no more bytes are read than there are
}

TEST(CutLines, CutsEachLineAtWholeCharacters) {
  EXPECT_EQ(CutLines("abcdef\nab\n\nabcd", 4), "abcd\nab\n\nabcd");
  EXPECT_EQ(CutLines("a日本b\n", 4), "a日\n");
  EXPECT_EQ(CutLines("a日本b\n", 5), "a日本\n");
  EXPECT_EQ(CutLines("a\u0308b", 1), "a\u0308");
}

}  // namespace
}  // namespace tidemark::cli
