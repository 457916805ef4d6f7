// SPDX-License-Identifier: Apache-2.0
// Where drawings on a terminal begin and how much of them there is.
#include "cli/screen.h"

#include <gtest/gtest.h>

namespace tidemark::cli {
namespace {

class Written final : public TextOutput {
 public:
  arrow::Status Write(std::string_view text) override {
    last = text;
    return arrow::Status::OK();
  }
  std::string last;
};

TEST(Screen, EachDrawingReplacesTheOneBefore) {
  Written written;
  TerminalSize size{4, 5};
  Screen screen(&written, [&] { return size; });
  ASSERT_TRUE(screen.Draw("a\nb\n").ok());
  EXPECT_EQ(written.last, "a\nb\n");
  ASSERT_TRUE(screen.Draw("1\n2\n3\n4\n123456789\n").ok());
  EXPECT_EQ(written.last, "\x1b[2A\r\x1b[J3\n4\n12345\n");
  size = {24, 80};
  ASSERT_TRUE(screen.Leave("1\n2\n3\n4\n123456789\n").ok());
  EXPECT_EQ(written.last, "\x1b[3A\r\x1b[J1\n2\n3\n4\n123456789\n");
  ASSERT_TRUE(screen.Draw("next\n").ok());
  EXPECT_EQ(written.last, "next\n");
}

}  // namespace
}  // namespace tidemark::cli
