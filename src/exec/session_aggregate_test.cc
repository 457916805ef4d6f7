// SPDX-License-Identifier: Apache-2.0
// Session windows by pictures, and against a naive model with random times, lateness and batch cuts.
#include "exec/session_aggregate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <variant>

#include "exec/picture_testing.h"
#include "exec/timed_rows_testing.h"
#include "time/watermark.h"

namespace tidemark::exec {
namespace {

using plan::WindowAggregateNode;
using plan::WindowProperty;
using ::testing::HasSubstr;

// key, value, time in ms
const Schema kInput = SchemaOf({DataType::String(), DataType::BigInt(), DataType::Timestamp(3)});

struct Case {
  std::shared_ptr<WindowAggregateNode> node;
  std::unique_ptr<OperatorPicture> picture;

  explicit Case(int64_t gap,
                std::vector<plan::AggregateCall> calls = {Call(kInput, "COUNT", {}), Call(kInput, "SUM", {1})},
                int64_t batch_rows = 8192, bool input_retracts = false) {
    Schema output = {kInput[0]};
    for (const auto& call : calls) output.push_back({call.name, call.type});
    for (const char* name : {"start", "end"}) output.push_back({name, DataType::Timestamp(3)});
    node = std::make_shared<WindowAggregateNode>(plan::PhysicalNode::Kind::kSessionAggregate, output, InputNode(kInput),
                                                 "SessionAggregate");
    node->group_columns = {0};
    node->calls = std::move(calls);
    node->window = {time::WindowKind::kSession, gap};
    node->time_column = 2;
    node->properties = {WindowProperty::kStart, WindowProperty::kEnd};
    node->input_retracts = input_retracts;
    picture = std::make_unique<OperatorPicture>(MakeSessionAggregateOperator(*node), std::vector<Schema>{kInput},
                                                output, batch_rows);
  }
  std::string Run(std::string_view script) { return picture->Run(script); }
};

TEST(SessionAggregate, ASessionComesOutWhenTheWatermarkReachesItsEnd) {
  Case test(10);
  EXPECT_EQ(test.Run(R"(
      +I x 1 3
      +I y 5 4
      +I x 2 9
      watermark 12
      watermark 13
      +I x 4 30
      watermark 18
      finish)"),
            "watermark 12\n+I y 1 5 4 14\nwatermark 13\n+I x 2 3 3 19\nwatermark 18\n+I x 1 4 30 40\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 0);
}

TEST(SessionAggregate, SessionsThatTouchAreOne) {
  Case test(10);
  EXPECT_EQ(test.Run("+I x 1 0\n+I x 2 10\n+I x 4 21\nfinish"), "+I x 2 3 0 20\n+I x 1 4 21 31\n");
}

TEST(SessionAggregate, ARowBetweenTwoSessionsMergesThem) {
  Case test(10);
  EXPECT_EQ(test.Run("+I x 1 0\n+I x 2 18\n+I y 7 0\n---\n+I x 4 9\n+I x 8 28\nfinish"),
            "+I y 1 7 0 10\n+I x 4 15 0 38\n");
  Case one_batch(10);
  EXPECT_EQ(one_batch.Run("+I x 1 0\n+I x 2 18\n+I x 4 9\n+I x 8 28\nfinish"), "+I x 4 15 0 38\n");
  EXPECT_EQ(one_batch.picture->metrics().state_rows, 0);
}

TEST(SessionAggregate, ChainsOfMergesInOneBatch) {
  Case test(10, {Call(kInput, "SUM", {1}), Call(kInput, "COUNT", {1}, /*distinct=*/true)});
  EXPECT_EQ(test.Run("+I x 1 40\n+I x 2 20\n+I x 4 0\n---\n+I x 8 30\n+I x 1 10\n+I x 32 50\nfinish"),
            "+I x 48 5 0 60\n");
}

TEST(SessionAggregate, LateRows) {
  Case test(10);
  EXPECT_EQ(test.Run("+I x 1 0\n+I x 2 8\nwatermark 14\n+I x 4 3\n+I y 9 4\nfinish"), "watermark 14\n+I x 3 7 0 18\n");
  EXPECT_EQ(test.picture->late().TakeText(), "y 9 4 @14 14\n");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 1);
}

TEST(SessionAggregate, ARowDoesNotJoinASessionThatIsCompleteForIt) {
  // The second row's watermark has completed the first session, though the operator has not heard of it.
  Case test(10);
  EXPECT_EQ(test.Run("+I x 1 0\n+I x 2 10 @9\nfinish"), "+I x 1 1 0 10\n+I x 1 2 10 20\n");
  Case joined(10);
  EXPECT_EQ(joined.Run("+I x 1 0\n+I x 2 10 @8\nfinish"), "+I x 2 3 0 20\n");
}

TEST(SessionAggregate, KeysWithoutSessionsTakeNoMemory) {
  Case test(10);
  std::string late;
  for (int i = 0; i < 1000; ++i) late += "+I k" + std::to_string(i) + " 1 5\n";
  test.Run("watermark 100\n" + late + "watermark 101");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 1000);
  EXPECT_EQ(test.picture->metrics().state_rows, 0);
}

TEST(SessionAggregate, FirstAndLastValuesFollowArrival) {
  Case test(10, {Call(kInput, "FIRST_VALUE", {1}), Call(kInput, "LAST_VALUE", {1})});
  EXPECT_EQ(test.Run("+I x 1 18\n---\n+I x 2 0\n---\n+I x 3 9\nfinish"), "+I x 1 3 0 28\n");
}

TEST(SessionAggregate, ListsAreMergedAndFreed) {
  Case test(10, {Call(kInput, "ARRAY_AGG", {1})});
  EXPECT_EQ(test.Run("+I x 1 0\n+I x 2 18\n---\n+I x 3 9\n+I x 4 100\nfinish"),
            "+I x [1,2,3] 0 28\n+I x [4] 100 110\n");
  Case unfinished(10, {Call(kInput, "ARRAY_AGG", {1})});
  unfinished.Run("+I x 1 0\n+I x 2 18\n---\n+I x 3 9\n+I x 4 100");
}

TEST(SessionAggregate, WhatIsRefused) {
  Case test(10, {}, 8192, /*input_retracts=*/true);
  EXPECT_THAT(test.Run("+I x 1 0"), HasSubstr("not supported yet"));
  Case no_gap(0);
  EXPECT_THAT(no_gap.Run("+I x 1 0"), HasSubstr("must be positive"));
}

/// Sessions row by row as the definition says.
std::map<std::string, int64_t> NaiveSessions(int64_t gap, const std::vector<EventTimeMs>& times,
                                             const std::vector<std::string>& keys, const std::vector<int64_t>& values,
                                             int64_t delay, int64_t* late) {
  struct Naive {
    EventTimeMs start, end;
    int64_t count, sum;
  };
  std::map<std::string, std::vector<Naive>> sessions;
  EventTimeMs watermark = kMinWatermark;
  *late = 0;
  for (size_t row = 0; row < times.size(); ++row) {
    Naive merged{times[row], times[row] + gap, 1, values[row]};
    std::vector<Naive> apart;
    bool touched = false;
    for (const Naive& session : sessions[keys[row]]) {
      const bool touches = session.start <= times[row] + gap && times[row] <= session.end;
      if (!touches || time::WindowIsComplete(session.end, watermark)) {
        apart.push_back(session);
        continue;
      }
      touched = true;
      merged = {std::min(merged.start, session.start), std::max(merged.end, session.end), merged.count + session.count,
                merged.sum + session.sum};
    }
    if (!touched && time::WindowIsComplete(merged.end, watermark)) {
      ++*late;
    } else {
      apart.push_back(merged);
      sessions[keys[row]] = apart;
    }
    watermark = std::max(watermark, times[row] - delay);
  }
  std::map<std::string, int64_t> table;
  for (const auto& [key, list] : sessions) {
    for (const Naive& session : list) {
      ++table[key + " " + std::to_string(session.count) + " " + std::to_string(session.sum) + " " +
              std::to_string(session.start) + " " + std::to_string(session.end)];
    }
  }
  return table;
}

TEST(SessionAggregateProperty, ResultsDoNotDependOnBatchesOrOnWhenWatermarksCome) {
  std::mt19937 random(1);
  for (int round = 0; round < 400; ++round) {
    const int64_t gap = 1 + random() % 12;
    const int64_t delay = random() % 15;
    const int keys_in_use = 1 + random() % 8;
    const TimedRows rows = DrawTimedRows([](int row) { return row - 50; }, keys_in_use, delay, &random);
    int64_t expected_late = 0;
    const auto expected = NaiveSessions(gap, rows.times, rows.keys, rows.values, delay, &expected_late);

    Case test(gap, {Call(kInput, "COUNT", {}), Call(kInput, "SUM", {1})}, 1 + static_cast<int64_t>(random() % 20));
    FeedInAnyWay(kInput, rows, test.picture.get(), &random);
    EXPECT_EQ(test.picture->out().table(), expected) << "gap " << gap << " delay " << delay << " round " << round;
    EXPECT_EQ(test.picture->metrics().late_rows_dropped, expected_late);
    EXPECT_EQ(test.picture->metrics().state_rows, 0);
  }
}

/// What several workers send one receiver: each its own rows and promises in its own order.
struct Channels {
  using Message = std::variant<Batch, EventTimeMs>;
  std::vector<std::deque<Message>> queues;
  std::vector<EventTimeMs> heard;

