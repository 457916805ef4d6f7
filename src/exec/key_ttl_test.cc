// SPDX-License-Identifier: Apache-2.0
// Ranks, deduplication and normalization whose keys have a time-to-live.
#include "exec/key_ttl.h"

#include <gtest/gtest.h>

#include "exec/changelog_normalize.h"
#include "exec/first_row.h"
#include "exec/make_operator.h"
#include "exec/picture_testing.h"
#include "exec/state_testing.h"

namespace tidemark::exec {
namespace {

constexpr int64_t kTtlMs = 1000;

/// Columns: key, time, and what else.
Schema InputBy(TimeAttribute attribute) {
  return {{"k", DataType::String()},
          {"ts", DataType::Timestamp(3).WithTimeAttribute(attribute)},
          {"v", DataType::String()}};
}

std::shared_ptr<plan::RankNode> Rank(TimeAttribute attribute, bool input_retracts = false) {
  const Schema input = InputBy(attribute);
  auto node = std::make_shared<plan::RankNode>(input, InputNode(input), AllKinds(), "Rank");
  node->partition_columns = {0};
  node->keys = {{1, true, true}};
  node->input_retracts = input_retracts;
  node->state_ttl_ms = kTtlMs;
  return node;
}

std::unique_ptr<OperatorPicture> Make(const plan::PhysicalNode& node, int64_t spill_from_bytes = 0) {
  auto op = std::make_unique<OperatorPicture>(MakeOperator(node), std::vector<Schema>{node.inputs()[0]->schema()},
                                              node.schema(), /*batch_rows=*/8192, /*memory_limit_bytes=*/0, "UTC",
                                              spill_from_bytes);
  op->Run("sleep 5000");
  return op;
}

TEST(KeyTtl, AKeyHasItsFirstRowAgainThoughItNeverWasSilent) {
  const auto node = Rank(TimeAttribute::kProctime);
  node->keeps_first = true;
  // That a key had its row is written once: rows that are left out do not keep it alive.
  EXPECT_EQ(Make(*node)->Run("+I x 1 a\nsleep 999\n+I x 2 b\n---\nsleep 1\n+I x 3 c\n+I x 4 d"),
            "+I x 1 a\n+I x 3 c\n");
}

TEST(KeyTtl, TheFirstRowByEventTimeComesAgainToo) {
  const auto node = Rank(TimeAttribute::kRowtime);
  node->keeps_first = true;
  EXPECT_EQ(Make(*node)->Run("+I x 1 a\nwatermark 1\nsleep 999\n+I x 2 b\nwatermark 2\nsleep 1\n+I x 4 c\n+I x 3 d\n"
                             "watermark 5"),
            "+I x 1 a\nwatermark 1\nwatermark 2\n+I x 3 d\nwatermark 5\n");
}

TEST(KeyTtl, TheLastRowLivesFromItsLastWrite) {
  const auto node = Rank(TimeAttribute::kProctime);
  node->keys = {{1, false, false}};
  // The same row again is sent again, so that those behind know that it lives.
  EXPECT_EQ(Make(*node)->Run("+I x 1 a\n---\nsleep 999\n+I x 1 a\n---\nsleep 999\n+I x 2 b\n---\nsleep 1000\n+I x 3 c"),
            "+I x 1 a\n-U x 1 a\n+U x 1 a\n-U x 1 a\n+U x 2 b\n+I x 3 c\n");
}

TEST(KeyTtl, ARowThatDoesNotRankKeepsNothingAlive) {
  for (const bool retracts : {false, true}) {
    const auto node = Rank(TimeAttribute::kNone, retracts);
    node->last = 2;
    const std::string script = "+I x 1 a\n+I x 2 b\n---\nsleep 600\n+I x 9 c\n---\nsleep 600\n+I x 8 d";
    // Of rows that may be taken back each is kept, and so written.
    EXPECT_EQ(Make(*node)->Run(script), retracts ? "+I x 1 a\n+I x 2 b\n" : "+I x 1 a\n+I x 2 b\n+I x 8 d\n");
  }
}

TEST(KeyTtl, APartitionBeginsAnew) {
  for (const bool retracts : {false, true}) {
    const auto node = Rank(TimeAttribute::kNone, retracts);
    node->last = 2;
    const std::string script =
        "+I x 1 a\n+I x 1 a\n+I x 2 'a key that is much longer than its prefix'\n---\nsleep 1000\n+I x 9 c\n---\n+I x "
        "5 d";
    EXPECT_EQ(Make(*node)->Run(script), "+I x 1 a\n+I x 1 a\n+I x 9 c\n+I x 5 d\n");
  }
}

TEST(KeyTtl, AKeyOfUpsertsBeginsAnew) {
  const Schema input = SchemaOf({DataType::String(), DataType::BigInt()});
  plan::ChangelogNormalizeNode node(InputNode(input), {0}, AllKinds(), "ChangelogNormalize");
  node.state_ttl_ms = kTtlMs;
  EXPECT_EQ(Make(node)->Run("+U x 1\n---\nsleep 999\n+U x 1\n---\nsleep 1000\n+U x 2\n---\nsleep 1000\n-D x null"),
            "+I x 1\n-U x 1\n+U x 1\n+I x 2\n");
}

/// Keys a to b, three rows each.
std::string Rows(int64_t begin, int64_t end) {
  std::string text;
  for (int64_t key = begin; key < end; ++key) {
    for (int row = 0; row < 3; ++row)
      text += "+I key_number_" + std::to_string(key) + " 1 v" + std::to_string(row) + "\n";
  }
  return text;
}

TEST(KeyTtl, MemoryAndDiskAreFreedThoughNoRowComesAnyMore) {
  for (const char* form : {"first row", "append", "retract"}) {
    for (const int64_t spill_from_bytes : {0, 200'000}) {
      SCOPED_TRACE(testing::Message() << form << " " << spill_from_bytes);
      const auto node = Rank(TimeAttribute::kProctime, form == std::string("retract"));
      node->keeps_first = form == std::string("first row");
      const auto op = Make(*node, spill_from_bytes);
      for (int64_t key = 0; key < 30'000; key += 3000) op->Run(Rows(key, key + 3000));
      EXPECT_GE(op->metrics().state_rows, 30'000);
      EXPECT_EQ(op->metrics().state_disk_bytes > 0, spill_from_bytes > 0 && !node->input_retracts);
      const int64_t full = op->memory().used_bytes();
      op->Run("sleep 999");
      for (int i = 0; i < 20; ++i) op->Run("tick");
      EXPECT_EQ(op->metrics().state_expired, 0);
      EXPECT_EQ(op->Run("+I key_number_7 2 w"), "");
      op->Run("sleep 252");
      for (int i = 0; i < 20; ++i) op->Run("tick");
      EXPECT_EQ(op->metrics().state_rows, node->input_retracts ? 4 : 0);
      EXPECT_EQ(op->metrics().state_expired, node->input_retracts ? 29'999 : 30'000);
      EXPECT_LE(op->metrics().state_disk_bytes, 0);
      if (spill_from_bytes == 0) {
        EXPECT_LT(op->memory().used_bytes(), full / 2);
      }
      EXPECT_EQ(op->Run("+I key_number_8 3 w"), "+I key_number_8 3 w\n");
    }
  }
}

}  // namespace
}  // namespace tidemark::exec
