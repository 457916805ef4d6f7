// SPDX-License-Identifier: Apache-2.0
// Window and slice arithmetic: Flink's examples, negative times, offsets, and properties over random specs.
#include "time/window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace tidemark::time {

void PrintTo(const Window& window, std::ostream* out) { *out << "[" << window.start << ", " << window.end << ")"; }

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

WindowSpec Tumble(int64_t size, int64_t offset = 0) { return {WindowKind::kTumble, size, 0, offset}; }
WindowSpec Hop(int64_t size, int64_t slide, int64_t offset = 0) { return {WindowKind::kHop, size, slide, offset}; }
WindowSpec Cumulate(int64_t size, int64_t step, int64_t offset = 0) {
  return {WindowKind::kCumulate, size, step, offset};
}

std::vector<Window> Assign(const WindowSpec& spec, EventTimeMs time) {
  std::vector<Window> windows;
  AssignWindows(spec, time, &windows);
  return windows;
}

TEST(Window, StartIsRightOnBothSidesOfZero) {
  EXPECT_EQ(WindowStart(0, 0, 10), 0);
  EXPECT_EQ(WindowStart(9, 0, 10), 0);
  EXPECT_EQ(WindowStart(10, 0, 10), 10);
  EXPECT_EQ(WindowStart(-1, 0, 10), -10);
  EXPECT_EQ(WindowStart(-10, 0, 10), -10);
  EXPECT_EQ(WindowStart(-11, 0, 10), -20);
  EXPECT_EQ(WindowStart(4, 5, 10), -5);
  EXPECT_EQ(WindowStart(5, -15, 10), 5);
  EXPECT_EQ(WindowStart(4, -15, 10), -5);
  EXPECT_EQ(WindowStart(4, 1'000'000'005, 10), -5);
}

TEST(Window, Tumble) {
  EXPECT_THAT(Assign(Tumble(10), 25), ElementsAre(Window{20, 30}));
  EXPECT_THAT(Assign(Tumble(10, 3), 22), ElementsAre(Window{13, 23}));
  EXPECT_THAT(Assign(Tumble(10), -1), ElementsAre(Window{-10, 0}));
}

TEST(Window, HopListsTheLatestFirst) {
  EXPECT_THAT(Assign(Hop(10, 5), 12), ElementsAre(Window{10, 20}, Window{5, 15}));
  EXPECT_THAT(Assign(Hop(10, 5), 0), ElementsAre(Window{0, 10}, Window{-5, 5}));
  EXPECT_THAT(Assign(Hop(10, 4), 9), ElementsAre(Window{8, 18}, Window{4, 14}, Window{0, 10}));
}

TEST(Window, HopWithGapsLeavesSomeTimesOut) {
  EXPECT_THAT(Assign(Hop(4, 10), 3), ElementsAre(Window{0, 4}));
  EXPECT_THAT(Assign(Hop(4, 10), 4), ElementsAre());
  EXPECT_THAT(WindowsOfSlice(Hop(4, 10), SliceEnd(Hop(4, 10), 7)), ElementsAre());
}

TEST(Window, CumulateListsTheShortestFirst) {
  EXPECT_THAT(Assign(Cumulate(15, 5), 7), ElementsAre(Window{0, 10}, Window{0, 15}));
  EXPECT_THAT(Assign(Cumulate(15, 5), -1), ElementsAre(Window{-15, 0}));
}

TEST(Window, SlicesOfAHopThatIsNoMultipleOfItsSlide) {
  EXPECT_EQ(SliceLength(Hop(10, 4)), 2);
  EXPECT_THAT(SlicesOfWindow(Hop(10, 4), 14), ElementsAre(6, 8, 10, 12, 14));
  EXPECT_THAT(WindowsOfSlice(Hop(10, 4), 10), ElementsAre(Window{0, 10}, Window{4, 14}, Window{8, 18}));
}

TEST(Window, CompleteOneMillisecondBeforeItsEnd) {
  EXPECT_FALSE(WindowIsComplete(10, 8));
  EXPECT_TRUE(WindowIsComplete(10, 9));
  EXPECT_FALSE(WindowIsComplete(10, kMinWatermark));
}

TEST(Window, TextForExplain) {
  EXPECT_EQ(Tumble(10'000).ToString(), "TUMBLE(size=10 s)");
  EXPECT_EQ(Hop(3'600'000, 300'000, -60'000).ToString(), "HOP(size=1 h, slide=5 min, offset=-1 min)");
  EXPECT_EQ(Cumulate(86'400'000, 1500).ToString(), "CUMULATE(max_size=1 d, step=1500 ms)");
  EXPECT_EQ((WindowSpec{WindowKind::kSession, 1000}).ToString(), "SESSION(gap=1 s)");
}

TEST(Window, RefusesWhatHasNoMeaning) {
  EXPECT_THAT(CheckWindowSpec(Tumble(0)).message(), HasSubstr("must be positive"));
  EXPECT_THAT(CheckWindowSpec(Hop(10, -5)).message(), HasSubstr("The slide of HOP"));
  EXPECT_THAT(CheckWindowSpec(Cumulate(10, 3)).message(), HasSubstr("multiple of its step"));
  EXPECT_THAT(CheckWindowSpec(Hop(int64_t{86'400'000} * 365, 1)).message(), HasSubstr("windows around each row"));
  EXPECT_THAT(CheckWindowSpec(Hop(1'000'001, 1000)).message(), HasSubstr("slices"));
  EXPECT_THAT(CheckWindowSpec(Tumble(kTimeRangeMs)).message(), HasSubstr("146 million years"));
  EXPECT_TRUE(CheckWindowSpec(Hop(10, 4, -3)).ok());
}

WindowSpec RandomSpec(std::mt19937* random) {
  const int64_t offset = static_cast<int64_t>((*random)() % 201) - 100;
  const int64_t size = 1 + (*random)() % 40;
  const int64_t slide = 1 + (*random)() % 12;
  switch ((*random)() % 3) {
    case 0:
      return Tumble(size, offset);
    case 1:
      return Hop(size, slide, offset);
    default:
      return Cumulate(slide * (1 + (*random)() % 6), slide, offset);
  }
}

/// All windows near `time` by definition: every boundary tried.
std::vector<Window> NaiveWindows(const WindowSpec& spec, EventTimeMs time) {
  std::vector<Window> windows;
  for (EventTimeMs start = time - 200; start <= time + 200; ++start) {
    const int64_t from_offset = start - spec.offset_ms;
    if (spec.kind == WindowKind::kCumulate) {
      if (from_offset % spec.size_ms != 0) continue;
      for (int64_t length = spec.slide_ms; length <= spec.size_ms; length += spec.slide_ms) {
        if (start <= time && time < start + length) windows.push_back({start, start + length});
      }
    } else {
      const int64_t step = spec.kind == WindowKind::kHop ? spec.slide_ms : spec.size_ms;
      if (from_offset % step == 0 && start <= time && time < start + spec.size_ms) {
        windows.push_back({start, start + spec.size_ms});
      }
    }
  }
  return windows;
}

TEST(WindowProperty, AssignmentEqualsTheDefinition) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    const WindowSpec spec = RandomSpec(&random);
    ASSERT_TRUE(CheckWindowSpec(spec).ok());
    const EventTimeMs time = static_cast<int64_t>(random() % 301) - 150;
    std::vector<Window> windows = Assign(spec, time);
    if (spec.kind == WindowKind::kHop) std::reverse(windows.begin(), windows.end());
    EXPECT_EQ(windows, NaiveWindows(spec, time)) << spec.ToString() << " at " << time;
    for (const Window& window : windows) EXPECT_EQ(WindowEndingAt(spec, window.end), window);
  }
}

TEST(WindowProperty, EveryTimeLiesInExactlyOneSliceOfEachOfItsWindows) {
  std::mt19937 random(4);
  for (int round = 0; round < 500; ++round) {
    const WindowSpec spec = RandomSpec(&random);
    const EventTimeMs time = static_cast<int64_t>(random() % 301) - 150;
    const EventTimeMs slice_end = SliceEnd(spec, time);
    EXPECT_LE(slice_end - SliceLength(spec), time);
    EXPECT_GT(slice_end, time);
    std::vector<Window> expected = NaiveWindows(spec, time);
    EXPECT_EQ(WindowsOfSlice(spec, slice_end), expected) << spec.ToString() << " at " << time;
    for (const Window& window : expected) {
      const auto slices = SlicesOfWindow(spec, window.end);
      EXPECT_EQ(std::count(slices.begin(), slices.end(), slice_end), 1);
      // The slices tile the window without gap or overlap.
      EXPECT_EQ(slices.front() - SliceLength(spec), window.start);
      EXPECT_EQ(slices.back(), window.end);
      for (size_t i = 1; i < slices.size(); ++i) EXPECT_EQ(slices[i] - slices[i - 1], SliceLength(spec));
    }
  }
}

TEST(WindowProperty, AWindowsSlicesHoldExactlyItsTimes) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    const WindowSpec spec = RandomSpec(&random);
    const auto windows = Assign(spec, static_cast<int64_t>(random() % 301) - 150);
    for (const Window& window : windows) {
      const auto slices = SlicesOfWindow(spec, window.end);
      const std::set<EventTimeMs> ends(slices.begin(), slices.end());
      for (EventTimeMs time = window.start - 20; time < window.end + 20; ++time) {
        const bool inside = time >= window.start && time < window.end;
        EXPECT_EQ(ends.contains(SliceEnd(spec, time)), inside) << spec.ToString() << " at " << time;
      }
    }
  }
}

}  // namespace
}  // namespace tidemark::time
