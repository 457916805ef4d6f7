// SPDX-License-Identifier: Apache-2.0
// Folders of jobs that spill: made late, removed at the end, swept after a run that was killed.
#include "state/spill_space.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace tidemark::state {
namespace {

namespace fs = std::filesystem;

class SpillSpaceTest : public ::testing::Test {
 protected:
  SpillSpaceTest() {
    std::string name = ::testing::TempDir() + "spill-space-XXXXXX";
    root_ = ::mkdtemp(name.data());
    options_.root = root_;
    options_.workers = 2;
    options_.memory = &memory_;
  }
  ~SpillSpaceTest() override { fs::remove_all(root_); }

  int64_t Entries() const { return std::distance(fs::directory_iterator(options_.root), fs::directory_iterator()); }

  std::string root_;
  MemoryBudget memory_{0};
  SpillSpaceOptions options_;
};

TEST_F(SpillSpaceTest, TheFolderIsMadeWhenItIsNeededAndGoesWithTheJob) {
  auto space = MakeDiskSpillSpace(options_);
  EXPECT_EQ(Entries(), 0);
  StateStore* first = space->StoreOf(0).ValueOrDie();
  EXPECT_EQ(space->StoreOf(0).ValueOrDie(), first);
  EXPECT_NE(space->StoreOf(1).ValueOrDie(), first);
  EXPECT_EQ(Entries(), 1);
  space.reset();
  EXPECT_EQ(Entries(), 0);
}

TEST_F(SpillSpaceTest, WhatAKilledRunLeftIsRemovedAndWhatIsInUseIsNot) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto space = MakeDiskSpillSpace(options_);
    ::_exit(space->StoreOf(0).ok() ? 0 : 1);  // as if killed: nothing is destroyed
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_EQ(Entries(), 1);

  auto running = MakeDiskSpillSpace(options_);
  EXPECT_EQ(Entries(), 0);
  ASSERT_TRUE(running->StoreOf(0).ok());
  const auto other = MakeDiskSpillSpace(options_);
  EXPECT_EQ(Entries(), 1);
}

TEST_F(SpillSpaceTest, OtherFoldersAreLeftAlone) {
  fs::create_directories(options_.root + "/other");
  fs::create_directories(options_.root + "/tidemark-spill-without-lock");
  const auto space = MakeDiskSpillSpace(options_);
  EXPECT_EQ(Entries(), 2);
}

TEST_F(SpillSpaceTest, AFolderThatCannotBeMadeIsNamed) {
  options_.root = "/dev/null/none";
  const auto space = MakeDiskSpillSpace(options_);
  const auto store = space->StoreOf(0);
  ASSERT_FALSE(store.ok());
  EXPECT_NE(store.status().message().find("/dev/null/none"), std::string::npos);
  EXPECT_NE(store.status().message().find("tidemark.spill.folder"), std::string::npos);
}

}  // namespace
}  // namespace tidemark::state
