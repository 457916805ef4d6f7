// SPDX-License-Identifier: Apache-2.0
// Checkpoints of insert-only joins where it matters whether a row has matched.
#include "exec/join_rows_log.h"

#include <gtest/gtest.h>

#include "exec/checkpointed_life_testing.h"
#include "exec/make_operator.h"

namespace tidemark::exec {
namespace {

using plan::JoinNode;
using plan::JoinType;

// key, value
const Schema kInput = SchemaOf({DataType::BigInt(), DataType::String()});

plan::PhysicalPtr Input() {
  return std::make_shared<plan::ExchangeNode>(InputNode(kInput), std::vector<int>{0}, "Exchange");
}

std::shared_ptr<JoinNode> Join(JoinType type) {
  Schema output = kInput;
  if (type != JoinType::kAnti) output.insert(output.end(), kInput.begin(), kInput.end());
  for (auto& field : output) field.type = field.type.WithNullable(true);
  auto node = std::make_shared<JoinNode>(output, Input(), Input(), AllKinds(), "Join");
  node->type = type;
  node->left_keys = node->right_keys = {0};
  node->null_safe = {false};
  return node;
}

std::unique_ptr<OperatorPicture> Make(const JoinNode& node, int64_t spill_from_bytes = 0) {
  return std::make_unique<OperatorPicture>(MakeOperator(node), std::vector<Schema>{kInput, kInput}, node.schema(),
                                           /*batch_rows=*/7, /*memory_limit_bytes=*/0, "UTC", spill_from_bytes);
}

Batch Rows(int64_t begin, int64_t end) {
  std::string text;
  for (int64_t key = begin; key < end; ++key) text += "+I " + std::to_string(key) + " a\n";
  return ParseRows(kInput, text);
}

int64_t RowsOfNext(OperatorPicture* op, CheckpointChain* chain) {
  const int64_t rows_before = chain->rows();
  SaveInto(op, /*changes_only=*/rows_before > 0, chain);
  return chain->rows() - rows_before;
}

TEST(JoinRowsLog, ACheckpointOfChangesHoldsNewRowsAndThoseThatHaveMatchedSince) {
  const auto node = Join(JoinType::kFull);
  const auto op = Make(*node);
  ASSERT_TRUE(op->Push(0, Rows(0, 1000)).ok());
  CheckpointChain chain;
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 1000);
  ASSERT_TRUE(op->Push(1, Rows(990, 1010)).ok());
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 20 + 10);
  ASSERT_TRUE(op->Push(1, Rows(990, 1000)).ok());  // they match not for the first time
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 10);
  // A row that comes and matches between two checkpoints is one row.
  ASSERT_TRUE(op->Push(0, Rows(2000, 2005)).ok());
  ASSERT_TRUE(op->Push(1, Rows(2000, 2005)).ok());
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 5 + 5);

  const auto next = Make(*node);
  ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
  EXPECT_EQ(RowsOfNext(next.get(), &chain), 0);
  EXPECT_EQ(next->Run("1: +I 2000 b\n1: +I 990 b\n1: +I 989 b\n0: +I 1009 b"),
            "+I 2000 a 2000 b\n+I 990 a 990 b\n-D 989 a null null\n+I 989 a 989 b\n"
            "-D null null 1009 a\n+I 1009 b 1009 a\n");
  EXPECT_EQ(RowsOfNext(next.get(), &chain), 4 + 2);
}

TEST(JoinRowsLog, AMatchWhileACheckpointIsWrittenIsOneOfTheNext) {
  const auto node = Join(JoinType::kAnti);
  const auto op = Make(*node);
  ASSERT_TRUE(op->Push(0, Rows(0, 100)).ok());
  CheckpointChain chain;
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 100);
  ASSERT_TRUE(op->Push(1, Rows(0, 10)).ok());
  for (int64_t key = 10; key < 60; key += 10) {
    state::StateSnapshot::Part part;
    const auto writer = state::MakeSnapshotWriter(&part);
    ASSERT_TRUE(op->BeginSave(/*changes_only=*/true, *writer).ok());
    ASSERT_TRUE(op->Push(1, Rows(key, key + 10)).ok());
    for (bool complete = false; !complete;) ASSERT_TRUE(op->SaveMore(3).Value(&complete).ok());
    chain.Add(part);

    const auto next = Make(*node);
    ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
    const std::string last = std::to_string(key - 1);
    const std::string first = std::to_string(key);
    EXPECT_EQ(next->Run("1: +I " + last + " b\n1: +I " + first + " b"), "-D " + first + " a\n");
  }
}

TEST(JoinRowsLog, RowsOfSeveralWorkersKeepTheirFlags) {
  const auto node = Join(JoinType::kLeft);
  std::vector<state::StateSnapshot> snapshots(2);
  for (int worker : {0, 1}) {
    const auto op = Make(*node);
    op->context().worker = worker;
    state::StateSnapshot::Part& part = snapshots[worker].parts["op"];
    const auto writer = state::MakeSnapshotWriter(&part);
    const int64_t begin = 100 * worker;
    ASSERT_TRUE(op->Push(0, Rows(begin, begin + 50)).ok());
    for (const bool changes_only : {false, true}) {
      ASSERT_TRUE(op->BeginSave(changes_only, *writer).ok());
      for (bool complete = false; !complete;) ASSERT_TRUE(op->SaveMore(3).Value(&complete).ok());
      ASSERT_TRUE(op->Push(1, Rows(begin + 10 * worker, begin + 10 * worker + 5)).ok());
    }
  }
  const auto all = std::make_shared<const std::vector<state::StateSnapshot>>(std::move(snapshots));
  for (const int64_t spill_from_bytes : {0, 1}) {
    SCOPED_TRACE(spill_from_bytes);
    const auto op = Make(*node, spill_from_bytes);
    ASSERT_TRUE(op->Restore(*state::MakeSnapshotReader(all, "op", 0, 1)).ok());
    EXPECT_EQ(op->Run("1: +I 4 b\n1: +I 10 b\n1: +I 110 b\n1: +I 104 b"),
              "+I 4 a 4 b\n-D 10 a null null\n+I 10 a 10 b\n+I 110 a 110 b\n-D 104 a null null\n+I 104 a 104 b\n");
    CheckpointChain chain;
    SaveInto(op.get(), /*changes_only=*/false, &chain);
    const auto next = Make(*node);
    ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
    EXPECT_EQ(next->metrics().state_rows.load(), op->metrics().state_rows.load());
  }
}

TEST(JoinRowsLog, FlagsThatWereSavedWithoutNumbersAreKept) {
  const auto node = Join(JoinType::kLeft);
  state::StateSnapshot::Part part;
  Batch rows = Rows(1, 3);
  ASSERT_TRUE(state::BooleanColumn({true, false}).Value(&rows.columns.emplace_back()).ok());
  ASSERT_TRUE(state::MakeSnapshotWriter(&part)->WriteChanges("left-log", rows, state::RowOwner::Key({0})).ok());
  CheckpointChain chain;
  chain.Add(part);
  for (int life = 0; life < 2; ++life) {
    const auto op = Make(*node);
    ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
    EXPECT_EQ(op->metrics().state_rows.load(), 2);
    SaveInto(op.get(), /*changes_only=*/true, &chain);
    EXPECT_EQ(op->Run("1: +I 1 b\n1: +I 2 b"), "+I 1 a 1 b\n-D 2 a null null\n+I 2 a 2 b\n");
  }
}

}  // namespace
}  // namespace tidemark::exec
