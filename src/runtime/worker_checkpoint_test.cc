// SPDX-License-Identifier: Apache-2.0
// Commits that run apart: what the worker does meanwhile, and when one fails.
#include "runtime/worker_checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <new>

#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"

namespace tidemark::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kInterval = 1'000;

class InlineBackground final : public Background {
 public:
  void Run(std::function<void()> work) override { work(); }
};

/// Work waits until the test has it done.
class WaitingBackground final : public Background {
 public:
  void Run(std::function<void()> work) override { waiting_.push_back(std::move(work)); }
  bool idle() const { return waiting_.empty(); }
  void RunOne() {
    waiting_.front()();
    waiting_.pop_front();
  }

 private:
  std::deque<std::function<void()>> waiting_;
};

struct SinkState {
  std::string written;
  std::vector<std::string> committed;
  bool has_room = true;
  bool prepare_makes_room = true;
  bool throws = false;
  arrow::Status answer;
};

class SlowSink final : public connectors::Sink {
 public:
  explicit SlowSink(SinkState* state) : state_(*state) {}
  arrow::Status Write(const Batch& /*batch*/) override { return arrow::Status::OK(); }
  arrow::Result<std::string> Prepare(int64_t /*checkpoint*/) override {
    state_.has_room |= state_.prepare_makes_room;
    return std::exchange(state_.written, "");
  }
  arrow::Status Commit(const std::string& prepared) override {
    if (state_.throws) throw std::bad_alloc();
    state_.committed.push_back(prepared);
    return state_.answer;
  }
  bool CommitsApart() const override { return true; }
  bool HasRoom() const override { return state_.has_room; }
  arrow::Status Close(bool /*complete*/) override { return arrow::Status::OK(); }
  void Abort() override {}

 private:
  SinkState& state_;
};

class WorkerCheckpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CheckpointSettings settings;
    settings.interval_micros = kInterval;
    settings.job_id = "job";
    coordinator_ = std::make_unique<CheckpointCoordinator>(std::move(settings), &store_, &control_, &clock_, &files_);
    dataflow_.sinks.push_back(std::make_unique<OpenSink>(std::make_unique<SlowSink>(&sink_), "sink", "Sink(t)"));
    checkpoint_ = std::make_unique<WorkerCheckpoint>(0, &dataflow_, coordinator_.get(), &control_, &commits_);
    ASSERT_TRUE(checkpoint_->Step(0).ok());
  }

  /// As far as it goes without the background of commits.
  arrow::Status StepOn(int64_t now) {
    for (int i = 0; i < 10; ++i) {
      ARROW_RETURN_NOT_OK(checkpoint_->Step(now).status());
      ARROW_RETURN_NOT_OK(checkpoint_->SaveMore().status());
    }
    return arrow::Status::OK();
  }

  io::MemoryFileSystem disk_;
  state::CheckpointStore store_{&disk_, "job", 1};
  JobControl control_{1};
  ManualClock clock_{0};
  InlineBackground files_;
  WaitingBackground commits_;
  SinkState sink_;
  std::unique_ptr<CheckpointCoordinator> coordinator_;
  Dataflow dataflow_;
  std::unique_ptr<WorkerCheckpoint> checkpoint_;
};

TEST_F(WorkerCheckpointTest, TheWorkerGoesOnWhileACommitRunsAndTheNextCheckpointWaits) {
  sink_.written = "first";
  ASSERT_TRUE(StepOn(kInterval).ok());
  EXPECT_EQ(coordinator_->completed(), 1);
  EXPECT_FALSE(commits_.idle());
  EXPECT_FALSE(checkpoint_->Holds(0));

  sink_.written = "second";
  ASSERT_TRUE(StepOn(3 * kInterval).ok());
  EXPECT_EQ(coordinator_->requested(), 1);  // the checkpoint that holds "first" must not go before it is committed
  EXPECT_THAT(sink_.committed, ElementsAre());

  commits_.RunOne();
  ASSERT_TRUE(StepOn(3 * kInterval).ok());
  EXPECT_EQ(coordinator_->completed(), 2);
  commits_.RunOne();
  EXPECT_THAT(sink_.committed, ElementsAre("first", "second"));
}

TEST_F(WorkerCheckpointTest, ASinkWithoutRoomHoldsTheWorkerUntilItsCommitIsDone) {
  sink_.written = "first";
  ASSERT_TRUE(StepOn(kInterval).ok());
  sink_.has_room = false;
  ASSERT_TRUE(StepOn(kInterval).ok());
  EXPECT_TRUE(checkpoint_->Holds(0));
  commits_.RunOne();
  ASSERT_TRUE(StepOn(kInterval).ok());  // the next checkpoint is taken before it is due
  EXPECT_FALSE(checkpoint_->Holds(0));
  EXPECT_EQ(coordinator_->completed(), 2);
}

