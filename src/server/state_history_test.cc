// SPDX-License-Identifier: Apache-2.0
#include "server/state_history.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tidemark::server {
namespace {

constexpr int64_t kSecond = 1'000'000;

std::vector<runtime::NodeMetrics> Nodes(int64_t rows, int64_t memory, int64_t disk) {
  runtime::NodeMetrics calc{.label = "Calc"};
  runtime::NodeMetrics counting{.label = "GroupAggregate(k)",
                                .state_rows = rows,
                                .state_bytes = memory,
                                .state_disk_bytes = disk,
                                .state_expired = 3,
                                .state = "one row per key (k)",
                                .unbounded = "grows"};
  return {calc, counting};
}

TEST(StateHistory, GrowthIsThatOfTheLastMinute) {
  StateHistory history;
  EXPECT_TRUE(history.Report(Nodes(5, 50, 0), 0)["operators"][0]["growth_rows"].is_null());
  for (int64_t second = 0; second <= 100; ++second) {
    history.Note(Nodes(10 * second, 100 * second, second), second * kSecond);
    history.Note(Nodes(0, 0, 0), second * kSecond + 1);  // too soon to count
  }
  const auto report = history.Report(Nodes(1'005, 10'050, 100), 100 * kSecond + kSecond / 2)["operators"];
  ASSERT_EQ(report.size(), 1);
  EXPECT_EQ(report[0]["operator"], "GroupAggregate(k)");
  EXPECT_EQ(report[0]["rows"], 1'005);
  EXPECT_EQ(report[0]["bytes_in_memory"], 10'050);
  EXPECT_EQ(report[0]["bytes_on_disk"], 100);
  EXPECT_EQ(report[0]["expired_rows"], 3);
  EXPECT_EQ(report[0]["growth_rows"], 605);
  EXPECT_EQ(report[0]["growth_bytes"], 10'150 - 4'040);
  EXPECT_EQ(report[0]["growth_over_ms"], 60'500);
  EXPECT_EQ(report[0]["unbounded"], "grows");
}

}  // namespace
}  // namespace tidemark::server
