// SPDX-License-Identifier: Apache-2.0
// Window aggregation by pictures, and against a naive model with random times, lateness and batch cuts.
#include "exec/window_aggregate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "exec/picture_testing.h"
#include "exec/timed_rows_testing.h"
#include "time/watermark.h"

namespace tidemark::exec {
namespace {

using plan::WindowAggregateNode;
using plan::WindowProperty;
using ::testing::HasSubstr;
using time::WindowKind;
using time::WindowSpec;

// key, value, time in ms
const Schema kInput = SchemaOf({DataType::String(), DataType::BigInt(), DataType::Timestamp(3)});

struct Case {
  std::shared_ptr<WindowAggregateNode> node;
  std::unique_ptr<OperatorPicture> picture;

  struct Options {
    bool input_retracts = false;
    int64_t batch_rows = 8192;
    DataType time_type = DataType::Timestamp(3);
    DataType property_type = DataType::Timestamp(3);
    std::string time_zone = "UTC";
    std::vector<WindowProperty> properties = {WindowProperty::kStart, WindowProperty::kEnd};
    std::vector<plan::AggregateCall> calls = {Call(kInput, "COUNT", {}), Call(kInput, "SUM", {1})};
    std::vector<int> group_columns = {0};
  };

  explicit Case(WindowSpec window) : Case(window, Options()) {}
  Case(WindowSpec window, const Options& options) {
    Schema input = kInput;
    input[2].type = options.time_type;
    Schema output;
    for (int column : options.group_columns) output.push_back(input[column]);
    for (const auto& call : options.calls) output.push_back({call.name, call.type});
    for (size_t i = 0; i < options.properties.size(); ++i) output.push_back({"property", options.property_type});
    node = std::make_shared<WindowAggregateNode>(plan::PhysicalNode::Kind::kWindowAggregate, output, InputNode(input),
                                                 "WindowAggregate");
    node->group_columns = options.group_columns;
    node->calls = options.calls;
    node->window = window;
    node->time_column = 2;
    node->properties = options.properties;
    node->input_retracts = options.input_retracts;
    picture = std::make_unique<OperatorPicture>(MakeWindowAggregateOperator(*node), std::vector<Schema>{input}, output,
                                                options.batch_rows, 0, options.time_zone);
  }
  std::string Run(std::string_view script) { return picture->Run(script); }
};

const WindowSpec kTumble10 = {WindowKind::kTumble, 10};
const WindowSpec kHop10By5 = {WindowKind::kHop, 10, 5};
const WindowSpec kCumulate15By5 = {WindowKind::kCumulate, 15, 5};

TEST(WindowAggregate, AWindowComesOutWhenTheWatermarkReachesItsEnd) {
  Case test(kTumble10);
  EXPECT_EQ(test.Run(R"(
      +I x 1 3
      +I y 5 9
      +I x 2 7
      +I x 9 12
      watermark 8
      +I y 1 0
      watermark 9
      watermark 10
      watermark 25)"),
            "watermark 8\n+I x 2 3 0 10\n+I y 2 6 0 10\nwatermark 9\nwatermark 10\n+I x 1 9 10 20\nwatermark 25\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 0);
}

TEST(WindowAggregate, TheEndOfTheInputCompletesEveryWindowInOrder) {
  Case test(kTumble10);
  EXPECT_EQ(test.Run("+I x 1 33\n+I x 1 3\n+I x 1 -1\nfinish"), "+I x 1 1 -10 0\n+I x 1 1 0 10\n+I x 1 1 30 40\n");
}

TEST(WindowAggregate, LateRowsAreCountedAndKept) {
  Case test(kTumble10);
  EXPECT_EQ(test.Run("+I x 1 3\nwatermark 9\n+I x 7 4\n+I y 8 11\n+I y 9 9\nfinish"),
            "+I x 1 1 0 10\nwatermark 9\n+I y 1 8 10 20\n");
  EXPECT_EQ(test.picture->late().TakeText(), "x 7 4 @9 10\ny 9 9 @9 10\n");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 2);
}

TEST(WindowAggregate, LateRowsAreCountedWithoutASink) {
  Case test(kTumble10);
  test.picture->context().late_rows = nullptr;
  EXPECT_EQ(test.Run("watermark 9\n+I x 7 4"), "watermark 9\n");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 1);
}

TEST(WindowAggregate, ARowBehindTheWatermarkOfItsSplitIsLateEvenWhileTheWindowIsHere) {
  Case test(kTumble10);
  EXPECT_EQ(test.Run("+I x 1 3\n+I x 2 12\n+I x 4 5 @9\n+I x 8 6 @8\nfinish"), "+I x 2 9 0 10\n+I x 1 2 10 20\n");
  EXPECT_EQ(test.picture->late().TakeText(), "x 4 5 @9 10\n");
}

TEST(WindowAggregate, Hop) {
  Case test(kHop10By5);
  EXPECT_EQ(test.Run("+I x 1 3\n+I x 2 7\nwatermark 4\n+I x 4 11\nwatermark 9\nwatermark 14\nfinish"),
            "+I x 1 1 -5 5\nwatermark 4\n+I x 2 3 0 10\nwatermark 9\n+I x 2 6 5 15\nwatermark 14\n+I x 1 4 10 20\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 0);
}

TEST(WindowAggregate, AHopRowMayBeLateForOneWindowAndOnTimeForAnother) {
  Case test(kHop10By5);
  EXPECT_EQ(test.Run("+I x 1 3\nwatermark 4\n+I x 2 2\nwatermark 9\n+I x 4 8\nwatermark 14\nfinish"),
            "+I x 1 1 -5 5\nwatermark 4\n+I x 2 3 0 10\nwatermark 9\n+I x 1 4 5 15\nwatermark 14\n");
  EXPECT_EQ(test.picture->late().TakeText(), "x 2 2 @4 5\nx 4 8 @9 10\n");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 2);
}

TEST(WindowAggregate, AHopRowKeepsOutOfTheWindowsItIsLateForThoughTheyAreStillHere) {
  Case test(kHop10By5);
  EXPECT_EQ(test.Run("+I x 1 3\n+I x 2 2 @4\nfinish"), "+I x 1 1 -5 5\n+I x 2 3 0 10\n");
  EXPECT_EQ(test.picture->late().TakeText(), "x 2 2 @4 5\n");
}

TEST(WindowAggregate, AHopRowLateForAllItsWindowsIsCountedOnce) {
  Case test(kHop10By5);
  EXPECT_EQ(test.Run("watermark 20\n+I x 1 3"), "watermark 20\n");
  EXPECT_EQ(test.picture->late().TakeText(), "x 1 3 @20 5\nx 1 3 @20 10\n");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 1);
}

