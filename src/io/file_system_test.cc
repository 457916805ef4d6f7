// SPDX-License-Identifier: Apache-2.0
// What every file system must do, run against the local disk and against memory; and what a faulty one does.
#include "io/file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "io/simulated_disk.h"

namespace tidemark::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Read(FileSystem* files, const std::string& path) {
  auto file = files->OpenForRead(path).ValueOrDie();
  std::string bytes(static_cast<size_t>(file->Size().ValueOrDie()), '\0');
  EXPECT_EQ(file->ReadAt(0, static_cast<int64_t>(bytes.size()), bytes.data()).ValueOrDie(),
            static_cast<int64_t>(bytes.size()));
  return bytes;
}

void Write(FileSystem* files, const std::string& path, const std::string& bytes) {
  auto file = files->OpenForWrite(path).ValueOrDie();
  ASSERT_TRUE(file->Append(bytes).ok());
  ASSERT_TRUE(file->Commit().ok());
}

std::vector<std::string> Names(FileSystem* files, const std::string& folder, bool recursive) {
  std::vector<std::string> names;
  const auto entries = files->List(folder, recursive).ValueOrDie();
  for (const auto& entry : entries)
    names.push_back(entry.path.substr(folder.size() + 1) + (entry.is_directory ? "/" : ""));
  return names;
}

enum class Kind { kLocal, kMemory, kSimulated };

class FileSystemTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::kSimulated) {
      files_ = &simulated_;
      root_ = "/test";
    } else if (GetParam() == Kind::kMemory) {
      files_ = &memory_;
      root_ = "/test";
    } else {
      files_ = LocalFileSystem();
      char name[] = "/tmp/tidemark_io_XXXXXX";
      root_ = ::mkdtemp(name);
    }
    ASSERT_TRUE(files_->CreateFolders(root_).ok());
  }
  void TearDown() override { ASSERT_TRUE(files_->Remove(root_).ok()); }

  MemoryFileSystem memory_;
  SimulatedDisk simulated_{1};
  FileSystem* files_ = nullptr;
  std::string root_;
};

