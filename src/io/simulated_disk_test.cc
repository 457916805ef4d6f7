// SPDX-License-Identifier: Apache-2.0
#include "io/simulated_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tidemark::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kSeeds = 200;

void Write(FileSystem* files, const std::string& path, const std::string& bytes) {
  auto file = files->OpenForWrite(path).ValueOrDie();
  ASSERT_TRUE(file->Append(bytes).ok());
  ASSERT_TRUE(file->Commit().ok());
}

TEST(SimulatedDisk, WhatWasCommittedSurvivesAPowerFailure) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    ASSERT_TRUE(disk.CreateFolders("/a/b").ok());
    Write(&disk, "/a/b/file", "bytes");
    ASSERT_TRUE(disk.Rename("/a/b/file", "/a/b/renamed").ok());
    const auto after = disk.AfterPowerFailure();
    EXPECT_THAT(after->Paths(), ElementsAre("/a/b/renamed"));
    EXPECT_EQ(after->Get("/a/b/renamed"), "bytes");
    EXPECT_EQ(after->events().torn_writes + after->events().lost_syncs, 0);
  }
}

TEST(SimulatedDisk, WhatWasNotIsLostTornOrThere) {
  std::set<std::string> found;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    auto file = disk.OpenForWrite("/file").ValueOrDie();
    ASSERT_TRUE(file->Append("ab").ok());
    const auto after = disk.AfterPowerFailure();
    found.insert(after->Paths().empty() ? "none" : after->Get(after->Paths()[0]));
    EXPECT_EQ(disk.AfterKill()->Get(disk.Paths()[0]), "ab");
  }
  const std::string zeros(2, '\0');
  EXPECT_EQ(found, (std::set<std::string>{"none", "", "a", "ab", zeros, std::string("a\0", 2)}));
}

TEST(SimulatedDisk, ARemovedFileMayComeBack) {
  std::set<std::string> found;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    Write(&disk, "/file", "bytes");
    ASSERT_TRUE(disk.Remove("/file").ok());
    found.insert(disk.AfterPowerFailure()->Get("/file"));
  }
  EXPECT_EQ(found, (std::set<std::string>{"", "bytes"}));
}

TEST(SimulatedDisk, TheProcessThatIsOverSeesNothingOfTheNext) {
  SimulatedDisk disk(1);
  Write(&disk, "/file", "old");
  auto open = disk.OpenForWrite("/file").ValueOrDie();
  const auto after = disk.AfterKill();
  ASSERT_TRUE(open->Append("zombie").ok());
  ASSERT_TRUE(open->Commit().ok());
  EXPECT_EQ(disk.Get("/file"), "zombie");
  EXPECT_EQ(after->Get("/file"), "old");
}

TEST(SimulatedDisk, ThePowerFailsAtAnyOperation) {
  std::set<std::string> found;
  for (int64_t operation = 0; operation < 8; ++operation) {
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      SimulatedDisk disk(seed);
      Write(&disk, "/file", "old");
      disk.faults().off_at = disk.operations() + operation;
      auto file = disk.OpenForWrite("/file");
      const bool committed = file.ok() && (*file)->Append("new").ok() && (*file)->Commit().ok();
      EXPECT_EQ(committed, operation >= 5);
      EXPECT_EQ(disk.off(), !committed);
      const std::string left = disk.AfterPowerFailure()->Get("/file");
      EXPECT_TRUE(left == "new" || (left == "old" && !committed)) << left;
      found.insert(left);
    }
  }
  EXPECT_EQ(found.size(), 2u);
}

TEST(SimulatedDisk, AFullDiskTakesAPartAndSaysSo) {
  SimulatedDisk disk(1);
  auto file = disk.OpenForWrite("/file").ValueOrDie();
  disk.faults().full_from = disk.operations();
  EXPECT_THAT(file->Append("bytes").ToString(), HasSubstr("No space left on device"));
  EXPECT_THAT(disk.OpenForWrite("/other").status().ToString(), HasSubstr("No space left on device"));
  ASSERT_TRUE(file->Abort().ok());
  EXPECT_EQ(disk.events().full, 2);
  disk.faults().full_from = -1;
  Write(&disk, "/file", "bytes");
}

TEST(SimulatedDisk, ALostSyncIsNoticedAfterThePowerFailureOnly) {
  int64_t lost = 0;
  std::set<std::string> found;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk disk(seed);
    disk.faults().lost_sync_one_in = 2;
    disk.faults().lost_sync_within = "/state/";
    ASSERT_TRUE(disk.CreateFolders("/state").ok());
    Write(&disk, "/state/file", "ab");
    Write(&disk, "/other", "ab");
    EXPECT_EQ(disk.AfterKill()->Get("/state/file"), "ab");
    const auto after = disk.AfterPowerFailure();
    EXPECT_EQ(after->Get("/other"), "ab");
    found.insert(after->Get("/state/file"));
    lost += after->events().lost_syncs;
    EXPECT_TRUE(after->Get("/state/file") == "ab" || after->events().lost_syncs > 0);
  }
  EXPECT_GT(lost, 0);
  EXPECT_GT(found.size(), 2u);
}

TEST(SimulatedDisk, ASlowOperationTakesItsTime) {
  SimulatedDisk disk(1);
  int64_t passed = 0;
  disk.faults().slow_one_in = 1;
  disk.faults().slow_micros_max = 1'000;
  disk.faults().on_slow = [&](int64_t micros) { passed += micros; };
  Write(&disk, "/file", "bytes");
  EXPECT_GT(passed, 0);
  EXPECT_EQ(disk.events().slow, disk.operations());
}

}  // namespace
}  // namespace tidemark::io