TEST(WindowAggregate, HopWithGaps) {
  Case test({WindowKind::kHop, 4, 10});
  EXPECT_EQ(test.Run("+I x 1 3\n+I x 2 4\n+I x 4 9\n+I x 8 10\nfinish"), "+I x 1 1 0 4\n+I x 1 8 10 14\n");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 0);
}

TEST(WindowAggregate, Cumulate) {
  Case test(kCumulate15By5);
  EXPECT_EQ(test.Run("+I x 1 3\n+I x 2 7\nwatermark 4\n+I y 4 8\nwatermark 9\n+I x 1 15\nwatermark 14\nfinish"),
            "+I x 1 1 0 5\nwatermark 4\n+I x 2 3 0 10\n+I y 1 4 0 10\nwatermark 9\n"
            "+I x 2 3 0 15\n+I y 1 4 0 15\nwatermark 14\n+I x 1 1 15 20\n+I x 1 1 15 25\n+I x 1 1 15 30\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 0);
}

TEST(WindowAggregate, ACumulateRowLateForTheShortWindowsIsInTheLongOnes) {
  Case test(kCumulate15By5);
  EXPECT_EQ(test.Run("+I x 1 3\nwatermark 9\n+I x 2 4\n+I x 4 2 @14\nfinish"),
            "+I x 1 1 0 5\n+I x 1 1 0 10\nwatermark 9\n+I x 2 3 0 15\n");
  EXPECT_EQ(test.picture->late().TakeText(), "x 2 4 @9 5\nx 2 4 @9 10\nx 4 2 @14 5\nx 4 2 @14 10\nx 4 2 @14 15\n");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 2);
}

