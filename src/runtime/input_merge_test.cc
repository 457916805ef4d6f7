// SPDX-License-Identifier: Apache-2.0
// Merging of watermarks, idleness and ends of several inputs.
#include "runtime/input_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::runtime {
namespace {

using ::testing::ElementsAre;

InputMerge MakeMerge(int inputs) { return InputMerge(inputs, std::make_unique<MinimumWatermarkMerge>(inputs)); }

TEST(InputMerge, PassesOnTheMinimum) {
  InputMerge merge = MakeMerge(2);
  EXPECT_FALSE(merge.Advance(0, 10)->watermark);
  EXPECT_EQ(merge.Advance(1, 7)->watermark, 7);
  EXPECT_FALSE(merge.Advance(0, 20)->watermark);
  EXPECT_EQ(merge.Advance(1, 30)->watermark, 20);
}

TEST(InputMerge, AnEndedInputHoldsNothingBack) {
  InputMerge merge = MakeMerge(2);
  ASSERT_TRUE(merge.Advance(0, 10).ok());
  const auto first = merge.End(1, true);
  EXPECT_EQ(first->watermark, 10);
  EXPECT_FALSE(first->ended);
  EXPECT_FALSE(first->idle);
  EXPECT_EQ(merge.Advance(0, 15)->watermark, 15);
  const auto last = merge.End(0, true);
  EXPECT_FALSE(last->watermark);  // the end speaks for itself
  EXPECT_TRUE(last->ended);
  EXPECT_TRUE(last->complete);
}

TEST(InputMerge, IsCompleteOnlyWhenAllInputsAre) {
  InputMerge merge = MakeMerge(3);
  ASSERT_TRUE(merge.End(0, true).ok());
  ASSERT_TRUE(merge.End(1, false).ok());
  const auto last = merge.End(2, true);
  EXPECT_TRUE(last->ended);
  EXPECT_FALSE(last->complete);
}

TEST(InputMerge, NothingMayFollowAnEnd) {
  InputMerge merge = MakeMerge(2);
  ASSERT_TRUE(merge.End(0, true).ok());
  EXPECT_FALSE(merge.End(0, true).ok());
  EXPECT_FALSE(merge.Advance(0, 1).ok());
  EXPECT_FALSE(merge.Take(0, Batch{}).ok());
  EXPECT_TRUE(merge.Take(1, Batch{}).ok());
}

TEST(InputMerge, IsIdleWhenAllThatGoOnAre) {
  InputMerge merge = MakeMerge(3);
  EXPECT_FALSE(merge.SetIdle(0, true)->idle);
  EXPECT_FALSE(merge.SetIdle(1, true)->idle);
  EXPECT_EQ(merge.End(2, true)->idle, true);
  const auto back = merge.SetIdle(1, false);
  EXPECT_EQ(back->idle, false);
  EXPECT_EQ(merge.SetIdle(1, true)->idle, true);
  EXPECT_FALSE(merge.End(1, true)->idle);  // still idle: input 0 is
  const auto last = merge.End(0, true);
  EXPECT_FALSE(last->idle);
  EXPECT_TRUE(last->ended);
}

TEST(InputMerge, TheOrderInWhichInputsFallSilentDoesNotMatter) {
  for (const int first : {0, 1}) {
    InputMerge merge = MakeMerge(2);
    ASSERT_TRUE(merge.Advance(0, 100).ok());
    ASSERT_TRUE(merge.Advance(1, 50).ok());
    ASSERT_TRUE(merge.SetIdle(first, true).ok());
    ASSERT_TRUE(merge.SetIdle(1 - first, true).ok());
    EXPECT_EQ(merge.watermark(), 100);
  }
  InputMerge merge = MakeMerge(2);
  ASSERT_TRUE(merge.Advance(0, 100).ok());
  ASSERT_TRUE(merge.Advance(1, 50).ok());
  ASSERT_TRUE(merge.End(0, true).ok());
  EXPECT_EQ(merge.watermark(), 50);
  EXPECT_EQ(merge.SetIdle(1, true)->watermark, 100);
}

TEST(InputMerge, RowsOfAnInputThatWasIdleSayThatTheyAreLate) {
  InputMerge merge = MakeMerge(2);
  ASSERT_TRUE(merge.Advance(0, 10).ok());
  ASSERT_TRUE(merge.Advance(1, 100).ok());
  EXPECT_EQ(merge.SetIdle(0, true)->watermark, 100);
  ASSERT_TRUE(merge.SetIdle(0, false).ok());

  Batch rows;
  rows.num_rows = 2;
  EXPECT_THAT(*merge.Take(0, rows)->row_watermarks, ElementsAre(100, 100));
  rows.row_watermarks = std::make_shared<std::vector<EventTimeMs>>(std::vector<EventTimeMs>{50, 150});
  EXPECT_THAT(*merge.Take(0, rows)->row_watermarks, ElementsAre(100, 150));
  rows.row_watermarks = nullptr;
  EXPECT_EQ(merge.Take(1, rows)->row_watermarks, nullptr);

  // It has caught up.
  ASSERT_TRUE(merge.Advance(0, 120).ok());
  EXPECT_EQ(merge.Take(0, rows)->row_watermarks, nullptr);
}

}  // namespace
}  // namespace tidemark::runtime