TEST_P(FileSystemTest, AFileAppearsWholeAndOnlyAtCommit) {
  const std::string path = root_ + "/a.txt";
  auto file = files_->OpenForWrite(path).ValueOrDie();
  ASSERT_TRUE(file->Append("one ").ok());
  EXPECT_FALSE(files_->Exists(path));
  const auto names = Names(files_, root_, false);
  ASSERT_EQ(names.size(), 1);
  EXPECT_EQ(names[0][0], '.');
  ASSERT_TRUE(file->Append(std::string(300'000, 'x')).ok());
  ASSERT_TRUE(file->Append(" two").ok());
  EXPECT_EQ(file->bytes_written(), 300'008);
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Read(files_, path), "one " + std::string(300'000, 'x') + " two");
  EXPECT_THAT(Names(files_, root_, false), ElementsAre("a.txt"));
  EXPECT_FALSE(file->Append("three").ok());
}

TEST_P(FileSystemTest, AnAbortedOrForgottenFileLeavesNothing) {
  auto file = files_->OpenForWrite(root_ + "/a").ValueOrDie();
  ASSERT_TRUE(file->Append("x").ok());
  ASSERT_TRUE(file->Abort().ok());
  ASSERT_TRUE(file->Abort().ok());
  EXPECT_FALSE(file->Commit().ok());
  {
    auto forgotten = files_->OpenForWrite(root_ + "/b").ValueOrDie();
  }
  EXPECT_TRUE(Names(files_, root_, true).empty());
}

TEST_P(FileSystemTest, CommitReplacesAnOlderFile) {
  Write(files_, root_ + "/a", "old");
  auto reader = files_->OpenForRead(root_ + "/a").ValueOrDie();
  Write(files_, root_ + "/a", "newer");
  EXPECT_EQ(Read(files_, root_ + "/a"), "newer");
  char old[3];
  EXPECT_EQ(reader->ReadAt(0, 3, old).ValueOrDie(), 3);
  EXPECT_EQ(std::string(old, 3), "old");
}

TEST_P(FileSystemTest, ReadsAtAnyOffsetAndLessAtTheEnd) {
  Write(files_, root_ + "/a", "0123456789");
  auto file = files_->OpenForRead(root_ + "/a").ValueOrDie();
  char bytes[16];
  EXPECT_EQ(file->ReadAt(3, 4, bytes).ValueOrDie(), 4);
  EXPECT_EQ(std::string(bytes, 4), "3456");
  EXPECT_EQ(file->ReadAt(8, 16, bytes).ValueOrDie(), 2);
  EXPECT_EQ(file->ReadAt(10, 16, bytes).ValueOrDie(), 0);
}

TEST_P(FileSystemTest, ListsSortedFlatOrBelow) {
  ASSERT_TRUE(files_->CreateFolders(root_ + "/b/deep").ok());
  Write(files_, root_ + "/b/deep/z", "1");
  Write(files_, root_ + "/b/_hidden", "1");
  Write(files_, root_ + "/c", "123");
  Write(files_, root_ + "/a", "");
  EXPECT_THAT(Names(files_, root_, false), ElementsAre("a", "b/", "c"));
  EXPECT_THAT(Names(files_, root_, true), ElementsAre("a", "b/", "b/_hidden", "b/deep/", "b/deep/z", "c"));
  EXPECT_EQ(files_->Stat(root_ + "/c").ValueOrDie().size_bytes, 3);
  EXPECT_TRUE(files_->Stat(root_ + "/b").ValueOrDie().is_directory);
}

TEST_P(FileSystemTest, ErrorsNameThePathAndTheReason) {
  const std::string missing = root_ + "/no/such";
  for (const auto& status : {files_->OpenForRead(missing).status(), files_->Stat(missing).status(),
                             files_->List(missing, true).status(), files_->Rename(missing, root_ + "/x")}) {
    EXPECT_TRUE(status.IsIOError());
    EXPECT_THAT(status.message(), HasSubstr(missing));
    EXPECT_THAT(status.message(), HasSubstr("No such file or directory"));
  }
  EXPECT_THAT(files_->OpenForRead(root_).status().message(), HasSubstr("Is a directory"));
  EXPECT_TRUE(files_->Remove(missing).ok());
  EXPECT_FALSE(files_->Exists(missing));
}

TEST_P(FileSystemTest, RenamesAndRemovesFolders) {
  ASSERT_TRUE(files_->CreateFolders(root_ + "/a/b").ok());
  Write(files_, root_ + "/a/b/f", "1");
  ASSERT_TRUE(files_->Rename(root_ + "/a", root_ + "/c").ok());
  EXPECT_EQ(Read(files_, root_ + "/c/b/f"), "1");
  EXPECT_FALSE(files_->Exists(root_ + "/a"));
  ASSERT_TRUE(files_->Remove(root_ + "/c").ok());
  EXPECT_TRUE(Names(files_, root_, true).empty());
}

std::string NameOf(const ::testing::TestParamInfo<Kind>& info) {
  constexpr const char* kNames[] = {"Local", "Memory", "Simulated"};
  return kNames[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(All, FileSystemTest, ::testing::Values(Kind::kLocal, Kind::kMemory, Kind::kSimulated), NameOf);

TEST(LocalFileSystemTest, FollowsNoLinkForEver) {
  char name[] = "/tmp/tidemark_io_XXXXXX";
  const std::string root = ::mkdtemp(name);
  ASSERT_EQ(::symlink(root.c_str(), (root + "/loop").c_str()), 0);
  ASSERT_EQ(::symlink("/nowhere", (root + "/dangling").c_str()), 0);
  Write(LocalFileSystem(), root + "/a", "1");
  EXPECT_THAT(Names(LocalFileSystem(), root, true), ElementsAre("a", "loop/"));
  ASSERT_TRUE(LocalFileSystem()->Remove(root).ok());
}

TEST(LocalFileSystemTest, WritingWhereNoFolderIsSaysSo) {
  const auto status = LocalFileSystem()->OpenForWrite("/no/such/folder/file").status();
  EXPECT_THAT(status.message(), HasSubstr("Cannot write /no/such/folder/file"));
}

TEST(LocalPathTest, ReadsTheFormsOfALocalPath) {
  EXPECT_EQ(LocalPath("file:///a/b").ValueOrDie(), "/a/b");
  EXPECT_EQ(LocalPath("file:/a/b").ValueOrDie(), "/a/b");
  EXPECT_EQ(LocalPath("file://localhost/a").ValueOrDie(), "/a");
  EXPECT_EQ(LocalPath("/a/b").ValueOrDie(), "/a/b");
  EXPECT_EQ(LocalPath("a/b").ValueOrDie(), "a/b");
  EXPECT_EQ(LocalPath("a:b").ValueOrDie(), "a:b");
  EXPECT_EQ(LocalPath("/a/time=10:30").ValueOrDie(), "/a/time=10:30");
  EXPECT_TRUE(LocalPath("s3://bucket/x").status().IsNotImplemented());
  EXPECT_THAT(LocalPath("s3://bucket/x").status().message(), HasSubstr("not supported yet"));
  EXPECT_FALSE(LocalPath("file://host/a").ok());
}

TEST(FaultyFileSystemTest, FailsTheCallItIsToldTo) {
  MemoryFileSystem memory;
  memory.Put("/a", "hello");
  FaultyFileSystem files(&memory);
  EXPECT_EQ(Read(&files, "/a"), "hello");
  EXPECT_EQ(files.calls(), 2);
  files.faults().fail_call = 4;
  auto file = files.OpenForRead("/a").ValueOrDie();
  char byte;
  EXPECT_THAT(file->ReadAt(0, 1, &byte).status().message(), HasSubstr("injected failure of call 4"));
  EXPECT_TRUE(file->ReadAt(0, 1, &byte).ok());
  files.faults().fail_all_after = true;
  EXPECT_FALSE(file->ReadAt(0, 1, &byte).ok());
}

TEST(FaultyFileSystemTest, RunsFullVanishesAndCutsOff) {
  MemoryFileSystem memory;
  memory.Put("/a", "hello");
  FaultyFileSystem files(&memory);
  files.faults().capacity_bytes = 4;
  auto file = files.OpenForWrite("/b").ValueOrDie();
  EXPECT_TRUE(file->Append("1234").ok());
  EXPECT_THAT(file->Append("5").message(), HasSubstr("No space left on device"));
  files.faults().cut_at["/a"] = 3;
  char bytes[8];
  EXPECT_EQ(files.OpenForRead("/a").ValueOrDie()->ReadAt(0, 5, bytes).ValueOrDie(), 3);
  files.faults().vanished.insert("/a");
  EXPECT_THAT(files.OpenForRead("/a").status().message(), HasSubstr("No such file"));
}

}  // namespace
}  // namespace tidemark::io