TEST(WindowAggregate, OffsetsAndNegativeTimes) {
  Case test({WindowKind::kTumble, 10, 0, 3});
  EXPECT_EQ(test.Run("+I x 1 2\n+I x 2 3\n+I x 4 -7\n+I x 8 -8\nfinish"),
            "+I x 1 8 -17 -7\n+I x 2 5 -7 3\n+I x 1 2 3 13\n");
}

TEST(WindowAggregate, Retractions) {
  Case test(kTumble10, {.input_retracts = true});
  EXPECT_EQ(test.Run(R"(
      +I x 1 3
      +I y 5 4
      -U x 1 3
      +U x 2 3
      -D y 5 4
      -D z 1 1
      finish)"),
            "+I x 1 2 0 10\n");
  Case hop(kHop10By5, {.input_retracts = true});
  EXPECT_EQ(hop.Run("+I x 1 3\nwatermark 4\n+I x 2 7\n-D x 1 3\nfinish"),
            "+I x 1 1 -5 5\nwatermark 4\n+I x 2 3 0 10\n+I x 1 2 5 15\n");
}

TEST(WindowAggregate, WithoutKeys) {
  Case test(kTumble10, {.group_columns = {}});
  EXPECT_EQ(test.Run("+I x 1 3\n+I y 5 9\n+I y 5 10\nfinish"), "+I 2 6 0 10\n+I 1 5 10 20\n");
}

TEST(WindowAggregate, DistinctKeysPerWindow) {
  Case test(kTumble10, {.properties = {WindowProperty::kEnd}, .calls = {}});
  EXPECT_EQ(test.Run("+I x 1 3\n+I x 5 9\n+I y 5 10\nfinish"), "+I x 10\n+I y 20\n");
}

TEST(WindowAggregate, TimesInMicrosAndNanosAndWindowTime) {
  for (const auto& [type, factor] :
       {std::pair(DataType::Timestamp(6), int64_t{1000}), {DataType::Timestamp(9), 1'000'000}}) {
    Case test(kTumble10, {.time_type = type, .properties = {WindowProperty::kTime}});
    EXPECT_EQ(test.Run("+I x 1 " + std::to_string(10 * factor - 1) + "\n+I x 1 " + std::to_string(10 * factor) +
                       "\n+I x 1 -1\nfinish"),
              "+I x 1 1 -1\n+I x 1 1 9\n+I x 1 1 19\n");
  }
}

TEST(WindowAggregate, NullTimesAndTimesOutOfRangeAreErrors) {
  Case test(kTumble10);
  EXPECT_THAT(test.Run("+I x 1 3\n+I x 1 null"), HasSubstr("error: TestOperator(k): a row's event time is NULL"));
  Case far(kTumble10);
  EXPECT_THAT(far.Run("+I x 1 9223372036854775807"), HasSubstr("event time lies more than 146 million years"));
}

TEST(WindowAggregate, ImpossibleWindowsAreRefused) {
  Case test({WindowKind::kCumulate, 10, 3});
  EXPECT_THAT(test.Run("+I x 1 3"), HasSubstr("multiple of its step"));
}

