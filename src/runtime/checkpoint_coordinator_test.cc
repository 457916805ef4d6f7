// SPDX-License-Identifier: Apache-2.0
// Checkpoints and savepoints that fail to be written, and what becomes of the job.
#include "runtime/checkpoint_coordinator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"

namespace tidemark::runtime {
namespace {

/// At once, in the calling thread.
class InlineBackground final : public Background {
 public:
  void Run(std::function<void()> work) override { work(); }
};

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kInterval = 1'000;

class CheckpointCoordinatorTest : public ::testing::Test {
 protected:
  void Make(int tolerable_failures, int64_t timeout_micros = 0) {
    CheckpointSettings settings;
    settings.interval_micros = kInterval;
    settings.job_id = "job";
    settings.tolerable_failures = tolerable_failures;
    settings.timeout_micros = timeout_micros;
    settings.warn = [this](const std::string& message) { warnings_.push_back(message); };
    coordinator_ =
        std::make_unique<CheckpointCoordinator>(std::move(settings), &store_, &control_, &clock_, &background_);
    coordinator_->RequestWhenDue(0);
  }

  /// One worker's way through a checkpoint, up to where it is complete or given up. `works`: the disk does.
  void TakeOne(bool works) {
    now_ += kInterval;
    const int64_t before = coordinator_->requested();
    coordinator_->RequestWhenDue(now_);
    ASSERT_EQ(coordinator_->requested(), before + 1);
    changes_only_ = coordinator_->changes_only();
    files_.faults().capacity_bytes = works ? -1 : 0;
    HandOver();
    if (coordinator_->completed() == coordinator_->requested()) coordinator_->Commit();
  }

  void HandOver() {
    coordinator_->Pass(coordinator_->requested());
    state::StateSnapshot piece;
    piece.parts["operator"].watermark = 7;
    coordinator_->Add(0, std::move(piece));
    coordinator_->NoteSaved();
    coordinator_->Acknowledge();
  }

  io::MemoryFileSystem memory_;
  io::FaultyFileSystem files_{&memory_};
  state::CheckpointStore store_{&files_, "job", 1};
  JobControl control_{1};
  ManualClock clock_{0};
  InlineBackground background_;
  std::unique_ptr<CheckpointCoordinator> coordinator_;
  std::vector<std::string> warnings_;
  int64_t now_ = 0;
  bool changes_only_ = false;
};

TEST_F(CheckpointCoordinatorTest, AFailureFailsTheJob) {
  Make(/*tolerable_failures=*/0);
  TakeOne(true);
  EXPECT_EQ(coordinator_->completed(), 1);
  TakeOne(false);
  EXPECT_TRUE(control_.failed());
  EXPECT_THAT(control_.status().message(), HasSubstr("Checkpoint 2 could not be written"));
  EXPECT_THAT(control_.status().message(), HasSubstr("run the same command again"));
}

TEST_F(CheckpointCoordinatorTest, SomeInARowAreTolerated) {
  Make(/*tolerable_failures=*/2);
  TakeOne(true);
  for (int round = 0; round < 2; ++round) {
    TakeOne(false);
    EXPECT_FALSE(coordinator_->under_way());
    TakeOne(false);
    EXPECT_FALSE(control_.failed());
    EXPECT_EQ(coordinator_->completed(), 1 + 3 * round);
    TakeOne(true);
    EXPECT_FALSE(changes_only_);  // nobody has written what changed since the last that was complete
    EXPECT_EQ(coordinator_->completed(), 4 + 3 * round);
  }
  EXPECT_EQ(warnings_.size(), 4);
  EXPECT_EQ(coordinator_->metrics().failed, 4);
  EXPECT_EQ(store_.List().ValueOrDie().back().number, 7);
  TakeOne(false);
  TakeOne(false);
  TakeOne(false);
  EXPECT_TRUE(control_.failed());
}

TEST_F(CheckpointCoordinatorTest, TheLastOneMustNotFail) {
  Make(/*tolerable_failures=*/5);
  coordinator_->RequestLast(/*finished=*/false);
  files_.faults().capacity_bytes = 0;
  HandOver();
  EXPECT_TRUE(control_.failed());
}

TEST_F(CheckpointCoordinatorTest, OneThatBarriersDoNotGetThroughIsGivenUp) {
  Make(/*tolerable_failures=*/1, /*timeout_micros=*/500);
  coordinator_->RequestWhenDue(kInterval);
  EXPECT_EQ(coordinator_->MicrosUntilDue(kInterval), 500);
  coordinator_->RequestWhenDue(kInterval + 499);
  EXPECT_TRUE(coordinator_->under_way());
  EXPECT_FALSE(coordinator_->is_given_up(1));
  coordinator_->RequestWhenDue(kInterval + 500);
  EXPECT_FALSE(coordinator_->under_way());
  EXPECT_TRUE(coordinator_->is_given_up(1));
  coordinator_->Pass(1);  // of a worker that has not heard of it
  EXPECT_FALSE(coordinator_->all_passed(1));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("Checkpoint 1 could not be written: it was not complete within 0 ms")));
  // The next one is counted from zero, whoever is still late with this one.
  coordinator_->RequestWhenDue(2 * kInterval);
  EXPECT_EQ(coordinator_->requested(), 2);
  coordinator_->Pass(1);
  EXPECT_FALSE(coordinator_->all_passed(2));
  clock_.Advance(2 * kInterval - clock_.SteadyMicros());
  HandOver();
  EXPECT_EQ(coordinator_->completed(), 2);
}

