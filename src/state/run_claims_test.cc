// SPDX-License-Identifier: Apache-2.0
#include "state/run_claims.h"

#include <gtest/gtest.h>

#include <functional>

#include "io/memory_file_system.h"
#include "state/checkpoint_store.h"

namespace tidemark::state {
namespace {

constexpr char kJob[] = "s3://bucket/state/job";

/// Something happens just before the n-th request to the store.
class InterruptedStore final : public io::FileSystem {
 public:
  explicit InterruptedStore(io::FileSystem* store) : store_(store) {}

  void Interrupt(int before_request, std::function<void()> happens) {
    left_ = before_request;
    happens_ = std::move(happens);
  }
  bool has_happened() const { return !happens_; }

  arrow::Result<std::unique_ptr<io::ReadableFile>> OpenForRead(const std::string& path) override {
    Request();
    return store_->OpenForRead(path);
  }
  arrow::Result<std::unique_ptr<io::WritableFile>> OpenForWrite(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(auto file, store_->OpenForWrite(path));
    return std::make_unique<Upload>(this, std::move(file));
  }
  arrow::Result<io::FileInfo> Stat(const std::string& path) override {
    Request();
    return store_->Stat(path);
  }
  bool Exists(const std::string& path) override { return Stat(path).ok(); }
  arrow::Result<std::vector<io::FileInfo>> List(const std::string& folder, bool recursive) override {
    Request();
    return store_->List(folder, recursive);
  }
  arrow::Status CreateFolders(const std::string& path) override { return store_->CreateFolders(path); }
  arrow::Status Rename(const std::string& from, const std::string& to) override { return store_->Rename(from, to); }
  arrow::Status Remove(const std::string& path) override {
    Request();
    return store_->Remove(path);
  }

 private:
  /// An object appears with the request that commits it.
  class Upload final : public io::WritableFile {
   public:
    Upload(InterruptedStore* store, std::unique_ptr<io::WritableFile> file) : store_(store), file_(std::move(file)) {}
    arrow::Status Append(std::string_view bytes) override { return file_->Append(bytes); }
    int64_t bytes_written() const override { return file_->bytes_written(); }
    arrow::Status Finish() override { return file_->Finish(); }
    arrow::Status Commit() override {
      store_->Request();
      return file_->Commit();
    }
    arrow::Status Abort() override { return file_->Abort(); }

   private:
    InterruptedStore* store_;
    std::unique_ptr<io::WritableFile> file_;
  };

  void Request() {
    if (happens_ && left_-- == 0) std::exchange(happens_, nullptr)();
  }

  io::FileSystem* store_;
  int left_ = 0;
  std::function<void()> happens_;
};

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
    InterruptedStore store(&files);
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
      InterruptedStore store(&files);
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

}  // namespace
}  // namespace tidemark::state
