// SPDX-License-Identifier: Apache-2.0
// Operators that keep rows (joins, ranks, sorts), stopped anywhere and restored on any number of workers, go on as if
// nothing had happened.
#include <gtest/gtest.h>

#include "exec/checkpointed_life_testing.h"
#include "exec/make_operator.h"
#include "exec/state_events_testing.h"

namespace tidemark::exec {
namespace {

using plan::JoinType;

const Schema kRows = RandomSchema();

Schema Nullable(Schema schema) {
  for (auto& field : schema) field.type = field.type.WithNullable(true);
  return schema;
}

class Seeds : public testing::TestWithParam<uint64_t> {};

constexpr JoinType kJoinTypes[] = {JoinType::kInner, JoinType::kLeft, JoinType::kRight,
                                   JoinType::kFull,  JoinType::kSemi, JoinType::kAnti};

std::shared_ptr<plan::JoinNode> Join(JoinType type, std::vector<int> keys, bool retracts, bool final_only,
                                     bool null_safe) {
  Schema output = Nullable(kRows);
  if (type != JoinType::kSemi && type != JoinType::kAnti) output.insert(output.end(), kRows.begin(), kRows.end());
  output = Nullable(output);
  auto node = std::make_shared<plan::JoinNode>(output, ExchangedInput(keys, retracts), ExchangedInput(keys, retracts),
                                               final_only ? plan::ChangelogMode{} : AllKinds(), "Join");
  node->type = type;
  node->left_keys = node->right_keys = keys;
  node->null_safe.assign(keys.size(), null_safe);
  node->final_only = final_only;
  return node;
}

/// ExpectGoesOnEverywhere with all state in memory; then, by seed, with some of it or none between two batches.
void ExpectGoesOnSpilling(StateCase test, uint64_t seed) {
  for (int64_t spill_from_bytes : {0, seed % 2 == 0 ? 12'000 : 1}) {
    SCOPED_TRACE("spills from " + std::to_string(spill_from_bytes) + " bytes on");
    test.spill_from_bytes = spill_from_bytes;
    ExpectGoesOnEverywhere(test, seed);
    if (testing::Test::HasFailure()) return;
  }
}

class JoinState : public Seeds {};
INSTANTIATE_TEST_SUITE_P(Random, JoinState, testing::Range<uint64_t>(1, 4));

TEST_P(JoinState, ChangelogJoinGoesOn) {
  for (JoinType type : kJoinTypes) {
    for (const std::vector<int>& keys : {std::vector<int>{kKey}, {kText, kSmall}, {}}) {
      auto node = Join(type, keys, true, false, GetParam() % 2 == 0);
      const int events = keys.size() < 2 ? 10 : 25;
      auto test = CaseOf("Join", node, RandomEvents({.inputs = 2, .events = events, .retracts = true}, GetParam()));
      ExpectGoesOnSpilling(test, GetParam());
      if (HasFailure()) return;
    }
  }
}

TEST_P(JoinState, InsertOnlyJoinGoesOn) {
  for (JoinType type : kJoinTypes) {
    for (bool final_only : {false, true}) {
      for (const std::vector<int>& keys : {std::vector<int>{kKey}, {kText, kSmall}, {}}) {
        auto node = Join(type, keys, false, final_only, GetParam() % 2 == 0);
        const int events = keys.size() < 2 ? 10 : 25;
        ExpectGoesOnEverywhere(CaseOf("Join", node, RandomEvents({.inputs = 2, .events = events}, GetParam())),
                               GetParam());
        if (HasFailure()) return;
      }
    }
  }
}

TEST_P(JoinState, InsertOnlyJoinGoesOnAsOneThatSpills) {
  for (JoinType type : kJoinTypes) {
    for (const std::vector<int>& keys : {std::vector<int>{kKey}, {kText, kSmall}}) {
      auto node = Join(type, keys, false, false, GetParam() % 2 == 0);
      auto test = CaseOf("Join", node, RandomEvents({.inputs = 2, .events = 25}, GetParam()));
      test.exact = false;            // the latest match comes first
      test.same_state_rows = false;  // equal rows are one row with a count
      // From the first row on, or from somewhere in the middle.
      test.spill_from_bytes = std::vector<int64_t>{1, 12'000, 20'000}[GetParam() % 3];
      ExpectGoesOnEverywhere(test, GetParam());
      if (HasFailure()) return;
    }
  }
}

TEST_P(JoinState, InsertOnlyJoinGoesOnFromItsLog) {
  for (JoinType type : kJoinTypes) {
    for (const int64_t spill_from_bytes : {0, 12'000}) {
      const auto node = Join(type, {kKey}, false, false, GetParam() % 2 == 0);
      const auto events = RandomEvents({.inputs = 2, .events = 60}, GetParam());
      const auto make = [&](int64_t spill_from) {
        return std::make_unique<OperatorPicture>(MakeOperator(*node), std::vector<Schema>{kRows, kRows}, node->schema(),
                                                 /*batch_rows=*/7, /*memory_limit_bytes=*/0, "UTC", spill_from);
      };
      SCOPED_TRACE(testing::Message() << "join type " << static_cast<int>(type) << ", spill from " << spill_from_bytes);
      CheckpointedLife undisturbed([&] { return make(0); }, events, CheckpointedLife::kUndisturbed);
      CheckpointedLife disturbed([&] { return make(spill_from_bytes); }, events, GetParam());
      EXPECT_EQ(disturbed.Run(), undisturbed.Run());
      if (HasFailure()) return;
    }
  }
}

TEST(JoinLog, ACheckpointOfChangesHoldsNewRowsOnly) {
  const auto node = Join(JoinType::kInner, {kKey}, false, false, false);
  OperatorPicture op(MakeOperator(*node), {kRows, kRows}, node->schema());
  CheckpointChain chain;
  int64_t kept = 0;
  for (const Event& event : RandomEvents({.inputs = 2, .events = 20, .rows_max = 50}, 1)) {
    ASSERT_TRUE(op.Push(event.input, event.batch).ok());
    kept += event.batch.num_rows;
    SaveInto(&op, /*changes_only=*/chain.rows() > 0, &chain);
    EXPECT_EQ(chain.rows(), kept);
  }
}

TEST_P(JoinState, SurvivesDamage) {
  for (bool retracts : {false, true}) {
    auto node = Join(JoinType::kFull, {kKey}, retracts, false, true);
    auto test = CaseOf("Join", node, RandomEvents({.inputs = 2, .retracts = retracts}, GetParam()));
    for (int64_t spill_from_bytes : {0, 1}) {
      test.spill_from_bytes = spill_from_bytes;
      ExpectSurvivesDamage(test, GetParam());
    }
  }
}

std::shared_ptr<plan::RankNode> Rank(std::vector<int> partitions, std::vector<int> exchanged, bool retracts,
                                     int64_t first, int64_t last, bool with_rank) {
  Schema output = kRows;
  if (with_rank) output.push_back({"rank", DataType::BigInt().NotNull()});
  auto node =
      std::make_shared<plan::RankNode>(output, ExchangedInput(std::move(exchanged), retracts), AllKinds(), "Rank");
  node->partition_columns = std::move(partitions);
  node->keys = {{kSmall, true, false}, {kText, false, true}};
  node->first = first;
  node->last = last;
  node->emit_rank = with_rank;
  node->input_retracts = retracts;
  return node;
}

class RankState : public Seeds {};
INSTANTIATE_TEST_SUITE_P(Random, RankState, testing::Range<uint64_t>(1, 6));

TEST_P(RankState, TopNGoesOn) {
  struct {
    std::vector<int> partitions;
    std::vector<int> exchanged;
  } const keys[] = {{{kKey}, {kKey}}, {{kKey, kText}, {kText}}, {{}, {}}};
  for (const auto& [partitions, exchanged] : keys) {
    for (bool retracts : {false, true}) {
      for (bool with_rank : {false, true}) {
        const auto node = Rank(partitions, exchanged, retracts, 1 + GetParam() % 2, 1 + GetParam() % 5, with_rank);
        auto test = CaseOf("Rank", node, RandomEvents({.retracts = retracts}, GetParam()));
        test.exact = false;  // rows that leave come out in the order of their addresses
        test.same_state_rows = true;
        for (const bool logged : {false, true}) {
          test.logged = logged;
          if (!logged || retracts) ExpectGoesOnSpilling(test, GetParam());
          if (HasFailure()) return;
        }
      }
    }
  }
}

std::unique_ptr<OperatorPicture> MakeRank(const plan::RankNode& node) {
  return std::make_unique<OperatorPicture>(MakeOperator(node), std::vector<Schema>{kRows}, node.schema(),
                                           /*batch_rows=*/7);
}

class RankLog : public Seeds {};
INSTANTIATE_TEST_SUITE_P(Random, RankLog, testing::Range<uint64_t>(1, 17));

TEST_P(RankLog, TopNOverChangesGoesOnFromIt) {
  for (const std::vector<int>& partitions : {std::vector<int>{kSmall, kText}, {kKey}, {}}) {
    for (const int64_t ttl_ms : {0, 1000}) {
      const auto node = Rank(partitions, partitions, true, 1 + GetParam() % 2, 3, /*with_rank=*/GetParam() % 3 == 0);
      node->state_ttl_ms = ttl_ms;
      const EventsOptions options = {
          .events = 120, .retracts = true, .ticks = true, .sleep_ms_max = ttl_ms == 0 ? 0 : 700};
      auto events = RandomEvents(options, GetParam());
      // Equal rows, whose order shows when they are taken back.
      for (Event& event : events) {
        if (event.kind != Event::Kind::kPush || GetParam() % 4 != 0) continue;
        std::vector<int32_t> twice;
        for (int32_t row = 0; row < event.batch.num_rows; ++row) twice.insert(twice.end(), {row, row});
        event.batch = Take(event.batch, twice).ValueOrDie();
      }
      SCOPED_TRACE(testing::Message() << partitions.size() << " partition keys, time-to-live " << ttl_ms);
      CheckpointedLife undisturbed([&] { return MakeRank(*node); }, events, CheckpointedLife::kUndisturbed);
      CheckpointedLife disturbed([&] { return MakeRank(*node); }, events, GetParam());
      EXPECT_EQ(disturbed.Run(), undisturbed.Run());
      if (HasFailure()) return;
    }
  }
}

/// Rows [begin, end) of partitions of ten rows.
std::string RankedRows(const char* kind, int begin, int end) {
  std::string text;
  for (int row = begin; row < end; ++row) {
    text += kind;
    text += " r" + std::to_string(row) + " 1 " + std::to_string(row / 10) + " 1 0.5 1.00 [1]\n";
  }
  return text;
}

TEST(RankLog, ACheckpointOfChangesHoldsThoseOnly) {
  const auto node = Rank({kKey}, {kKey}, true, 1, 3, false);
  const auto op = MakeRank(*node);
  ASSERT_TRUE(op->Push(0, ParseRows(kRows, RankedRows("+I", 0, 1000))).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  EXPECT_EQ(chain.rows(), 1000);
  // Five rows go, two come, and three come and go.
  ASSERT_TRUE(op->Push(0, ParseRows(kRows, RankedRows("-D", 0, 5) + RankedRows("+I", 1000, 1005))).ok());
  ASSERT_TRUE(op->Push(0, ParseRows(kRows, RankedRows("-D", 1002, 1005))).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);
  EXPECT_EQ(chain.rows(), 1007);

  const auto second = MakeRank(*node);
  ASSERT_TRUE(second->Restore(*chain.Reader()).ok());
  EXPECT_EQ(second->metrics().state_rows.load(), 997);
  SaveInto(second.get(), /*changes_only=*/true, &chain);
  EXPECT_EQ(chain.rows(), 1007);
}

TEST(RankLog, HasWhatEarlierVersionsWrote) {
  for (const int64_t ttl_ms : {0, 1000}) {
    const auto node = Rank({kKey}, {kKey}, true, 1, 3, true);
    node->state_ttl_ms = ttl_ms;
    node->final_only = true;
    const auto op = MakeRank(*node);
    ASSERT_TRUE(op->Push(0, ParseRows(kRows, RankedRows("+I", 0, 100) + RankedRows("-D", 10, 20))).ok());
    ExpectLogsWhatTablesHad([&] { return MakeRank(*node); }, op.get(), kMinWatermark);
  }
}

TEST(RankLog, KeepsTheOrderOfEqualSortKeys) {
  const auto node = Rank({kKey}, {kKey}, true, 1, 2, true);
  node->keys = {{kSmall, true, false}};
  const auto op = MakeRank(*node);
  const auto row = [](const char* kind, const char* text) {
    return std::string(kind) + " " + text + " 1 1 1 0.5 1.00 [1]\n";
  };
  // The last row takes the place of one that went before it, in memory, but not in the order.
  for (const std::string& line : {row("+I", "x"), row("+I", "c"), row("+I", "a"), row("-D", "x"), row("+I", "b")}) {
    op->Run(line);
  }
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  const auto second = MakeRank(*node);
  ASSERT_TRUE(second->Restore(*chain.Reader()).ok());
  const std::string script = row("+I", "d") + row("-D", "c");
  EXPECT_EQ(second->Run(script), op->Run(script));
}

TEST(RankLog, ATimeToLiveMayComeAndGo) {
  CheckpointChain chain;
  const auto restored = [&chain](int64_t ttl_ms, int64_t now_ms) {
    const auto node = Rank({kKey}, {kKey}, true, 1, 3, false);
    node->state_ttl_ms = ttl_ms;
    auto op = MakeRank(*node);
    op->clock().Advance(now_ms * 1000);
    EXPECT_TRUE(op->Restore(*chain.Reader()).ok());
    return op;
  };
  auto node = Rank({kKey}, {kKey}, true, 1, 3, false);
  node->state_ttl_ms = 1000;
  auto op = MakeRank(*node);
  op->clock().Advance(1'000'000);
  ASSERT_TRUE(op->Push(0, ParseRows(kRows, RankedRows("+I", 0, 30))).ok());
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  op->clock().Advance(900'000);
  ASSERT_TRUE(op->Push(0, ParseRows(kRows, RankedRows("+I", 30, 31) + RankedRows("-D", 1, 2))).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);

  // The partition that lost a row was written then, too.
  op = restored(1000, 2500);
  ASSERT_TRUE(op->Tick().ok());
  EXPECT_EQ(op->metrics().state_rows.load(), 10);

  op = restored(0, 2500);
  ASSERT_TRUE(op->Tick().ok());
  EXPECT_EQ(op->metrics().state_rows.load(), 30);
  SaveInto(op.get(), /*changes_only=*/true, &chain);

  // Nobody knows when they were written.
  op = restored(1000, 9000);
  ASSERT_TRUE(op->Tick().ok());
  EXPECT_EQ(op->metrics().state_rows.load(), 30);
  SaveInto(op.get(), /*changes_only=*/true, &chain);
  op = restored(1000, 10000);
  ASSERT_TRUE(op->Tick().ok());
  EXPECT_EQ(op->metrics().state_rows.load(), 0);
}

TEST_P(RankState, LastRowByTimeGoesOn) {
  const auto node = Rank({kKey}, {kKey}, false, 1, 1, true);
  node->keys = {{kTime, false, false}};
  ExpectGoesOnSpilling(CaseOf("latest wins", node, RandomEvents({}, GetParam())), GetParam());
}

TEST_P(RankState, RankAtTheEndGoesOn) {
  for (bool retracts : {false, true}) {
    for (int64_t last : {3, 100}) {  // beyond 64 rows are sorted now and then
      const auto node = Rank({kSmall}, {kSmall}, retracts, 1, last, true);
      node->final_only = true;
      node->keys = {{kText, true, true}};
      auto test = CaseOf("final rank", node, RandomEvents({.rows_max = 60, .retracts = retracts}, GetParam()));
      test.exact = false;
      ExpectGoesOnSpilling(test, GetParam());
    }
  }
}

TEST_P(RankState, FirstRowGoesOn) {
  for (int key : {static_cast<int>(kTime), static_cast<int>(kSmall)}) {  // by event time; as they come
    for (const std::vector<int>& partitions : {std::vector<int>{kText, kSmall}, {}}) {
      const auto node =
          Rank(partitions, partitions.empty() ? std::vector<int>{} : std::vector<int>{kSmall}, false, 1, 1, true);
      node->keys = {{key, true, false}};
      node->keeps_first = true;
      ExpectGoesOnSpilling(CaseOf("FirstRow", node, RandomEvents({.watermarks = true}, GetParam())), GetParam());
      ExpectSurvivesDamage(CaseOf("FirstRow", node, RandomEvents({.watermarks = true}, GetParam())), GetParam());
    }
  }
}

TEST_P(RankState, SurvivesDamage) {
  for (bool retracts : {false, true}) {
    auto test =
        CaseOf("Rank", Rank({kKey}, {kKey}, retracts, 1, 3, true), RandomEvents({.retracts = retracts}, GetParam()));
    for (int64_t spill_from_bytes : {0, 1}) {
      test.spill_from_bytes = spill_from_bytes;
      ExpectSurvivesDamage(test, GetParam());
      if (!retracts) continue;
      test.logged = true;
      ExpectSurvivesDamage(test, GetParam());
      test.logged = false;
    }
  }
}

class NormalizeState : public Seeds {};
INSTANTIATE_TEST_SUITE_P(Random, NormalizeState, testing::Range<uint64_t>(1, 5));

TEST_P(NormalizeState, GoesOn) {
  const auto node = std::make_shared<plan::ChangelogNormalizeNode>(
      ExchangedInput({kKey, kText}, true), std::vector<int>{kText, kKey}, AllKinds(), "ChangelogNormalize");
  const auto test = CaseOf("ChangelogNormalize", node, RandomEvents({.retracts = true}, GetParam()));
  ExpectGoesOnSpilling(test, GetParam());
  ExpectSurvivesDamage(test, GetParam());
}

std::shared_ptr<plan::SortNode> Sort(plan::SortNode::Mode mode, bool retracts) {
  auto node = std::make_shared<plan::SortNode>(ExchangedInput({}, retracts), AllKinds(), "Sort");
  node->mode = mode;
  node->keys = {{kTime, true, false}, {kText, false, true}};
  return node;
}

class SortState : public Seeds {};
INSTANTIATE_TEST_SUITE_P(Random, SortState, testing::Range<uint64_t>(1, 5));

TEST_P(SortState, GoesOn) {
  using Mode = plan::SortNode::Mode;
  for (Mode mode : {Mode::kAtEnd, Mode::kByWatermark, Mode::kLimitOnly, Mode::kTopN}) {
    for (bool retracts : {false, true}) {
      if (retracts && mode == Mode::kByWatermark) continue;
      for (bool limited : {false, true}) {
        if (!limited && mode == Mode::kTopN) continue;
        const auto node = Sort(mode, retracts);
        if (limited && mode != Mode::kByWatermark) node->limit = 150;
        if (limited && mode != Mode::kByWatermark) node->offset = 5;
        auto test = CaseOf("Sort " + std::to_string(static_cast<int>(mode)), node,
                           RandomEvents({.retracts = retracts, .watermarks = mode == Mode::kByWatermark}, GetParam()));
        test.exact = mode != Mode::kTopN && !(mode == Mode::kLimitOnly && retracts);
        ExpectGoesOnEverywhere(test, GetParam());
        ExpectSurvivesDamage(test, GetParam());
        if (HasFailure()) return;
      }
    }
  }
}

/// As rows that carry their windows do, with windows that end at the rows' times.
std::shared_ptr<plan::PerWindowNode> PerWindow(plan::PhysicalPtr each) {
  auto node = std::make_shared<plan::PerWindowNode>(std::move(each), "PerWindow");
  for (size_t input = 0; input < node->inputs().size(); ++input) node->windows.push_back({kTime, kTime});
  return node;
}

class PerWindowState : public Seeds {};
INSTANTIATE_TEST_SUITE_P(Random, PerWindowState, testing::Range<uint64_t>(1, 4));

TEST_P(PerWindowState, JoinGoesOn) {
  for (JoinType type : kJoinTypes) {
    const auto node = PerWindow(Join(type, {kKey, kTime}, false, true, true));
    const auto test =
        CaseOf("PerWindow join", node, RandomEvents({.inputs = 2, .events = 50, .watermarks = true}, GetParam()));
    ExpectGoesOnEverywhere(test, GetParam());
    ExpectSurvivesDamage(test, GetParam());
    if (HasFailure()) return;
  }
}

TEST_P(PerWindowState, RankGoesOn) {
  const auto rank = Rank({kTime, kSmall}, {kSmall}, false, 1, 2, true);
  rank->final_only = true;
  rank->keys = {{kText, true, true}};
  auto test = CaseOf("PerWindow rank", PerWindow(rank), RandomEvents({.events = 60, .watermarks = true}, GetParam()));
  ExpectGoesOnEverywhere(test, GetParam());
  ExpectSurvivesDamage(test, GetParam());
}

}  // namespace
}  // namespace tidemark::exec
