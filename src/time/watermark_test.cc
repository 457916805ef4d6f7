// SPDX-License-Identifier: Apache-2.0
// Watermarks of splits and their merging, by example and against naive models.
#include "time/watermark.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tidemark::time {
namespace {

std::vector<EventTimeMs> Minus(const std::vector<EventTimeMs>& times, int64_t delay) {
  std::vector<EventTimeMs> watermarks;
  for (EventTimeMs time : times) watermarks.push_back(time - delay);
  return watermarks;
}

TEST(SplitWatermark, NobodyNeedLookWhileRowsComeInOrder) {
  SplitWatermark split;
  const std::vector<EventTimeMs> times = {10, 20, 30};
  EXPECT_EQ(split.Observe(Minus(times, 5), times), nullptr);
  EXPECT_EQ(split.current(), 25);
}

TEST(SplitWatermark, GivesTheWatermarkBeforeEachRow) {
  SplitWatermark split;
  const std::vector<EventTimeMs> times = {10, 20, 12, 30};
  const auto before = split.Observe(Minus(times, 5), times);
  ASSERT_NE(before, nullptr);
  EXPECT_EQ(*before, (std::vector<EventTimeMs>{kMinWatermark, 5, 15, 15}));
  EXPECT_EQ(split.current(), 25);
}

TEST(SplitWatermark, ARowRightAfterTheWatermarkIsLookedAt) {
  // It may touch a session that is already complete.
  SplitWatermark split(9);
  EXPECT_EQ(split.Observe({9}, {11}), nullptr);
  EXPECT_NE(split.Observe({9}, {10}), nullptr);
}

TEST(SplitWatermark, AnEarlierBatchMakesLaterRowsLate) {
  SplitWatermark split;
  EXPECT_EQ(split.Observe({100}, {100}), nullptr);
  const auto before = split.Observe({40}, {40});
  ASSERT_NE(before, nullptr);
  EXPECT_EQ(*before, std::vector<EventTimeMs>{100});
  EXPECT_EQ(split.current(), 100);
}

TEST(SplitWatermark, NullWatermarksDoNotMoveIt) {
  SplitWatermark split;
  EXPECT_EQ(split.Observe({kMinWatermark}, {-5}), nullptr);
  EXPECT_EQ(split.current(), kMinWatermark);
}

TEST(SplitWatermark, BatchBoundariesDoNotMatter) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<EventTimeMs> times;
    for (int row = 0; row < 50; ++row) times.push_back(row * 10 + static_cast<int>(random() % 60) - 250);
    std::vector<EventTimeMs> expected;
    EventTimeMs running = kMinWatermark;
    for (EventTimeMs time : times) {
      expected.push_back(running);
      running = std::max(running, time - 20);
    }

    SplitWatermark split;
    for (size_t at = 0; at < times.size();) {
      const size_t count = std::min<size_t>(1 + random() % 20, times.size() - at);
      const std::vector<EventTimeMs> part(times.begin() + at, times.begin() + at + count);
      const auto before = split.Observe(Minus(part, 20), part);
      for (size_t row = 0; row < count; ++row) {
        if (before) {
          EXPECT_EQ((*before)[row], expected[at + row]);
        } else if (expected[at + row] != kMinWatermark) {
          EXPECT_GT(part[row], expected[at + row] + 1);
        }
      }
      at += count;
    }
    EXPECT_EQ(split.current(), running);
  }
}

TEST(WatermarkMerger, TakesTheMinimum) {
  WatermarkMerger merger(2);
  EXPECT_FALSE(merger.Advance(0, 10));
  EXPECT_EQ(merger.current(), kMinWatermark);
  EXPECT_TRUE(merger.Advance(1, 7));
  EXPECT_EQ(merger.current(), 7);
  EXPECT_FALSE(merger.Advance(0, 20));
  EXPECT_TRUE(merger.Advance(1, 30));
  EXPECT_EQ(merger.current(), 20);
}

TEST(WatermarkMerger, AnIdleInputDoesNotHoldTheOthers) {
  WatermarkMerger merger(2);
  merger.Advance(0, 10);
  EXPECT_TRUE(merger.SetIdle(1, true));
  EXPECT_EQ(merger.current(), 10);
  EXPECT_FALSE(merger.Advance(1, 5));  // back, and behind: the merged watermark does not go back
  EXPECT_EQ(merger.current(), 10);
  EXPECT_FALSE(merger.Advance(0, 50));
  EXPECT_TRUE(merger.Advance(1, 20));
  EXPECT_EQ(merger.current(), 20);
}

TEST(WatermarkMerger, StandsStillWhenAllAreIdle) {
  WatermarkMerger merger(2);
  merger.Advance(0, 10);
  merger.Advance(1, 3);
  EXPECT_TRUE(merger.SetIdle(1, true));
  EXPECT_FALSE(merger.SetIdle(0, true));
  EXPECT_TRUE(merger.all_idle());
  EXPECT_EQ(merger.current(), 10);
}

TEST(WatermarkMerger, AnInputThatWakesUpAloneDecides) {
  WatermarkMerger merger(2);
  merger.Advance(0, 10);
  merger.SetIdle(0, true);
  EXPECT_TRUE(merger.Advance(1, 3));
  merger.SetIdle(1, true);
  EXPECT_TRUE(merger.SetIdle(0, false));
  EXPECT_EQ(merger.current(), 10);
  EXPECT_TRUE(merger.Advance(0, 12));
  EXPECT_EQ(merger.current(), 12);
}

TEST(WatermarkMerger, AnAddedInputHoldsTheMinimum) {
  WatermarkMerger merger(1);
  merger.Advance(0, 10);
  const int added = merger.AddInput();
  EXPECT_FALSE(merger.Advance(0, 20));
  EXPECT_EQ(merger.current(), 10);
  EXPECT_TRUE(merger.Advance(added, 15));
  EXPECT_EQ(merger.current(), 15);
}

TEST(WatermarkMerger, EqualsANaiveModel) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    const int inputs = 1 + static_cast<int>(random() % 5);
    WatermarkMerger merger(inputs);
    std::vector<EventTimeMs> marks(inputs, kMinWatermark);
    std::vector<bool> idle(inputs, false);
    EventTimeMs current = kMinWatermark;
    for (int step = 0; step < 100; ++step) {
      const int input = static_cast<int>(random() % inputs);
      bool rose = false;
      if (random() % 3 == 0) {
        idle[input] = random() % 2 == 0;
        rose = merger.SetIdle(input, idle[input]);
      } else {
        const EventTimeMs watermark = static_cast<int>(random() % 200) - 50;
        marks[input] = std::max(marks[input], watermark);
        idle[input] = false;
        rose = merger.Advance(input, watermark);
      }
      EventTimeMs minimum = kMaxWatermark;
      bool any = false;
      for (int i = 0; i < inputs; ++i) {
        if (idle[i]) continue;
        any = true;
        minimum = std::min(minimum, marks[i]);
      }
      EXPECT_EQ(rose, any && minimum > current);
      if (any) current = std::max(current, minimum);
      EXPECT_EQ(merger.current(), current);
    }
  }
}

}  // namespace
}  // namespace tidemark::time