TEST_F(WorkerCheckpointTest, ASinkWithoutRoomHasACheckpointTakenBeforeItIsDue) {
  ASSERT_TRUE(StepOn(kInterval / 2).ok());
  EXPECT_EQ(coordinator_->requested(), 0);
  sink_.written = "much";
  sink_.has_room = false;
  ASSERT_TRUE(StepOn(kInterval / 2).ok());
  EXPECT_EQ(coordinator_->completed(), 1);
  sink_.has_room = true;
  commits_.RunOne();
  EXPECT_THAT(sink_.committed, ElementsAre("much"));
  ASSERT_TRUE(StepOn(kInterval).ok());
  EXPECT_EQ(coordinator_->requested(), 1);
}

TEST_F(WorkerCheckpointTest, ASinkWithoutRoomHoldsTheWorkerWhileACheckpointIsTaken) {
  sink_.has_room = false;
  EXPECT_TRUE(checkpoint_->Holds(0));
  ASSERT_TRUE(StepOn(kInterval / 2).ok());
  EXPECT_EQ(coordinator_->completed(), 1);
  EXPECT_FALSE(checkpoint_->Holds(0));
}

TEST_F(WorkerCheckpointTest, ACommitThatFailsFailsTheWorkerAndNamesTheSink) {
  sink_.written = "first";
  sink_.answer = arrow::Status::IOError("fenced");
  ASSERT_TRUE(StepOn(kInterval).ok());
  commits_.RunOne();
  const arrow::Status status = StepOn(kInterval);
  EXPECT_THAT(status.message(), HasSubstr("fenced"));
  EXPECT_THAT(dataflow_.site->Place(status).message(), HasSubstr("Sink(t)"));
  EXPECT_TRUE(coordinator_->under_way());
}

TEST_F(WorkerCheckpointTest, ACommitThatThrowsFailsTheWorker) {
  sink_.written = "first";
  sink_.throws = true;
  ASSERT_TRUE(StepOn(kInterval).ok());
  commits_.RunOne();
  EXPECT_TRUE(StepOn(kInterval).IsOutOfMemory());
}

TEST_F(WorkerCheckpointTest, WithNothingToCommitNobodyIsWaitedFor) {
  ASSERT_TRUE(StepOn(kInterval).ok());
  EXPECT_TRUE(commits_.idle());
  EXPECT_FALSE(coordinator_->under_way());
}

TEST(WorkerCheckpoints, AWorkerThatHasNotHeardOfAFailureTakesPartInTheNextOne) {
  io::MemoryFileSystem memory;
  io::FaultyFileSystem disk{&memory};
  state::CheckpointStore store{&disk, "job", 1};
  JobControl control{2};
  ManualClock clock{0};
  InlineBackground files;
  WaitingBackground commits;
  CheckpointSettings settings;
  settings.interval_micros = kInterval;
  settings.job_id = "job";
  settings.tolerable_failures = 5;
  CheckpointCoordinator coordinator(std::move(settings), &store, &control, &clock, &files);
  Dataflow flows[2];
  WorkerCheckpoint first(0, &flows[0], &coordinator, &control, &commits);
  WorkerCheckpoint second(1, &flows[1], &coordinator, &control, &commits);
  const auto step = [](WorkerCheckpoint& worker, int64_t now) {
    ASSERT_TRUE(worker.Step(now).ok());
    ASSERT_TRUE(worker.SaveMore().ok());
  };
  step(first, 0);
  disk.faults().capacity_bytes = 0;
  step(first, kInterval);   // requests, passes
  step(second, kInterval);  // passes, saves, acknowledges
  step(second, kInterval);
  step(first, kInterval);  // saves, acknowledges: all have, and it fails
  step(first, kInterval);
  EXPECT_EQ(coordinator.metrics().failed, 1);
  disk.faults().capacity_bytes = -1;
  coordinator.RequestLast(true);  // at once
  for (int i = 0; i < 100; ++i) {
    step(first, kInterval + 1);
    step(second, kInterval + 1);
  }
  EXPECT_EQ(coordinator.requested(), 2);
  EXPECT_EQ(coordinator.completed(), 2);
}

