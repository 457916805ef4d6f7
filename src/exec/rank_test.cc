// SPDX-License-Identifier: Apache-2.0
// Top-N and deduplication by pictures, and against sorting all rows, with random changes and batch cuts.
#include "exec/rank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "exec/picture_testing.h"

namespace tidemark::exec {
namespace {

using plan::ChangelogMode;
using plan::RankNode;

// partition, order, text
const Schema kInput = SchemaOf({DataType::String(), DataType::BigInt(), DataType::String()});

struct Case {
  std::shared_ptr<RankNode> node;
  std::unique_ptr<OperatorPicture> picture;

  struct Options {
    int64_t first = 1;
    int64_t last = 2;
    bool rank_column = false;
    bool emit_rank = false;
    bool input_retracts = false;
    bool final_only = false;
    ChangelogMode mode = AllKinds();
    std::vector<plan::SortKey> keys = {{1, true, true}};
    std::vector<int> partition_columns = {0};
    int64_t batch_rows = 8192;
    Schema input = kInput;
  };

  explicit Case(const Options& options) {
    Schema output = options.input;
    if (options.rank_column || options.emit_rank) output.push_back({"rn", DataType::BigInt().NotNull()});
    node = std::make_shared<RankNode>(output, InputNode(options.input), options.mode, "Rank");
    node->partition_columns = options.partition_columns;
    node->keys = options.keys;
    node->first = options.first;
    node->last = options.last;
    node->emit_rank = options.emit_rank;
    node->input_retracts = options.input_retracts;
    node->final_only = options.final_only;
    picture = std::make_unique<OperatorPicture>(MakeRankOperator(*node), std::vector<Schema>{options.input}, output,
                                                options.batch_rows);
  }
  std::string Run(std::string_view script) { return picture->Run(script); }
};

TEST(Rank, TopTwoOfEachPartition) {
  Case test({});
  EXPECT_EQ(test.Run("+I x 5 a\n+I x 3 b\n+I y 1 c\n+I x 9 d"), "+I x 3 b\n+I x 5 a\n+I y 1 c\n");
  EXPECT_EQ(test.Run("+I x 4 e\n+I x 7 f\n+I y 2 g"), "-D x 5 a\n+I x 4 e\n+I y 2 g\n");
  EXPECT_EQ(test.Run("+I x 10 h"), "");
}

TEST(Rank, WithRanksRowsThatMoveAreSentAnew) {
  Case test({.last = 3, .emit_rank = true});
  EXPECT_EQ(test.Run("+I x 5 a\n+I x 3 b"), "+I x 3 b 1\n+I x 5 a 2\n");
  EXPECT_EQ(test.Run("+I x 4 c"), "-U x 5 a 2\n+U x 4 c 2\n+I x 5 a 3\n");
  Case without({.last = 2, .emit_rank = true, .mode = WithoutUpdateBefore()});
  EXPECT_EQ(without.Run("+I x 5 a\n---\n+I x 3 b"), "+I x 5 a 1\n+U x 3 b 1\n+I x 5 a 2\n");
}

TEST(Rank, AnUnreadRankColumnIsConstant) {
  Case test({.rank_column = true});
  EXPECT_EQ(test.Run("+I x 5 a\n---\n+I x 3 b\n---\n+I x 1 c"), "+I x 5 a 1\n+I x 3 b 1\n-D x 5 a 1\n+I x 1 c 1\n");
}

TEST(Rank, RanksFromTheSecondOn) {
  Case test({.first = 2, .last = 3, .emit_rank = true});
  EXPECT_EQ(test.Run("+I x 5 a\n+I x 3 b\n+I x 9 c\n---\n+I x 1 d"),
            "+I x 5 a 2\n+I x 9 c 3\n-U x 5 a 2\n+U x 3 b 2\n-U x 9 c 3\n+U x 5 a 3\n");
}

TEST(Rank, TiesStayInOrderOfArrival) {
  Case test({.last = 2});
  EXPECT_EQ(test.Run("+I x 5 a\n+I x 5 b\n---\n+I x 5 c"), "+I x 5 a\n+I x 5 b\n");
  Case retracting({.last = 2, .input_retracts = true});
  EXPECT_EQ(retracting.Run("+I x 5 a\n+I x 5 b\n---\n+I x 5 c\n---\n-D x 5 a"),
            "+I x 5 a\n+I x 5 b\n-D x 5 a\n+I x 5 c\n");
}

TEST(Rank, KeepFirstAndKeepLast) {
  Case first({.last = 1});
  EXPECT_EQ(first.Run("+I x 5 a\n---\n+I x 5 b\n---\n+I x 4 c"), "+I x 5 a\n-U x 5 a\n+U x 4 c\n");
  Case last({.last = 1, .keys = {{1, false, false}}});
  EXPECT_EQ(last.Run("+I x 5 a\n---\n+I x 5 b\n---\n+I x 6 c"), "+I x 5 a\n-U x 5 a\n+U x 6 c\n");
}

TEST(Rank, KeepLastByATimeAttributePrefersTheLatestOfEqualTimes) {
  Schema input = kInput;
  input[1].type = DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime);
  Case last({.last = 1, .keys = {{1, false, false}}, .input = input});
  EXPECT_EQ(last.Run("+I x 5 a\n---\n+I x 5 b\n+I x 4 c"), "+I x 5 a\n-U x 5 a\n+U x 5 b\n");
  Case first({.last = 1, .input = input});
  EXPECT_EQ(first.Run("+I x 5 a\n---\n+I x 5 b\n+I x 6 c"), "+I x 5 a\n");
  Case batch({.last = 1, .final_only = true, .keys = {{1, false, false}}, .input = input});
  EXPECT_EQ(batch.Run("+I x 5 a\n---\n+I x 5 b\n+I x 4 c\nfinish"), "+I x 5 b\n");
}

TEST(Rank, WhatABatchUndoesIsNotSent) {
  Case test({.last = 1, .input_retracts = true});
  EXPECT_EQ(test.Run("+I x 5 a\n---\n-D x 5 a\n+I x 5 a\n---\n+I x 4 b\n-D x 4 b"), "+I x 5 a\n");
}

TEST(Rank, Retractions) {
  Case test({.last = 2, .input_retracts = true});
  EXPECT_EQ(test.Run("+I x 5 a\n+I x 3 b\n+I x 9 c\n+I x 9 c"), "+I x 3 b\n+I x 5 a\n");
  EXPECT_EQ(test.Run("-D x 3 b"), "-D x 3 b\n+I x 9 c\n");
  EXPECT_EQ(test.Run("-D x 9 c"), "");
  EXPECT_EQ(test.Run("-U x 9 c\n+U x 1 c\n-D q 1 q"), "-D x 9 c\n+I x 1 c\n");
  EXPECT_EQ(test.Run("-D x 1 c\n-D x 5 a"), "-D x 5 a\n-D x 1 c\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 0);
}

TEST(Rank, ZerosOfEitherSignStayAsTheyCame) {
  Case test({.last = 2,
             .input_retracts = true,
             .input = SchemaOf({DataType::String(), DataType::BigInt(), DataType::Double()})});
  EXPECT_EQ(test.Run("+I x 5 -0\n+I x 3 0"), "+I x 3 0\n+I x 5 -0\n");
  EXPECT_EQ(test.Run("-D x 5 -0\n+I x 5 0"), "-D x 5 -0\n+I x 5 0\n");
}

TEST(Rank, LongTextKeysAndNulls) {
  const std::string common(30, 'k');
  Case test({.last = 2, .keys = {{2, true, true}}});
  EXPECT_EQ(test.Run("+I x 1 " + common + "b\n+I x 2 " + common + "a\n---\n+I x 3 null\n---\n+I x 4 " + common),
            "+I x 2 " + common + "a\n+I x 1 " + common + "b\n-D x 1 " + common + "b\n+I x 3 null\n-D x 2 " + common +
                "a\n+I x 4 " + common + "\n");
}

TEST(Rank, FinalOnlyGivesRowsInOrder) {
  for (const bool retracts : {false, true}) {
    Case test({.last = 2, .emit_rank = true, .input_retracts = retracts, .final_only = true, .batch_rows = 2});
    EXPECT_EQ(test.Run("+I x 5 a\n+I y 3 b\n---\n+I x 9 c\n+I x 1 d\nwatermark 3\nfinish"),
              "+I x 1 d 1\n+I x 5 a 2\n+I y 3 b 1\n");
  }
}

TEST(Rank, ManyRanksAreSortedNowAndThen) {
  for (const int64_t last : {int64_t{100}, std::numeric_limits<int64_t>::max()}) {
    Case test({.last = last, .emit_rank = true, .final_only = true, .partition_columns = {}});
    std::string script;
    for (int i = 0; i < 1000; ++i) {
      script +=
          "+I x " + std::to_string((i * 7919) % 1000) + " t" + std::to_string(i) + "\n" + (i % 90 == 0 ? "---\n" : "");
    }
    test.Run(script + "finish");
    const auto& table = test.picture->out().table();
    EXPECT_EQ(static_cast<int64_t>(table.size()), std::min<int64_t>(last, 1000));
    for (const auto& [row, count] : table) {
      // "x order text rank": orders are 0..999, each once.
      const size_t order_end = row.find(' ', 2);
      EXPECT_EQ(std::stoll(row.substr(2, order_end)) + 1, std::stoll(row.substr(row.rfind(' ') + 1))) << row;
    }
  }
}

/// The rows of rank first..last by definition: stable by arrival.
std::map<std::string, int64_t> NaiveRanks(const std::vector<std::pair<std::string, std::string>>& rows, int64_t first,
                                          int64_t last, bool with_rank) {
  std::map<std::string, std::vector<std::pair<int64_t, std::string>>> partitions;
  for (const auto& [partition, row] : rows) {
    partitions[partition].emplace_back(std::stoll(row.substr(row.find(' '))), row);
  }
  std::map<std::string, int64_t> table;
  for (auto& [partition, list] : partitions) {
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (int64_t rank = first; rank <= last && rank <= static_cast<int64_t>(list.size()); ++rank) {
      ++table[list[rank - 1].second + (with_rank ? " " + std::to_string(rank) : "")];
    }
  }
  return table;
}

TEST(RankProperty, EqualsSortingForAnyBatches) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const bool retract = round % 2 == 0;
    const int64_t first = 1 + random() % 3;
    const int64_t last = first + random() % 4;
    const bool emit_rank = random() % 2;
    const bool final_only = random() % 4 == 0;
    std::vector<std::pair<std::string, std::string>> present;
    std::string text;
    for (int i = 0; i < 150; ++i) {
      if (retract && !present.empty() && random() % 5 < 2) {
        // The oldest of equal rows goes, here as there.
        const std::string row = present[random() % present.size()].second;
        const auto found = std::find_if(present.begin(), present.end(), [&](const auto& p) { return p.second == row; });
        present.erase(found);
        text += "-D " + row + "\n";
        continue;
      }
      const std::string partition = "p" + std::to_string(random() % 3);
      const std::string row = partition + " " + std::to_string(random() % 12) + " t" + std::to_string(random() % 3);
      present.emplace_back(partition, row);
      text += "+I " + row + "\n";
    }
    const auto expected = NaiveRanks(present, first, last, emit_rank);
    Case test({.first = first,
               .last = last,
               .emit_rank = emit_rank,
               .input_retracts = retract,
               .final_only = final_only,
               .batch_rows = 1 + static_cast<int64_t>(random() % 20)});
    for (const Batch& piece : CutAtRandom(ParseRows(kInput, text), 1 + random() % 40, &random)) {
      ASSERT_TRUE(test.picture->Push(0, piece).ok());
    }
    ASSERT_TRUE(test.picture->Finish().ok());
    EXPECT_EQ(test.picture->out().table(), expected) << "round " << round;
  }
}

}  // namespace
}  // namespace tidemark::exec
