// SPDX-License-Identifier: Apache-2.0
// Joins and ranks within windows by pictures: what is emitted when, what is late, and that state goes with the window.
#include "exec/per_window.h"

#include <gtest/gtest.h>

#include "exec/picture_testing.h"

namespace tidemark::exec {
namespace {

using plan::JoinType;

// key, window_start, window_end
const Schema kInput = SchemaOf({DataType::String(), DataType::Timestamp(3), DataType::Timestamp(3)});

struct JoinCase {
  std::shared_ptr<plan::PerWindowNode> node;
  std::unique_ptr<OperatorPicture> picture;

  explicit JoinCase(JoinType type, int64_t memory_limit_bytes = 0) {
    Schema output = kInput;
    output.insert(output.end(), kInput.begin(), kInput.end());
    auto join =
        std::make_shared<plan::JoinNode>(output, InputNode(kInput), InputNode(kInput), plan::ChangelogMode{}, "Join");
    join->type = type;
    join->left_keys = join->right_keys = {0, 1, 2};
    join->null_safe = {false, false, false};
    join->final_only = true;
    node = std::make_shared<plan::PerWindowNode>(join, "WindowJoin");
    node->windows = {{1, 2}, {1, 2}};
    picture = std::make_unique<OperatorPicture>(MakePerWindowOperator(*node), std::vector<Schema>{kInput, kInput},
                                                output, 8192, memory_limit_bytes);
  }
  std::string Run(std::string_view script) { return picture->Run(script); }
};

TEST(PerWindow, MatchesComeAtOnceAndUnmatchedRowsWithTheEndOfTheWindow) {
  JoinCase test(JoinType::kFull);
  EXPECT_EQ(test.Run("0: +I a 0 10\n0: +I b 0 10\n1: +I a 0 10\n1: +I c 10 20\nwatermark 8"),
            "+I a 0 10 a 0 10\nwatermark 8\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 4);
  EXPECT_EQ(test.Run("watermark 9"), "+I b 0 10 null null null\nwatermark 9\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 1);
  EXPECT_EQ(test.Run("finish"), "+I null null null c 10 20\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 0);
  EXPECT_EQ(test.picture->memory().used_bytes(), 0);
}

TEST(PerWindow, ARowAfterTheEndOfItsWindowIsLate) {
  JoinCase test(JoinType::kInner);
  EXPECT_EQ(test.Run("0: +I a 0 10\nwatermark 9\n1: +I a 0 10\n1: +I b 10 20\n---\n0: +I b 10 20 @19"),
            "watermark 9\n");
  EXPECT_EQ(test.picture->metrics().late_rows_dropped, 2);
  EXPECT_EQ(test.picture->late().TakeText(), "a 0 10 @9 10\nb 10 20 @19 20\n");
}

TEST(PerWindow, WindowsOfOneEndButOtherStartsStayApart) {
  JoinCase test(JoinType::kInner);
  EXPECT_EQ(test.Run("0: +I a 0 10\n1: +I a 5 10\n1: +I a 0 10\nwatermark 9"), "+I a 0 10 a 0 10\nwatermark 9\n");
}

TEST(PerWindow, TheMemoryLimitHoldsForAllWindowsTogether) {
  JoinCase test(JoinType::kInner, 4096);
  std::string rows;
  for (int window = 0; window < 1000; ++window) {
    const std::string start = std::to_string(window * 10);
    rows += "0: +I some-text " + start + " " + std::to_string(window * 10 + 10) + "\n";
  }
  EXPECT_NE(test.Run(rows).find("error: "), std::string::npos);
}

TEST(PerWindow, RanksWithinAWindow) {
  const Schema input = SchemaOf({DataType::BigInt(), DataType::Timestamp(3), DataType::Timestamp(3)});
  Schema output = input;
  output.push_back({"rank", DataType::BigInt()});
  auto rank = std::make_shared<plan::RankNode>(output, InputNode(input), plan::ChangelogMode{}, "Rank");
  rank->partition_columns = {1, 2};
  rank->keys = {{0, /*ascending=*/false, /*nulls_first=*/false}};
  rank->last = 2;
  rank->emit_rank = true;
  rank->final_only = true;
  plan::PerWindowNode node(rank, "WindowRank");
  node.windows = {{1, 2}};
  OperatorPicture picture(MakePerWindowOperator(node), {input}, output);
  EXPECT_EQ(picture.Run("+I 3 0 10\n+I 7 0 10\n+I 5 0 10\n+I 1 10 20\nwatermark 9\nfinish"),
            "+I 7 0 10 1\n+I 5 0 10 2\nwatermark 9\n+I 1 10 20 1\n");
}

}  // namespace
}  // namespace tidemark::exec
