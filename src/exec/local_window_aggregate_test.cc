// SPDX-License-Identifier: Apache-2.0
// Window aggregation in two phases against the one operator that does all, with several workers in random order.
#include "exec/local_window_aggregate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "exec/picture_testing.h"
#include "exec/window_aggregate.h"
#include "time/watermark.h"

namespace tidemark::exec {
namespace {

using plan::WindowAggregateNode;
using time::WindowKind;
using time::WindowSpec;

// key, value, time in ms, filter
const Schema kInput = SchemaOf({DataType::String(), DataType::BigInt(), DataType::Timestamp(3), DataType::Boolean()});

std::shared_ptr<WindowAggregateNode> WholeNode(const WindowSpec& window) {
  const std::vector<plan::AggregateCall> calls = {Call(kInput, "COUNT", {}), Call(kInput, "SUM", {1}, false, 3),
                                                  Call(kInput, "AVG", {1}), Call(kInput, "MIN", {1}),
                                                  Call(kInput, "MAX", {1}, false, 3)};
  Schema output = {kInput[0]};
  for (const auto& call : calls) output.push_back({call.name, call.type});
  for (int i = 0; i < 2; ++i) output.push_back({"property", DataType::Timestamp(3)});
  auto node = std::make_shared<WindowAggregateNode>(plan::PhysicalNode::Kind::kWindowAggregate, output,
                                                    InputNode(kInput), "WindowAggregate");
  node->group_columns = {0};
  node->calls = calls;
  node->window = window;
  node->time_column = 2;
  node->properties = {plan::WindowProperty::kStart, plan::WindowProperty::kEnd};
  return node;
}

/// Local phases, and what they send to one global phase, which hears of the least of their watermarks.
class Phases {
 public:
  Phases(std::shared_ptr<const WindowAggregateNode> whole, int workers, int64_t batch_rows)
      : local_node_({}, whole, "LocalWindowAggregate"),
        global_node_(InputNode({}), whole, "GlobalWindowAggregate"),
        global_(MakeGlobalWindowAggregateOperator(global_node_), {Schema{}}, whole->schema(), batch_rows) {
    for (int worker = 0; worker < workers; ++worker) {
      auto local = std::make_unique<Local>(this);
      local->context = global_.context();
      local->context.metrics = &local->metrics;
      local->op = MakeLocalWindowAggregateOperator(local_node_).ValueOrDie();
      EXPECT_TRUE(local->op->Open(local->context).ok());
      locals_.push_back(std::move(local));
    }
  }

  arrow::Status Push(int worker, Batch batch) {
    return locals_[worker]->op->Push(0, std::move(batch), *locals_[worker]);
  }
  arrow::Status Advance(int worker, EventTimeMs watermark) {
    return locals_[worker]->op->Advance(watermark, *locals_[worker]);
  }
  arrow::Status Finish() {
    for (auto& local : locals_) ARROW_RETURN_NOT_OK(local->op->Finish(*local));
    return global_.Finish();
  }
  arrow::Status Stop(int worker) { return locals_[worker]->op->Flush(*locals_[worker]); }

  int64_t partials() const { return partials_; }
  int64_t late_rows() const {
    int64_t late = global_.metrics().late_rows_dropped;
    for (const auto& local : locals_) late += local->metrics.late_rows_dropped;
    return late;
  }
  int64_t local_state_rows(int worker) const { return locals_[worker]->metrics.state_rows; }
  OperatorPicture& global() { return global_; }

 private:
  struct Local final : Emitter {
    explicit Local(Phases* phases) : phases(phases) {}
    arrow::Status Emit(Batch batch) override {
      phases->partials_ += batch.num_rows;
      return phases->global_.Push(0, std::move(batch));
    }
    arrow::Status EmitWatermark(EventTimeMs promised) override {
      watermark = promised;
      return phases->AdvanceGlobal();
    }
    Phases* phases;
    OperatorMetrics metrics;
    OperatorContext context;
    std::unique_ptr<Operator> op;
    EventTimeMs watermark = kMinWatermark;
  };

  arrow::Status AdvanceGlobal() {
    EventTimeMs least = kMaxWatermark;
    for (const auto& local : locals_) least = std::min(least, local->watermark);
    if (least <= watermark_) return arrow::Status::OK();
    watermark_ = least;
    return global_.Advance(least);
  }

