// SPDX-License-Identifier: Apache-2.0
// Checkpoints of ranks, deduplication and normalization that are written while these go on: a job that is killed
// anywhere and goes on from the newest complete one gives what an undisturbed one gives.
#include "exec/key_log.h"

#include <gtest/gtest.h>

#include "exec/checkpointed_life_testing.h"
#include "exec/make_operator.h"
#include "exec/state_events_testing.h"

namespace tidemark::exec {
namespace {

const Schema kRows = RandomSchema();

/// The operators that keep something of each key.
enum class Kind { kFirstByTime, kFirstThatCame, kLast, kTop, kTopAtTheEnd, kNormalize };
constexpr Kind kKinds[] = {Kind::kFirstByTime, Kind::kFirstThatCame, Kind::kLast,
                           Kind::kTop,         Kind::kTopAtTheEnd,   Kind::kNormalize};

plan::PhysicalPtr Normalize(std::vector<int> keys, std::vector<int> exchanged, int64_t ttl_ms) {
  const auto node = std::make_shared<plan::ChangelogNormalizeNode>(ExchangedInput(exchanged, /*retracts=*/true), keys,
                                                                   AllKinds(), "ChangelogNormalize");
  node->state_ttl_ms = ttl_ms;
  return node;
}

plan::PhysicalPtr Node(Kind kind, const std::vector<int>& partitions, const std::vector<int>& exchanged,
                       int64_t ttl_ms = 0) {
  if (kind == Kind::kNormalize) return Normalize(partitions, exchanged, ttl_ms);
  const bool is_first = kind == Kind::kFirstByTime || kind == Kind::kFirstThatCame;
  Schema output = kRows;
  if (!is_first) output.push_back({"place", DataType::BigInt().WithNullable(false)});
  auto node = std::make_shared<plan::RankNode>(output, ExchangedInput(exchanged), AllKinds(), "Rank");
  node->partition_columns = partitions;
  node->keys = {{kind == Kind::kFirstThatCame ? kSmall : kTime, kind != Kind::kLast, false}};
  node->keeps_first = is_first;
  node->emit_rank = !is_first;
  node->state_ttl_ms = ttl_ms;
  if (kind == Kind::kTop) node->last = 3;
  if (kind == Kind::kTopAtTheEnd) {
    node->last = 70;  // beyond 64 rows are sorted now and then
    node->final_only = true;
    node->keys = {{kText, true, true}, {kSmall, true, true}};
  }
  return node;
}

plan::PhysicalPtr Node(Kind kind, const std::vector<int>& partitions, int64_t ttl_ms = 0) {
  return Node(kind, partitions, /*exchanged=*/partitions, ttl_ms);
}

std::unique_ptr<OperatorPicture> Make(const plan::PhysicalNode& node, int64_t spill_from_bytes) {
  return std::make_unique<OperatorPicture>(MakeOperator(node), std::vector<Schema>{kRows}, node.schema(),
                                           /*batch_rows=*/7, /*memory_limit_bytes=*/0, "UTC", spill_from_bytes);
}

class KeyLogLives : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Random, KeyLogLives, testing::Range<uint64_t>(1, 17));

void ExpectTheSameRows(const plan::PhysicalNode& node, EventsOptions options, uint64_t seed) {
  options.events = 120;
  options.rows_max = 20;
  options.ticks = true;
  const auto events = RandomEvents(options, seed);
  CheckpointedLife undisturbed([&] { return Make(node, 0); }, events, CheckpointedLife::kUndisturbed);
  const auto expected = undisturbed.Run();
  for (const int64_t spill_from_bytes : {0, 1, 8000}) {
    SCOPED_TRACE(testing::Message() << node.label() << ", spill from " << spill_from_bytes);
    CheckpointedLife disturbed([&] { return Make(node, spill_from_bytes); }, events, seed);
    EXPECT_EQ(disturbed.Run(), expected);
  }
}

EventsOptions OptionsOf(Kind kind) {
  return {.retracts = kind == Kind::kNormalize, .watermarks = kind == Kind::kFirstByTime};
}

TEST_P(KeyLogLives, GiveTheSameRows) {
  for (const Kind kind : kKinds) {
    // -0.0 and 0.0, and all NaN, are one key.
    for (const std::vector<int>& keys : {std::vector<int>{kText, kSmall}, {kFraction}, {}}) {
      if (keys.empty() && kind == Kind::kNormalize) continue;
      SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(kind) << ", " << keys.size() << " keys");
      ExpectTheSameRows(*Node(kind, keys), OptionsOf(kind), GetParam());
      if (HasFailure()) return;
    }
  }
}

