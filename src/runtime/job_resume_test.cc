// SPDX-License-Identifier: Apache-2.0
// Runs that begin while others do, with the state in an object store.
#include "runtime/job_resume.h"

#include <gtest/gtest.h>

#include <memory>

#include "io/interrupted_file_system.h"
#include "io/memory_file_system.h"
#include "runtime/job.h"
#include "runtime/runtime_testing.h"

namespace tidemark::runtime {
namespace {

constexpr char kJob[] = "s3://bucket/state/job";

plan::PhysicalPlan ValuesPlan() {
  plan::PhysicalPlan plan;
  auto rows = std::make_shared<plan::ValuesNode>(Schema{{"n", DataType::BigInt()}},
                                                 std::vector<std::vector<expr::ExpressionPtr>>(), "Values");
  plan.sinks = {FakeTableSink(std::move(rows), "out")};
  return plan;
}

class JobResumeTest : public testing::Test {
 protected:
  void SetUp() override { BeginAnew(); }

  JobOptions Options(io::FileSystem* files, const std::string& run) {
    JobOptions options;
    options.components = components_.get();
    options.files = files;
    options.clock = &clock_;
    options.checkpoints.folder = kJob;
    options.checkpoints.run = options.checkpoints.holder = run;
    return options;
  }

  /// A checkpoint of the job called `job_id`, by an earlier run.
  void PutCheckpoint(const std::string& job_id) {
    const plan::PhysicalPlan plan = ValuesPlan();
    state::CheckpointStore store(files_.get(), kJob, 1);
    ASSERT_TRUE(store.TakeOver("a1", "a1").ok());
    auto writer = store.Begin(1, /*savepoint=*/false, 1).ValueOrDie();
    state::CheckpointManifest manifest;
    manifest.number = 1;
    manifest.job_id = job_id;
    manifest.parts = StatefulParts(JobParts(plan, Options(files_.get(), "a1")));
    ASSERT_TRUE(store.Complete(writer.get(), manifest).ok());
  }

  void BeginAnew() {
    files_ = std::make_unique<io::MemoryFileSystem>();
    components_ = std::make_unique<FakeComponents>(FakeTables());
  }

  ManualClock clock_{0};
  std::unique_ptr<io::MemoryFileSystem> files_;
  std::unique_ptr<FakeComponents> components_;
};

/// A sink that is made may shut out the run that has the job.
TEST_F(JobResumeTest, ARunThatLostTheJobWhileItBeganMakesNoSink) {
  const plan::PhysicalPlan plan = ValuesPlan();
  int lost = 0;
  for (int request = 0;; ++request) {
    BeginAnew();
    PutCheckpoint("job");
    io::InterruptedFileSystem interrupted(files_.get());
    interrupted.Interrupt(request, [&] {
      state::CheckpointStore successor(files_.get(), kJob, 1);
      EXPECT_TRUE(successor.TakeOver("c3", "the successor").ok());
    });
    const auto job = Job::Make(plan, Options(&interrupted, "b2"));
    if (!interrupted.has_happened()) {
      ASSERT_TRUE(job.ok()) << job.status();
      break;
    }
    if (job.ok()) {  // it claimed after the other one
      const auto claims = files_->List(std::string(kJob) + "/runs", false).ValueOrDie();
      EXPECT_TRUE(claims.back().path.ends_with("-b2")) << "before request " << request;
      continue;
    }
    EXPECT_TRUE(job.status().IsCancelled()) << job.status();
    EXPECT_NE(job.status().message().find("the successor"), std::string::npos) << job.status();
    EXPECT_TRUE(components_->sinks().empty()) << "before request " << request;
    ++lost;
  }
  EXPECT_GT(lost, 10);
}

/// Of two runs that began together the one that lost the job may have noted its name last.
TEST_F(JobResumeTest, TheJobIsCalledAsItsCheckpointsSay) {
  PutCheckpoint("right");
  state::CheckpointStore store(files_.get(), kJob, 1);
  ASSERT_EQ(*store.JobId("wrong"), "wrong");
  const plan::PhysicalPlan plan = ValuesPlan();
  JobParts parts(plan, Options(files_.get(), "b2"));
  const auto manifest = ResumeFrom(store, &parts);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(parts.job_id, "right");
}

}  // namespace
}  // namespace tidemark::runtime