  plan::LocalWindowAggregateNode local_node_;
  plan::GlobalWindowAggregateNode global_node_;
  mutable OperatorPicture global_;
  std::vector<std::unique_ptr<Local>> locals_;
  EventTimeMs watermark_ = kMinWatermark;
  int64_t partials_ = 0;
};

const WindowSpec kTumble10 = {WindowKind::kTumble, 10};

Batch Rows(std::string_view text) { return ParseRows(kInput, text); }

TEST(LocalWindowAggregate, APartialResultComesBeforeTheWatermarkThatCompletesItsWindow) {
  Phases test(WholeNode(kTumble10), 2, 8192);
  ASSERT_TRUE(test.Push(0, Rows("+I x 1 3 true\n+I x 2 4 false\n+I y 7 12 true")).ok());
  ASSERT_TRUE(test.Push(1, Rows("+I x 4 5 true")).ok());
  ASSERT_TRUE(test.Advance(0, 8).ok());
  EXPECT_EQ(test.partials(), 0);
  ASSERT_TRUE(test.Advance(0, 9).ok());
  EXPECT_EQ(test.partials(), 1);
  EXPECT_EQ(test.global().out().TakeText(), "");
  ASSERT_TRUE(test.Advance(1, 11).ok());
  EXPECT_EQ(test.global().out().TakeText(), "+I x 3 5 2 1 4 0 10\nwatermark 9\n");
  ASSERT_TRUE(test.Finish().ok());
  EXPECT_EQ(test.global().out().TakeText(), "+I y 1 7 7 7 7 10 20\n");
}

TEST(LocalWindowAggregate, AHopSliceIsSentBeforeTheFirstOfItsWindowsEnds) {
  Phases test(WholeNode({WindowKind::kHop, 10, 5}), 1, 8192);
  ASSERT_TRUE(test.Push(0, Rows("+I x 1 3 true")).ok());
  ASSERT_TRUE(test.Advance(0, 4).ok());
  EXPECT_EQ(test.global().out().TakeText(), "+I x 1 1 1 1 1 -5 5\nwatermark 4\n");
  // Too late for the first window of the slice, not for the second.
  ASSERT_TRUE(test.Push(0, Rows("+I x 2 2 true")).ok());
  ASSERT_TRUE(test.Advance(0, 9).ok());
  EXPECT_EQ(test.global().out().TakeText(), "+I x 2 3 1 1 2 0 10\nwatermark 9\n");
  EXPECT_EQ(test.late_rows(), 1);
}

TEST(LocalWindowAggregate, WhenStoppedItSendsWhatItHasRead) {
  Phases test(WholeNode(kTumble10), 2, 8192);
  ASSERT_TRUE(test.Push(0, Rows("+I x 1 3 true\n+I y 7 12 true")).ok());
  ASSERT_TRUE(test.Stop(0).ok());
  EXPECT_EQ(test.partials(), 2);
  EXPECT_EQ(test.local_state_rows(0), 0);
  // The other worker goes on; what ended holds nothing back.
  ASSERT_TRUE(test.Advance(0, 1000).ok());
  ASSERT_TRUE(test.Advance(1, 9).ok());
  EXPECT_EQ(test.global().out().TakeText(), "+I x 1 1 1 1 1 0 10\nwatermark 9\n");
}

TEST(LocalWindowAggregate, APartialResultAfterTheEndOfItsWindowIsABug) {
  Phases test(WholeNode(kTumble10), 1, 8192);
  ASSERT_TRUE(test.Push(0, Rows("+I x 1 3 true")).ok());
  ASSERT_TRUE(test.global().Advance(9).ok());
  EXPECT_FALSE(test.Finish().ok());
}

/// Rows of `keys` keys, in windows that move on slowly.
Batch ManyRows(int64_t count, int64_t keys, std::mt19937* random) {
  std::string text;
  for (int64_t row = 0; row < count; ++row) {
    text += "+I k" + std::to_string((*random)() % keys) + " " + std::to_string((*random)() % 100) + " " +
            std::to_string((*random)() % 30) + (row % 3 == 0 ? " false\n" : " true\n");
  }
  return Rows(text);
}

/// Runs both ways, and gives how many partial results there were.
int64_t RunManyRows(int64_t keys) {
  std::mt19937 random(7);
  const auto whole = WholeNode(kTumble10);
  OperatorPicture one(MakeWindowAggregateOperator(*whole), {kInput}, whole->schema());
  Phases two(whole, 2, 8192);
  one.out().set_keep_text(false);
  two.global().out().set_keep_text(false);
  for (int batch = 0; batch < 12; ++batch) {
    const Batch rows = ManyRows(5000, keys, &random);
    EXPECT_TRUE(one.Push(0, rows).ok());
    EXPECT_TRUE(two.Push(batch % 2, rows).ok());
  }
  EXPECT_TRUE(one.Finish().ok());
  EXPECT_TRUE(two.Finish().ok());
  EXPECT_EQ(one.out().table(), two.global().out().table());
  EXPECT_GT(one.out().table().size(), 0);
  return two.partials();
}

TEST(LocalWindowAggregate, FewKeysMakeFewPartialResults) { EXPECT_EQ(RunManyRows(10), 2 * 3 * 10); }

TEST(LocalWindowAggregate, ManyKeysAreNotKept) {
  EXPECT_GT(RunManyRows(1000), 2 * 3 * 1000);  // the tables were sent on, and filled again
}

TEST(LocalWindowAggregate, WhereEveryRowHasItsOwnKeyRowsPassOneByOne) { EXPECT_GT(RunManyRows(1'000'000), 55'000); }

WindowSpec RandomWindow(int round, std::mt19937* random) {
  const auto draw = [&](int64_t below) { return static_cast<int64_t>((*random)() % below); };
  WindowSpec spec = {WindowKind::kTumble, 1 + draw(20)};
  if (round % 3 == 1) spec = {WindowKind::kHop, 1 + draw(20), 1 + draw(12)};
  if (round % 3 == 2) {
    const int64_t step = 1 + draw(6);
    spec = {WindowKind::kCumulate, step * (1 + draw(5)), step};
  }
  spec.offset_ms = draw(20) - 10;
  return spec;
}

TEST(LocalWindowAggregateProperty, TwoPhasesGiveWhatOneGives) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const auto whole = WholeNode(RandomWindow(round, &random));
    const int workers = 1 + static_cast<int>(random() % 3);
    OperatorPicture one(MakeWindowAggregateOperator(*whole), {kInput}, whole->schema());
    Phases two(whole, workers, 1 + static_cast<int64_t>(random() % 20));
    const EventTimeMs delay = random() % 10;
    time::SplitWatermark split;
    std::vector<EventTimeMs> advanced(workers, kMinWatermark);
    for (int64_t at = 0; at < 150;) {
      std::string text;
      std::vector<EventTimeMs> times;
      std::vector<EventTimeMs> marks;
      for (const int64_t end = at + 1 + random() % 20; at < end; ++at) {
        times.push_back(at / 2 - 30 + static_cast<int64_t>(random() % 25) - 12);
        marks.push_back(times.back() - delay);
        text += "+I k" + std::to_string(random() % 3) + " " +
                (random() % 9 == 0 ? "null" : std::to_string(random() % 99)) + " " + std::to_string(times.back()) +
                (random() % 2 == 0 ? " true\n" : " null\n");
      }
      Batch rows = Rows(text);
      // What every worker may promise: all rows to come are above it, or have a stamp.
      const EventTimeMs promise = split.current();
      rows.row_watermarks = split.Observe(marks, times);
      for (int worker = 0; worker < workers; ++worker) {
        if (random() % 3 == 0 || promise <= advanced[worker]) continue;
        advanced[worker] = promise;
        ASSERT_TRUE(two.Advance(worker, promise).ok());
      }
      ASSERT_TRUE(one.Push(0, rows).ok());
      ASSERT_TRUE(two.Push(static_cast<int>(random() % workers), rows).ok());
    }
    ASSERT_TRUE(one.Finish().ok());
    ASSERT_TRUE(two.Finish().ok());
    EXPECT_EQ(one.out().table(), two.global().out().table()) << whole->window.ToString() << " round " << round;
    EXPECT_EQ(one.metrics().late_rows_dropped, two.late_rows());
    EXPECT_EQ(two.global().metrics().state_rows, 0);
  }
}

}  // namespace
}  // namespace tidemark::exec
