// SPDX-License-Identifier: Apache-2.0
#include "io/file_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace tidemark::io {
namespace {

class FileLockTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "file_lock_test-" + std::to_string(::getpid());
    std::filesystem::remove(path_);
  }
  void TearDown() override { std::filesystem::remove(path_); }
  std::string path_;
};

TEST_F(FileLockTest, NamesItsHolder) {
  auto first = FileLock::Take(path_, "process 1, a long name");
  ASSERT_TRUE(first.ok()) << first.status().ToString();
  const auto second = FileLock::Take(path_, "process 2");
  ASSERT_TRUE(second.status().IsCancelled());
  EXPECT_EQ(second.status().message(), "process 1, a long name");
  first->reset();
  const auto third = FileLock::Take(path_, "process 3");
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(FileLock::Take(path_, "process 4").status().message(), "process 3");
}

TEST_F(FileLockTest, AKilledProcessLeavesNone) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = FileLock::Take(path_, "the child");
    (void)!::write(ready[1], lock.ok() ? "y" : "n", 1);
    while (true) ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(FileLock::Take(path_, "the parent").status().message(), "the child");
  EXPECT_EQ(FileLock::HolderOf(path_).ValueOrDie(), "the child");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(FileLock::HolderOf(path_).ValueOrDie(), std::nullopt);
  EXPECT_TRUE(FileLock::Take(path_, "the parent").ok());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(FileLockTest, SaysWhichFileItCannotMake) {
  const auto lock = FileLock::Take(path_ + "/no/such", "x");
  EXPECT_TRUE(lock.status().IsIOError());
  EXPECT_NE(lock.status().message().find("/no/such"), std::string::npos);
}

}  // namespace
}  // namespace tidemark::io
