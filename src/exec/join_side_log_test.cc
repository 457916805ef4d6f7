// SPDX-License-Identifier: Apache-2.0
// Checkpoints of joins that are written while they go on: a job that is killed anywhere and goes on from the newest
// complete one gives what an undisturbed one gives.
#include "exec/join_side_log.h"

#include <gtest/gtest.h>

#include <random>

#include "exec/checkpointed_life_testing.h"
#include "exec/make_operator.h"
#include "expr/function.h"

namespace tidemark::exec {
namespace {

using plan::JoinNode;
using plan::JoinType;

// key, value
const Schema kInput = SchemaOf({DataType::BigInt(), DataType::String()});
// key, value, a zero with or without a sign
const Schema kRandomInput = SchemaOf({DataType::BigInt(), DataType::String(), DataType::Double()});

constexpr JoinType kJoinTypes[] = {JoinType::kInner, JoinType::kLeft, JoinType::kRight,
                                   JoinType::kFull,  JoinType::kSemi, JoinType::kAnti};

plan::PhysicalPtr Input(const Schema& schema, bool retracts) {
  return std::make_shared<plan::ExchangeNode>(InputNode(schema, retracts ? AllKinds() : plan::ChangelogMode{}),
                                              std::vector<int>{0}, "Exchange");
}

std::shared_ptr<JoinNode> Join(JoinType type, bool retracts, const Schema& schema = kInput) {
  Schema output = schema;
  if (type != JoinType::kSemi && type != JoinType::kAnti) output.insert(output.end(), schema.begin(), schema.end());
  for (auto& field : output) field.type = field.type.WithNullable(true);
  auto node = std::make_shared<JoinNode>(output, Input(schema, retracts), Input(schema, retracts), AllKinds(), "Join");
  node->type = type;
  node->left_keys = node->right_keys = {0};
  node->null_safe = {false};
  return node;
}

/// left value < right value, of kRandomInput
expr::ExpressionPtr ValueLess() {
  return expr::Expression::Call(
      expr::FunctionRegistry::BuiltIn().Find("<"),
      {expr::Expression::Column(1, DataType::String(), "b"), expr::Expression::Column(4, DataType::String(), "d")},
      DataType::Boolean());
}

std::unique_ptr<OperatorPicture> Make(const JoinNode& node, int64_t spill_from_bytes) {
  return std::make_unique<OperatorPicture>(
      MakeOperator(node), std::vector<Schema>{node.inputs()[0]->schema(), node.inputs()[1]->schema()}, node.schema(),
      /*batch_rows=*/7, /*memory_limit_bytes=*/0, "UTC", spill_from_bytes);
}

/// Few keys and values, so that many rows are equal, and many match.
std::vector<Event> RandomBatches(bool retracts, int64_t sleep_ms_max, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> live[2];
  std::vector<Event> events;
  while (events.size() < 120) {
    Event event;
    if (sleep_ms_max > 0 && random() % 2 == 0) {
      event.kind = Event::Kind::kSleep;
      event.sleep_ms = static_cast<int64_t>(random() % sleep_ms_max);
      events.push_back(std::move(event));
      continue;
    }
    event.input = static_cast<int>(random() % 2);
    auto& rows = live[event.input];
    std::string text;
    for (auto row = random() % 12; row < 12; ++row) {
      if (retracts && !rows.empty() && random() % 5 < 2) {
        const size_t at = random() % rows.size();
        text += "-D " + rows[at] + "\n";
        rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(at));
        continue;
      }
      const auto key = random() % 30;
      rows.push_back((key == 0 ? "null" : std::to_string(key)) + " v" + std::to_string(random() % 4) +
                     (random() % 2 == 0 ? " 0.0" : " -0.0"));
      text += "+I " + rows.back() + "\n";
    }
    event.batch = ParseRows(kRandomInput, text);
    events.push_back(std::move(event));
  }
  return events;
}

class JoinLogLives : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Random, JoinLogLives, testing::Range<uint64_t>(1, 17));

void ExpectTheSameRows(JoinType type, bool retracts, int64_t ttl_ms, uint64_t seed) {
  const auto node = Join(type, retracts, kRandomInput);
  node->null_safe = {seed % 2 == 0};
  if (seed % 4 < 2) node->residual = ValueLess();
  node->left_ttl_ms = ttl_ms;
  node->right_ttl_ms = seed % 3 == 0 ? 0 : ttl_ms;
  const auto events = RandomBatches(retracts, ttl_ms / 4, seed);
  for (const int64_t spill_from_bytes : {0, 6000}) {
    SCOPED_TRACE(testing::Message() << "join type " << static_cast<int>(type) << ", retracts " << retracts
                                    << ", spill from " << spill_from_bytes);
    CheckpointedLife undisturbed([&] { return Make(*node, 0); }, events, CheckpointedLife::kUndisturbed);
    CheckpointedLife disturbed([&] { return Make(*node, spill_from_bytes); }, events, seed);
    EXPECT_EQ(disturbed.Run(), undisturbed.Run());
  }
}