  explicit Channels(int workers) : queues(workers), heard(workers, kMinWatermark) {}

  /// Takes one message from a channel drawn at random; false when there is none.
  bool Deliver(OperatorPicture* picture, std::mt19937* random) {
    std::vector<size_t> full;
    for (size_t i = 0; i < queues.size(); ++i) {
      if (!queues[i].empty()) full.push_back(i);
    }
    if (full.empty()) return false;
    const size_t from = full[(*random)() % full.size()];
    const Message message = std::move(queues[from].front());
    queues[from].pop_front();
    if (const auto* batch = std::get_if<Batch>(&message)) {
      EXPECT_TRUE(picture->Push(0, *batch).ok());
      return true;
    }
    const EventTimeMs before = *std::min_element(heard.begin(), heard.end());
    heard[from] = std::get<EventTimeMs>(message);
    const EventTimeMs merged = *std::min_element(heard.begin(), heard.end());
    EXPECT_TRUE(merged <= before || picture->Advance(merged).ok());
    return true;
  }
};

TEST(SessionAggregateProperty, ResultsDoNotDependOnTheWorkerThatARowCameThrough) {
  std::mt19937 random(2);
  for (int round = 0; round < 400; ++round) {
    const int64_t gap = 1 + random() % 12;
    const int64_t delay = random() % 4;
    std::vector<EventTimeMs> times;
    std::vector<EventTimeMs> marks;
    std::vector<std::string> keys;
    std::vector<int64_t> values;
    std::string text;
    for (int row = 0; row < 100; ++row) {
      times.push_back(row + static_cast<int64_t>(random() % 25) - 12);
      marks.push_back(times.back() - delay);
      keys.push_back("k" + std::to_string(random() % 3));
      values.push_back(random() % 100);
      text += "+I " + keys.back() + " " + std::to_string(values.back()) + " " + std::to_string(times.back()) + "\n";
    }
    int64_t expected_late = 0;
    const auto expected = NaiveSessions(gap, times, keys, values, delay, &expected_late);

    Case test(gap);
    Channels channels(2 + static_cast<int>(random() % 3));
    time::SplitWatermark split;
    size_t at = 0;
    for (Batch piece : CutAtRandom(ParseRows(kInput, text), 1 + random() % 8, &random)) {
      const std::vector<EventTimeMs> piece_marks(marks.begin() + at, marks.begin() + at + piece.num_rows);
      const std::vector<EventTimeMs> piece_times(times.begin() + at, times.begin() + at + piece.num_rows);
      piece.row_watermarks = split.Observe(piece_marks, piece_times);
      std::vector<int64_t> numbers(piece.num_rows);
      std::iota(numbers.begin(), numbers.end(), at);
      piece.row_numbers = std::make_shared<const std::vector<int64_t>>(numbers);
      at += piece.num_rows;
      channels.queues[random() % channels.queues.size()].push_back(piece);
      // Every worker hears of the split's progress sooner or later, and says so behind the rows it has sent.
      for (auto& queue : channels.queues) {
        if (random() % 2 == 0) queue.push_back(split.current());
      }
      while (random() % 3 != 0 && channels.Deliver(test.picture.get(), &random)) {
      }
    }
    while (channels.Deliver(test.picture.get(), &random)) {
    }
    ASSERT_TRUE(test.picture->Finish().ok());
    ASSERT_EQ(test.picture->out().table(), expected) << "gap " << gap << " delay " << delay << " round " << round;
    EXPECT_EQ(test.picture->metrics().late_rows_dropped, expected_late);
    EXPECT_EQ(test.picture->metrics().state_rows, 0);
  }
}

}  // namespace
}  // namespace tidemark::exec
