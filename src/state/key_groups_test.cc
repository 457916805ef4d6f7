// SPDX-License-Identifier: Apache-2.0
// Key groups: pinned values, because stored state is found by them, and an even spread.
#include "state/key_groups.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "catalog/data_type.h"
#include "state/keyed_table.h"

namespace tidemark::state {
namespace {

std::shared_ptr<arrow::Array> Column(const DataType& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type.ToArrow(), json).ValueOrDie();
}

std::vector<int> Groups(const std::vector<std::shared_ptr<arrow::Array>>& keys) {
  const auto groups = KeyGroups(keys, keys[0]->length()).ValueOrDie();
  return {groups.begin(), groups.end()};
}

// These values are a contract with state on disk. A change here loses the state of every job.
TEST(KeyGroups, PinnedValues) {
  EXPECT_EQ(Groups({Column(DataType::BigInt(), "[0, 1, 2, -1, null, 9223372036854775807]")}),
            (std::vector<int>{42, 95, 71, 69, 49, 87}));
  EXPECT_EQ(Groups({Column(DataType::String(), R"(["", "a", "auction", null])")}), (std::vector<int>{3, 71, 8, 49}));
  EXPECT_EQ(Groups({Column(DataType::Double(), "[0, -0.0, 1.5, null]")}), (std::vector<int>{42, 42, 123, 49}));
  EXPECT_EQ(Groups({Column(DataType::Boolean(), "[true, false, null]")}), (std::vector<int>{95, 42, 49}));
  EXPECT_EQ(Groups({Column(DataType::Decimal(10, 2), R"(["1.50", "-1.50", null])")}), (std::vector<int>{60, 23, 49}));
  EXPECT_EQ(Groups({Column(DataType::Array(DataType::Int()), "[[1, 2], [], null]")}), (std::vector<int>{3, 17, 49}));
  EXPECT_EQ(Groups({Column(DataType::BigInt(), "[1, 1, null]"), Column(DataType::String(), R"(["a", "b", "a"])")}),
            (std::vector<int>{40, 0, 91}));
}

TEST(KeyGroups, IntegersOfAnyWidthAgree) {
  const auto big = Groups({Column(DataType::BigInt(), "[5, -7, 100]")});
  EXPECT_EQ(Groups({Column(DataType::Int(), "[5, -7, 100]")}), big);
  EXPECT_EQ(Groups({Column(DataType::SmallInt(), "[5, -7, 100]")}), big);
  EXPECT_EQ(Groups({Column(DataType::TinyInt(), "[5, -7, 100]")}), big);
  EXPECT_EQ(Groups({Column(DataType::Float(), "[0.5, 2]")}), Groups({Column(DataType::Double(), "[0.5, 2]")}));
}

TEST(KeyGroups, ColumnOrderMatters) {
  const auto a = Column(DataType::BigInt(), "[1, 2, 3, 4, 5, 6]");
  const auto b = Column(DataType::BigInt(), "[7, 8, 9, 10, 11, 12]");
  EXPECT_NE(Groups({a, b}), Groups({b, a}));
}

TEST(KeyGroups, SequentialKeysSpreadEvenly) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < 128'000; ++i) ASSERT_TRUE(builder.Append(i).ok());
  const auto keys = builder.Finish().ValueOrDie();
  for (const auto& columns : std::vector<std::vector<std::shared_ptr<arrow::Array>>>{{keys}, {keys, keys}}) {
    std::vector<int> counts(kKeyGroups);
    for (int group : Groups(columns)) ++counts[group];
    EXPECT_GT(*std::min_element(counts.begin(), counts.end()), 800);
    EXPECT_LT(*std::max_element(counts.begin(), counts.end()), 1200);
  }
}

TEST(KeyGroups, EveryWorkerOwnsSome) {
  for (int workers : {1, 2, 3, 4, 128}) {
    std::vector<int> owned(workers);
    for (int group = 0; group < kKeyGroups; ++group) ++owned[WorkerOfKeyGroup(group, workers)];
    EXPECT_GE(*std::min_element(owned.begin(), owned.end()), kKeyGroups / workers);
  }
}

}  // namespace
}  // namespace tidemark::state
