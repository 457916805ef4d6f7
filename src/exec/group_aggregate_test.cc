// SPDX-License-Identifier: Apache-2.0
// GROUP BY by pictures, and against a naive model with random changes and random batch cuts.
#include "exec/group_aggregate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exec/picture_testing.h"

namespace tidemark::exec {
namespace {

using plan::ChangelogMode;
using plan::GroupAggregateNode;
using ::testing::HasSubstr;

const Schema kInput = SchemaOf({DataType::String(), DataType::BigInt()});

struct Case {
  std::shared_ptr<GroupAggregateNode> node;
  std::unique_ptr<OperatorPicture> picture;

  Case(std::vector<int> group_columns, std::vector<plan::AggregateCall> calls, ChangelogMode mode = AllKinds(),
       bool input_retracts = false, bool final_only = false, int64_t batch_rows = 8192, const Schema& input = kInput) {
    Schema output;
    for (int column : group_columns) output.push_back(input[column]);
    for (const auto& call : calls) output.push_back({call.name, call.type});
    node = std::make_shared<GroupAggregateNode>(output, InputNode(input), mode, "GroupAggregate");
    node->group_columns = std::move(group_columns);
    node->calls = std::move(calls);
    node->input_retracts = input_retracts;
    node->final_only = final_only;
    picture = std::make_unique<OperatorPicture>(MakeGroupAggregateOperator(*node), std::vector<Schema>{input}, output,
                                                batch_rows);
  }
  std::string Run(std::string_view script) { return picture->Run(script); }
};

const std::vector<plan::AggregateCall> kCountAndSum = {Call(kInput, "COUNT", {}), Call(kInput, "SUM", {1})};

TEST(GroupAggregate, EmitsOneChangePerKeyAndBatch) {
  Case test({0}, kCountAndSum);
  EXPECT_EQ(test.Run(R"(
      +I x 1
      +I y 5
      +I x 2
      ---
      +I x 10
      +I z 1
      watermark 7)"),
            "+I x 2 3\n+I y 1 5\n-U x 2 3\n+U x 3 13\n+I z 1 1\nwatermark 7\n");
}

TEST(GroupAggregate, WithoutUpdateBeforeOnlyTheNewRowIsSent) {
  Case test({0}, kCountAndSum, WithoutUpdateBefore());
  EXPECT_EQ(test.Run("+I x 1\n---\n+I x 2"), "+I x 1 1\n+U x 2 3\n");
}

TEST(GroupAggregate, ResultsThatStayTheSameAreNotSent) {
  Case test({0}, {Call(kInput, "MAX", {1})});
  EXPECT_EQ(test.Run("+I x 5\n+I y null\n---\n+I x 3\n+I y null\n---\n+I x 6"), "+I x 5\n+I y null\n-U x 5\n+U x 6\n");
}

TEST(GroupAggregate, AGroupWithoutRowsIsDeleted) {
  Case test({0}, kCountAndSum, AllKinds(), /*input_retracts=*/true);
  EXPECT_EQ(test.Run(R"(
      +I x 1
      +I y 5
      ---
      -D x 1
      -U y 5
      +U y 6
      ---
      +I x 7
      ---
      +I q 1
      -D q 1)"),
            "+I x 1 1\n+I y 1 5\n-D x 1 1\n-U y 1 5\n+U y 1 6\n+I x 1 7\n");
  EXPECT_EQ(test.picture->metrics().state_rows, 2);
}

TEST(GroupAggregate, ARetractionOfNothingIsIgnored) {
  Case test({0}, kCountAndSum, AllKinds(), /*input_retracts=*/true);
  EXPECT_EQ(test.Run("-D x 4\n---\n-D x 4\n+I x 1\n---\n-D x 1\n-D x 1\n+I x 2"), "+I x 1 1\n-U x 1 1\n+U x 1 2\n");
}

TEST(GroupAggregate, DistinctIsAnAggregateWithoutCalls) {
  Case test({0}, {}, {}, /*input_retracts=*/false);
  EXPECT_EQ(test.Run("+I x 1\n+I x 2\n---\n+I x 3\n+I y 1"), "+I x\n+I y\n");
  Case retracting({0}, {}, AllKinds(), /*input_retracts=*/true);
  EXPECT_EQ(retracting.Run("+I x 1\n+I x 2\n---\n-D x 1\n---\n-D x 2"), "+I x\n-D x\n");
}

TEST(GroupAggregate, NullIsAKey) {
  Case test({0}, kCountAndSum);
  EXPECT_EQ(test.Run("+I null 1\n+I x null\n+I null 2"), "+I null 2 3\n+I x 1 null\n");
}

TEST(GroupAggregate, FilterAndDistinct) {
  const Schema input = SchemaOf({DataType::Int(), DataType::Int(), DataType::Boolean()});
  Case test({0},
            {Call(input, "COUNT", {}, false, 2), Call(input, "COUNT", {1}, true), Call(input, "SUM", {1}, false, 2)},
            AllKinds(), false, false, 8192, input);
  EXPECT_EQ(test.Run("+I 1 5 true\n+I 1 5 false\n+I 1 6 null\n+I 2 7 false"), "+I 1 1 2 5\n+I 2 0 1 null\n");
}

TEST(GroupAggregate, GlobalAggregateOverNothing) {
  // As in Flink: a stream says nothing, a batch gives the row COUNT = 0.
  Case stream({}, {Call(kInput, "COUNT", {})});
  EXPECT_EQ(stream.Run("finish"), "");
  Case batch({}, kCountAndSum, {}, false, /*final_only=*/true);
  EXPECT_EQ(batch.Run("finish"), "+I 0 null\n");
  Case other_worker({}, kCountAndSum, {}, false, /*final_only=*/true);
  other_worker.picture->context().worker = 1;
  EXPECT_EQ(other_worker.Run("finish"), "");
  Case keyed({0}, kCountAndSum, {}, false, /*final_only=*/true);
  EXPECT_EQ(keyed.Run("finish"), "");
}

TEST(GroupAggregate, GlobalAggregate) {
  Case stream({}, kCountAndSum);
  EXPECT_EQ(stream.Run("+I x 1\n---\n+I y 2"), "+I 1 1\n-U 1 1\n+U 2 3\n");
  Case batch({}, kCountAndSum, {}, false, /*final_only=*/true);
  EXPECT_EQ(batch.Run("+I x 1\n---\n+I y 2\nfinish"), "+I 2 3\n");
}

TEST(GroupAggregate, FinalOnlyEmitsAtTheEndInBatches) {
  Case test({0}, kCountAndSum, {}, /*input_retracts=*/true, /*final_only=*/true, /*batch_rows=*/2);
  EXPECT_EQ(test.Run("+I x 1\n+I y 1\n+I z 1\n---\n-D y 1\n+I x 2\n+I w 1\nwatermark 3\nfinish"),
            "+I x 2 3\n+I z 1 1\n+I w 1 1\n");
  EXPECT_EQ(test.picture->out().largest_batch(), 2);
}

TEST(GroupAggregate, MiniBatchByRows) {
  Case test({0}, kCountAndSum);
  test.node->mini_batch_rows = 4;
  test.node->mini_batch_latency_ms = 1000;
  EXPECT_EQ(test.Run("+I x 1\n---\n+I x 2\n---\n+I y 1\nwatermark 9"), "watermark 9\n");
  EXPECT_EQ(test.Run("+I x 3"), "+I x 3 6\n+I y 1 1\n");
  EXPECT_EQ(test.Run("+I x 1\n---\n+I x -1\nfinish"), "-U x 3 6\n+U x 5 6\n");
}

TEST(GroupAggregate, MiniBatchByLatency) {
  Case test({0}, kCountAndSum);
  test.node->mini_batch_latency_ms = 100;
  EXPECT_EQ(test.Run("tick\n+I x 1\ntick\nsleep 60\n+I x 2\ntick\nsleep 39\ntick"), "");
  EXPECT_EQ(test.Run("sleep 1\ntick"), "+I x 2 3\n");
  EXPECT_EQ(test.Run("sleep 500\ntick\n+I x 1\ntick\nsleep 100\ntick"), "-U x 2 3\n+U x 3 4\n");
}

TEST(GroupAggregate, AMiniBatchThatEndsWhereItBeganSaysNothing) {
  Case test({0}, kCountAndSum, AllKinds(), /*input_retracts=*/true);
  test.node->mini_batch_rows = 3;
  EXPECT_EQ(test.Run("+I x 1\n+I y 1\n+I z 1\n---\n-D x 1\n---\n+I x 1\n---\n-D q 1"),
            "+I x 1 1\n+I y 1 1\n+I z 1 1\n");
}

TEST(GroupAggregate, StopsAtTheMemoryLimitWithItsName) {
  const auto node = std::make_shared<GroupAggregateNode>(kInput, InputNode(kInput), AllKinds(), "GroupAggregate");
  node->group_columns = {0};
  node->calls = {Call(kInput, "SUM", {1})};
  OperatorPicture picture(MakeGroupAggregateOperator(*node), {kInput}, kInput, 8192, /*memory_limit_bytes=*/100'000);
  std::string rows;
  for (int i = 0; i < 10'000; ++i) rows += "+I key-" + std::to_string(i) + " 1\n";
  EXPECT_THAT(picture.Run(rows), HasSubstr("error: Memory limit exceeded by TestOperator(k)"));
}

TEST(GroupAggregate, ListsCountAsMemory) {
  const Schema output = SchemaOf({DataType::String(), DataType::Array(DataType::BigInt())});
  GroupAggregateNode node(output, InputNode(kInput), AllKinds(), "GroupAggregate");
  node.group_columns = {0};
  node.calls = {Call(kInput, "ARRAY_AGG", {1})};
  node.final_only = true;
  OperatorPicture picture(MakeGroupAggregateOperator(node), {kInput}, output);
  std::string rows;
  for (int i = 0; i < 20'000; ++i) rows += "+I x 1\n";
  EXPECT_EQ(picture.Run(rows), "");
  EXPECT_GT(picture.metrics().state_bytes, 100'000);
}

/// Random changes of rows that are there: additions, deletions, updates.
Batch RandomChanges(int64_t num_rows, bool retract, std::mt19937* random) {
  std::vector<std::string> present;
  std::string text;
  auto row = [&] {
    return "k" + std::to_string((*random)() % 12) + " " +
           ((*random)() % 8 == 0 ? std::string("null") : std::to_string((*random)() % 20));
  };
  for (int64_t i = 0; i < num_rows; ++i) {
    if (retract && !present.empty() && (*random)() % 5 < 2) {
      const size_t at = (*random)() % present.size();
      const bool update = (*random)() % 2;
      text += (update ? "-U " : "-D ") + present[at] + "\n";
      present.erase(present.begin() + static_cast<int64_t>(at));
      if (!update) continue;
      present.push_back(row());
      text += "+U " + present.back() + "\n";
      continue;
    }
    present.push_back(row());
    text += "+I " + present.back() + "\n";
  }
  return ParseRows(kInput, text);
}

/// The table that a query over the rows that are left gives, computed row by row.
std::map<std::string, int64_t> NaiveResult(const Batch& changes) {
  PictureEmitter rows(kInput);
  EXPECT_TRUE(rows.Emit(changes).ok());
  struct Sums {
    int64_t count = 0;
    std::multiset<int64_t> values;
  };
  std::map<std::string, Sums> groups;
  for (const auto& [row, count] : rows.table()) {
    EXPECT_GT(count, 0);
    const size_t space = row.find(' ');
    Sums& sums = groups[row.substr(0, space)];
    sums.count += count;
    for (int64_t i = 0; i < count && row.substr(space + 1) != "null"; ++i)
      sums.values.insert(std::stoll(row.substr(space + 1)));
  }
  std::map<std::string, int64_t> table;
  for (const auto& [key, sums] : groups) {
    int64_t sum = 0;
    for (int64_t value : sums.values) sum += value;
    const bool none = sums.values.empty();
    table[key + " " + std::to_string(sums.count) + " " + (none ? "null" : std::to_string(sum)) + " " +
          (none ? "null" : std::to_string(*sums.values.begin())) + " " +
          std::to_string(std::set<int64_t>(sums.values.begin(), sums.values.end()).size())] = 1;
  }
  return table;
}

TEST(GroupAggregateProperty, EqualsTheNaiveResultForAnyBatchesAndModes) {
  std::mt19937 random(1);
  for (int round = 0; round < 150; ++round) {
    const bool retract = round % 2 == 0;
    const Batch changes = RandomChanges(200, retract, &random);
    const auto expected = NaiveResult(changes);
    for (int mode = 0; mode < 3; ++mode) {
      Case test({0},
                {Call(kInput, "COUNT", {}), Call(kInput, "SUM", {1}), Call(kInput, "MIN", {1}),
                 Call(kInput, "COUNT", {1}, /*distinct=*/true)},
                AllKinds(), retract, /*final_only=*/mode == 1, 1 + random() % 50);
      test.node->mini_batch_rows = mode == 2 ? 37 : 0;
      for (const Batch& piece : CutAtRandom(changes, 1 + random() % 60, &random)) {
        ASSERT_TRUE(test.picture->Push(0, piece).ok());
      }
      ASSERT_TRUE(test.picture->Finish().ok());
      EXPECT_EQ(test.picture->out().table(), expected) << "round " << round << " mode " << mode;
    }
  }
}

}  // namespace
}  // namespace tidemark::exec