TEST_P(JoinLogLives, GiveTheSameRows) {
  for (const JoinType type : kJoinTypes) {
    for (const bool retracts : {false, true}) ExpectTheSameRows(type, retracts, /*ttl_ms=*/0, GetParam());
  }
}

TEST_P(JoinLogLives, GiveTheSameRowsWhereRowsExpire) {
  for (const JoinType type : kJoinTypes) {
    for (const bool retracts : {false, true}) ExpectTheSameRows(type, retracts, /*ttl_ms=*/2000, GetParam());
  }
}

/// Rows with a key each.
Batch Rows(int64_t begin, int64_t end, const std::string& kind = "+I", const std::string& value = "a") {
  std::string text;
  for (int64_t key = begin; key < end; ++key) text += kind + " " + std::to_string(key) + " " + value + "\n";
  return ParseRows(kInput, text);
}

int64_t RowsOfNext(OperatorPicture* op, CheckpointChain* chain) {
  const int64_t rows_before = chain->rows();
  SaveInto(op, /*changes_only=*/rows_before > 0, chain);
  return chain->rows() - rows_before;
}

void ExpectChangesOnly(int64_t spill_from_bytes) {
  const auto node = Join(JoinType::kLeft, /*retracts=*/true);
  const auto op = Make(*node, spill_from_bytes);
  ASSERT_TRUE(op->Push(0, Rows(0, 1000)).ok());
  CheckpointChain chain;
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 1000);
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 0);
  // New rows, and old ones that have a match now.
  ASSERT_TRUE(op->Push(1, Rows(990, 1010)).ok());
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 20 + 10);
  // Where nothing depends on it, how often a row matches is not kept.
  ASSERT_TRUE(op->Push(0, Rows(1000, 1010)).ok());
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 10);
  // A row that is gone is a change as well.
  ASSERT_TRUE(op->Push(1, Rows(1000, 1005, "-D")).ok());
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 5 + 5);
  EXPECT_EQ(op->metrics().state_disk_bytes.load() > 0, spill_from_bytes > 0);
}

TEST(JoinSideLog, ACheckpointOfChangesHoldsThoseOnly) {
  for (const int64_t spill_from_bytes : {0, 20'000}) {
    SCOPED_TRACE(testing::Message() << "spill from " << spill_from_bytes);
    ExpectChangesOnly(spill_from_bytes);
  }
}

TEST(JoinSideLog, WhatExpiredOnDiskStaysGoneWhereNothingExpiresAnyMore) {
  const auto node = Join(JoinType::kLeft, /*retracts=*/true);
  node->left_ttl_ms = node->right_ttl_ms = 600;
  const auto op = Make(*node, /*spill_from_bytes=*/20'000);
  ASSERT_TRUE(op->Push(0, Rows(0, 1000)).ok());
  ASSERT_TRUE(op->Push(1, Rows(0, 1000)).ok());
  const auto lasting = Join(JoinType::kLeft, /*retracts=*/true);
  ExpectExpiredStaysGone(op.get(), Make(*lasting, 0).get());
}

TEST(JoinSideLog, WhatComesAndGoesBetweenTwoCheckpointsIsInNone) {
  const auto node = Join(JoinType::kInner, /*retracts=*/true);
  const auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Rows(0, 10)).ok());
  CheckpointChain chain;
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 10);
  for (const char* value : {"b", "c"}) {
    ASSERT_TRUE(op->Push(0, Rows(0, 10, "+U", value)).ok());
    ASSERT_TRUE(op->Push(0, Rows(0, 10, "-U", value)).ok());
  }
  EXPECT_EQ(RowsOfNext(op.get(), &chain), 0);
}

TEST(JoinSideLog, WhoGoesOnFromAChainMayBuildOnIt) {
  const auto node = Join(JoinType::kLeft, /*retracts=*/true);
  auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Rows(0, 100)).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  ASSERT_TRUE(op->Push(0, Rows(0, 90, "-D")).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);

  auto second = Make(*node, 0);
  ASSERT_TRUE(second->Restore(*chain.Reader()).ok());
  EXPECT_EQ(second->metrics().state_rows.load(), 10);
  ASSERT_TRUE(second->Push(0, Rows(90, 95, "-D")).ok());
  ASSERT_TRUE(second->Push(0, Rows(0, 3)).ok());
  EXPECT_EQ(RowsOfNext(second.get(), &chain), 5 + 3);

  auto third = Make(*node, 0);
  ASSERT_TRUE(third->Restore(*chain.Reader()).ok());
  EXPECT_EQ(third->metrics().state_rows.load(), 8);
  EXPECT_EQ(third->Run("1: +I 1 r\n1: +I 50 r"), "-D 1 a null null\n+I 1 a 1 r\n");
}

