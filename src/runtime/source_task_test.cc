// SPDX-License-Identifier: Apache-2.0
// One source task by hand: computed columns, stamps, watermarks of splits that come and go, idleness.
#include "runtime/source_task.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "runtime/runtime_testing.h"
#include "runtime/time_column.h"

namespace tidemark::runtime {
namespace {

using connectors::Poll;
using connectors::SplitId;
using ::testing::ElementsAre;

/// Gives what a test put in.
class ScriptedSource final : public connectors::Source {
 public:
  arrow::Result<Poll> Next() override {
    if (polls.empty()) return Poll{.state = at_end ? Poll::State::kEnd : Poll::State::kNothing};
    Poll poll = std::move(polls.front());
    polls.pop_front();
    return poll;
  }
  std::vector<SplitId> ActiveSplits() const override { return splits; }
  int64_t splits_version() const override { return version; }
  bool CaughtUp(SplitId /*split*/) const override { return polls.empty(); }

  std::deque<Poll> polls;
  std::vector<SplitId> splits = {0};
  int64_t version = 0;
  bool at_end = false;
};

/// Batches as "10,20@15,null": three rows, the second stamped 15.
class TimesConsumer final : public WordConsumer {
 private:
  std::string WordOf(const Batch& batch) const override {
    const arrow::Array& times = *batch.columns[0];
    const auto* values = times.data()->GetValues<int64_t>(1);  // a timestamp lies alike
    std::string word;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      word += (row == 0 ? "" : ",") + (times.IsNull(row) ? "null" : std::to_string(values[row]));
      if (batch.watermark_before(row) != kMinWatermark) word += "@" + std::to_string(batch.watermark_before(row));
    }
    return word;
  }
};

std::shared_ptr<arrow::Array> Times(const std::vector<std::optional<int64_t>>& values,
                                    arrow::TimeUnit::type unit = arrow::TimeUnit::MILLI) {
  arrow::TimestampBuilder builder(arrow::timestamp(unit), arrow::default_memory_pool());
  for (const auto& value : values) (void)(value ? builder.Append(*value) : builder.AppendNull());  // memory only
  return builder.Finish().ValueOrDie();
}

class SourceTaskTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(arrow::compute::Initialize().ok()); }

  /// A table of (note BIGINT, time TIMESTAMP(3)) read as (time, note), with WATERMARK FOR time AS time.
  void Make(int64_t idle_timeout_micros = 0) {
    auto table = std::make_shared<TableDefinition>();
    table->path = {"c", "d", "t"};
    const Schema schema = {{"time", DataType::Timestamp(3)}, {"note", DataType::BigInt()}};
    node_ = std::make_unique<plan::SourceNode>(schema, plan::ChangelogMode{}, "Source(t)");
    node_->table = table;
    node_->outputs = {expr::Expression::Column(1, DataType::Timestamp(3), "time"),
                      expr::Expression::Column(0, DataType::BigInt(), "note")};
    node_->watermark = expr::Expression::Column(0, DataType::Timestamp(3), "time");
    node_->rowtime_column = 0;
    auto source = std::make_unique<ScriptedSource>();
    source_ = source.get();
    SourceTaskOptions options;
    options.idle_timeout_micros = idle_timeout_micros;
    options.read_ahead_batches = read_ahead_batches_;
    task_ = SourceTask::Make(*node_, std::move(source), &board_, options, &functions_, &metrics_, &site_).ValueOrDie();
    task_->outlet()->Connect(&out_, 0);
    task_->AnnounceSplits(0);
  }
  void Give(SplitId split, const std::vector<std::optional<int64_t>>& times, bool split_end = false) {
    Poll poll;
    poll.state = Poll::State::kBatch;
    poll.split = split;
    poll.split_end = poll.piece_end = split_end;
    arrow::Int64Builder notes;
    for (size_t i = 0; i < times.size(); ++i) (void)notes.Append(static_cast<int64_t>(100 + i));  // memory only
    poll.batch =
        Batch{static_cast<int64_t>(times.size()), {notes.Finish().ValueOrDie(), Times(times)}, nullptr, nullptr};
    source_->polls.push_back(std::move(poll));
  }
  /// Steps until there is nothing to do, and gives the words since the last call.
  std::vector<std::string> Run(int64_t now_micros = 0) {
    out_.words.clear();
    while (!task_->done()) {
      const auto step = task_->Step(now_micros);
      EXPECT_TRUE(step.ok()) << step.status().ToString();
      if (!step.ok() || !step->progress) break;
    }
    return out_.words;
  }

  int64_t read_ahead_batches_ = 64;
  JobControl control_{2};
  SplitBoard board_{&control_};
  FailureSite site_;
  expr::FunctionContext functions_;
  exec::OperatorMetrics metrics_;
  std::unique_ptr<plan::SourceNode> node_;
  ScriptedSource* source_ = nullptr;
  std::unique_ptr<SourceTask> task_;
  TimesConsumer out_;
};

