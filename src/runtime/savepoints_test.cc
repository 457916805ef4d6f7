// SPDX-License-Identifier: Apache-2.0
#include "runtime/savepoints.h"

#include <gtest/gtest.h>

#include <vector>

namespace tidemark::runtime {
namespace {

TEST(Savepoints, OneAfterTheOther) {
  Savepoints savepoints;
  EXPECT_FALSE(savepoints.waiting());
  auto first = savepoints.Ask({.target = "a"});
  auto second = savepoints.Ask({.stop = true});
  EXPECT_TRUE(savepoints.waiting());
  EXPECT_EQ(savepoints.Begin().target, "a");
  EXPECT_EQ(savepoints.under_way()->target, "a");
  state::CheckpointManifest written;
  written.number = 7;
  savepoints.Finish(written);
  EXPECT_EQ(first.get()->number, 7);
  EXPECT_FALSE(savepoints.under_way());
  EXPECT_EQ(savepoints.stopped_with(), "");
  EXPECT_TRUE(savepoints.Begin().stop);
  EXPECT_FALSE(savepoints.waiting());
  savepoints.Close(arrow::Status::Cancelled("over"));
  EXPECT_EQ(second.get().status().message(), "over");
  EXPECT_EQ(savepoints.Ask({}).get().status().message(), "over");
}

TEST(Savepoints, AJobStopsWithOneThatWasTakenOnly) {
  Savepoints savepoints;
  state::CheckpointManifest written;
  written.folder = "job/savepoint-7";
  for (const bool taken : {false, true}) {
    (void)savepoints.Ask({.stop = true});
    savepoints.Begin();
    savepoints.Finish(taken ? Savepoints::Outcome(written) : arrow::Status::IOError("full"));
    EXPECT_EQ(savepoints.stopped_with(), taken ? "job/savepoint-7" : "");
  }
}

TEST(Savepoints, OnlySoManyWait) {
  Savepoints savepoints;
  std::vector<std::future<Savepoints::Outcome>> asked;
  for (size_t i = 0; i < Savepoints::kWaitingMax; ++i) asked.push_back(savepoints.Ask({}));
  EXPECT_TRUE(savepoints.Ask({}).get().status().IsInvalid());
  savepoints.Close(arrow::Status::Cancelled("over"));
  for (auto& outcome : asked) EXPECT_TRUE(outcome.get().status().IsCancelled());
}

}  // namespace
}  // namespace tidemark::runtime
