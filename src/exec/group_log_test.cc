// SPDX-License-Identifier: Apache-2.0
// Checkpoints of a GROUP BY that are written while it goes on: a job that is killed anywhere and goes on from the
// newest complete one gives what an undisturbed one gives.
#include "exec/group_log.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "exec/checkpointed_life_testing.h"
#include "exec/make_operator.h"
#include "exec/state_events_testing.h"
#include "state/state_snapshot.h"

namespace tidemark::exec {
namespace {

const Schema kRows = RandomSchema();

std::shared_ptr<plan::GroupAggregateNode> Node(std::vector<int> groups, bool retracts) {
  auto calls =
      std::vector<plan::AggregateCall>{Call(kRows, "COUNT", {}), Call(kRows, "SUM", {kAmount}),
                                       Call(kRows, "MAX", {kText}), Call(kRows, "COUNT", {kText}, /*distinct=*/true)};
  Schema output;
  for (int column : groups) output.push_back(kRows[column]);
  for (const auto& call : calls) output.push_back({call.name, call.type});
  auto node = std::make_shared<plan::GroupAggregateNode>(output, ExchangedInput(groups, retracts), AllKinds(),
                                                         "GroupAggregate");
  node->group_columns = std::move(groups);
  node->calls = std::move(calls);
  node->input_retracts = retracts;
  node->mini_batch_rows = 20;
  return node;
}

std::unique_ptr<OperatorPicture> Make(const plan::GroupAggregateNode& node, int64_t spill_from_bytes) {
  return std::make_unique<OperatorPicture>(MakeOperator(node), std::vector<Schema>{kRows}, node.schema(),
                                           /*batch_rows=*/7, /*memory_limit_bytes=*/0, "UTC", spill_from_bytes);
}

class GroupLogLives : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Random, GroupLogLives, testing::Range<uint64_t>(1, 17));

void ExpectTheSameRows(const plan::GroupAggregateNode& node, EventsOptions options, uint64_t seed) {
  options.events = 120;
  options.rows_max = 20;
  options.ticks = true;
  for (const int64_t spill_from_bytes : {0, 3000}) {
    const auto events = RandomEvents(options, seed);
    SCOPED_TRACE(testing::Message() << "retracts " << node.input_retracts << ", spill from " << spill_from_bytes);
    CheckpointedLife undisturbed([&] { return Make(node, 0); }, events, CheckpointedLife::kUndisturbed);
    CheckpointedLife disturbed([&] { return Make(node, spill_from_bytes); }, events, seed);
    EXPECT_EQ(disturbed.Run(), undisturbed.Run());
  }
}

TEST_P(GroupLogLives, GiveTheSameRows) {
  for (const bool retracts : {false, true}) {
    ExpectTheSameRows(*Node({kText, kSmall}, retracts), {.retracts = retracts}, GetParam());
  }
}

TEST_P(GroupLogLives, GiveTheSameRowsWhereGroupsExpire) {
  for (const bool retracts : {false, true}) {
    const auto node = Node({kText, kSmall}, retracts);
    node->mini_batch_rows = 0;  // a group does not expire within one
    node->state_ttl_ms = 1000;
    ExpectTheSameRows(*node, {.retracts = retracts, .sleep_ms_max = 700}, GetParam());
  }
}

Batch Keys(int64_t begin, int64_t end) {
  std::string text;
  for (int64_t key = begin; key < end; ++key) text += "+I k" + std::to_string(key) + " 1 1 1 0.5 1.00 [1]\n";
  return ParseRows(kRows, text);
}

int64_t RowsOf(const state::StateSnapshot::Part& part) {
  int64_t rows = 0;
  for (const auto& [name, table] : part.tables) {
    for (const Batch& batch : table.batches) rows += batch.num_rows;
  }
  return rows;
}

TEST(GroupLog, ACheckpointOfChangesHoldsThoseOnly) {
  const auto node = Node({kText}, /*retracts=*/false);
  for (const int64_t spill_from_bytes : {0, 40'000}) {
    SCOPED_TRACE(testing::Message() << "spill from " << spill_from_bytes);
    const auto op = Make(*node, spill_from_bytes);
    ASSERT_TRUE(op->Push(0, Keys(0, 1000)).ok());
    CheckpointChain chain;
    for (int64_t changed = 10; changed <= 30; changed += 10) {
      const int64_t rows_before = chain.rows();
      SaveInto(op.get(), /*changes_only=*/changed > 10, &chain);
      EXPECT_EQ(chain.rows() - rows_before, changed == 10 ? 1000 : changed - 10);
      ASSERT_TRUE(op->Push(0, Keys(0, changed)).ok());
    }
    EXPECT_EQ(op->metrics().state_disk_bytes.load() > 0, spill_from_bytes > 0);
  }
}

TEST(GroupLog, ChangesThatWentToDiskAreInTheNextCheckpoint) {
  const auto node = Node({kText}, /*retracts=*/true);
  const auto op = Make(*node, /*spill_from_bytes=*/20'000);
  const auto twin = Make(*node, 0);
  const auto push = [&](const Batch& batch) {
    ASSERT_TRUE(op->Push(0, batch).ok());
    ASSERT_TRUE(twin->Push(0, batch).ok());
  };
  push(Keys(0, 1000));
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  for (int64_t round = 0; round < 3; ++round) {
    // These change and go to disk when others come: few of all, then many.
    push(Keys(100, 110 + round * 200));
    push(Keys(600, 900));
    // Those come back and end, and the disk forgets them.
    std::string gone;
    for (int64_t key = round * 10; key < round * 10 + 10; ++key) {
      gone += "-D k" + std::to_string(key) + " 1 1 1 0.5 1.00 [1]\n";
    }
    push(ParseRows(kRows, gone));
    push(Keys(500, 900));
    // Some of them are made anew and go to disk, all before the next checkpoint.
    push(Keys(round * 10, round * 10 + 5));
    push(Keys(500, 900));
    SaveInto(op.get(), /*changes_only=*/true, &chain);
    ASSERT_GT(op->metrics().state_disk_bytes.load(), 0);

    const auto next = Make(*node, 0);
    ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
    EXPECT_EQ(next->metrics().state_rows.load(), twin->metrics().state_rows.load());
    // What it gives for one more of each says what it had.
    std::map<std::string, int64_t> rows = twin->out().table();
    ASSERT_TRUE(next->Push(0, Keys(0, 1000)).ok());
    for (const auto& [row, count] : next->out().table()) rows[row] += count;
    std::erase_if(rows, [](const auto& row) { return row.second == 0; });
    push(Keys(0, 1000));
    EXPECT_EQ(rows, twin->out().table()) << round;
  }
}

TEST(GroupLog, WhatExpiredOnDiskStaysGoneWhereNothingExpiresAnyMore) {
  const auto node = Node({kText}, /*retracts=*/false);
  node->state_ttl_ms = 600;
  const auto op = Make(*node, /*spill_from_bytes=*/20'000);
  ASSERT_TRUE(op->Push(0, Keys(0, 1000)).ok());
  const auto lasting = Node({kText}, /*retracts=*/false);
  ExpectExpiredStaysGone(op.get(), Make(*lasting, 0).get());
}

TEST(GroupLog, WhoGoesOnFromAChainMayBuildOnIt) {
  const auto node = Node({kText}, /*retracts=*/true);
  auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Keys(0, 100)).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  // All groups go, in an epoch that is later than that of any group which is left.
  std::string gone;
  for (int key = 0; key < 100; ++key) gone += "-D k" + std::to_string(key) + " 1 1 1 0.5 1.00 [1]\n";
  ASSERT_TRUE(op->Push(0, ParseRows(kRows, gone)).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);

  auto second = Make(*node, 0);
  ASSERT_TRUE(second->Restore(*chain.Reader()).ok());
  EXPECT_EQ(second->metrics().state_rows.load(), 0);
  // What comes now is younger than what went.
  ASSERT_TRUE(second->Push(0, Keys(10, 20)).ok());
  SaveInto(second.get(), /*changes_only=*/true, &chain);

  auto third = Make(*node, 0);
  ASSERT_TRUE(third->Restore(*chain.Reader()).ok());
  EXPECT_EQ(third->metrics().state_rows.load(), 10);
}

TEST(GroupLog, WhatIsGoneStaysGoneWhereGroupsGoToDiskWhileTheyAreReadBack) {
  const auto node = Node({kText}, /*retracts=*/true);
  auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Keys(0, 300)).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  std::string gone;
  for (int key = 0; key < 300; key += 2) gone += "-D k" + std::to_string(key) + " 1 1 1 0.5 1.00 [1]\n";
  ASSERT_TRUE(op->Push(0, ParseRows(kRows, gone)).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);

  for (int life = 0; life < 2; ++life) {
    op = Make(*node, /*spill_from_bytes=*/3000);
    ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
    EXPECT_EQ(op->metrics().state_rows.load(), 150) << life;
    EXPECT_GT(op->metrics().state_disk_bytes.load(), 0);
    SaveInto(op.get(), /*changes_only=*/true, &chain);
  }
}

TEST(GroupLog, WhenMemoryGetsShortACheckpointOfEverythingGoesOnStepByStep) {
  const auto node = Node({kText}, /*retracts=*/false);
  const auto op = Make(*node, /*spill_from_bytes=*/400'000);
  op->out().set_keep_text(false);
  ASSERT_TRUE(op->Push(0, Keys(0, 1000)).ok());
  ASSERT_EQ(op->metrics().state_disk_bytes.load(), 0);
  state::StateSnapshot::Part part;
  const auto writer = state::MakeSnapshotWriter(&part);
  ASSERT_TRUE(op->BeginSave(/*changes_only=*/false, *writer).ok());
  ASSERT_FALSE(op->SaveMore(16).ValueOrDie());
  int64_t keys = 1000;
  for (; op->metrics().state_disk_bytes.load() == 0; ++keys) ASSERT_TRUE(op->Push(0, Keys(keys, keys + 1)).ok());
  EXPECT_LT(RowsOf(part), 900);
  for (bool complete = false; !complete; ++keys) {
    complete = op->SaveMore(16).ValueOrDie();
    // Old groups come back from the disk, new ones drive others there.
    ASSERT_TRUE(op->Push(0, Keys(keys % 1000, keys % 1000 + 3)).ok());
    ASSERT_TRUE(op->Push(0, Keys(keys, keys + 3)).ok());
  }
  CheckpointChain chain;
  chain.Add(part);
  const auto next = Make(*node, 0);
  ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
  EXPECT_EQ(next->metrics().state_rows.load(), 1000);
  ASSERT_TRUE(next->Push(0, Keys(0, 1000)).ok());
  ASSERT_TRUE(next->Finish().ok());
  for (const auto& [row, count] : next->out().table()) {
    // Each was there once before.
    if (count > 0) {
      EXPECT_NE(row.find(" 2 "), std::string::npos) << row;
    }
  }
}

}  // namespace
}  // namespace tidemark::exec
