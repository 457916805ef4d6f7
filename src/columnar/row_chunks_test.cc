// SPDX-License-Identifier: Apache-2.0
// RowChunks: rows of every type come back, however they were added.
#include "columnar/row_chunks.h"

#include <arrow/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include <random>

namespace tidemark {
namespace {

std::shared_ptr<arrow::Array> Parse(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

TEST(RowChunks, EveryTypeAndNull) {
  ASSERT_TRUE(arrow::compute::Initialize().ok());
  const std::vector<std::pair<std::shared_ptr<arrow::DataType>, std::string>> samples = {
      {arrow::null(), "[null, null, null]"},
      {arrow::boolean(), "[true, null, false]"},
      {arrow::int8(), "[1, null, 3]"},
      {arrow::int16(), "[1, null, 3]"},
      {arrow::int32(), "[1, null, 3]"},
      {arrow::int64(), "[1, null, 3]"},
      {arrow::float64(), "[1.5, null, 3]"},
      {arrow::decimal128(10, 1), R"(["1.5", null, "3.0"])"},
      {arrow::timestamp(arrow::TimeUnit::MILLI), "[1, null, 3]"},
      {arrow::utf8(), R"(["one", null, ""])"},
      {arrow::list(arrow::int32()), "[[1], null, []]"},
      {arrow::struct_({arrow::field("a", arrow::int32())}), R"([{"a": 1}, null, {"a": null}])"}};
  for (const auto& [type, json] : samples) {
    SCOPED_TRACE(type->ToString());
    RowChunks rows({type});
    const auto column = Parse(type, json);
    Batch batch{3, {column}};
    ASSERT_TRUE(rows.Append(batch).ok());
    ASSERT_TRUE(rows.Append(batch.Slice(1, 2)).ok());
    ASSERT_TRUE(rows.Append(batch.Slice(0, 1)).ok());
    const auto all = rows.Range(0, 6).ValueOrDie()[0];
    EXPECT_TRUE(all->Equals(arrow::Concatenate({column, column->Slice(1), column->Slice(0, 1)}).ValueOrDie()));
    const auto gathered = rows.Gather({5, -1, 1, 2, 4, 0}).ValueOrDie()[0];
    ASSERT_TRUE(gathered->ValidateFull().ok());
    const auto nothing = arrow::MakeArrayOfNull(type, 1).ValueOrDie();
    const auto one = column->Slice(0, 1);
    EXPECT_TRUE(gathered->Equals(
        arrow::Concatenate({one, nothing, column->Slice(1, 1), column->Slice(2, 1), column->Slice(2, 1), one})
            .ValueOrDie()))
        << gathered->ToString();
  }
}

TEST(RowChunks, ManyBatchesOfAnySize) {
  std::mt19937 random(1);
  RowChunks rows({arrow::int64(), arrow::utf8()});
  int64_t next = 0;
  for (int batch_number = 0; batch_number < 400; ++batch_number) {
    const int64_t length = random() % (batch_number % 50 == 0 ? 20'000 : 200);
    arrow::Int64Builder numbers;
    arrow::StringBuilder texts;
    for (int64_t i = 0; i < length; ++i, ++next) {
      ASSERT_TRUE(numbers.Append(next * 3).ok());
      ASSERT_TRUE(texts.Append("t" + std::to_string(next)).ok());
    }
    ASSERT_TRUE(rows.Append(Batch{length, {numbers.Finish().ValueOrDie(), texts.Finish().ValueOrDie()}}).ok());
    ASSERT_EQ(rows.size(), next);
    std::vector<int64_t> wanted;
    for (int i = 0; i < 100 && next > 0; ++i) wanted.push_back(static_cast<int64_t>(random() % next));
    if (next > 0) wanted.push_back(next - 1);
    const auto columns = rows.Gather(wanted).ValueOrDie();
    for (size_t i = 0; i < wanted.size(); ++i) {
      ASSERT_EQ(static_cast<const arrow::Int64Array&>(*columns[0]).Value(i), wanted[i] * 3);
      ASSERT_EQ(static_cast<const arrow::StringArray&>(*columns[1]).GetView(i), "t" + std::to_string(wanted[i]));
    }
  }
  EXPECT_GT(rows.memory_bytes(), next * 12);
  const auto range = rows.Range(10, next - 5).ValueOrDie();
  EXPECT_EQ(range[0]->length(), next - 15);
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*range[0]).Value(0), 30);
  rows.Clear();
  EXPECT_EQ(rows.size(), 0);
  EXPECT_EQ(rows.memory_bytes(), 0);
}

TEST(RowChunks, ASliceDoesNotKeepTheWholeInMemory) {
  arrow::Int64Builder numbers;
  for (int64_t i = 0; i < 100'000; ++i) ASSERT_TRUE(numbers.Append(i).ok());
  const Batch batch{100'000, {numbers.Finish().ValueOrDie()}};
  RowChunks rows({arrow::int64()});
  ASSERT_TRUE(rows.Append(batch.Slice(500, 10)).ok());
  EXPECT_LT(rows.Range(0, 10).ValueOrDie()[0]->data()->buffers[1]->size(), 1000);
}

}  // namespace
}  // namespace tidemark
