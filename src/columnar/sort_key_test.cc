// SPDX-License-Identifier: Apache-2.0
// Sort keys: every type in order, ascending and descending, NULLs first and last.
#include "columnar/sort_key.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace tidemark {
namespace {

Batch OneColumn(std::shared_ptr<arrow::Array> column) {
  Batch batch;
  batch.num_rows = column->length();
  batch.columns = {std::move(column)};
  return batch;
}

Batch Parse(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return OneColumn(arrow::json::ArrayFromJSONString(type, json).ValueOrDie());
}

SortKeys Encode(const Batch& batch, const std::vector<SortColumn>& columns) {
  SortKeys keys;
  const auto status = EncodeSortKeys(batch, columns, &keys);
  EXPECT_TRUE(status.ok()) << status;
  return keys;
}

/// `batch` lists values from the lowest to the highest, NULL first.
void ExpectAscending(const Batch& batch) {
  const SortKeys up = Encode(batch, {{0, true, true}});
  const SortKeys up_nulls_last = Encode(batch, {{0, true, false}});
  const SortKeys down = Encode(batch, {{0, false, false}});
  for (int64_t row = 1; row < batch.num_rows; ++row) {
    EXPECT_LT(up.key(row - 1), up.key(row)) << row;
    EXPECT_GT(down.key(row - 1), down.key(row)) << row;
    EXPECT_LE(SortPrefix::Of(up.key(row - 1)), SortPrefix::Of(up.key(row)));
    if (row > 1) {
      EXPECT_LT(up_nulls_last.key(row - 1), up_nulls_last.key(row)) << row;
    }
    EXPECT_GT(up_nulls_last.key(0), up_nulls_last.key(row)) << row;
  }
}

TEST(SortKey, EveryTypeInOrder) {
  ExpectAscending(Parse(arrow::boolean(), "[null, false, true]"));
  ExpectAscending(Parse(arrow::int8(), "[null, -128, -1, 0, 1, 127]"));
  ExpectAscending(Parse(arrow::int16(), "[null, -300, -1, 0, 1, 300]"));
  ExpectAscending(Parse(arrow::int32(), "[null, -70000, -1, 0, 1, 70000]"));
  ExpectAscending(Parse(arrow::int64(), "[null, -9223372036854775808, -1, 0, 1, 9223372036854775807]"));
  ExpectAscending(Parse(arrow::date32(), "[null, -5, 0, 5]"));
  ExpectAscending(Parse(arrow::timestamp(arrow::TimeUnit::MILLI), "[null, -5, 0, 5]"));
  ExpectAscending(Parse(arrow::float32(), "[null, -1e30, -1.5, 0, 1e-30, 2.5]"));
  ExpectAscending(Parse(arrow::decimal128(30, 2),
                        R"([null, "-100000000000000000000.00", "-0.01", "0.00", "5.00", "100000000000000000000.00"])"));
  ExpectAscending(Parse(arrow::utf8(), R"([null, "", "a", "a\u0000", "a\u0000b", "a\u0001", "aa", "b", "é"])"));
  ExpectAscending(Parse(arrow::binary(), R"([null, "", "a", "b"])"));
}

TEST(SortKey, FloatsHaveOneZeroAndNanIsLargest) {
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendNull().ok());
  ASSERT_TRUE(builder.AppendValues({-INFINITY, -1.0, 0.0, 1.0, INFINITY, std::nan("")}).ok());
  ExpectAscending(OneColumn(builder.Finish().ValueOrDie()));
  ASSERT_TRUE(builder.AppendValues({0.0, -0.0}).ok());
  const SortKeys keys = Encode(OneColumn(builder.Finish().ValueOrDie()), {{0, true, true}});
  EXPECT_EQ(keys.key(0), keys.key(1));
}

TEST(SortKey, NestedTypesHaveNoOrder) {
  SortKeys keys;
  const auto status = EncodeSortKeys(Parse(arrow::list(arrow::int32()), "[[1]]"), {{0, true, true}}, &keys);
  EXPECT_TRUE(status.IsNotImplemented());
  EXPECT_EQ(status.message(), "ORDER BY a column of type list<item: int32> is not supported yet");
}

TEST(SortKey, SortedOrderIsStableAndEqualsAComparison) {
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    const int64_t num_rows = random() % 60;
    std::string numbers;
    std::string texts;
    std::vector<std::pair<int, std::string>> rows;
    for (int64_t row = 0; row < num_rows; ++row) {
      rows.emplace_back(random() % 4, std::string(random() % 20, static_cast<char>('a' + random() % 2)));
      numbers += (row ? "," : "") + std::to_string(rows.back().first);
      texts += (row ? ",\"" : "\"") + rows.back().second + "\"";
    }
    Batch batch = Parse(arrow::int32(), "[" + numbers + "]");
    batch.columns.push_back(arrow::json::ArrayFromJSONString(arrow::utf8(), "[" + texts + "]").ValueOrDie());
    const bool descending = random() % 2;
    std::vector<int32_t> expected(num_rows);
    for (int32_t i = 0; i < num_rows; ++i) expected[i] = i;
    std::stable_sort(expected.begin(), expected.end(), [&](int32_t a, int32_t b) {
      if (rows[a].first != rows[b].first)
        return descending ? rows[a].first > rows[b].first : rows[a].first < rows[b].first;
      return rows[a].second < rows[b].second;
    });
    EXPECT_EQ(SortedOrder(Encode(batch, {{0, !descending, true}, {1, true, true}})), expected);
  }
}

}  // namespace
}  // namespace tidemark
