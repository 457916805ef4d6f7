// SPDX-License-Identifier: Apache-2.0
// What the local disk is told to make durable, and in which order: the calls to the system are recorded on their way.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace {

bool recording = false;
std::vector<std::string> calls;

std::string NameOf(int descriptor) {
  char path[4096];
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof(path));
  return std::string(path, size < 0 ? 0 : static_cast<size_t>(size));
}

std::string LastOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void Record(const std::string& call) {
  if (recording) calls.push_back(call);
}

}  // namespace

// These stand before the C library's own.
extern "C" int fsync(int descriptor) {
  // A file in progress has a number that differs from run to run.
  const std::string name = LastOf(NameOf(descriptor));
  Record("sync " + (name[0] == '.' ? name.substr(0, name.find(".inprogress")) : name));
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

extern "C" int rename(const char* from, const char* to) noexcept {
  Record("rename to " + LastOf(to));
  return static_cast<int>(::syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
}

extern "C" int mkdir(const char* path, mode_t mode) noexcept {
  const auto made = static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
  if (made == 0) Record("create " + LastOf(path));
  return made;
}

namespace tidemark::io {
namespace {

using ::testing::ElementsAre;

class DurabilityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tidemark_durability_XXXXXX";
    folder_ = std::string(::mkdtemp(name)) + "/top";
    ASSERT_TRUE(files_->CreateFolders(folder_).ok());
    calls.clear();
    recording = true;
  }
  void TearDown() override {
    recording = false;
    ASSERT_TRUE(files_->Remove(folder_.substr(0, folder_.rfind('/'))).ok());
  }

  FileSystem* files_ = LocalFileSystem();
  std::string folder_;
};

TEST_F(DurabilityTest, ACommittedFileIsSyncedThenNamedThenItsNameIsSynced) {
  auto file = files_->OpenForWrite(folder_ + "/a").ValueOrDie();
  ASSERT_TRUE(file->Append("bytes").ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_THAT(calls, ElementsAre("sync .a", "rename to a", "sync top"));
}

TEST_F(DurabilityTest, AFinishedFileIsSyncedOnce) {
  auto file = files_->OpenForWrite(folder_ + "/a").ValueOrDie();
  ASSERT_TRUE(file->Append("bytes").ok());
  ASSERT_TRUE(file->Finish().ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_THAT(calls, ElementsAre("sync .a", "rename to a", "sync top"));
}

TEST_F(DurabilityTest, ARenamedFileKeepsItsNewName) {
  ASSERT_TRUE(files_->OpenForWrite(folder_ + "/a").ValueOrDie()->Commit().ok());
  calls.clear();
  ASSERT_TRUE(files_->Rename(folder_ + "/a", folder_ + "/b").ok());
  EXPECT_THAT(calls, ElementsAre("rename to b", "sync top"));
}

TEST_F(DurabilityTest, SoDoesAFileThatIsGivenItsOwnNameAgain) {
  ASSERT_TRUE(files_->OpenForWrite(folder_ + "/a").ValueOrDie()->Commit().ok());
  calls.clear();
  ASSERT_TRUE(files_->Rename(folder_ + "/a", folder_ + "/a").ok());
  EXPECT_THAT(calls, ElementsAre("rename to a", "sync top"));
  EXPECT_TRUE(files_->Exists(folder_ + "/a"));
}

TEST_F(DurabilityTest, NewFoldersAreThereAfterAPowerFailure) {
  ASSERT_TRUE(files_->CreateFolders(folder_ + "/a/b").ok());
  EXPECT_THAT(calls, ElementsAre("create a", "sync top", "create b", "sync a"));
}

TEST_F(DurabilityTest, SoAreFoldersThatSomebodyMadeWhoWasKilledAtOnce) {
  ASSERT_EQ(::mkdir((folder_ + "/a").c_str(), 0755), 0);
  calls.clear();
  ASSERT_TRUE(files_->CreateFolders(folder_ + "/a").ok());
  EXPECT_THAT(calls, ElementsAre("sync top"));
}

}  // namespace
}  // namespace tidemark::io