TEST_P(KeyLogLives, GiveTheSameRowsWhereKeysExpire) {
  for (const Kind kind : kKinds) {
    SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(kind));
    EventsOptions options = OptionsOf(kind);
    options.sleep_ms_max = 700;
    ExpectTheSameRows(*Node(kind, {kText, kSmall}, /*ttl_ms=*/1000), options, GetParam());
    if (HasFailure()) return;
  }
}

/// Rows of some keys: `kind` and the value of the column that ranks (at a time).
Batch Rows(int64_t begin, int64_t end, const char* kind = "+I", int64_t at = 1) {
  std::string text;
  for (int64_t key = begin; key < end; ++key) {
    text += std::string(kind) + " k" + std::to_string(key) + " 1 1 " + std::to_string(at) + " 0.5 1.00 [1]\n";
  }
  return ParseRows(kRows, text);
}

constexpr Kind kThatChange[] = {Kind::kFirstThatCame, Kind::kLast, Kind::kTop, Kind::kNormalize};

void ExpectChangesOnly(Kind kind, int64_t spill_from_bytes) {
  const auto node = Node(kind, {kText});
  const auto op = Make(*node, spill_from_bytes);
  ASSERT_TRUE(op->Push(0, Rows(0, 1000)).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  EXPECT_EQ(chain.rows(), 1000);
  for (int64_t time = 2; time <= 4; ++time) {
    const int64_t before = chain.rows();
    // 20 keys that were there, which the first row is not changed by, and 10 new ones.
    ASSERT_TRUE(op->Push(0, Rows(0, 20, "+I", time)).ok());
    ASSERT_TRUE(op->Push(0, Rows(1000 + time * 10, 1010 + time * 10)).ok());
    SaveInto(op.get(), /*changes_only=*/true, &chain);
    const int64_t rows_of_old = kind == Kind::kFirstThatCame ? 0
                                : kind == Kind::kTop         ? std::min<int64_t>(3, time) * 20
                                                             : 20;
    // Of more than three rows the new one, which is the last, does not rank.
    EXPECT_EQ(chain.rows() - before, 10 + (kind == Kind::kTop && time == 4 ? 0 : rows_of_old)) << time;
  }
  EXPECT_EQ(op->metrics().state_disk_bytes.load() > 0, spill_from_bytes > 0);
}

TEST(KeyLog, ACheckpointOfChangesHoldsThoseOnly) {
  for (const Kind kind : kThatChange) {
    for (const int64_t spill_from_bytes : {0, 20'000}) {
      SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(kind) << ", spill from " << spill_from_bytes);
      ExpectChangesOnly(kind, spill_from_bytes);
    }
  }
}

/// Of all tables.
std::pair<int64_t, int64_t> RowsAndBatches(const state::StateSnapshot::Part& part) {
  int64_t rows = 0;
  int64_t batches = 0;
  for (const auto& [name, table] : part.tables) {
    for (const Batch& batch : table.batches) rows += batch.num_rows;
    batches += std::ssize(table.batches);
  }
  return {rows, batches};
}

TEST(KeyLog, ManyRowsOfKeysOnDiskAreFewBatches) {
  constexpr int64_t kRowsPerKey = 64;
  constexpr int64_t kKeys = 48;
  constexpr int64_t kBatchRows = 512;
  auto node = std::static_pointer_cast<const plan::RankNode>(Node(Kind::kTop, {kText}));
  auto top = std::make_shared<plan::RankNode>(*node);
  top->last = kRowsPerKey;
  OperatorPicture op(MakeOperator(*top), {kRows}, top->schema(), kBatchRows, /*memory_limit_bytes=*/0, "UTC",
                     /*spill_from_bytes=*/1);
  op.out().set_keep_text(false);
  for (int64_t place = 1; place <= kRowsPerKey; ++place) ASSERT_TRUE(op.Push(0, Rows(0, kKeys, "+I", place)).ok());
  ASSERT_GT(op.metrics().state_disk_bytes.load(), 0);
  state::StateSnapshot::Part part;
  const auto writer = state::MakeSnapshotWriter(&part);
  ASSERT_TRUE(op.BeginSave(/*changes_only=*/false, *writer).ok());
  for (bool complete = false; !complete;) complete = op.SaveMore(kKeys * kRowsPerKey).ValueOrDie();
  const auto [rows, batches] = RowsAndBatches(part);
  EXPECT_EQ(rows, kKeys * kRowsPerKey);
  EXPECT_LE(batches, rows / kBatchRows + 2);
}

TEST(KeyLog, AKeyThatWentStaysGoneWhereKeysGoToDiskWhileTheyAreReadBack) {
  const auto node = Node(Kind::kNormalize, {kText});
  auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Rows(0, 300)).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  ASSERT_TRUE(op->Push(0, Rows(0, 150, "-D")).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);
  for (int life = 0; life < 2; ++life) {
    op = Make(*node, /*spill_from_bytes=*/3000);
    ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
    EXPECT_EQ(op->metrics().state_rows.load(), 150) << life;
    EXPECT_GT(op->metrics().state_disk_bytes.load(), 0);
    SaveInto(op.get(), /*changes_only=*/true, &chain);
  }
  ASSERT_TRUE(op->Push(0, Rows(0, 300, "+I", 2)).ok());
  EXPECT_EQ(op->out().table().size(), 300 + 150);  // 150 rows came, and as many took the place of others
}

