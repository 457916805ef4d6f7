// SPDX-License-Identifier: Apache-2.0
// Operators that aggregate, stopped anywhere and restored on any number of workers, go on as if nothing had happened.
#include <gtest/gtest.h>

#include "exec/checkpointed_life_testing.h"
#include "exec/make_operator.h"
#include "exec/state_events_testing.h"

namespace tidemark::exec {
namespace {

using plan::GroupAggregateNode;
using plan::WindowAggregateNode;

const Schema kRows = RandomSchema();

/// Aggregates of every kind of accumulator.
std::vector<plan::AggregateCall> ManyCalls(bool retracts) {
  std::vector<plan::AggregateCall> calls = {
      Call(kRows, "COUNT", {}),
      Call(kRows, "SUM", {kSmall}),
      Call(kRows, "SUM", {kAmount}),
      Call(kRows, "AVG", {kAmount}),
      Call(kRows, "AVG", {kSmall}),
      Call(kRows, "VAR_POP", {kAmount}),
      Call(kRows, "STDDEV_SAMP", {kSmall}),
      Call(kRows, "MIN", {kFraction}),
      Call(kRows, "MAX", {kText}),
      Call(kRows, "MIN", {kTime}),
      Call(kRows, "MAX", {kAmount}),
      Call(kRows, "COUNT", {kText}, /*distinct=*/true),
      Call(kRows, "SUM", {kSmall}, /*distinct=*/true),
      Call(kRows, "COLLECT", {kSmall}),
      Call(kRows, "COLLECT", {kNumbers}),
      Call(kRows, "LISTAGG", {kText}),
      Call(kRows, "LISTAGG", {kText}, /*distinct=*/true),
      Call(kRows, "ARRAY_AGG", {kKey}),
      Call(kRows, "FIRST_VALUE", {kAmount}),
      Call(kRows, "LAST_VALUE", {kNumbers}),
  };
  if (!retracts) calls.push_back(Call(kRows, "APPROX_COUNT_DISTINCT", {kTime}));
  return calls;
}

/// Aggregates whose results do not depend on how windows were merged from slices.
std::vector<plan::AggregateCall> WindowCalls(bool retracts) {
  auto calls = ManyCalls(retracts);
  if (!retracts) return calls;
  // Which of equal values a retraction takes differs from slice to slice.
  std::erase_if(calls, [](const auto& call) {
    return call.name == "LISTAGG" || call.name == "ARRAY_AGG" || call.name.ends_with("_VALUE");
  });
  return calls;
}

std::shared_ptr<GroupAggregateNode> Group(std::vector<int> groups, std::vector<int> exchanged, bool retracts,
                                          bool final_only) {
  Schema output;
  for (int column : groups) output.push_back(kRows[column]);
  const auto calls = ManyCalls(retracts);
  for (const auto& call : calls) output.push_back({call.name, call.type});
  auto node = std::make_shared<GroupAggregateNode>(output, ExchangedInput(std::move(exchanged), retracts), AllKinds(),
                                                   "GroupAggregate");
  node->group_columns = std::move(groups);
  node->calls = calls;
  node->input_retracts = retracts;
  node->final_only = final_only;
  return node;
}

class Seeds : public testing::TestWithParam<uint64_t> {};

class GroupAggregateState : public Seeds {};
INSTANTIATE_TEST_SUITE_P(Random, GroupAggregateState, testing::Range<uint64_t>(1, 4));
TEST_P(GroupAggregateState, GoesOn) {
  struct {
    std::vector<int> groups;
    std::vector<int> exchanged;
  } const keys[] = {{{kText}, {kText}},
                    {{kSmall, kText}, {kSmall, kText}},
                    {{kSmall, kText, kNumbers}, {kText, kSmall}},  // spread by fewer, and in another order
                    {{kKey}, {}},                                  // all on one worker, though there is a key
                    {{}, {}}};
  for (const auto& [groups, exchanged] : keys) {
    for (bool retracts : {false, true}) {
      for (bool final_only : {false, true}) {
        auto test = CaseOf("GroupAggregate", Group(groups, exchanged, retracts, final_only),
                           RandomEvents({.retracts = retracts}, GetParam()));
        test.exact = !final_only;  // a key that is NULL stands where its batch ended
        // All in memory; then, by seed, some of it or none between two batches.
        for (int64_t spill_from_bytes : {0, GetParam() % 2 == 0 ? 4000 : 1}) {
          SCOPED_TRACE("spills from " + std::to_string(spill_from_bytes) + " bytes on");
          test.spill_from_bytes = spill_from_bytes;
          ExpectGoesOnEverywhere(test, GetParam());
          if (HasFailure()) return;
        }
      }
    }
  }
}

TEST_P(GroupAggregateState, GoesOnWithinAMiniBatch) {
  for (bool distinct_rows : {false, true}) {
    auto node = Group({kText, kSmall}, {kSmall}, true, false);
    node->mini_batch_rows = 40;
    node->mini_batch_latency_ms = 1000;  // so that Tick leaves it
    if (distinct_rows) {
      node = std::make_shared<GroupAggregateNode>(SchemaOf({DataType::String(), DataType::Int()}), node->inputs()[0],
                                                  AllKinds(), "Distinct");
      node->group_columns = {kText, kSmall};
      node->input_retracts = true;
      node->mini_batch_rows = 40;
      node->mini_batch_latency_ms = 1000;
    }
    auto test = CaseOf("mini-batch", node, RandomEvents({.retracts = true, .ticks = true}, GetParam()));
    test.exact = false;  // batches begin at other rows
    for (int64_t spill_from_bytes : {0, 4000, 1}) {
      test.spill_from_bytes = spill_from_bytes;
      ExpectGoesOnEverywhere(test, GetParam());
    }
  }
}

TEST_P(GroupAggregateState, SurvivesDamage) {
  for (bool retracts : {false, true}) {
    auto test = CaseOf("GroupAggregate", Group({kText}, {kText}, retracts, false),
                       RandomEvents({.retracts = retracts}, GetParam()));
    for (int64_t spill_from_bytes : {0, 1}) {
      test.spill_from_bytes = spill_from_bytes;
      ExpectSurvivesDamage(test, GetParam());
    }
  }
}

std::shared_ptr<WindowAggregateNode> Window(time::WindowSpec spec, bool retracts, bool by_columns = false) {
  const bool session = spec.kind == time::WindowKind::kSession;
  const std::vector<int> groups = {kKey, kText};
  Schema output;
  for (int column : groups) output.push_back(kRows[column]);
  const auto calls = WindowCalls(retracts);
  for (const auto& call : calls) output.push_back({call.name, call.type});
  output.push_back({"window_start", DataType::Timestamp(3)});
  output.push_back({"window_end", DataType::Timestamp(3)});
  plan::PhysicalPtr input = ExchangedInput({kText}, retracts);
  auto node = std::make_shared<WindowAggregateNode>(
      session ? plan::PhysicalNode::Kind::kSessionAggregate : plan::PhysicalNode::Kind::kWindowAggregate, output, input,
      "WindowAggregate");
  node->group_columns = groups;
  node->calls = calls;
  node->window = spec;
  node->time_column = by_columns ? -1 : kTime;
  // Any time does for a window's end.
  if (by_columns) node->window_start_column = node->window_end_column = kTime;
  node->properties = {plan::WindowProperty::kStart, plan::WindowProperty::kEnd};
  node->input_retracts = retracts;
  return node;
}

std::vector<std::shared_ptr<WindowAggregateNode>> Windows(bool retracts) {
  using time::WindowKind;
  return {Window({WindowKind::kTumble, 10, 0, 3}, retracts),   Window({WindowKind::kHop, 12, 4, 1}, retracts),
          Window({WindowKind::kHop, 10, 4, 0}, retracts),      Window({WindowKind::kHop, 4, 6, 0}, retracts),
          Window({WindowKind::kCumulate, 20, 5, 0}, retracts), Window({}, retracts, /*by_columns=*/true)};
}

class WindowAggregateState : public Seeds {};
INSTANTIATE_TEST_SUITE_P(Random, WindowAggregateState, testing::Range<uint64_t>(1, 5));
TEST_P(WindowAggregateState, GoesOn) {
  for (bool retracts : {false, true}) {
    for (const auto& node : Windows(retracts)) {
      auto test =
          CaseOf(node->window.ToString(), node, RandomEvents({.retracts = retracts, .watermarks = true}, GetParam()));
      test.logged = GetParam() % 2 == (retracts ? 0 : 1);
      ExpectGoesOnEverywhere(test, GetParam());
      if (HasFailure()) return;
    }
  }
}

TEST_P(WindowAggregateState, GoesOnFromItsLogs) {
  for (bool retracts : {false, true}) {
    for (const auto& node : Windows(retracts)) {
      const auto make = [&] {
        return std::make_unique<OperatorPicture>(MakeOperator(*node), std::vector<Schema>{kRows}, node->schema(),
                                                 /*batch_rows=*/7);
      };
      for (uint64_t life = 0; life < 5; ++life) {
        const auto events = RandomEvents({.events = 100, .retracts = retracts, .watermarks = true}, GetParam() + life);
        SCOPED_TRACE(testing::Message() << node->window.ToString() << ", retracts " << retracts);
        CheckpointedLife undisturbed(make, events, CheckpointedLife::kUndisturbed);
        CheckpointedLife disturbed(make, events, GetParam() + life);
        EXPECT_EQ(disturbed.Run(), undisturbed.Run());
        if (HasFailure()) return;
      }
    }
  }
}

TEST_P(WindowAggregateState, SurvivesDamage) {
  for (const auto& node : Windows(true)) {
    auto test = CaseOf(node->window.ToString(), node, RandomEvents({.retracts = true, .watermarks = true}, GetParam()));
    for (const bool logged : {false, true}) {
      test.logged = logged;
      ExpectSurvivesDamage(test, GetParam());
    }
  }
}

/// Rows of the keys [begin, end) at `time`.
Batch RowsAt(int time, int begin, int end) {
  std::string text;
  for (int key = begin; key < end; ++key) {
    text += "+I k 1 " + std::to_string(key) + " " + std::to_string(time) + " 0.5 1.00 [1]\n";
  }
  return ParseRows(kRows, text);
}

TEST(WindowLog, ACheckpointHoldsOnlyWhatASliceAddsToCumulatingWindows) {
  const auto node = Window({time::WindowKind::kCumulate, 30, 10, 0}, false);
  auto op = std::make_unique<OperatorPicture>(MakeOperator(*node), std::vector<Schema>{kRows}, node->schema());
  ASSERT_TRUE(op->Push(0, RowsAt(5, 0, 1000)).ok());
  ASSERT_TRUE(op->Advance(10).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  EXPECT_EQ(chain.rows(), 1000);
  ASSERT_TRUE(op->Push(0, RowsAt(15, 990, 1010)).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);
  EXPECT_EQ(chain.rows(), 1020);
  ASSERT_TRUE(op->Advance(20).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);
  EXPECT_EQ(chain.rows(), 1040);

  op = std::make_unique<OperatorPicture>(MakeOperator(*node), std::vector<Schema>{kRows}, node->schema());
  ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
  EXPECT_EQ(op->metrics().state_rows.load(), 1010);
  // The series ends, and another one begins.
  ASSERT_TRUE(op->Push(0, RowsAt(35, 0, 7)).ok());
  ASSERT_TRUE(op->Advance(40).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);
  EXPECT_EQ(chain.rows(), 1047);
  op = std::make_unique<OperatorPicture>(MakeOperator(*node), std::vector<Schema>{kRows}, node->schema());
  ASSERT_TRUE(op->Restore(*chain.Reader()).ok());
  EXPECT_EQ(op->metrics().state_rows.load(), 7);
}

TEST(WindowLog, HasWhatEarlierVersionsWrote) {
  using time::WindowKind;
  for (const time::WindowSpec& spec :
       {time::WindowSpec{WindowKind::kHop, 30, 10, 0}, time::WindowSpec{WindowKind::kCumulate, 30, 10, 0},
        time::WindowSpec{WindowKind::kSession, 10, 0, 0}}) {
    SCOPED_TRACE(spec.ToString());
    const auto node = Window(spec, false);
    const auto make = [&] {
      return std::make_unique<OperatorPicture>(MakeOperator(*node), std::vector<Schema>{kRows}, node->schema(),
                                               /*batch_rows=*/7);
    };
    const auto op = make();
    ASSERT_TRUE(op->Push(0, RowsAt(5, 0, 100)).ok());
    ASSERT_TRUE(op->Push(0, RowsAt(14, 90, 110)).ok());
    ASSERT_TRUE(op->Advance(10).ok());
    ExpectLogsWhatTablesHad(make, op.get(), 10);
  }
}

class SessionAggregateState : public Seeds {};
INSTANTIATE_TEST_SUITE_P(Random, SessionAggregateState, testing::Range<uint64_t>(1, 13));

StateCase SessionCase(uint64_t seed) {
  const auto node = Window({time::WindowKind::kSession, 4, 0, 0}, false);
  auto test = CaseOf("Session", node, RandomEvents({.watermarks = true, .numbers = seed % 2 == 0}, seed));
  test.same_state_rows = false;  // those that were merged away are counted until their bucket is looked at
  return test;
}

TEST_P(SessionAggregateState, GoesOn) {
  auto test = SessionCase(GetParam());
  test.logged = GetParam() % 4 < 2;
  ExpectGoesOnEverywhere(test, GetParam());
}

std::unique_ptr<OperatorPicture> MakeSession(const WindowAggregateNode& node) {
  return std::make_unique<OperatorPicture>(MakeOperator(node), std::vector<Schema>{kRows}, node.schema(),
                                           /*batch_rows=*/7);
}

TEST_P(SessionAggregateState, GoesOnFromItsLog) {
  for (const int64_t gap : {1, 4, 10}) {
    const auto node = Window({time::WindowKind::kSession, gap, 0, 0}, false);
    for (uint64_t life = 0; life < 3; ++life) {
      const auto events = RandomEvents({.events = 120, .watermarks = true}, 3 * GetParam() + life);
      SCOPED_TRACE(testing::Message() << "gap " << gap << ", life " << life);
      CheckpointedLife undisturbed([&] { return MakeSession(*node); }, events, CheckpointedLife::kUndisturbed);
      CheckpointedLife disturbed([&] { return MakeSession(*node); }, events, 3 * GetParam() + life);
      EXPECT_EQ(disturbed.Run(), undisturbed.Run());
      if (HasFailure()) return;
    }
  }
}

TEST(SessionLog, ACheckpointOfChangesHoldsThoseOnly) {
  const auto node = Window({time::WindowKind::kSession, 10, 0, 0}, false);
  const auto op = MakeSession(*node);
  ASSERT_TRUE(op->Push(0, RowsAt(0, 0, 1000)).ok());
  ASSERT_TRUE(op->Push(0, RowsAt(20, 0, 50)).ok());
  CheckpointChain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  EXPECT_EQ(chain.rows(), 1050);
  // Of 50 keys two sessions become one; five keys get another one; and other sessions come and go.
  ASSERT_TRUE(op->Push(0, RowsAt(10, 0, 50)).ok());
  ASSERT_TRUE(op->Push(0, RowsAt(500, 100, 105)).ok());
  ASSERT_TRUE(op->Push(0, RowsAt(-20, 200, 220)).ok());
  ASSERT_TRUE(op->Advance(-5).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);
  EXPECT_EQ(chain.rows(), 1050 + 50 + 50 + 5);

  const auto second = MakeSession(*node);
  ASSERT_TRUE(second->Restore(*chain.Reader()).ok());
  EXPECT_EQ(second->metrics().state_rows.load(), 1005);
  SaveInto(second.get(), /*changes_only=*/true, &chain);
  EXPECT_EQ(chain.rows(), 1155);
  // What is complete is gone.
  ASSERT_TRUE(second->Advance(100).ok());
  SaveInto(second.get(), /*changes_only=*/true, &chain);
  EXPECT_EQ(chain.rows(), 1155 + 1000);
}

TEST_P(SessionAggregateState, SurvivesDamage) {
  auto test = SessionCase(GetParam());
  for (const bool logged : {false, true}) {
    test.logged = logged;
    ExpectSurvivesDamage(test, GetParam());
  }
}

}  // namespace
}  // namespace tidemark::exec
