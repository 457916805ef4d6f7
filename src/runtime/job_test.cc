// SPDX-License-Identifier: Apache-2.0
// Jobs on real threads: results, failures, stops, backpressure, ends of several inputs.
#include "runtime/job.h"

#include <arrow/scalar.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "runtime/runtime_testing.h"

namespace tidemark::runtime {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kWindowMs = 50;

plan::PhysicalPlan PlanOf(std::vector<plan::PhysicalPtr> sinks) {
  plan::PhysicalPlan plan;
  plan.sinks = std::move(sinks);
  return plan;
}

JobOptions Options(FakeComponents* components, ResultCollector* collector, int workers) {
  JobOptions options;
  options.workers = workers;
  options.components = components;
  options.collector = collector;
  return options;
}

TEST(Job, GivesTheSameRowsWhateverTheSizes) {
  const FakeTable table = RandomTable(1, 4, 4, 200);
  const ExpectedWindows expected = ComputeWindows({table}, kWindowMs);
  const auto plan = PlanOf({FakeCollect(FakeWindows(FakeExchange(FakeSource("t"), {2}), kWindowMs))});
  for (const int workers : {1, 2, 4}) {
    for (const int64_t batch_rows : {1, 10, 8192}) {
      for (const int capacity : {1, 8}) {
        FakeComponents components({{"t", table}});
        TextCollector collector;
        JobOptions options = Options(&components, &collector, workers);
        options.batch_rows = batch_rows;
        options.channel_capacity = capacity;
        options.read_ahead_batches = capacity;
        const auto job = Job::Make(plan, options);
        ASSERT_TRUE(job.ok()) << job.status().ToString();
        ASSERT_TRUE((*job)->Run().ok());
        EXPECT_EQ(collector.SortedRows(), expected.rows) << workers << " workers, " << batch_rows << " rows a batch";
        const JobMetrics metrics = (*job)->Metrics();
        EXPECT_EQ(metrics.rows_in, components.rows_read.load());
        EXPECT_EQ(metrics.late_rows, expected.late_rows);
        ASSERT_EQ(metrics.sources.size(), 1u);
        EXPECT_EQ(metrics.sources[0].label, "Source(t)");
      }
    }
  }
}

TEST(Job, ACallThatGivesFarMoreThanAChannelHoldsDoesNotBlock) {
  const FakeTable table = RandomTable(2, 2, 2, 50);
  const auto plan =
      PlanOf({FakeCollect(FakeTotals(FakeExchange(FakeExpand(FakeExchange(FakeSource("t"), {2})), {3}), 2, 3))});
  for (const int workers : {2, 4}) {
    FakeComponents components({{"t", table}});
    components.expand_copies = 100;
    TextCollector collector;
    JobOptions options = Options(&components, &collector, workers);
    options.batch_rows = 4;
    options.channel_capacity = 1;
    const auto job = Job::Make(plan, options);
    ASSERT_TRUE(job.ok());
    ASSERT_TRUE((*job)->Run().ok());
    const JobMetrics metrics = (*job)->Metrics();
    int64_t counted = 0;
    for (const auto& node : metrics.nodes) {
      if (node.label == "GroupAggregate(key)") counted = node.rows_in;
    }
    EXPECT_EQ(counted, 100 * components.rows_read.load());
  }
}

TEST(Job, EveryInputOfAJoinEndsOnce) {
  const FakeTable left = RandomTable(3, 1, 1, 500);
  const FakeTable right = RandomTable(4, 2, 1, 20);
  const auto plan =
      PlanOf({FakeCollect(FakeJoin(FakeExchange(FakeSource("l"), {2}), FakeExchange(FakeSource("r"), {2})))});
  for (const int workers : {1, 2, 4}) {
    FakeComponents components({{"l", left}, {"r", right}});
    TextCollector collector;
    const auto job = Job::Make(plan, Options(&components, &collector, workers));
    ASSERT_TRUE(job.ok());
    ASSERT_TRUE((*job)->Run().ok());
    EXPECT_EQ(components.finished_inputs.load(), workers);  // one of two ends first, on each worker
    EXPECT_EQ(components.finished_operators.load(), workers);
    EXPECT_EQ(static_cast<int64_t>(collector.rows().size()), components.rows_read.load());
  }
}

TEST(Job, WhatIsOnWorker0AloneRunsThereAlone) {
  const FakeTable table = RandomTable(5, 2, 2, 50);
  const auto single = FakeTotals(FakeExchange(FakeSource("t"), {}), 2, 3);
  // Above it, a union with rows of all workers, and a second exchange that has nothing to do.
  const auto plan = PlanOf({FakeTableSink(FakeExchange(single, {}), "totals"),
                            FakeCollect(FakeUnion({FakeCalc(single), FakeCalc(FakeSource("empty"))}))});
  FakeComponents components({{"t", table}, {"empty", FakeTable{}}});
  TextCollector collector;
  const auto job = Job::Make(plan, Options(&components, &collector, 3));
  ASSERT_TRUE(job.ok());
  ASSERT_TRUE((*job)->Run().ok());
  EXPECT_EQ(collector.SortedRows(), ComputeTotals({table}));
  const auto sinks = components.sinks();
  ASSERT_EQ(sinks.size(), 1u);
  EXPECT_TRUE(sinks[0].closed);
  EXPECT_EQ(sinks[0].rows, static_cast<int64_t>(collector.rows().size()));
}

TEST(Job, ConstantRowsComeOnceWhateverTheNumberOfWorkers) {
  std::vector<std::vector<expr::ExpressionPtr>> rows;
  for (int64_t i = 0; i < 10; ++i) {
    rows.push_back({expr::Expression::Literal(arrow::MakeScalar(i), DataType::BigInt()),
                    expr::Expression::Literal(arrow::MakeScalar(i * i), DataType::BigInt())});
  }
  const Schema schema = {{"a", DataType::BigInt()}, {"b", DataType::BigInt()}};
  const auto values = std::make_shared<plan::ValuesNode>(schema, rows, "Values");
  for (const int workers : {1, 3}) {
    FakeComponents components({});
    TextCollector collector;
    JobOptions options = Options(&components, &collector, workers);
    options.batch_rows = 4;
    const auto job = Job::Make(PlanOf({FakeCollect(FakeCalc(FakeExchange(values, {0})))}), options);
    ASSERT_TRUE(job.ok()) << job.status().ToString();
    ASSERT_TRUE((*job)->Run().ok());
    EXPECT_EQ(collector.rows().size(), 10u);
    EXPECT_THAT(collector.rows(), ::testing::Contains("+I 9 81"));
  }
}

TEST(Job, AFailureInOneWorkerStopsAll) {
  FakeTable table = RandomTable(6, 1, 6, 100);
  table.failing_piece = 5;
  FakeTable endless = RandomTable(7, 4, 1, 100);
  endless.unbounded = true;
  const auto plan = PlanOf({FakeTableSink(
      FakeWindows(FakeExchange(FakeUnion({FakeSource("t"), FakeSource("endless")}), {2}), kWindowMs), "out")});
  for (const int workers : {1, 2, 4}) {
    FakeComponents components({{"t", table}, {"endless", endless}});
    const auto job = Job::Make(plan, Options(&components, nullptr, workers));
    ASSERT_TRUE(job.ok());
    const arrow::Status status = (*job)->Run();
    EXPECT_TRUE(status.IsIOError());
    EXPECT_EQ(status.message(), "Source(t): piece 5 is damaged");
    ASSERT_EQ(static_cast<int>(components.sinks().size()), workers);
    for (const auto& sink : components.sinks()) {
      EXPECT_TRUE(sink.aborted);
      EXPECT_FALSE(sink.closed);
    }
  }
}

TEST(Job, ASinkThatCannotCloseFailsTheJob) {
  const FakeTable table = RandomTable(8, 2, 2, 50);
  FakeComponents components({{"t", table}});
  components.failing_sink_worker = 1;
  const auto job = Job::Make(PlanOf({FakeTableSink(FakeSource("t"), "out")}), Options(&components, nullptr, 2));
  ASSERT_TRUE(job.ok());
  const arrow::Status status = (*job)->Run();
  EXPECT_EQ(status.message(), "Sink(out): no space left");
  for (const auto& sink : components.sinks()) EXPECT_TRUE(sink.aborted);  // worker 0 waits for the others
}

TEST(Job, PassingTheMemoryLimitNamesTheOperator) {
  const FakeTable table = RandomTable(9, 2, 2, 200);
  FakeComponents components({{"t", table}});
  TextCollector collector;
  JobOptions options = Options(&components, &collector, 2);
  options.memory_bytes = 100;
  const auto job = Job::Make(PlanOf({FakeCollect(FakeTotals(FakeExchange(FakeSource("t"), {2}), 2, 3))}), options);
  ASSERT_TRUE(job.ok());
  const arrow::Status status = (*job)->Run();
  EXPECT_TRUE(status.IsOutOfMemory());
  EXPECT_THAT(status.message(), HasSubstr("GroupAggregate(key)"));
}

TEST(Job, AnUnboundedJobRunsUntilItIsStopped) {
  FakeTable table = RandomTable(10, 3, 2, 300);
  const ExpectedWindows expected = ComputeWindows({table}, kWindowMs);
  table.unbounded = true;
  const int64_t all_rows = [&] {
    int64_t rows = 0;
    for (const auto& split : table.splits) {
      for (const auto& piece : split) rows += static_cast<int64_t>(piece.size());
    }
    return rows;
  }();
  for (const int workers : {1, 2, 4}) {
    FakeComponents components({{"t", table}});
    TextCollector collector;
    const auto plan = PlanOf({FakeCollect(FakeWindows(FakeExchange(FakeSource("t"), {2}), kWindowMs)),
                              FakeTableSink(FakeSource("t"), "copy")});
    const auto job = Job::Make(plan, Options(&components, &collector, workers));
    ASSERT_TRUE(job.ok());
    std::thread stopper([&] {
      while (components.rows_read.load() < 2 * all_rows) std::this_thread::yield();
      (void)(*job)->Metrics();
      (*job)->RequestStop();
    });
    EXPECT_TRUE((*job)->Run().ok());
    stopper.join();
    EXPECT_EQ(components.finished_operators.load(), 0);
    for (const auto& row : collector.rows()) EXPECT_THAT(expected.rows, ::testing::Contains(row));
    int64_t copied = 0;
    for (const auto& sink : components.sinks()) {
      EXPECT_TRUE(sink.closed);
      copied += sink.rows;
    }
    EXPECT_LE(copied, all_rows);
  }
}

TEST(Job, MayBeStoppedBeforeItRuns) {
  FakeTable table = RandomTable(11, 1, 1, 10);
  table.unbounded = true;
  FakeComponents components({{"t", table}});
  const auto job = Job::Make(PlanOf({FakeTableSink(FakeSource("t"), "copy")}), Options(&components, nullptr, 2));
  ASSERT_TRUE(job.ok());
  (*job)->RequestStop();
  EXPECT_TRUE((*job)->Run().ok());
  EXPECT_EQ(components.rows_read.load(), 0);
}

TEST(Job, RefusesSizesThatMakeNoSense) {
  FakeComponents components({{"t", FakeTable{}}});
  TextCollector collector;
  const auto plan = PlanOf({FakeCollect(FakeSource("t"))});
  for (const int workers : {0, 129})
    EXPECT_TRUE(Job::Make(plan, Options(&components, &collector, workers)).status().IsInvalid());
  JobOptions options = Options(&components, &collector, 1);
  options.batch_rows = 0;
  EXPECT_TRUE(Job::Make(plan, options).status().IsInvalid());
}

}  // namespace
}  // namespace tidemark::runtime
