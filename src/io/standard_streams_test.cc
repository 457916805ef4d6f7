// SPDX-License-Identifier: Apache-2.0
// Streams in memory, and the process's own through a pipe.
#include "io/standard_streams.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace tidemark::io {
namespace {

TEST(MemoryStreamsTest, ReadsWhatWasGivenAndKeepsWhatWasWritten) {
  MemoryStreams streams("hello");
  char bytes[8];
  EXPECT_EQ(streams.ReadInput(3, 0, bytes).ValueOrDie(), 3);
  EXPECT_EQ(std::string(bytes, 3), "hel");
  EXPECT_EQ(streams.ReadInput(8, 0, bytes).ValueOrDie(), 2);
  EXPECT_EQ(streams.ReadInput(8, 0, bytes).ValueOrDie(), -1);
  ASSERT_TRUE(streams.WriteOutput("a").ok());
  ASSERT_TRUE(streams.WriteError("b").ok());
  ASSERT_TRUE(streams.WriteOutput("c").ok());
  EXPECT_EQ(streams.output(), "ac");
  EXPECT_EQ(streams.error(), "b");
}

TEST(ProcessStreamsTest, WaitsForInputAndSeesItsEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int saved = ::dup(STDIN_FILENO);
  ASSERT_EQ(::dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
  char bytes[8];
  EXPECT_EQ(ProcessStreams()->ReadInput(8, 1000, bytes).ValueOrDie(), 0);
  ASSERT_EQ(::write(ends[1], "abc", 3), 3);
  EXPECT_EQ(ProcessStreams()->ReadInput(8, 1'000'000, bytes).ValueOrDie(), 3);
  ::close(ends[1]);
  EXPECT_EQ(ProcessStreams()->ReadInput(8, 1'000'000, bytes).ValueOrDie(), -1);
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  ::close(ends[0]);
}

}  // namespace
}  // namespace tidemark::io
