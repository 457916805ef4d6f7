// SPDX-License-Identifier: Apache-2.0
// Window columns for single rows.
#include "exec/window_assign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exec/picture_testing.h"

namespace tidemark::exec {
namespace {

using ::testing::HasSubstr;
using time::WindowKind;

struct Case {
  std::shared_ptr<plan::WindowAssignNode> node;
  std::unique_ptr<OperatorPicture> picture;

  explicit Case(time::WindowSpec window, DataType time_type = DataType::Timestamp(3), int64_t batch_rows = 8192,
                const std::string& time_zone = "UTC") {
    const Schema input = SchemaOf({DataType::String(), time_type});
    const DataType window_time =
        time_type.kind() == TypeKind::kTimestampLtz ? DataType::TimestampLtz(3) : DataType::Timestamp(3);
    const Schema output =
        SchemaOf({DataType::String(), time_type, DataType::Timestamp(3), DataType::Timestamp(3), window_time});
    node = std::make_shared<plan::WindowAssignNode>(output, InputNode(input), window, 1, "WindowAssign");
    picture = std::make_unique<OperatorPicture>(MakeWindowAssignOperator(*node), std::vector<Schema>{input}, output,
                                                batch_rows, 0, time_zone);
  }
  std::string Run(std::string_view script) { return picture->Run(script); }
};

TEST(WindowAssign, Tumble) {
  Case test({WindowKind::kTumble, 10});
  EXPECT_EQ(test.Run("+I x 3\n-D y -1\nwatermark 5\n+I z 2"),
            "+I x 3 0 10 9\n-D y -1 -10 0 -1\nwatermark 5\n+I z 2 0 10 9\n");
}

TEST(WindowAssign, HopRepeatsRowsInBatches) {
  Case test({WindowKind::kHop, 10, 5}, DataType::Timestamp(3), 3);
  EXPECT_EQ(test.Run("+I x 3 @1\n+I y 7\n+I z 12"),
            "+I x 3 0 10 9 @1\n+I x 3 -5 5 4 @1\n+I y 7 5 15 14\n+I y 7 0 10 9\n+I z 12 10 20 19\n+I z 12 5 15 14\n");
  EXPECT_LE(test.picture->out().largest_batch(), 4);
}

TEST(WindowAssign, ARowInNoWindowIsGone) {
  Case test({WindowKind::kHop, 4, 10});
  EXPECT_EQ(test.Run("+I x 3\n+I y 7\n+I z 12\n---\n+I q 5"), "+I x 3 0 4 3\n+I z 12 10 14 13\n");
}

TEST(WindowAssign, Cumulate) {
  Case test({WindowKind::kCumulate, 15, 5});
  EXPECT_EQ(test.Run("+I x 7"), "+I x 7 0 10 9\n+I x 7 0 15 14\n");
}

TEST(WindowAssign, LocalTimeZone) {
  Case test({WindowKind::kTumble, 86'400'000}, DataType::TimestampLtz(3), 8192, "Asia/Shanghai");
  // 1970-01-01 20:00 UTC is 04:00 of the next day there, which ends at 16:00 UTC.
  EXPECT_EQ(test.Run("+I x 72000000"), "+I x 72000000 86400000 172800000 143999999\n");
}

TEST(WindowAssign, WhatIsRefused) {
  EXPECT_THAT(Case({WindowKind::kSession, 10}).Run("+I x 3"), HasSubstr("not supported yet"));
  EXPECT_THAT(Case({WindowKind::kHop, 10, 0}).Run("+I x 3"), HasSubstr("must be positive"));
  EXPECT_THAT(Case({WindowKind::kTumble, 10}).Run("+I x null"), HasSubstr("event time is NULL"));
  EXPECT_THAT(Case({WindowKind::kTumble, 10}, DataType::TimestampLtz(3), 10, "Mars/Base").Run("+I x 3"),
              HasSubstr("Mars/Base"));
}

}  // namespace
}  // namespace tidemark::exec
