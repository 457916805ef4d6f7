// SPDX-License-Identifier: Apache-2.0
// Regular joins whose rows have a time-to-live.
#include <gtest/gtest.h>

#include "exec/join.h"
#include "exec/make_operator.h"
#include "exec/picture_testing.h"

namespace tidemark::exec {
namespace {

using plan::JoinNode;
using plan::JoinType;

// key, value
const Schema kInput = SchemaOf({DataType::BigInt(), DataType::String()});

std::shared_ptr<JoinNode> Join(JoinType type, int64_t left_ttl_ms, int64_t right_ttl_ms, bool updating = true) {
  Schema output = kInput;
  if (type != JoinType::kSemi && type != JoinType::kAnti) output.insert(output.end(), kInput.begin(), kInput.end());
  for (auto& field : output) field.type = field.type.WithNullable(true);
  const plan::ChangelogMode mode = updating ? AllKinds() : plan::ChangelogMode{};
  auto node = std::make_shared<JoinNode>(output, InputNode(kInput, mode), InputNode(kInput, mode), AllKinds(), "Join");
  node->type = type;
  node->left_keys = node->right_keys = {0};
  node->null_safe = {false};
  node->left_ttl_ms = left_ttl_ms;
  node->right_ttl_ms = right_ttl_ms;
  return node;
}

std::unique_ptr<OperatorPicture> Make(const JoinNode& node, int64_t spill_from_bytes = 0) {
  auto op = std::make_unique<OperatorPicture>(MakeOperator(node), std::vector<Schema>{kInput, kInput}, node.schema(),
                                              /*batch_rows=*/8192, /*memory_limit_bytes=*/0, "UTC", spill_from_bytes);
  op->Run("sleep 5000");
  return op;
}

TEST(JoinTtl, AnExpiredRowDoesNotMatch) {
  for (const bool updating : {false, true}) {
    SCOPED_TRACE(updating);
    const auto node = Join(JoinType::kInner, 1000, 1000, updating);
    EXPECT_EQ(Make(*node)->Run("0: +I 1 a\nsleep 600\n0: +I 1 b\nsleep 400\n1: +I 1 r"), "+I 1 b 1 r\n");
  }
}

TEST(JoinTtl, EachSideHasItsOwn) {
  const auto node = Join(JoinType::kInner, 0, 1000);
  EXPECT_EQ(Make(*node)->Run("0: +I 1 a\n1: +I 1 r\nsleep 1000\n0: +I 1 b\n1: +I 1 s"),
            "+I 1 a 1 r\n+I 1 b 1 s\n+I 1 a 1 s\n");
}

TEST(JoinTtl, AMatchKeepsARowOfAnInnerJoinNotAliveThatOfAPreservedSideIt) {
  const std::string script = "0: +I 1 a\nsleep 600\n1: +I 1 r\nsleep 600\n1: +I 1 s";
  EXPECT_EQ(Make(*Join(JoinType::kInner, 1000, 1000))->Run(script), "+I 1 a 1 r\n");
  // With how often it has matched the row is written anew, as in Flink.
  EXPECT_EQ(Make(*Join(JoinType::kLeft, 1000, 1000))->Run(script),
            "+I 1 a null null\n-D 1 a null null\n+I 1 a 1 r\n+I 1 a 1 s\n");
}

TEST(JoinTtl, ThatAMatchExpiresChangesNothing) {
  EXPECT_EQ(Make(*Join(JoinType::kLeft, 0, 1000))->Run("1: +I 1 r\n0: +I 1 a\nsleep 1000\ntick\n1: +I 1 s"),
            "+I 1 a 1 r\n+I 1 a 1 s\n");
}

TEST(JoinTtl, TakingBackAnExpiredRowTakesBackWhatItGave) {
  EXPECT_EQ(
      Make(*Join(JoinType::kLeft, 0, 1000))->Run("1: +I 1 r\n0: +I 1 a\nsleep 1000\ntick\n1: -D 1 r\n---\n1: -D 1 r"),
      "+I 1 a 1 r\n-D 1 a 1 r\n+I 1 a null null\n");
}

TEST(JoinTtl, SemiAndAnti) {
  const std::string script = "0: +I 1 a\nsleep 600\n1: +I 1 r\nsleep 999\n1: -D 1 r\nsleep 1000\n1: +I 1 s";
  EXPECT_EQ(Make(*Join(JoinType::kSemi, 1000, 1000))->Run(script), "+I 1 a\n-D 1 a\n");
  EXPECT_EQ(Make(*Join(JoinType::kAnti, 1000, 1000))->Run(script), "+I 1 a\n-D 1 a\n+I 1 a\n");
}

std::string Rows(int64_t begin, int64_t end, int input) {
  std::string text;
  for (int64_t key = begin; key < end; ++key) {
    for (const char* value : {" one\n", " 'another one that is longer'\n"}) {
      text += std::to_string(input) + ": +I " + std::to_string(key) + value;
    }
  }
  return text;
}

TEST(JoinTtl, MemoryAndDiskAreFreedThoughNoRowComesAnyMore) {
  for (const int64_t spill_from_bytes : {0, 300'000}) {
    SCOPED_TRACE(spill_from_bytes);
    const auto node = Join(JoinType::kInner, 1000, 2000);
    const auto op = Make(*node, spill_from_bytes);
    for (int64_t key = 0; key < 20'000; key += 2000) op->Run(Rows(key, key + 2000, 0));
    op->Run(Rows(20'000, 21'000, 1));
    EXPECT_EQ(op->metrics().state_disk_bytes > 0, spill_from_bytes > 0);
    op->Run("sleep 500");
    // A key that is in memory again, and what the disk has of it out of date.
    EXPECT_EQ(op->Run("1: +I 3 r\n---\n0: -D 3 one"),
              "+I 3 'another one that is longer' 3 r\n+I 3 one 3 r\n"
              "-D 3 one 3 r\n");
    op->Run("sleep 499");
    for (int i = 0; i < 30; ++i) op->Run("tick");
    EXPECT_EQ(op->metrics().state_expired, 0);
    op->Run("sleep 252");
    for (int i = 0; i < 30; ++i) op->Run("tick");
    EXPECT_EQ(op->metrics().state_rows, 2001);
    EXPECT_EQ(op->metrics().state_expired, 39'999);
    EXPECT_EQ(op->Run("1: +I 3 s\n---\n1: +I 4 s"), "");
    op->Run("sleep 3000");
    for (int i = 0; i < 30; ++i) op->Run("tick");
    EXPECT_EQ(op->metrics().state_rows, 0);
    EXPECT_EQ(op->metrics().state_disk_bytes, 0);
  }
}

}  // namespace
}  // namespace tidemark::exec