TEST_F(SourceTaskTest, ComputesColumnsAndStampsRowsThatMayBeLate) {
  Make();
  Give(0, {10, 20});
  Give(0, {15, 30});
  Give(0, {40}, /*split_end=*/true);
  source_->at_end = true;
  EXPECT_THAT(Run(), ElementsAre("10,20", "watermark 20", "15@20,30@20", "watermark 30", "40", "watermark 40", "end"));
  EXPECT_EQ(out_.last.columns.size(), 2u);
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*out_.last.columns[1]).Value(0), 100);
  EXPECT_EQ(metrics_.rows_out.load(), 5);
  EXPECT_EQ(metrics_.watermark.load(), 40);
}

TEST_F(SourceTaskTest, ARowWithoutATimeMovesNothing) {
  Make();
  Give(0, {10});
  Give(0, {std::nullopt});
  Give(0, {std::nullopt, 30});
  EXPECT_THAT(Run(), ElementsAre("10", "watermark 10", "null", "null,30", "watermark 30"));
}

TEST_F(SourceTaskTest, ASplitFoundLaterHoldsTheWatermarkFromThenOn) {
  Make();
  Give(0, {10});
  EXPECT_THAT(Run(), ElementsAre("10", "watermark 10"));
  source_->splits = {0, 1};
  source_->version = 1;
  Give(0, {50});
  Give(1, {9, 30});
  // The row at 9 comes too late for what was promised without its split.
  EXPECT_THAT(Run(1000), ElementsAre("50", "9@10,30@10", "watermark 30"));
  Give(1, {}, /*split_end=*/true);
  EXPECT_THAT(Run(5000), ElementsAre("watermark 50"));
}

TEST_F(SourceTaskTest, SilenceOfACaughtUpSplitMakesItIdleAndARowEndsThat) {
  Make(/*idle_timeout_micros=*/10'000);
  Give(0, {10});
  EXPECT_THAT(Run(0), ElementsAre("10", "watermark 10"));
  EXPECT_THAT(Run(9'000), ElementsAre());
  EXPECT_THAT(Run(20'000), ElementsAre("idle"));
  Give(0, {20});
  EXPECT_THAT(Run(30'000), ElementsAre("active", "20", "watermark 20"));
}

TEST_F(SourceTaskTest, AStopEndsItWithoutReadingOn) {
  Make();
  Give(0, {10});
  task_->Stop();
  EXPECT_THAT(Run(), ElementsAre("stopped"));
  EXPECT_EQ(source_->polls.size(), 1u);
}

TEST_F(SourceTaskTest, WhileAnotherWorkerWaitsForTheTurnItStampsBeforeItHandsDown) {
  read_ahead_batches_ = 2;
  Make();
  board_.SetHeld(/*worker=*/1, 0, /*piece=*/1);
  Give(0, {10});
  Give(0, {20});
  Give(0, {15});
  Give(0, {40}, /*split_end=*/true);
  source_->at_end = true;
  ASSERT_TRUE(task_->Step(0).ok());
  EXPECT_THAT(out_.words, ElementsAre());
  EXPECT_EQ(board_.progress().watermark, 10);
  // No watermark passes rows that wait here, though the table has come further.
  EXPECT_THAT(Run(), ElementsAre("10", "watermark 10", "20", "watermark 20", "15@20", "40", "watermark 40", "end"));
}

TEST_F(SourceTaskTest, AStopHandsDownWhatWasStamped) {
  Make();
  board_.SetHeld(/*worker=*/1, 0, /*piece=*/1);
  Give(0, {10});
  Give(0, {20});
  Give(0, {30});
  ASSERT_TRUE(task_->Step(0).ok());
  ASSERT_TRUE(task_->Step(0).ok());
  task_->Stop();
  EXPECT_THAT(Run(), ElementsAre("10", "watermark 10", "20", "watermark 20", "stopped"));
  EXPECT_EQ(source_->polls.size(), 1u);
}

TEST_F(SourceTaskTest, WhereTheSourceHasNothingForNowWhatWasStampedGoesDown) {
  Make();
  board_.SetHeld(/*worker=*/1, 0, /*piece=*/1);
  Give(0, {10});
  Give(0, {20});
  EXPECT_THAT(Run(), ElementsAre("10", "watermark 10", "20", "watermark 20"));
}

TEST(TimeColumn, RoundsTowardsThePastInEveryUnit) {
  std::vector<EventTimeMs> millis;
  ASSERT_TRUE(TimestampMillis(*Times({1'999, -1, std::nullopt}, arrow::TimeUnit::MICRO), 7, &millis).ok());
  EXPECT_THAT(millis, ElementsAre(1, -1, 7));
  ASSERT_TRUE(TimestampMillis(*Times({-1'000'000, -1'000'001}, arrow::TimeUnit::NANO), 7, &millis).ok());
  EXPECT_THAT(millis, ElementsAre(-1, -2));
  EXPECT_TRUE(TimestampMillis(arrow::Int64Array(0, nullptr), 0, &millis).IsTypeError());
}

}  // namespace
}  // namespace tidemark::runtime
