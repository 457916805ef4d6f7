// SPDX-License-Identifier: Apache-2.0
// The ways to sort and limit, by pictures and against std::stable_sort.
#include "exec/sort.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "exec/picture_testing.h"
#include "time/watermark.h"

namespace tidemark::exec {
namespace {

using plan::SortNode;
using Mode = SortNode::Mode;
using ::testing::HasSubstr;

const Schema kInput = SchemaOf({DataType::BigInt(), DataType::String()});
const Schema kTimed = SchemaOf({DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime), DataType::String()});

struct Case {
  std::shared_ptr<SortNode> node;
  std::unique_ptr<OperatorPicture> picture;

  struct Options {
    Mode mode = Mode::kAtEnd;
    std::vector<plan::SortKey> keys = {{0, true, true}};
    int64_t offset = 0;
    std::optional<int64_t> limit = std::nullopt;
    plan::ChangelogMode input_mode = {};
    int64_t batch_rows = 8192;
    Schema input = kInput;
  };

  explicit Case(const Options& options) {
    node = std::make_shared<SortNode>(InputNode(options.input, options.input_mode), AllKinds(), "Sort");
    node->mode = options.mode;
    node->keys = options.keys;
    node->offset = options.offset;
    node->limit = options.limit;
    picture = std::make_unique<OperatorPicture>(MakeSortOperator(*node), std::vector<Schema>{options.input},
                                                options.input, options.batch_rows);
  }
  std::string Run(std::string_view script) { return picture->Run(script); }
};

TEST(Sort, AtTheEnd) {
  Case test({});
  EXPECT_EQ(test.Run("+I 5 a\n+I null b\n---\n+I 3 c\n+I 5 d\nwatermark 7\nfinish"),
            "+I null b\n+I 3 c\n+I 5 a\n+I 5 d\n");
  EXPECT_EQ(test.picture->metrics().state_bytes, 0);
}

TEST(Sort, DescendingWithNullsWhereAsked) {
  Case last({.keys = {{0, false, false}, {1, true, true}}});
  EXPECT_EQ(last.Run("+I 5 b\n+I null x\n+I 7 c\n+I 5 a\nfinish"), "+I 7 c\n+I 5 a\n+I 5 b\n+I null x\n");
  Case first({.keys = {{0, false, true}}});
  EXPECT_EQ(first.Run("+I 5 b\n+I null x\nfinish"), "+I null x\n+I 5 b\n");
}

TEST(Sort, LimitAndOffset) {
  Case test({.offset = 1, .limit = 2, .batch_rows = 1});
  EXPECT_EQ(test.Run("+I 5 a\n+I 1 b\n+I 3 c\n+I 4 d\nfinish"), "+I 3 c\n+I 4 d\n");
  Case beyond({.offset = 9, .limit = 2});
  EXPECT_EQ(beyond.Run("+I 5 a\nfinish"), "");
  Case none({.limit = 0});
  EXPECT_EQ(none.Run("+I 5 a\nfinish"), "");
  Case all({.offset = 1, .limit = std::numeric_limits<int64_t>::max()});
  EXPECT_EQ(all.Run("+I 5 a\n+I 4 b\nfinish"), "+I 5 a\n");
}

TEST(Sort, NothingInNothingOut) {
  Case test({});
  EXPECT_EQ(test.Run("finish"), "");
}

TEST(Sort, WithALimitOnlyRowsThatMayCountAreKept) {
  Case test({.offset = 5, .limit = 10, .batch_rows = 4000});
  std::string script;
  for (int i = 0; i < 100'000; ++i)
    script += "+I " + std::to_string((i * 7919) % 100'003) + " t\n" + (i % 8000 == 0 ? "---\n" : "");
  test.Run(script);
  EXPECT_LT(test.picture->metrics().state_rows, 80'000);
  std::vector<int64_t> all;
  for (int64_t i = 0; i < 100'000; ++i) all.push_back((i * 7919) % 100'003);
  std::sort(all.begin(), all.end());
  std::string expected;
  for (int i = 5; i < 15; ++i) expected += "+I " + std::to_string(all[i]) + " t\n";
  EXPECT_EQ(test.Run("finish"), expected);
}

TEST(Sort, LimitOnlyTakesTheFirstRowsThatCome) {
  Case test({.mode = Mode::kLimitOnly, .keys = {}, .offset = 1, .limit = 3});
  EXPECT_EQ(test.Run("+I 5 a\n+I 4 b\n---\n+I 3 c\n+I 2 d\n+I 1 e\n---\n+I 0 f\nfinish"), "+I 4 b\n+I 3 c\n+I 2 d\n");
  Case offset_only({.mode = Mode::kLimitOnly, .keys = {}, .offset = 2});
  EXPECT_EQ(offset_only.Run("+I 5 a\n---\n+I 4 b\n+I 3 c\n---\n+I 2 d\nfinish"), "+I 3 c\n+I 2 d\n");
}

TEST(Sort, ByWatermark) {
  Case test({.mode = Mode::kByWatermark, .input = kTimed});
  EXPECT_EQ(test.Run("+I 5 a\n+I 3 b\n---\n+I 9 c\n+I 5 d\nwatermark 5\n+I 7 e\n+I 9 f\nwatermark 8\nfinish"),
            "+I 3 b\n+I 5 a\n+I 5 d\nwatermark 5\n+I 7 e\nwatermark 8\n+I 9 c\n+I 9 f\n");
  EXPECT_EQ(test.picture->metrics().state_bytes, 0);
}

TEST(Sort, ByWatermarkDropsRowsThatAreNotBehindWhatWasEmitted) {
  Case test({.mode = Mode::kByWatermark, .input = kTimed});
  EXPECT_EQ(
      test.Run(
          "+I 5 a\n+I 8 b\nwatermark 6\n+I 5 c\n+I 6 d\n+I 7 e @7\n+I 5 f @7\nwatermark 9\n+I 8 g\n+I 9 h\nfinish"),
      "+I 5 a\nwatermark 6\n+I 6 d\n+I 7 e\n+I 8 b\nwatermark 9\n+I 9 h\n");
  EXPECT_EQ(test.picture->late().TakeText(), "5 c @6 6\n5 f @7 6\n8 g @9 9\n");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 3);
  EXPECT_THAT(test.Run("+I null x\nfinish"), HasSubstr("event time is NULL"));
}

TEST(Sort, ByWatermarkRowsUnderTheNewestWatermarkWaitForTheNext) {
  Case test({.mode = Mode::kByWatermark, .input = kTimed});
  // Sent ahead by another worker: 3 and 4 came when the watermark was 5 already.
  EXPECT_EQ(test.Run("+I 2 a\n+I 4 b @5\nwatermark 5\n+I 3 c @5\nwatermark 6\nfinish"),
            "+I 2 a\nwatermark 5\n+I 3 c\n+I 4 b\nwatermark 6\n");
}

TEST(Sort, ByWatermarkEqualsSortingForAnyBatches) {
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::pair<int64_t, std::string>> rows;
    std::string text;
    std::vector<EventTimeMs> times;
    for (int i = 0; i < 150; ++i) {
      const int64_t time = i / 2 + static_cast<int64_t>(random() % 10);
      times.push_back(time);
      rows.emplace_back(time, "t" + std::to_string(i));
      text += "+I " + std::to_string(time) + " t" + std::to_string(i) + "\n";
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string expected;
    for (const auto& [time, name] : rows) expected += "+I " + std::to_string(time) + " " + name + "\n";

    Case test({.mode = Mode::kByWatermark, .batch_rows = 7, .input = kTimed});
    std::string out;
    EventTimeMs watermark = kMinWatermark;
    size_t at = 0;
    for (const Batch& piece : CutAtRandom(ParseRows(kTimed, text), 30, &random)) {
      ASSERT_TRUE(test.picture->Push(0, piece).ok());
      for (int64_t i = 0; i < piece.num_rows; ++i) watermark = std::max(watermark, times[at++] - 10);
      ASSERT_TRUE(test.picture->Advance(watermark).ok());
      out += test.picture->out().TakeText();
    }
    ASSERT_TRUE(test.picture->Finish().ok());
    out += test.picture->out().TakeText();
    std::string rows_only;
    std::istringstream stream(out);
    for (std::string line; std::getline(stream, line);) {
      if (line[0] == '+') rows_only += line + "\n";
    }
    EXPECT_EQ(rows_only, expected);
  }
}

TEST(Sort, TopNIsKeptUpToDate) {
  Case test({.mode = Mode::kTopN, .offset = 1, .limit = 2});
  EXPECT_EQ(test.Run("+I 5 a\n+I 3 b\n+I 4 c\n---\n+I 1 d"), "+I 4 c\n+I 5 a\n-D 5 a\n+I 3 b\n");
  Case retracting({.mode = Mode::kTopN, .limit = 2, .input_mode = AllKinds()});
  EXPECT_EQ(retracting.Run("+I 5 a\n+I 3 b\n+I 4 c\n---\n-D 3 b"), "+I 3 b\n+I 4 c\n-D 3 b\n+I 5 a\n");
}

TEST(Sort, LimitOfAnUpdatingInputWithoutOrder) {
  Case test({.mode = Mode::kTopN, .keys = {}, .limit = 2, .input_mode = AllKinds()});
  EXPECT_EQ(test.Run("+I 5 a\n+I 3 b\n+I 4 c\n---\n-D 3 b"), "+I 5 a\n+I 3 b\n-D 3 b\n+I 4 c\n");
}

TEST(Sort, AtTheEndOfAnUpdatingInput) {
  Case test({.offset = 1, .limit = 2, .input_mode = AllKinds(), .batch_rows = 1});
  EXPECT_EQ(test.Run("+I 5 a\n+I 3 b\n---\n-U 3 b\n+U 6 b\n+I 2 c\n+I 9 d\nfinish"), "+I 5 a\n+I 6 b\n");
}

}  // namespace
}  // namespace tidemark::exec
