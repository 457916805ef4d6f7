// SPDX-License-Identifier: Apache-2.0
// Operators with a time-to-live, stopped anywhere and restored on any number of workers, with state on disk or not:
// what comes out is what the clock says, and no matter of when something is dropped.
#include <gtest/gtest.h>

#include "exec/state_events_testing.h"

namespace tidemark::exec {
namespace {

const Schema kRows = RandomSchema();
constexpr int64_t kTtlMs = 1000;

class TtlState : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Random, TtlState, testing::Range<uint64_t>(1, 9));

void ExpectGoesOn(const std::string& name, const plan::PhysicalPtr& node, EventsOptions options, uint64_t seed,
                  bool logged = false) {
  options.events = 60;
  options.sleep_ms_max = 600;
  options.ticks = true;
  auto test = CaseOf(name, node, RandomEvents(options, seed));
  test.exact = false;
  test.logged = logged;
  test.same_state_rows = false;  // what is expired counts until it is dropped
  for (const int64_t spill_from_bytes : {0, 1, 6000}) {
    SCOPED_TRACE("spills from " + std::to_string(spill_from_bytes) + " bytes on");
    test.spill_from_bytes = spill_from_bytes;
    ExpectGoesOnEverywhere(test, seed);
    if (testing::Test::HasFailure()) return;
  }
}

TEST_P(TtlState, GroupAggregateGoesOn) {
  for (const std::vector<int>& groups : {std::vector<int>{kText}, {kSmall, kKey}, {}}) {
    for (const bool retracts : {false, true}) {
      Schema output;
      for (int column : groups) output.push_back(kRows[column]);
      const std::vector<plan::AggregateCall> calls = {Call(kRows, "COUNT", {}), Call(kRows, "SUM", {kSmall}),
                                                      Call(kRows, "COUNT", {kText}, /*distinct=*/true)};
      for (const auto& call : calls) output.push_back({call.name, call.type});
      auto node = std::make_shared<plan::GroupAggregateNode>(output, ExchangedInput(groups, retracts), AllKinds(),
                                                             "GroupAggregate");
      node->group_columns = groups;
      node->calls = calls;
      node->input_retracts = retracts;
      node->state_ttl_ms = kTtlMs;
      ExpectGoesOn("GroupAggregate", node, {.retracts = retracts}, GetParam());
      if (HasFailure()) return;
    }
  }
}

TEST_P(TtlState, JoinGoesOn) {
  using plan::JoinType;
  for (JoinType type : {JoinType::kInner, JoinType::kLeft, JoinType::kFull, JoinType::kSemi, JoinType::kAnti}) {
    for (const bool retracts : {false, true}) {
      Schema output = kRows;
      if (type != JoinType::kSemi && type != JoinType::kAnti) output.insert(output.end(), kRows.begin(), kRows.end());
      for (auto& field : output) field.type = field.type.WithNullable(true);
      auto node = std::make_shared<plan::JoinNode>(output, ExchangedInput({kText, kSmall}, retracts),
                                                   ExchangedInput({kText, kSmall}, retracts), AllKinds(), "Join");
      node->type = type;
      node->left_keys = node->right_keys = {kText, kSmall};
      node->null_safe = {true, false};
      node->left_ttl_ms = kTtlMs;
      node->right_ttl_ms = 2 * kTtlMs;
      ExpectGoesOn("Join", node, {.inputs = 2, .retracts = retracts}, GetParam());
      if (HasFailure()) return;
    }
  }
}

TEST_P(TtlState, RankGoesOn) {
  for (const bool retracts : {false, true}) {
    for (const bool keeps_first : {false, true}) {
      if (retracts && keeps_first) continue;
      auto node = std::make_shared<plan::RankNode>(kRows, ExchangedInput({kText}, retracts), AllKinds(), "Rank");
      node->partition_columns = {kText};
      node->keys = {{kTime, true, false}};
      node->last = keeps_first ? 1 : 3;
      node->input_retracts = retracts;
      node->keeps_first = keeps_first;
      node->state_ttl_ms = kTtlMs;
      ExpectGoesOn("Rank", node, {.retracts = retracts, .watermarks = keeps_first}, GetParam());
      if (retracts) ExpectGoesOn("Rank", node, {.retracts = true}, GetParam(), /*logged=*/true);
      if (HasFailure()) return;
    }
  }
}

TEST_P(TtlState, NormalizeGoesOn) {
  const auto node = std::make_shared<plan::ChangelogNormalizeNode>(
      ExchangedInput({kKey, kText}, true), std::vector<int>{kText, kKey}, AllKinds(), "ChangelogNormalize");
  node->state_ttl_ms = kTtlMs;
  ExpectGoesOn("ChangelogNormalize", node, {.retracts = true}, GetParam());
}

}  // namespace
}  // namespace tidemark::exec
