// SPDX-License-Identifier: Apache-2.0
// Who is told to move state to disk, and when.
#include "base/memory_budget.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(MemoryBudget, WithoutALimitNothingMovesToDisk) {
  MemoryBudget budget(0);
  ASSERT_TRUE(budget.Change(1 << 30, "a").ok());
  EXPECT_EQ(budget.ExcessOf(1 << 30), 0);
}

TEST(MemoryBudget, From80PercentOnTheExcessMovesToDisk) {
  MemoryBudget budget(1000);
  ASSERT_TRUE(budget.Change(800, "a").ok());
  EXPECT_EQ(budget.ExcessOf(800), 0);
  EXPECT_EQ(budget.ExcessOf(800, 30), 30);
  ASSERT_TRUE(budget.Change(50, "a").ok());
  EXPECT_EQ(budget.ExcessOf(850), 50);
}

TEST(MemoryBudget, SmallHoldersKeepTheirsUntil90Percent) {
  MemoryBudget budget(1000);
  ASSERT_TRUE(budget.Change(890, "a").ok());
  EXPECT_EQ(budget.ExcessOf(20), 0);
  EXPECT_EQ(budget.ExcessOf(30), 90);
  ASSERT_TRUE(budget.Change(20, "a").ok());
  EXPECT_EQ(budget.ExcessOf(20), 110);
}

TEST(MemoryBudget, AtTheLimitWhoAsksFails) {
  MemoryBudget budget(1000);
  ASSERT_TRUE(budget.Change(1000, "a").ok());
  const auto status = budget.Change(1, "Join(x)");
  EXPECT_TRUE(status.IsOutOfMemory());
  EXPECT_NE(status.message().find("Join(x)"), std::string::npos);
}

}  // namespace
}  // namespace tidemark
