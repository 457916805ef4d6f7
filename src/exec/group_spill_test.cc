// SPDX-License-Identifier: Apache-2.0
// GROUP BY over more groups than its memory: the same rows, less memory, and the groups in use stay.
#include "exec/group_spill.h"

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "exec/group_aggregate.h"
#include "exec/picture_testing.h"

namespace tidemark::exec {
namespace {

using plan::GroupAggregateNode;

const Schema kInput = SchemaOf({DataType::String(), DataType::BigInt()});

std::shared_ptr<GroupAggregateNode> Node(bool retracts, bool final_only = false) {
  const std::vector<plan::AggregateCall> calls = {Call(kInput, "COUNT", {}), Call(kInput, "SUM", {1})};
  Schema output = {kInput[0]};
  for (const auto& call : calls) output.push_back({call.name, call.type});
  auto node = std::make_shared<GroupAggregateNode>(output, InputNode(kInput), AllKinds(), "GroupAggregate");
  node->group_columns = {0};
  node->calls = calls;
  node->input_retracts = retracts;
  node->final_only = final_only;
  return node;
}

/// `rows` rows of keys around `first_key`, short ones and long ones.
Batch RandomRows(int64_t rows, int64_t first_key, int64_t keys, bool retracts, std::mt19937* random) {
  arrow::StringBuilder texts;
  arrow::Int64Builder numbers;
  std::vector<RowKind> kinds;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t key = first_key + static_cast<int64_t>((*random)() % keys);
    if (key % 1000 == 7) {
      EXPECT_TRUE(texts.AppendNull().ok());
    } else {
      EXPECT_TRUE(texts.Append((key % 3 == 0 ? "a longer key, number " : "k") + std::to_string(key)).ok());
    }
    EXPECT_TRUE(numbers.Append(key % 17).ok());
    kinds.push_back(retracts && (*random)() % 3 == 0 ? RowKind::kDelete : RowKind::kInsert);
  }
  Batch batch{rows, {texts.Finish().ValueOrDie(), numbers.Finish().ValueOrDie()}};
  if (retracts) batch.row_kinds = std::make_shared<const std::vector<RowKind>>(std::move(kinds));
  return batch;
}

constexpr int64_t kLimit = 1 << 20;

/// An operator with a limit that it may spill from, and one without a limit.
struct Twins {
  explicit Twins(const std::shared_ptr<GroupAggregateNode>& node)
      : limited(MakeGroupAggregateOperator(*node), {kInput}, node->schema(), 1000, kLimit, "UTC", kLimit / 5 * 4),
        unlimited(MakeGroupAggregateOperator(*node), {kInput}, node->schema(), 1000) {
    limited.out().set_keep_text(false);
    unlimited.out().set_keep_text(false);
  }
  void Push(const Batch& batch) {
    ASSERT_TRUE(unlimited.Push(0, batch).ok());
    const auto status = limited.Push(0, batch);
    ASSERT_TRUE(status.ok()) << status.ToString();
    ASSERT_LE(limited.memory().used_bytes(), kLimit);
  }
  void ExpectEqual() {
    ASSERT_TRUE(limited.Finish().ok());
    ASSERT_TRUE(unlimited.Finish().ok());
    EXPECT_EQ(limited.out().table(), unlimited.out().table());
    EXPECT_EQ(limited.metrics().state_rows.load(), unlimited.metrics().state_rows.load());
  }
  OperatorPicture limited;
  OperatorPicture unlimited;
};

TEST(GroupSpill, ManyTimesTheMemoryGivesTheSameRows) {
  for (bool retracts : {false, true}) {
    for (bool final_only : {false, true}) {
      SCOPED_TRACE(testing::Message() << retracts << final_only);
      std::mt19937 random(1);
      const auto node = Node(retracts, final_only);
      Twins twins(node);
      for (int i = 0; i < 100; ++i) twins.Push(RandomRows(1000, 0, 60'000, retracts, &random));
      EXPECT_GT(twins.unlimited.memory().used_bytes(), 3 * kLimit);
      EXPECT_GT(twins.limited.metrics().state_disk_bytes.load(), 0);
      twins.ExpectEqual();
    }
  }
}

TEST(GroupSpill, GroupsThatEndOnDiskDoNotComeBack) {
  std::mt19937 random(1);
  const auto node = Node(true);
  Twins twins(node);
  std::vector<Batch> added;
  for (int i = 0; i < 60; ++i) added.push_back(RandomRows(1000, i * 1000, 1000, false, &random));
  for (const Batch& batch : added) twins.Push(batch);
  for (Batch batch : added) {
    batch.row_kinds = std::make_shared<const std::vector<RowKind>>(batch.num_rows, RowKind::kDelete);
    twins.Push(batch);
  }
  EXPECT_TRUE(twins.limited.out().table().empty());
  EXPECT_EQ(twins.limited.metrics().state_rows.load(), 0);
  // As if never seen.
  for (const Batch& batch : added) twins.Push(batch);
  twins.ExpectEqual();
}

TEST(GroupSpill, GroupsInUseStayInMemory) {
  std::mt19937 random(1);
  const auto node = Node(false);
  OperatorPicture picture(MakeGroupAggregateOperator(*node), {kInput}, node->schema(), 1000, kLimit, "UTC",
                          kLimit / 5 * 4);
  class CountingSpace final : public state::SpillSpace {
   public:
    class Store final : public state::StateStore {
     public:
      arrow::Status Write(std::span<const state::StoreEntry> entries) override { return store->Write(entries); }
      arrow::Status MultiGet(std::span<const std::string_view> keys,
                             std::vector<std::optional<std::string_view>>* values) override {
        ARROW_RETURN_NOT_OK(store->MultiGet(keys, values));
        for (const auto& value : *values) loaded += value.has_value();
        return arrow::Status::OK();
      }
      arrow::Status RemoveAll(std::string_view prefix) override { return store->RemoveAll(prefix); }
      std::unique_ptr<state::StoreScan> Scan(std::string_view prefix, std::string_view from) override {
        return store->Scan(prefix, from);
      }
      int64_t disk_bytes() const override { return store->disk_bytes(); }
      int64_t disk_bytes(std::string_view prefix) const override { return store->disk_bytes(prefix); }

      std::unique_ptr<state::StateStore> store = state::MakeMemoryStateStore();
      int64_t loaded = 0;
    };
    arrow::Result<state::StateStore*> StoreOf(int) override { return &store; }
    Store store;
  };
  CountingSpace space;
  picture.context().spill = &space;  // read when the first group is moved
  picture.out().set_keep_text(false);
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(picture.Push(0, RandomRows(500, 0, 500, false, &random)).ok());                 // again and again
    ASSERT_TRUE(picture.Push(0, RandomRows(500, 10'000 + i * 500, 500, false, &random)).ok());  // once
  }
  EXPECT_GT(space.store.disk_bytes(), 0);
  EXPECT_LT(space.store.loaded, 5'000);  // of 100'000 look-ups of the 500
}

TEST(GroupSpill, WithoutAKeyOrAPlaceTheLimitHolds) {
  std::mt19937 random(1);
  const auto node = Node(false);
  OperatorPicture picture(MakeGroupAggregateOperator(*node), {kInput}, node->schema(), 1000, kLimit);
  picture.out().set_keep_text(false);
  arrow::Status status;
  for (int i = 0; i < 100 && status.ok(); ++i)
    status = picture.Push(0, RandomRows(1000, i * 1000, 1000, false, &random));
  EXPECT_TRUE(status.IsOutOfMemory());
  EXPECT_THAT(status.message(), testing::HasSubstr("TestOperator(k)"));
}

}  // namespace
}  // namespace tidemark::exec
