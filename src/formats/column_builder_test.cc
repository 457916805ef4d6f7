// SPDX-License-Identifier: Apache-2.0
// Columns grow, take values back, and come out as valid Arrow arrays.
#include "formats/column_builder.h"

#include <arrow/array.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "formats/formats_testing.h"
#include "formats/text/format_text.h"

namespace tidemark::formats {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Values(const arrow::Array& array, const DataType& type) {
  std::vector<std::string> values;
  for (int64_t i = 0; i < array.length(); ++i) FormatPrinted(array, i, type, &values.emplace_back());
  return values;
}

std::shared_ptr<arrow::Array> FinishValid(ColumnBuilder* column) {
  auto array = column->Finish(column->length()).ValueOrDie();
  EXPECT_TRUE(array->ValidateFull().ok()) << array->ValidateFull();
  EXPECT_TRUE(array->type()->Equals(column->type().ToArrow()));
  return array;
}

TEST(ColumnBuilderTest, BuildsFixedValuesAndNulls) {
  ColumnBuilder column(DataType::BigInt());
  column.Append<int64_t>(1);
  column.AppendNull();
  column.Append<int64_t>(3);
  EXPECT_THAT(Values(*FinishValid(&column), column.type()), ElementsAre("1", "null", "3"));
  column.Append<int64_t>(4);
  const auto again = FinishValid(&column);
  EXPECT_EQ(again->null_count(), 0);
  EXPECT_THAT(Values(*again, column.type()), ElementsAre("4"));
}

TEST(ColumnBuilderTest, TakesBackValuesAndTheirNulls) {
  ColumnBuilder column(DataType::String());
  column.AppendBytes("a");
  column.AppendNull();
  column.AppendBytes("ccc");
  column.Truncate(1);
  column.AppendBytes("d");
  EXPECT_THAT(Values(*FinishValid(&column), column.type()), ElementsAre("a", "d"));
}

TEST(ColumnBuilderTest, ABrokenOffTextIsDropped) {
  ColumnBuilder column(DataType::String());
  column.AppendBytes("a");
  std::memcpy(column.BytesTail(3), "xyz", 3);
  column.AdvanceBytes(3);
  column.DropBytes();
  column.AppendBytes("b");
  EXPECT_THAT(Values(*FinishValid(&column), column.type()), ElementsAre("a", "b"));
}

TEST(ColumnBuilderTest, TakesBackAHalfBuiltRow) {
  ColumnBuilder column(DataType::Row({{"a", DataType::Int()}, {"list", DataType::Array(DataType::String())}}));
  const auto append = [&](int32_t a, const std::vector<std::string>& texts, bool whole) {
    column.child(0).Append(a);
    for (const auto& text : texts) column.child(1).child(0).AppendBytes(text);
    if (!whole) return;
    column.child(1).EndList();
    column.EndStruct();
  };
  append(1, {"x", "y"}, true);
  append(2, {"lost"}, false);
  column.Truncate(1);
  column.AppendNull();
  append(3, {}, true);
  EXPECT_THAT(Values(*FinishValid(&column), column.type()), ElementsAre("+I[1, [x, y]]", "null", "+I[3, []]"));
}

TEST(ColumnBuilderTest, UnusedFieldsAreNullWhateverTheRowsHold) {
  ColumnBuilder column(DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}}));
  column.child(1).SetUnused();
  for (int32_t i = 0; i < 3; ++i) {
    column.child(0).Append(i);
    column.EndStruct();
  }
  column.AppendNull();
  EXPECT_THAT(Values(*FinishValid(&column), column.type()),
              ElementsAre("+I[0, null]", "+I[1, null]", "+I[2, null]", "null"));
}

TEST(ColumnBuilderTest, EveryTypeOfRandomRowsIsValidArrow) {
  for (const auto& schema : {EveryScalarType(), NestedTypes()}) {
    const Batch batch = RandomRows(schema, 500, 11);
    for (size_t i = 0; i < schema.size(); ++i) {
      EXPECT_TRUE(batch.columns[i]->ValidateFull().ok()) << schema[i].name << ": " << batch.columns[i]->ValidateFull();
    }
    for (const auto& column : RandomRows(schema, 0, 1).columns) EXPECT_TRUE(column->ValidateFull().ok());
  }
}

TEST(ColumnBuilderTest, RandomAppendsAndTruncatesMatchAList) {
  std::mt19937 random(5);
  ColumnBuilder column(DataType::Array(DataType::Int()));
  std::vector<std::string> expected;
  for (int step = 0; step < 20'000; ++step) {
    const auto dice = random() % 100;
    if (dice < 2 && !expected.empty()) {
      const size_t keep = random() % (expected.size() + 1);
      column.Truncate(static_cast<int64_t>(keep));
      expected.resize(keep);
    } else if (dice < 20) {
      column.AppendNull();
      expected.emplace_back("null");
    } else {
      std::string text = "[";
      const auto count = random() % 3;
      for (size_t i = 0; i < count; ++i) {
        column.child(0).Append(static_cast<int32_t>(step));
        text += (i > 0 ? ", " : "") + std::to_string(step);
      }
      column.EndList();
      expected.push_back(text + "]");
    }
  }
  EXPECT_EQ(Values(*FinishValid(&column), column.type()), expected);
}

}  // namespace
}  // namespace tidemark::formats