/// A worker of a job whose checkpoints fail as long as its disk is full, which is tolerated.
class FailedCheckpointsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    CheckpointSettings settings;
    settings.interval_micros = kInterval;
    settings.job_id = "job";
    settings.tolerable_failures = 1'000'000;
    settings.warn = [this](const std::string& message) { warnings_.push_back(message); };
    coordinator_ = std::make_unique<CheckpointCoordinator>(std::move(settings), &store_, &control_, &clock_, &files_);
    dataflow_.sinks.push_back(std::make_unique<OpenSink>(std::make_unique<SlowSink>(&sink_), "sink", "Sink(t)"));
    checkpoint_ = std::make_unique<WorkerCheckpoint>(0, &dataflow_, coordinator_.get(), &control_, &commits_);
    ASSERT_TRUE(checkpoint_->Step(0).ok());
  }

  /// Whether a checkpoint that is due now succeeds.
  void Take(bool succeeds) {
    disk_.faults().capacity_bytes = succeeds ? -1 : 0;
    clock_.Advance(kInterval);
    const int64_t completed = coordinator_->completed();
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(checkpoint_->Step(clock_.SteadyMicros()).ok());
      ASSERT_TRUE(checkpoint_->SaveMore().ok());
      if (!commits_.idle()) commits_.RunOne();
    }
    ASSERT_EQ(coordinator_->completed() > completed, succeeds);
  }

  io::MemoryFileSystem memory_;
  io::FaultyFileSystem disk_{&memory_};
  state::CheckpointStore store_{&disk_, "job", 1};
  JobControl control_{1};
  ManualClock clock_{0};
  InlineBackground files_;
  WaitingBackground commits_;
  SinkState sink_;
  std::vector<std::string> warnings_;
  std::unique_ptr<CheckpointCoordinator> coordinator_;
  Dataflow dataflow_;
  std::unique_ptr<WorkerCheckpoint> checkpoint_;
};

TEST_F(FailedCheckpointsTest, ASinkThatTheyFilledHoldsTheWorkerUntilOneSucceeds) {
  sink_.written = "first";
  Take(false);
  EXPECT_FALSE(checkpoint_->Holds(0));
  sink_.written = "second";
  sink_.has_room = sink_.prepare_makes_room = false;
  Take(false);
  for (int i = 0; i < 3; ++i) {
    Take(false);
    EXPECT_TRUE(checkpoint_->Holds(0));
  }
  const auto waits = [](const std::string& warning) { return warning.find("'tidemark.checkpoint-buffer'") < 200; };
  EXPECT_EQ(std::count_if(warnings_.begin(), warnings_.end(), waits), 1);
  Take(true);
  sink_.has_room = true;
  EXPECT_THAT(sink_.committed, ElementsAre("first", "second"));
  EXPECT_FALSE(checkpoint_->Holds(0));
}

TEST_F(FailedCheckpointsTest, WhatTheyHadPreparedIsBoundedForAnySink) {
  size_t failed = 0;
  for (; !checkpoint_->Holds(0); ++failed) {
    ASSERT_LT(failed, 10'000U);
    sink_.written = "x";
    Take(false);
  }
  Take(true);
  EXPECT_EQ(sink_.committed.size(), failed);
  EXPECT_FALSE(checkpoint_->Holds(0));
}

TEST(WorkerCheckpoints, ASinkWithoutRoomHoldsItsWorkerWhileAnotherWorkerCommits) {
  io::MemoryFileSystem disk;
  state::CheckpointStore store{&disk, "job", 1};
  JobControl control{2};
  ManualClock clock{0};
  InlineBackground files;
  WaitingBackground commits[2];
  CheckpointSettings settings;
  settings.interval_micros = kInterval;
  settings.job_id = "job";
  CheckpointCoordinator coordinator(std::move(settings), &store, &control, &clock, &files);
  Dataflow flows[2];
  SinkState sinks[2];
  for (int i = 0; i < 2; ++i) {
    sinks[i].written = "x";
    flows[i].sinks.push_back(std::make_unique<OpenSink>(std::make_unique<SlowSink>(&sinks[i]), "sink", "Sink(t)"));
  }
  WorkerCheckpoint first(0, &flows[0], &coordinator, &control, &commits[0]);
  WorkerCheckpoint second(1, &flows[1], &coordinator, &control, &commits[1]);
  ASSERT_TRUE(first.Step(0).ok());
  const auto step_all = [&] {
    for (int i = 0; i < 10; ++i) {
      for (WorkerCheckpoint* worker : {&first, &second}) {
        ASSERT_TRUE(worker->Step(kInterval).ok());
        ASSERT_TRUE(worker->SaveMore().ok());
      }
    }
  };
  step_all();
  ASSERT_FALSE(commits[0].idle());
  ASSERT_FALSE(commits[1].idle());
  commits[0].RunOne();  // the other one waits for its broker
  step_all();
  sinks[0].has_room = false;
  EXPECT_TRUE(coordinator.under_way());
  EXPECT_TRUE(first.Holds(0));  // no checkpoint can take what it would write
}

}  // namespace
}  // namespace tidemark::runtime
