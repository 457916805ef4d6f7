// SPDX-License-Identifier: Apache-2.0
#include "state/run_claims.h"

#include <gtest/gtest.h>

#include "io/interrupted_file_system.h"
#include "io/memory_file_system.h"
#include "state/checkpoint_store.h"

namespace tidemark::state {
namespace {

constexpr char kJob[] = "s3://bucket/state/job";

arrow::Status Complete(CheckpointStore* store, int64_t number, const std::vector<int64_t>& bases = {},
                       const std::vector<std::string>& base_runs = {}) {
  ARROW_ASSIGN_OR_RAISE(const auto writer, store->Begin(number, /*savepoint=*/false, 1));
  CheckpointManifest manifest;
  manifest.number = number;
  manifest.job_id = "job";
  manifest.bases = bases;
  manifest.base_runs = base_runs;
  return store->Complete(writer.get(), manifest).status();
}

/// The folder that a run would go on from; empty: none.
std::string Newest(const CheckpointStore& store) {
  const auto folders = store.Folders();
  EXPECT_TRUE(folders.ok()) << folders.status();
  return folders->empty() ? "" : folders->back();
}

TEST(RunClaims, AFolderOfThisMachineNeedsNone) {
  io::MemoryFileSystem files;
  CheckpointStore store(&files, "/state/job", 1);
  ASSERT_TRUE(store.TakeOver("a1", "a").ok());
  ASSERT_TRUE(Complete(&store, 1).ok());
  EXPECT_TRUE(files.Exists("/state/job/chk-1/manifest.json"));
  EXPECT_FALSE(files.Exists("/state/job/runs"));
}

TEST(RunClaims, TheSuccessorIsNamed) {
  io::MemoryFileSystem files;
  CheckpointStore first(&files, kJob, 1);
  CheckpointStore second(&files, kJob, 1);
  ASSERT_TRUE(first.TakeOver("a1", "process 1").ok());
  ASSERT_TRUE(Complete(&first, 1).ok());
  ASSERT_TRUE(second.TakeOver("b2", "process 2 on b").ok());
  EXPECT_EQ(Newest(second), std::string(kJob) + "/chk-1-a1");
  const auto completed = Complete(&first, 2);
  EXPECT_TRUE(completed.IsCancelled());
  EXPECT_NE(completed.message().find("process 2 on b"), std::string::npos) << completed;
  EXPECT_FALSE(files.Exists(std::string(kJob) + "/chk-2-a1/manifest.json"));
  ASSERT_TRUE(Complete(&second, 2).ok());
  EXPECT_EQ(Newest(second), std::string(kJob) + "/chk-2-b2");
}

TEST(RunClaims, GoWhenTheyAreOfNoUse) {
  io::MemoryFileSystem files;
  for (int run = 1; run <= 20; ++run) {
    CheckpointStore store(&files, kJob, 1);
    ASSERT_TRUE(store.TakeOver("run" + std::to_string(run), "somebody").ok());
    ASSERT_TRUE(Complete(&store, run).ok());
    EXPECT_EQ(files.List(std::string(kJob) + "/runs", false)->size(), 1u);
  }
}

TEST(RunClaims, ARunBuildsOnWhatTheOneBeforeHasWritten) {
  io::MemoryFileSystem files;
  CheckpointStore first(&files, kJob, 1);
  ASSERT_TRUE(first.TakeOver("a1", "a").ok());
  ASSERT_TRUE(Complete(&first, 1).ok());
  ASSERT_TRUE(Complete(&first, 2, {1}, {"a1"}).ok());
  CheckpointStore second(&files, kJob, 1);
  ASSERT_TRUE(second.TakeOver("b2", "b").ok());
  ASSERT_TRUE(Complete(&second, 3, {1, 2}, {"a1", "a1"}).ok());
  const auto manifest = CheckpointStore::ReadManifest(&files, Newest(second)).ValueOrDie();
  EXPECT_EQ(manifest.run, "b2");
  const auto bases = second.Bases(manifest);
  ASSERT_TRUE(bases.ok()) << bases.status();
  EXPECT_EQ(bases->front().folder, std::string(kJob) + "/chk-1-a1");
  EXPECT_TRUE(second.Load(manifest, LogRows::kRead).ok());
  // One that builds on nothing needs none of them.
  ASSERT_TRUE(Complete(&second, 4).ok());
  EXPECT_EQ(second.Folders()->size(), 1u);
  EXPECT_FALSE(files.Exists(std::string(kJob) + "/chk-1-a1"));
}

/// Whatever request of a run that completes a checkpoint its successor comes before: when the checkpoint is complete,
/// the successor goes on from it; and whether or not, all who come later go on from where the successor does.
TEST(RunClaims, ACheckpointCountsForItsRunOnlyWhenItsSuccessorFindsIt) {
  int completed = 0;
  int refused = 0;
  int too_late = 0;
  for (int request = 0;; ++request) {
    io::MemoryFileSystem files;
    io::InterruptedFileSystem store(&files);
    CheckpointStore first(&store, kJob, 1);
    CheckpointStore second(&files, kJob, 1);
    ASSERT_TRUE(first.TakeOver("a1", "a").ok());
    ASSERT_TRUE(Complete(&first, 1).ok());
    std::string found;
    store.Interrupt(request, [&] {
      ASSERT_TRUE(second.TakeOver("b2", "b").ok());
      found = Newest(second);
    });
    const bool is_complete = Complete(&first, 2).ok();
    if (!store.has_happened()) break;
    const std::string second_of_first = std::string(kJob) + "/chk-2-a1";
    if (is_complete) EXPECT_EQ(found, second_of_first) << "before request " << request;
    ++(is_complete ? completed : refused);
    too_late += !is_complete && files.Exists(second_of_first + "/manifest.json") && found != second_of_first ? 1 : 0;
    // The successor dies before it has a checkpoint of its own; its own successor sees the same.
    CheckpointStore third(&files, kJob, 1);
    ASSERT_TRUE(third.TakeOver("c3", "c").ok());
    EXPECT_EQ(Newest(third), found) << "before request " << request;
    ASSERT_TRUE(Complete(&third, 3).ok());
    EXPECT_EQ(Newest(third), std::string(kJob) + "/chk-3-c3");
    // What came too late is gone, like all that is old.
    EXPECT_FALSE(files.Exists(second_of_first + "/manifest.json"));
  }
  // Each of these happens before some request.
  EXPECT_GT(completed, 0);
  EXPECT_GT(refused, 0);
  EXPECT_GT(too_late, 0);
}

/// Two runs begin at once: one has the job, whichever requests come first.
TEST(RunClaims, OfTwoRunsThatBeginAtOnceOneHasTheJob) {
  for (const char* other : {"a1", "c3"}) {
    for (int request = 0;; ++request) {
      io::MemoryFileSystem files;
      io::InterruptedFileSystem store(&files);
      CheckpointStore one(&store, kJob, 1);
      CheckpointStore two(&files, kJob, 1);
      store.Interrupt(request, [&] { ASSERT_TRUE(two.TakeOver(other, "two").ok()); });
      const bool one_began = one.TakeOver("b2", "one").ok();
      if (!store.has_happened()) break;
      const bool one_completes = one_began && Complete(&one, 1).ok();
      const bool two_completes = Complete(&two, 1).ok();
      EXPECT_NE(one_completes, two_completes) << "before request " << request << " of b2, by " << other;
    }
  }
}

TEST(RunClaims, ARunThatNotesTheNameOfTheJobTooLateIsToldSo) {
  io::MemoryFileSystem files;
  io::InterruptedFileSystem interrupted(&files);
  CheckpointStore loser(&interrupted, kJob, 1);
  CheckpointStore winner(&files, kJob, 1);
  ASSERT_TRUE(loser.TakeOver("a1", "a").ok());
  interrupted.Interrupt(1, [&] {
    EXPECT_TRUE(winner.TakeOver("b2", "b").ok());
    EXPECT_EQ(*winner.JobId("of-b"), "of-b");
    EXPECT_EQ(*winner.NoteWorkers(4), 4);
  });
  EXPECT_TRUE(loser.JobId("of-a").status().IsCancelled());
  ASSERT_TRUE(interrupted.has_happened());
}

}  // namespace
}  // namespace tidemark::state
