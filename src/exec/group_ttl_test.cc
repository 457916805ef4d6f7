// SPDX-License-Identifier: Apache-2.0
// GROUP BY whose groups have a time-to-live: what an expired one is taken for, and that it is really gone.
#include <gtest/gtest.h>

#include <random>

#include "exec/checkpointed_life_testing.h"
#include "exec/group_aggregate.h"
#include "exec/picture_testing.h"
#include "state/state_snapshot.h"

namespace tidemark::exec {
namespace {

using plan::GroupAggregateNode;

const Schema kInput = SchemaOf({DataType::String(), DataType::BigInt()});

std::shared_ptr<GroupAggregateNode> Node(int64_t ttl_ms, bool retracts = false,
                                         std::vector<plan::AggregateCall> calls = {Call(kInput, "COUNT", {}),
                                                                                   Call(kInput, "SUM", {1})}) {
  Schema output = {kInput[0]};
  for (const auto& call : calls) output.push_back({call.name, call.type});
  auto node = std::make_shared<GroupAggregateNode>(output, InputNode(kInput), AllKinds(), "GroupAggregate");
  node->group_columns = {0};
  node->calls = std::move(calls);
  node->input_retracts = retracts;
  node->state_ttl_ms = ttl_ms;
  return node;
}

std::unique_ptr<OperatorPicture> Make(const GroupAggregateNode& node, int64_t spill_from_bytes = 0) {
  return std::make_unique<OperatorPicture>(MakeGroupAggregateOperator(node), std::vector<Schema>{kInput}, node.schema(),
                                           /*batch_rows=*/8192, /*memory_limit_bytes=*/0, "UTC", spill_from_bytes);
}

TEST(GroupTtl, AGroupThatReturnsAfterItsTimeBeginsAnew) {
  const auto node = Node(1000);
  // Written at 0 and 600: expired from 1600 on, and not before.
  EXPECT_EQ(Make(*node)->Run("+I x 1\n---\nsleep 600\n+I x 2\n---\nsleep 999\n+I x 3\n---\nsleep 1000\n+I x 10"),
            "+I x 1 1\n-U x 1 1\n+U x 2 3\n-U x 2 3\n+U x 3 6\n+I x 1 10\n");
}

TEST(GroupTtl, WithoutATimeToLiveAGroupStays) {
  EXPECT_EQ(Make(*Node(0))->Run("+I x 1\n---\nsleep 100000000\ntick\n+I x 2"), "+I x 1 1\n-U x 1 1\n+U x 2 3\n");
}

TEST(GroupTtl, ARetractionForAnExpiredGroupIsIgnored) {
  EXPECT_EQ(
      Make(*Node(1000, /*retracts=*/true))->Run("sleep 5000\n+I x 1\n+I x 2\n---\nsleep 1000\n-D x 1\n---\n+I x 5"),
      "+I x 2 3\n+I x 1 5\n");
}

TEST(GroupTtl, ResultsThatStayTheSameAreSentForThoseThatKeepThem) {
  const auto node = Node(1000, false, {Call(kInput, "MAX", {1})});
  EXPECT_EQ(Make(*node)->Run("+I x 5\n---\n+I x 3"), "+I x 5\n-U x 5\n+U x 5\n");
}

TEST(GroupTtl, AGroupInAMiniBatchDoesNotExpireUnderIt) {
  auto node = Node(100);
  node->mini_batch_rows = 1000;
  node->mini_batch_latency_ms = 500;
  EXPECT_EQ(Make(*node)->Run("+I x 1\n---\nsleep 200\ntick\n+I x 2\n---\nsleep 300\ntick\nsleep 100\n+I x 4\n---\n"
                             "sleep 500\ntick"),
            "+I x 2 3\n+I x 1 4\n");
}

TEST(GroupTtl, TheGlobalGroupExpiresToo) {
  auto node = std::make_shared<GroupAggregateNode>(Schema{{"c", DataType::BigInt()}}, InputNode(kInput), AllKinds(),
                                                   "GroupAggregate");
  node->calls = {Call(kInput, "COUNT", {})};
  node->state_ttl_ms = 1000;
  EXPECT_EQ(Make(*node)->Run("sleep 5000\n+I x 1\n---\nsleep 1000\n+I x 2"), "+I 1\n+I 1\n");
}

std::string Rows(int64_t begin, int64_t end) {
  std::string text;
  for (int64_t key = begin; key < end; ++key) text += "+I key_number_" + std::to_string(key) + " 1\n";
  return text;
}

void SaveAll(OperatorPicture* op) {
  state::StateSnapshot::Part part;
  const auto writer = state::MakeSnapshotWriter(&part);
  ASSERT_TRUE(op->BeginSave(false, *writer).ok());
  while (!op->SaveMore(10'000).ValueOrDie()) {
  }
}

TEST(GroupTtl, MemoryIsFreedThoughNoRowComesAnyMore) {
  for (const bool collects : {false, true}) {
    const auto node = collects ? Node(1000, false, {Call(kInput, "COLLECT", {1})}) : Node(1000);
    const auto op = Make(*node);
    op->Run("sleep 5000");
    op->Run(Rows(0, 50'000));
    SaveAll(op.get());
    const int64_t full = op->memory().used_bytes();
    op->Run("sleep 999");
    for (int i = 0; i < 10; ++i) op->Run("tick");
    EXPECT_EQ(op->metrics().state_rows, 50'000);
    EXPECT_EQ(op->metrics().state_expired, 0);
    // By then a pass must have begun and come through.
    op->Run("sleep 126");
    for (int i = 0; i < 10; ++i) op->Run("tick");
    EXPECT_EQ(op->metrics().state_rows, 0);
    EXPECT_EQ(op->metrics().state_expired, 50'000);
    SaveAll(op.get());  // which groups went is known until a checkpoint has it
    op->Run("tick");
    EXPECT_LT(op->memory().used_bytes(), full / 2);
  }
}

TEST(GroupTtl, DroppingStopsInBetween) {
  const auto node = Node(1000);
  const auto op = Make(*node);
  op->Run("sleep 5000");
  op->Run(Rows(0, 50'000));
  op->Run("sleep 2000\ntick");
  EXPECT_GT(op->metrics().state_rows, 20'000);
  EXPECT_LT(op->metrics().state_rows, 50'000);
}

TEST(GroupTtl, GroupsOnDiskExpire) {
  const auto node = Node(1000);
  const auto op = Make(*node, /*spill_from_bytes=*/100'000);
  op->Run("sleep 5000");
  op->Run(Rows(0, 20'000));
  EXPECT_GT(op->metrics().state_disk_bytes, 0);
  op->Run("sleep 500");
  op->Run(Rows(0, 10));  // of those on disk
  op->out().TakeText();
  op->Run("sleep 500");
  EXPECT_EQ(op->Run(Rows(10, 12)), "+I key_number_10 1 1\n+I key_number_11 1 1\n");
  op->Run("sleep 251");  // a pass over the disk begins
  for (int i = 0; i < 20; ++i) op->Run("tick");
  EXPECT_EQ(op->metrics().state_rows, 12);
  EXPECT_LT(op->metrics().state_disk_bytes, 1000);
  EXPECT_EQ(op->Run(Rows(1, 2)), "-U key_number_1 2 2\n+U key_number_1 3 3\n");
  op->Run("sleep 2000");
  for (int i = 0; i < 20; ++i) op->Run("tick");
  EXPECT_EQ(op->metrics().state_rows, 0);
}

/// A model of one row a key: what comes out must be what the clock says, wherever a group lies, and with checkpoints of
/// changes and restarts between.
class GroupTtlLives : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Random, GroupTtlLives, testing::Range<uint64_t>(1, 13));

TEST_P(GroupTtlLives, GiveWhatTheClockSays) {
  std::mt19937_64 random(GetParam());
  const int64_t ttl_ms = 1000;
  const auto node = Node(ttl_ms);
  const int64_t spill_from_bytes = GetParam() % 3 == 0 ? 0 : GetParam() % 3 == 1 ? 1 : 4000;
  auto op = Make(*node, spill_from_bytes);
  CheckpointChain chain;
  struct Model {
    int64_t written_ms = 0;
    int64_t count = 0;
  };
  std::map<int, Model> model;
  int64_t now_ms = 0;
  bool is_chain = false;
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    const auto sleep = static_cast<int64_t>(random() % 150);
    now_ms += sleep;
    op->Run("sleep " + std::to_string(sleep) + (random() % 2 == 0 ? "\ntick" : ""));
    std::string rows;
    std::string expected;
    const int first = static_cast<int>(random() % 40);
    for (int key = first; key < first + static_cast<int>(random() % 8); ++key) {
      Model& group = model[key];
      const std::string name = "key_number_" + std::to_string(key) + " ";
      const auto result = [&] { return name + std::to_string(group.count) + " " + std::to_string(group.count) + "\n"; };
      rows += "+I " + name + "1\n";
      if (group.count > 0 && now_ms - group.written_ms >= ttl_ms) group.count = 0;
      if (group.count > 0) expected += "-U " + result();
      const bool is_new = group.count++ == 0;
      expected += (is_new ? "+I " : "+U ") + result();
      group.written_ms = std::max<int64_t>(now_ms, 1);
    }
    ASSERT_EQ(op->Run(rows), expected) << "step " << i;
    if (random() % 6 != 0) continue;
    state::StateSnapshot::Part part;
    const auto writer = state::MakeSnapshotWriter(&part);
    ASSERT_TRUE(op->BeginSave(is_chain, *writer).ok());
    // What expires while the checkpoint is written is no part of it, or does no harm.
    now_ms += 100;
    op->Run("sleep 100\ntick");
    while (true) {
      const auto complete = op->SaveMore(3);
      ASSERT_TRUE(complete.ok());
      if (*complete) break;
      op->Run("tick");
    }
    chain.Add(part);
    is_chain = true;
    if (random() % 2 == 0) continue;
    op = Make(*node, spill_from_bytes);
    op->Run("sleep " + std::to_string(now_ms));
    ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
  }
}

TEST(GroupTtl, StateThatWasWrittenWithoutATimeIsReadAndTheOtherWayRound) {
  for (const bool before : {false, true}) {
    const auto old_node = Node(before ? 1000 : 0);
    const auto old_op = Make(*old_node);
    old_op->Run("sleep 5000\n+I x 1\n+I y 1");
    CheckpointChain chain;
    SaveInto(old_op.get(), /*changes_only=*/false, &chain);
    const auto node = Node(before ? 0 : 1000);
    auto op = Make(*node);
    op->Run("sleep 7000");
    ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
    // Without a time it lives from the restart on; without a time-to-live it lives on.
    EXPECT_EQ(op->Run("sleep 999\n+I x 1"), "-U x 1 1\n+U x 2 2\n");
    // All are written anew, though changes were asked for: y with the time that it has now.
    const int64_t rows = chain.rows();
    SaveInto(op.get(), /*changes_only=*/true, &chain);
    EXPECT_EQ(chain.rows() - rows, 2);
    op = Make(*node);
    op->Run("sleep 8000");
    ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
    EXPECT_EQ(op->Run("+I y 1"), before ? "-U y 1 1\n+U y 2 2\n" : "+I y 1 1\n");
    EXPECT_EQ(op->Run("sleep 1000\n+I x 1"), before ? "-U x 2 2\n+U x 3 3\n" : "+I x 1 1\n");
  }
}

}  // namespace
}  // namespace tidemark::exec