TEST(KeyLog, KeysThatGoOneByOneAreFewBatches) {
  constexpr int64_t kKeys = 1000;
  const auto node = Node(Kind::kNormalize, {kText});
  OperatorPicture op(MakeOperator(*node), {kRows}, node->schema(), /*batch_rows=*/512);
  op.out().set_keep_text(false);
  ASSERT_TRUE(op.Push(0, Rows(0, 2 * kKeys)).ok());
  CheckpointChain chain;
  SaveInto(&op, /*changes_only=*/false, &chain);
  const int64_t bytes_before = op.memory().used_bytes();
  for (int64_t key = 0; key < kKeys; ++key) ASSERT_TRUE(op.Push(0, Rows(key, key + 1, "-D")).ok());
  EXPECT_LT(op.memory().used_bytes() - bytes_before, 100 * kKeys);
  state::StateSnapshot::Part part;
  const auto writer = state::MakeSnapshotWriter(&part);
  ASSERT_TRUE(op.BeginSave(/*changes_only=*/true, *writer).ok());
  for (bool complete = false; !complete;) complete = op.SaveMore(100).ValueOrDie();
  const auto [rows, batches] = RowsAndBatches(part);
  EXPECT_EQ(rows, kKeys);
  EXPECT_LE(batches, 64 + kKeys / 512);
  chain.Add(part);
  const auto next = Make(*node, 0);
  ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
  EXPECT_EQ(next->metrics().state_rows.load(), kKeys);
}

TEST(KeyLog, EachOfManyWorkersGetsItsKeysAndKnowsWhichWent) {
  const auto node = Node(Kind::kNormalize, {kSmall, kText}, /*exchanged=*/{kText});
  const auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Rows(0, 300)).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  ASSERT_TRUE(op->Push(0, Rows(0, 150, "-D")).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);
  int64_t keys = 0;
  for (int worker = 0; worker < 3; ++worker) {
    const auto next = Make(*node, worker == 1 ? 1 : 0);
    ASSERT_TRUE(next->Restore(*chain.Reader(worker, 3)).ok());
    EXPECT_GT(next->metrics().state_rows.load(), 0);
    keys += next->metrics().state_rows.load();
  }
  EXPECT_EQ(keys, 150);
}