TEST(JoinSideLog, WhatWasSavedWholeGoesIntoTheLog) {
  const auto node = Join(JoinType::kFull, /*retracts=*/true);
  auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Rows(0, 10)).ok());
  ASSERT_TRUE(op->Push(1, Rows(5, 15)).ok());
  state::StateSnapshot::Part part;
  ASSERT_TRUE(op->Save(*state::MakeSnapshotWriter(&part)).ok());
  CheckpointChain chain;
  chain.Add(part);
  for (int life = 0; life < 2; ++life) {
    op = Make(*node, 0);
    ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
    EXPECT_EQ(op->metrics().state_rows.load(), 20) << life;
    SaveInto(op.get(), /*changes_only=*/true, &chain);
    EXPECT_EQ(chain.rows(), 20) << life;
  }
}

TEST(JoinSideLog, WhatIsGoneStaysGoneWhereRowsGoToDiskWhileTheyAreReadBack) {
  const auto node = Join(JoinType::kLeft, /*retracts=*/true);
  auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Rows(0, 300)).ok());
  ASSERT_TRUE(op->Push(0, Rows(0, 300, "+I", "b")).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  ASSERT_TRUE(op->Push(0, Rows(0, 300, "-D")).ok());
  ASSERT_TRUE(op->Push(0, Rows(0, 150, "-D", "b")).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);

  for (int life = 0; life < 2; ++life) {
    op = Make(*node, /*spill_from_bytes=*/12'000);
    ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
    EXPECT_EQ(op->metrics().state_rows.load(), 150) << life;
    EXPECT_GT(op->metrics().state_disk_bytes.load(), 0);
    SaveInto(op.get(), /*changes_only=*/true, &chain);
  }
  EXPECT_EQ(op->Run("1: +I 10 r\n1: +I 200 r"), "-D 200 b null null\n+I 200 b 200 r\n");
}

TEST(JoinSideLog, WhatTheDiskHadOfRowsThatWentIsNotSaved) {
  const auto node = Join(JoinType::kInner, /*retracts=*/true);
  auto op = Make(*node, /*spill_from_bytes=*/12'000);
  ASSERT_TRUE(op->Push(0, Rows(0, 300)).ok());
  ASSERT_TRUE(op->Push(0, Rows(0, 300, "+I", "b")).ok());
  ASSERT_TRUE(op->Push(0, Rows(0, 3, "-D")).ok());
  state::StateSnapshot::Part part;
  const auto writer = state::MakeSnapshotWriter(&part);
  ASSERT_TRUE(op->BeginSave(/*changes_only=*/false, *writer).ok());
  // The keys of those rows go to disk again before their turn comes, and so does one that changed since.
  ASSERT_TRUE(op->Push(0, Rows(7, 9, "-D")).ok());
  for (int64_t key = 300; key < 1000; key += 10) ASSERT_TRUE(op->Push(0, Rows(key, key + 10)).ok());
  for (bool complete = false; !complete;) ASSERT_TRUE(op->SaveMore(10).Value(&complete).ok());
  CheckpointChain chain;
  chain.Add(part);

  op = Make(*node, 0);
  ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
  EXPECT_EQ(op->metrics().state_rows.load(), 597);
  EXPECT_EQ(op->Run("1: +I 2 r\n1: +I 500 r"), "+I 2 b 2 r\n");
}

TEST(JoinSideLog, RowsThatComeFromTheDiskAndGoBackAgainAreSavedOnce) {
  const auto node = Join(JoinType::kInner, /*retracts=*/true);
  const auto op = Make(*node, /*spill_from_bytes=*/1);
  ASSERT_TRUE(op->Push(0, Rows(0, 50)).ok());
  ASSERT_GT(op->metrics().state_disk_bytes.load(), 0);
  state::StateSnapshot::Part part;
  const auto writer = state::MakeSnapshotWriter(&part);
  ASSERT_TRUE(op->BeginSave(/*changes_only=*/false, *writer).ok());
  for (int time = 0; time < 4; ++time) {  // they are looked up, and stay as they are
    ASSERT_TRUE(op->Push(1, Rows(0, 50)).ok());
    ASSERT_TRUE(op->Push(1, Rows(0, 50, "-D")).ok());
  }
  for (bool complete = false; !complete;) ASSERT_TRUE(op->SaveMore(10).Value(&complete).ok());
  CheckpointChain chain;
  chain.Add(part);
  EXPECT_EQ(chain.rows(), 50);
}

}  // namespace
}  // namespace tidemark::exec
