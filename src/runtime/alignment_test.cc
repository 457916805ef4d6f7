// SPDX-License-Identifier: Apache-2.0
#include "runtime/alignment.h"

#include <gtest/gtest.h>

namespace tidemark::runtime {
namespace {

constexpr int64_t kInterval = 1'000;

class AlignmentTest : public ::testing::Test {
 protected:
  static void Read(SplitBoard* board, int64_t split, EventTimeMs running, bool end = false) {
    ASSERT_TRUE(board->Turn(split, 0, true, 0));
    board->Publish(0, split, {.running_watermark = running}, end, end);
  }

  JobControl control_{1};
  SplitBoard orders_{&control_};
  SplitBoard clicks_{&control_};
  AlignmentGroup group_;
};

TEST_F(AlignmentTest, TheSlowestOfAllTablesAsOfAnIntervalAgo) {
  group_.Add(&orders_, 5 * kInterval);
  group_.Add(&clicks_, kInterval);
  EXPECT_EQ(group_.update_interval_micros(), kInterval);
  EXPECT_EQ(group_.Slowest(0), std::nullopt);
  orders_.AddSplits({1, 2}, 0);
  clicks_.AddSplits({1}, 0);
  EXPECT_EQ(group_.Slowest(kInterval - 1), std::nullopt);
  EXPECT_EQ(group_.Slowest(kInterval), kMinWatermark);
  Read(&orders_, 1, 500);
  Read(&orders_, 2, 300);
  Read(&clicks_, 1, 400);
  EXPECT_EQ(group_.Slowest(2 * kInterval), 300);
  Read(&orders_, 2, 300, /*end=*/true);
  EXPECT_EQ(group_.Slowest(3 * kInterval), 400);
  orders_.MarkCaughtUp(0, {1}, 1'000'000, 1);
  clicks_.MarkCaughtUp(0, {1}, 1'000'000, 1);
  EXPECT_EQ(group_.Slowest(4 * kInterval), std::nullopt);  // nobody waits for those that are idle
}

TEST_F(AlignmentTest, OptionsOfATable) {
  TableDefinition table;
  EXPECT_FALSE(Alignment::Of(table).ValueOrDie());
  table.options = {{"scan.watermark.alignment.group", "g"}, {"scan.watermark.alignment.max-drift", "2 min"}};
  const auto alignment = Alignment::Of(table).ValueOrDie();
  EXPECT_EQ(alignment->group, "g");
  EXPECT_EQ(alignment->max_drift_ms, 120'000);
  EXPECT_EQ(alignment->update_interval_micros, 1'000'000);
}

}  // namespace
}  // namespace tidemark::runtime