TEST_F(CheckpointCoordinatorTest, OneThatIsWrittenTooSlowlyIsGivenUp) {
  Make(/*tolerable_failures=*/1, /*timeout_micros=*/500);
  coordinator_->RequestWhenDue(kInterval);
  coordinator_->Pass(1);
  state::StateSnapshot piece;
  piece.parts["operator"].watermark = 7;
  clock_.Advance(kInterval + 100 - clock_.SteadyMicros());
  coordinator_->Add(0, std::move(piece));
  coordinator_->NoteSaved();
  EXPECT_TRUE(memory_.Exists("job/chk-1"));
  clock_.Advance(kInterval + 500 - clock_.SteadyMicros());
  coordinator_->RequestWhenDue(kInterval + 500);
  EXPECT_TRUE(coordinator_->under_way());  // workers have saved, and say so when they have handed over all
  coordinator_->Acknowledge();
  EXPECT_FALSE(coordinator_->under_way());
  EXPECT_FALSE(memory_.Exists("job/chk-1"));
  EXPECT_EQ(coordinator_->completed(), 0);
  EXPECT_EQ(coordinator_->metrics().failed, 1);
  EXPECT_EQ(warnings_.size(), 1);
}

TEST_F(CheckpointCoordinatorTest, OneThatIsGivenUpCountsAsFailed) {
  Make(/*tolerable_failures=*/0, /*timeout_micros=*/500);
  coordinator_->RequestWhenDue(kInterval);
  coordinator_->RequestWhenDue(kInterval + 500);
  EXPECT_TRUE(control_.failed());
  EXPECT_THAT(control_.status().message(), HasSubstr("execution.checkpointing.timeout"));
}

TEST_F(CheckpointCoordinatorTest, ASavepointHoldsEverythingAndNothingBuildsOnIt) {
  Make(/*tolerable_failures=*/0);
  TakeOne(true);
  auto taken = coordinator_->savepoints().Ask({});
  TakeOne(true);
  EXPECT_FALSE(changes_only_);
  const auto manifest = taken.get();
  ASSERT_TRUE(manifest.ok()) << manifest.status().ToString();
  EXPECT_TRUE(manifest->savepoint);
  EXPECT_EQ(manifest->folder, "job/savepoint-2");
  TakeOne(true);
  EXPECT_FALSE(changes_only_);
  TakeOne(true);
  const auto kept = store_.List().ValueOrDie();
  ASSERT_GE(kept.size(), 2);
  EXPECT_EQ(kept.front().folder, "job/savepoint-2");  // not removed with those that are too old
  EXPECT_EQ(kept.back().number, 4);
}

TEST_F(CheckpointCoordinatorTest, ASavepointThatFailsIsItsUsersMatter) {
  Make(/*tolerable_failures=*/0);
  TakeOne(true);
  auto taken = coordinator_->savepoints().Ask({});
  TakeOne(false);
  EXPECT_THAT(taken.get().status().message(), HasSubstr("Checkpoint 2 could not be written"));
  EXPECT_FALSE(control_.failed());
  TakeOne(true);
  EXPECT_EQ(coordinator_->completed(), 3);
}

TEST_F(CheckpointCoordinatorTest, ACopyThatFailsLeavesTheCheckpoint) {
  Make(/*tolerable_failures=*/0);
  ASSERT_TRUE(memory_.CreateFolders("target/savepoint-1").ok());
  auto refused = coordinator_->savepoints().Ask({.target = "target"});
  TakeOne(true);
  EXPECT_THAT(refused.get().status().message(), HasSubstr("target/savepoint-1' is there already"));
  EXPECT_EQ(coordinator_->completed(), 1);
  auto taken = coordinator_->savepoints().Ask({.target = "target"});
  TakeOne(true);
  EXPECT_EQ(taken.get()->folder, "target/savepoint-2");
  EXPECT_EQ(store_.List().ValueOrDie().back().folder, "job/chk-2");
  EXPECT_TRUE(state::CheckpointStore::ReadManifest(&files_, "target/savepoint-2").ValueOrDie().savepoint);
}

}  // namespace
}  // namespace tidemark::runtime