TEST(KeyLog, AKeyThatExpiredStaysGoneWhereKeysGoToDiskWhileTheyAreReadBack) {
  for (const Kind kind : kThatChange) {
    SCOPED_TRACE(testing::Message() << "kind " << static_cast<int>(kind));
    const auto node = Node(kind, {kText}, /*ttl_ms=*/1000);
    auto op = Make(*node, 0);
    op->Run("sleep 5000");
    ASSERT_TRUE(op->Push(0, Rows(0, 150)).ok());
    op->Run("sleep 600");
    ASSERT_TRUE(op->Push(0, Rows(150, 300)).ok());
    CheckpointChain chain;
    SaveInto(op.get(), /*changes_only=*/false, &chain);
    op->Run("sleep 500\ntick\ntick\ntick\ntick");
    EXPECT_EQ(op->metrics().state_rows.load(), 150);
    SaveInto(op.get(), /*changes_only=*/true, &chain);
    for (int life = 0; life < 2; ++life) {
      op = Make(*node, /*spill_from_bytes=*/3000);
      op->Run("sleep 5000");  // a clock that was put back: nothing is expired by it
      ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
      EXPECT_EQ(op->metrics().state_rows.load(), 150) << life;
      EXPECT_GT(op->metrics().state_disk_bytes.load(), 0);
      SaveInto(op.get(), /*changes_only=*/true, &chain);
      // Keys that are gone have their first row again.
      ASSERT_TRUE(op->Push(0, Rows(0, 150, "+I", 2)).ok());
      EXPECT_EQ(op->out().table().size(), 150) << life;
    }
  }
}

TEST(KeyLog, ARowThatDoesNotRankKeepsNothingAliveWhenItComesAfterARestore) {
  const auto node = Node(Kind::kTopAtTheEnd, {kText}, /*ttl_ms=*/1000);
  std::string rows;
  // One more than twice as many as rank: now they have been sorted.
  for (int place = 1; place <= 141; ++place) rows += "+I k " + std::to_string(place) + " 1 1 0.5 1.00 [1]\n";
  for (const int late_ms : {0, 600}) {
    const auto op = Make(*node, 0);
    op->Run("sleep 5000");
    ASSERT_TRUE(op->Push(0, ParseRows(kRows, rows)).ok());
    CheckpointChain chain;
    SaveInto(op.get(), /*changes_only=*/false, &chain);
    const auto next = Make(*node, 0);
    next->clock().Advance(5'600'000);
    ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
    ASSERT_TRUE(next->Push(0, ParseRows(kRows, "+I k 1000 1 1 0.5 1.00 [1]")).ok());
    next->clock().Advance(late_ms * 1000);
    ASSERT_TRUE(next->Finish().ok());
    EXPECT_EQ(next->out().table().size(), late_ms == 0 ? 70 : 0);
  }
}

TEST(KeyLog, TheTimeOfTheLastWriteComesBackToTheMillisecond) {
  for (const int64_t spill_from_bytes : {0, 1}) {
    const auto node = Node(Kind::kLast, {kText}, /*ttl_ms=*/1000);
    auto op = Make(*node, spill_from_bytes);
    op->Run("sleep 5000");
    ASSERT_TRUE(op->Push(0, Rows(0, 20)).ok());
    op->Run("sleep 400");
    CheckpointChain chain;
    SaveInto(op.get(), /*changes_only=*/false, &chain);
    for (const int64_t later_ms : {599, 600}) {
      auto next = Make(*node, spill_from_bytes);
      next->clock().Advance((5400 + later_ms) * 1000);
      ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
      ASSERT_TRUE(next->Push(0, Rows(0, 20, "+I", 2)).ok());
      // An update takes the row of before back.
      EXPECT_EQ(next->out().table().size(), later_ms == 599 ? 40 : 20) << spill_from_bytes;
    }
  }
}

