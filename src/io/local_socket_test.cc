// SPDX-License-Identifier: Apache-2.0
#include "io/local_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>
#include <vector>

#include "io/file_system.h"

namespace tidemark::io {
namespace {

class LocalSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "local_socket_test-" + std::to_string(::getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(LocalSocketTest, AnswersAndIsGoneAtTheEnd) {
  const std::string path = folder_ + "/control";
  std::ofstream(path) << "left behind";
  auto server = LocalServer::Listen(path, [](const std::string& request) { return "got " + request; });
  ASSERT_TRUE(server.ok()) << server.status().ToString();
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(AskLocalServer(path, "a").ValueOrDie(), "got a");
  EXPECT_EQ(AskLocalServer(path, std::string(60'000, 'x')).ValueOrDie().size(), 60'004);
  server->reset();
  EXPECT_FALSE(std::filesystem::exists(path));
  const auto gone = AskLocalServer(path, "a");
  EXPECT_TRUE(gone.status().IsIOError());
  EXPECT_NE(gone.status().message().find(path), std::string::npos);
}

TEST_F(LocalSocketTest, IsNoFileOfItsFolder) {
  const auto server = LocalServer::Listen(folder_ + "/control", [](const std::string&) { return "?"; });
  ASSERT_TRUE(server.ok());
  std::ofstream(folder_ + "/data") << "x";
  const auto listed = LocalFileSystem()->List(folder_, /*recursive=*/true);
  ASSERT_TRUE(listed.ok()) << listed.status().ToString();
  ASSERT_EQ(listed->size(), 1);
  EXPECT_EQ((*listed)[0].path, folder_ + "/data");
}

TEST_F(LocalSocketTest, ListensInAFolderWithALongName) {
  const std::string folder = folder_ + "/" + std::string(120, 'f') + "/" + std::string(120, 'g');
  std::filesystem::create_directories(folder);
  const auto server = LocalServer::Listen(folder + "/control", [](const std::string&) { return "yes"; });
  ASSERT_TRUE(server.ok()) << server.status().ToString();
  EXPECT_EQ(AskLocalServer(folder + "/control", "?").ValueOrDie(), "yes");
}

TEST_F(LocalSocketTest, RefusesWhatHasNoEnd) {
  const std::string path = folder_ + "/control";
  const auto server = LocalServer::Listen(path, [](const std::string&) { return "?"; });
  ASSERT_TRUE(server.ok());
  EXPECT_TRUE(AskLocalServer(path, std::string(1 << 20, 'x')).status().IsIOError());
  EXPECT_EQ(AskLocalServer(path, "still there").ValueOrDie(), "?");
}

TEST_F(LocalSocketTest, AnswersSeveralAtATime) {
  const std::string path = folder_ + "/control";
  std::latch all(LocalServer::kConnectionsMax);
  const auto server = LocalServer::Listen(path, [&](const std::string& request) {
    all.arrive_and_wait();
    return request;
  });
  ASSERT_TRUE(server.ok());
  std::vector<std::thread> askers;
  for (int i = 0; i < LocalServer::kConnectionsMax; ++i) {
    askers.emplace_back([&, i] { EXPECT_EQ(AskLocalServer(path, std::to_string(i)).ValueOrDie(), std::to_string(i)); });
  }
  for (auto& asker : askers) asker.join();
}

TEST_F(LocalSocketTest, AnswersWhatItHasBegunBeforeItEnds) {
  const std::string path = folder_ + "/control";
  std::latch begun(1);
  std::latch ending(1);
  auto server = LocalServer::Listen(path, [&](const std::string&) {
    begun.count_down();
    ending.wait();
    return "done";
  });
  ASSERT_TRUE(server.ok());
  std::thread asker([&] { EXPECT_EQ(AskLocalServer(path, "?").ValueOrDie(), "done"); });
  begun.wait();
  std::thread ender([&] { server->reset(); });
  ending.count_down();
  ender.join();
  asker.join();
}

}  // namespace
}  // namespace tidemark::io
