// SPDX-License-Identifier: Apache-2.0
// The first row of each key, by event time and by processing time.
#include "exec/first_row.h"

#include <gtest/gtest.h>

#include "exec/picture_testing.h"

namespace tidemark::exec {
namespace {

/// Columns: key, time, and what else.
OperatorPicture FirstBy(TimeAttribute attribute, bool rank_column = false) {
  const Schema input = {{"k", DataType::String()},
                        {"ts", DataType::Timestamp(3).WithTimeAttribute(attribute)},
                        {"v", DataType::String()}};
  Schema output = input;
  if (rank_column) output.push_back({"rn", DataType::BigInt().NotNull()});
  static std::vector<std::shared_ptr<plan::RankNode>> nodes;  // the operators refer to them
  auto node = std::make_shared<plan::RankNode>(output, InputNode(input), plan::ChangelogMode{}, "Rank");
  node->partition_columns = {0};
  node->keys = {{1, true, true}};
  node->keeps_first = true;
  nodes.push_back(node);
  return OperatorPicture(MakeFirstRowOperator(*node), {input}, output);
}

TEST(FirstRow, ComesWhenTheWatermarkPassesIt) {
  auto first = FirstBy(TimeAttribute::kRowtime);
  EXPECT_EQ(first.Run("+I x 10 a\n+I y 7 b\n---\n+I x 5 c"), "");
  EXPECT_EQ(first.Run("watermark 6"), "+I x 5 c\nwatermark 6\n");
  EXPECT_EQ(first.Run("+I x 8 d\n+I y 9 e\n+I z 8 f\nwatermark 8"), "+I y 7 b\n+I z 8 f\nwatermark 8\n");
  EXPECT_EQ(first.Run("+I w 20 g\nfinish"), "+I w 20 g\n");
}

TEST(FirstRow, OfEqualTimesTheFirstToCome) {
  auto first = FirstBy(TimeAttribute::kRowtime);
  EXPECT_EQ(first.Run("+I x 5 a\n---\n+I x 5 b\nwatermark 5"), "+I x 5 a\nwatermark 5\n");
}

TEST(FirstRow, RowsBehindTheWatermarkAreLateAndThoseAtItAreNot) {
  auto first = FirstBy(TimeAttribute::kRowtime);
  EXPECT_EQ(first.Run("watermark 5\n+I x 4 a\n+I x 5 b\nwatermark 6"), "watermark 5\n+I x 5 b\nwatermark 6\n");
  EXPECT_EQ(first.metrics().late_rows_dropped.load(), 1);
  EXPECT_NE(first.late().TakeText().find("x 4 a"), std::string::npos);
  // A row whose key has had its first is none the less known: it is no late row, it would not count anyway.
  EXPECT_EQ(first.Run("+I x 1 c\nfinish"), "");
  EXPECT_EQ(first.metrics().late_rows_dropped.load(), 1);
}

TEST(FirstRow, ByProcessingTimeAtOnceAndWithItsRank) {
  auto first = FirstBy(TimeAttribute::kProctime, /*rank_column=*/true);
  EXPECT_EQ(first.Run("+I x 1 a\n+I x 1 b\n+I null 1 c\n---\n+I null 2 d\n+I y 2 e"),
            "+I x 1 a 1\n+I null 1 c 1\n+I y 2 e 1\n");
  EXPECT_EQ(first.metrics().state_rows.load(), 3);
}

}  // namespace
}  // namespace tidemark::exec