TEST(KeyLog, WhatExpiresWhileACheckpointReadsTheDiskIsStillInIt) {
  const auto node = Node(Kind::kLast, {kText}, /*ttl_ms=*/600);
  const auto op = Make(*node, /*spill_from_bytes=*/20'000);
  const auto twin = Make(*node, 0);
  const auto push = [&](const Batch& batch) {
    ASSERT_TRUE(op->Push(0, batch).ok());
    ASSERT_TRUE(twin->Push(0, batch).ok());
  };
  push(Rows(0, 2000));
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  // These change, and go to disk when others come. They are few of all: their list is read.
  push(Rows(0, 20, "+I", 2));
  push(Rows(1000, 1200, "+I", 2));
  state::StateSnapshot::Part part;
  const auto writer = state::MakeSnapshotWriter(&part);
  ASSERT_TRUE(op->BeginSave(/*changes_only=*/true, *writer).ok());
  op->Run("sleep 700\ntick\nsleep 700\ntick");
  while (!op->SaveMore(16).ValueOrDie()) {
  }
  op->Run("sleep 700\ntick\nsleep 700\ntick");
  EXPECT_EQ(op->metrics().state_rows.load(), 0);
  chain.Add(part);

  const auto next = Make(*node, 0);
  ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
  std::map<std::string, int64_t> rows = twin->out().table();
  ASSERT_TRUE(next->Push(0, Rows(0, 2000, "+I", 3)).ok());
  for (const auto& [row, count] : next->out().table()) rows[row] += count;
  std::erase_if(rows, [](const auto& row) { return row.second == 0; });
  push(Rows(0, 2000, "+I", 3));
  EXPECT_EQ(rows, twin->out().table());
}

TEST(KeyLog, WhatExpiredOnDiskStaysGoneWhereNothingExpiresAnyMore) {
  const auto node = Node(Kind::kLast, {kText}, /*ttl_ms=*/600);
  const auto op = Make(*node, /*spill_from_bytes=*/20'000);
  ASSERT_TRUE(op->Push(0, Rows(0, 1000)).ok());
  const auto lasting = Node(Kind::kLast, {kText});
  ExpectExpiredStaysGone(op.get(), Make(*lasting, 0).get());
}

TEST(KeyLog, KeysThatWentTakeAShareOfTheMemoryAndNoMore) {
  constexpr int64_t kLimit = 4 << 20;
  constexpr int64_t kKeys = 10'000;
  const auto node = Node(Kind::kNormalize, {kText});
  const auto make = [&] {
    return std::make_unique<OperatorPicture>(MakeOperator(*node), std::vector<Schema>{kRows}, node->schema(),
                                             /*batch_rows=*/1000, kLimit);
  };
  const auto op = make();
  op->out().set_keep_text(false);
  CheckpointChain chain;
  for (int64_t round = 0; round < 3; ++round) {
    for (int64_t key = 0; key < kKeys; key += 1000) ASSERT_TRUE(op->Push(0, Rows(key, key + 1000)).ok());
    SaveInto(op.get(), /*changes_only=*/round > 0, &chain);
    const int64_t before = chain.rows();
    for (int64_t key = 10; key < kKeys; key += 10) ASSERT_TRUE(op->Push(0, Rows(key, key + 10, "-D")).ok());
    // The ten that are left, and nothing about those that went.
    SaveInto(op.get(), /*changes_only=*/true, &chain);
    EXPECT_EQ(chain.rows() - before, 10) << round;
    const auto next = make();
    ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
    EXPECT_EQ(next->metrics().state_rows.load(), 10) << round;
  }
}

TEST(KeyLog, AFloatComesBackWithItsSign) {
  for (const Kind kind : {Kind::kLast, Kind::kTop, Kind::kNormalize}) {
    for (const int64_t spill_from_bytes : {0, 1}) {
      const auto node = Node(kind, {kFraction});
      auto op = Make(*node, spill_from_bytes);
      ASSERT_TRUE(op->Push(0, ParseRows(kRows, "+I a 1 1 1 -0.0 1.00 [1]")).ok());
      CheckpointChain chain;
      SaveInto(op.get(), /*changes_only=*/false, &chain);
      const auto next = Make(*node, spill_from_bytes);
      ASSERT_TRUE(next->Restore(*chain.Reader()).ok());
      ASSERT_TRUE(next->Push(0, ParseRows(kRows, "+I b 1 1 0 0.0 1.00 [1]\n+I c 1 1 5 0.0 1.00 [1]")).ok());
      std::map<std::string, int64_t> table = op->out().table();
      for (const auto& [row, count] : next->out().table()) {
        if ((table[row] += count) == 0) table.erase(row);
      }
      for (const auto& [row, count] : table) EXPECT_EQ(count, 1) << row;
    }
  }
}

}  // namespace
}  // namespace tidemark::exec