TEST(WindowAggregate, SmallWindowsShareBatchesAndLargeOnesAreCut) {
  Case test(kTumble10, {.batch_rows = 4});
  test.picture->out().set_keep_text(false);
  std::string rows;
  for (int i = 0; i < 20; ++i) rows += "+I x 1 " + std::to_string(i * 10) + "\n";
  for (int i = 0; i < 20; ++i) rows += "+I k" + std::to_string(i) + " 1 500\n";
  test.Run(rows + "finish");
  EXPECT_EQ(test.picture->out().table().size(), 40u);
  EXPECT_LE(test.picture->out().largest_batch(), 6);
  EXPECT_LE(test.picture->out().batches(), 11);
}

TEST(WindowAggregate, LocalTimeZoneWindowsFollowTheWallClock) {
  // A day in New York begins at 05:00 UTC in winter. window_time is an instant again.
  constexpr int64_t kHour = 3'600'000;
  Case test({WindowKind::kTumble, 24 * kHour},
            {.time_type = DataType::TimestampLtz(3), .time_zone = "America/New_York"});
  EXPECT_EQ(test.Run("+I x 1 " + std::to_string(5 * kHour - 1) + "\n+I x 2 " + std::to_string(5 * kHour) +
                     "\nwatermark " + std::to_string(5 * kHour - 2) + "\nwatermark " + std::to_string(5 * kHour - 1)),
            "watermark 17999998\n+I x 1 1 -86400000 0\nwatermark 17999999\n");
  Case instant({WindowKind::kTumble, 24 * kHour}, {.time_type = DataType::TimestampLtz(3),
                                                   .property_type = DataType::TimestampLtz(3),
                                                   .time_zone = "America/New_York",
                                                   .properties = {WindowProperty::kTime}});
  EXPECT_EQ(instant.Run("+I x 2 " + std::to_string(5 * kHour) + "\nfinish"), "+I x 1 2 104399999\n");
}

TEST(WindowAggregate, AnHourThatTheClocksShowTwiceIsOneWindow) {
  // On 2021-11-07 New York's clocks went from 02:00 back to 01:00 at 06:00 UTC.
  constexpr int64_t kHour = 3'600'000;
  const int64_t switch_time = 1636264800000;
  Case test({WindowKind::kTumble, kHour}, {.time_type = DataType::TimestampLtz(3), .time_zone = "America/New_York"});
  const std::string first = std::to_string(switch_time - kHour);
  const std::string second = std::to_string(switch_time + 1);
  EXPECT_EQ(test.Run("+I x 1 " + first + "\nwatermark " + std::to_string(switch_time) + "\n+I x 2 " + second +
                     "\nwatermark " + std::to_string(switch_time + kHour - 1)),
            "watermark 1636264800000\n+I x 2 3 1636246800000 1636250400000\nwatermark 1636268399999\n");
}

/// key, value, window_start, window_end
TEST(WindowAggregate, WindowsThatTheInputCarries) {
  const Schema input =
      SchemaOf({DataType::String(), DataType::BigInt(), DataType::Timestamp(3), DataType::Timestamp(3)});
  const Schema output = SchemaOf({DataType::BigInt(), DataType::Timestamp(3), DataType::Timestamp(3)});
  WindowAggregateNode node(plan::PhysicalNode::Kind::kWindowAggregate, output, InputNode(input), "WindowAggregate");
  node.calls = {Call(input, "MAX", {1})};
  node.window = kHop10By5;
  node.window_start_column = 2;
  node.window_end_column = 3;
  node.properties = {WindowProperty::kStart, WindowProperty::kEnd};
  OperatorPicture picture(MakeWindowAggregateOperator(node), {input}, output);
  EXPECT_EQ(picture.Run(R"(
      +I x 1 0 10
      +I y 5 0 10
      +I x 2 5 15
      watermark 9
      +I z 9 0 10
      +I z 3 5 15
      +I z 7 2 15
      finish)"),
            "+I 5 0 10\nwatermark 9\n+I 7 2 15\n+I 3 5 15\n");
  EXPECT_EQ(picture.metrics().late_rows_dropped, 1);
}

TEST(WindowAggregate, CarriedWindowsOfALocalTimeZone) {
  const Schema input = SchemaOf({DataType::BigInt(), DataType::Timestamp(3), DataType::Timestamp(3)});
  const Schema output = SchemaOf({DataType::BigInt(), DataType::Timestamp(3)});
  WindowAggregateNode node(plan::PhysicalNode::Kind::kWindowAggregate, output, InputNode(input), "WindowAggregate");
  node.calls = {Call(input, "SUM", {0})};
  node.window_start_column = 1;
  node.window_end_column = 2;
  node.window_is_local = true;
  node.properties = {WindowProperty::kEnd};
  OperatorPicture picture(MakeWindowAggregateOperator(node), {input}, output, 8192, 0, "America/New_York");
  // The window ends at local midnight, which is 05:00 UTC.
  EXPECT_EQ(picture.Run("watermark 100\n+I 1 -86400000 0\nwatermark 17999998\nwatermark 17999999"),
            "watermark 100\nwatermark 17999998\n+I 1 0\nwatermark 17999999\n");
}

/// What each window holds, row by row as the definition says.
std::map<std::string, int64_t> NaiveWindows(const WindowSpec& spec, const std::vector<EventTimeMs>& times,
                                            const std::vector<std::string>& keys, const std::vector<int64_t>& values,
                                            int64_t delay, int64_t* late) {
  std::map<std::pair<std::pair<EventTimeMs, EventTimeMs>, std::string>, std::pair<int64_t, int64_t>> windows;
  EventTimeMs watermark = kMinWatermark;
  *late = 0;
  for (size_t row = 0; row < times.size(); ++row) {
    std::vector<time::Window> assigned;
    time::AssignWindows(spec, times[row], &assigned);
    bool missed = false;
    for (const auto& window : assigned) {
      if (time::WindowIsComplete(window.end, watermark)) {
        missed = true;
        continue;
      }
      auto& [count, sum] = windows[{{window.start, window.end}, keys[row]}];
      ++count;
      sum += values[row];
    }
    *late += missed;
    watermark = std::max(watermark, times[row] - delay);
  }
  std::map<std::string, int64_t> table;
  for (const auto& [key, result] : windows) {
    table[key.second + " " + std::to_string(result.first) + " " + std::to_string(result.second) + " " +
          std::to_string(key.first.first) + " " + std::to_string(key.first.second)] = 1;
  }
  return table;
}

TEST(WindowAggregateProperty, ResultsDoNotDependOnBatchesOrOnWhenWatermarksCome) {
  std::mt19937 random(1);
  for (int round = 0; round < 400; ++round) {
    WindowSpec spec = {WindowKind::kTumble, 1 + static_cast<int64_t>(random() % 20)};
    if (round % 3 == 1)
      spec = {WindowKind::kHop, 1 + static_cast<int64_t>(random() % 20), 1 + static_cast<int64_t>(random() % 12)};
    if (round % 3 == 2) {
      const int64_t step = 1 + random() % 6;
      spec = {WindowKind::kCumulate, step * (1 + static_cast<int64_t>(random() % 5)), step};
    }
    spec.offset_ms = static_cast<int64_t>(random() % 20) - 10;
    const int64_t delay = random() % 10;
    const TimedRows rows = DrawTimedRows([](int row) { return row / 2 - 30; }, 3, delay, &random);
    int64_t expected_late = 0;
    const auto expected = NaiveWindows(spec, rows.times, rows.keys, rows.values, delay, &expected_late);

    Case test(spec, {.batch_rows = 1 + static_cast<int64_t>(random() % 20)});
    FeedInAnyWay(kInput, rows, test.picture.get(), &random);
    EXPECT_EQ(test.picture->out().table(), expected) << spec.ToString() << " round " << round;
    EXPECT_EQ(test.picture->metrics().late_rows_dropped, expected_late);
    EXPECT_EQ(test.picture->metrics().state_rows, 0);
  }
}

}  // namespace
}  // namespace tidemark::exec
