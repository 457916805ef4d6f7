// SPDX-License-Identifier: Apache-2.0
// KeyCodec: every type survives the round trip, and equal rows have equal bytes.
#include "state/key_codec.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tidemark::state {
namespace {

std::shared_ptr<arrow::Array> Column(const DataType& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type.ToArrow(), json).ValueOrDie();
}

std::vector<std::string> EncodeAll(const KeyCodec& codec, const std::vector<std::shared_ptr<arrow::Array>>& columns) {
  EncodedRows encoded;
  const int64_t num_rows = columns[0]->length();
  const auto status = codec.Encode(columns, num_rows, nullptr, &encoded);
  EXPECT_TRUE(status.ok()) << status;
  std::vector<std::string> rows;
  for (int64_t row = 0; row < num_rows; ++row) {
    const int64_t start = codec.fixed() ? row * codec.fixed_bytes() : encoded.offsets[row];
    const int64_t end = codec.fixed() ? start + codec.fixed_bytes() : encoded.offsets[row + 1];
    rows.emplace_back(encoded.bytes.begin() + start, encoded.bytes.begin() + end);
  }
  return rows;
}

void ExpectRoundTrip(const std::vector<DataType>& types, const std::vector<std::shared_ptr<arrow::Array>>& columns) {
  const KeyCodec codec(types, KeyCodec::Floats::kExact);
  const std::vector<std::string> rows = EncodeAll(codec, columns);
  std::vector<const uint8_t*> pointers;
  for (const auto& row : rows) pointers.push_back(reinterpret_cast<const uint8_t*>(row.data()));
  const auto decoded = codec.Decode(pointers).ValueOrDie();
  ASSERT_EQ(decoded.size(), columns.size());
  for (size_t column = 0; column < columns.size(); ++column) {
    const auto status = decoded[column]->ValidateFull();
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(decoded[column]->Equals(columns[column]))
        << types[column].ToString() << ": " << decoded[column]->ToString() << " is not " << columns[column]->ToString();
  }
}

struct Sample {
  DataType type;
  std::string json;
};

std::vector<Sample> Samples() {
  const DataType row = DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}});
  return {
      {DataType::Null(), "[null, null, null, null]"},
      {DataType::Boolean(), "[true, null, false, true]"},
      {DataType::TinyInt(), "[-1, null, 5, 127]"},
      {DataType::SmallInt(), "[-300, null, 5, 300]"},
      {DataType::Int(), "[-70000, null, 5, 70000]"},
      {DataType::BigInt(), "[-1, null, 5, 9223372036854775807]"},
      {DataType::Float(), "[-1.5, null, 0, 2.25]"},
      {DataType::Double(), "[-1.5, null, 0, 1e300]"},
      {DataType::Decimal(20, 2), R"(["-1.50", null, "0.00", "123456789012345678.99"])"},
      {DataType::Date(), "[-1, null, 5, 20000]"},
      {DataType::Time(), "[0, null, 5, 86399999]"},
      {DataType::Timestamp(3), "[-1, null, 5, 1700000000000]"},
      {DataType::TimestampLtz(9), "[-1, null, 5, 1700000000000000000]"},
      {DataType::IntervalYearMonth(), "[-1, null, 5, 12]"},
      {DataType::IntervalDayTime(), "[-1, null, 5, 86400000]"},
      {DataType::String(), R"(["", null, "a", "a text that is longer than any inline key"])"},
      {DataType::Bytes(), R"(["", null, "a", "bytes"])"},
      {DataType::Array(DataType::Int()), "[[], null, [1, null], [1, 2, 3]]"},
      {DataType::Array(DataType::Array(DataType::String())), R"([[], null, [["a", null], null], [["b"]]])"},
      {DataType::Map(DataType::String(), DataType::Double()), R"([[], null, [["k", 1.5], ["l", null]], [["m", 0]]])"},
      {DataType::Multiset(DataType::String()), R"([[], null, [["k", 2]], [["m", 1]]])"},
      {row, R"([{"a": 1, "b": "x"}, null, {"a": null, "b": null}, {"a": 2, "b": ""}])"},
      {DataType::Array(row), R"([[{"a": 1, "b": "x"}], null, [null], []])"},
      {DataType::Array(DataType::Decimal(5, 1)), R"([["1.5"], null, [null], []])"},
      {DataType::Array(DataType::Boolean()), "[[true, false], null, [null], []]"},
      {DataType::Array(DataType::Timestamp(3)), "[[1, 2], null, [null], []]"},
  };
}

TEST(KeyCodec, EveryTypeSurvivesTheRoundTrip) {
  for (const Sample& sample : Samples()) {
    SCOPED_TRACE(sample.type.ToString());
    ExpectRoundTrip({sample.type}, {Column(sample.type, sample.json)});
  }
}

TEST(KeyCodec, AllTypesInOneRow) {
  std::vector<DataType> types;
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const Sample& sample : Samples()) {
    types.push_back(sample.type);
    columns.push_back(Column(sample.type, sample.json));
  }
  ExpectRoundTrip(types, columns);
}

TEST(KeyCodec, ReadsSlices) {
  for (const Sample& sample : Samples()) {
    SCOPED_TRACE(sample.type.ToString());
    ExpectRoundTrip({sample.type, DataType::String()},
                    {Column(sample.type, sample.json)->Slice(1, 3), Column(DataType::String(), R"(["x", "y", "z"])")});
  }
}

TEST(KeyCodec, UnequalRowsHaveUnequalBytes) {
  for (const Sample& sample : Samples()) {
    if (sample.type.kind() == TypeKind::kNull) continue;
    if (sample.type.kind() == TypeKind::kBoolean) continue;  // has two equal samples
    const auto rows = EncodeAll(KeyCodec({sample.type}, KeyCodec::Floats::kAsKeys), {Column(sample.type, sample.json)});
    for (size_t i = 0; i < rows.size(); ++i) {
      for (size_t j = 0; j < i; ++j) EXPECT_NE(rows[i], rows[j]) << sample.type.ToString();
    }
  }
}

TEST(KeyCodec, TextCannotSpillIntoTheNextColumn) {
  const std::vector<DataType> types = {DataType::String(), DataType::String()};
  const auto rows =
      EncodeAll(KeyCodec(types, KeyCodec::Floats::kAsKeys),
                {Column(types[0], R"(["ab", "a", null, ""])"), Column(types[1], R"(["c", "bc", "", null])")});
  EXPECT_NE(rows[0], rows[1]);
  EXPECT_NE(rows[2], rows[3]);
}

TEST(KeyCodec, FloatsAsKeysHaveOneZeroAndOneNan) {
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendValues({0.0, -0.0, std::nan("1"), -std::nan("2")}).ok());
  const std::vector<std::shared_ptr<arrow::Array>> columns = {builder.Finish().ValueOrDie()};
  const auto keys = EncodeAll(KeyCodec({DataType::Double()}, KeyCodec::Floats::kAsKeys), columns);
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_EQ(keys[2], keys[3]);
  EXPECT_NE(keys[0], keys[2]);
  const auto exact = EncodeAll(KeyCodec({DataType::Double()}, KeyCodec::Floats::kExact), columns);
  EXPECT_NE(exact[0], exact[1]);
}

TEST(KeyCodec, FloatsAsRowsHaveTwoZerosAndOneNan) {
  const auto doubles = std::make_shared<arrow::DoubleBuilder>();
  arrow::FloatBuilder floats;
  arrow::ListBuilder lists(arrow::default_memory_pool(), doubles);
  for (const double value : {0.0, -0.0, std::nan("1"), -std::nan("2")}) {
    ASSERT_TRUE(floats.Append(static_cast<float>(value)).ok());
    ASSERT_TRUE(lists.Append().ok());
    ASSERT_TRUE(doubles->Append(value).ok());
  }
  const std::vector<DataType> types = {DataType::Float(), DataType::Array(DataType::Double())};
  const std::vector<std::shared_ptr<arrow::Array>> columns = {floats.Finish().ValueOrDie(),
                                                              lists.Finish().ValueOrDie()};
  for (size_t i = 0; i < types.size(); ++i) {
    const auto rows = EncodeAll(KeyCodec({types[i]}, KeyCodec::Floats::kAsRows), {columns[i]});
    EXPECT_NE(rows[0], rows[1]) << types[i].ToString();
    EXPECT_EQ(rows[2], rows[3]) << types[i].ToString();
    const auto keys = EncodeAll(KeyCodec({types[i]}, KeyCodec::Floats::kAsKeys), {columns[i]});
    EXPECT_EQ(keys[0], keys[1]) << types[i].ToString();
  }
}

TEST(KeyCodec, SelectedRowsOnly) {
  const KeyCodec codec({DataType::BigInt(), DataType::String()}, KeyCodec::Floats::kAsKeys);
  const std::vector<std::shared_ptr<arrow::Array>> columns = {Column(DataType::BigInt(), "[1, 2, 3]"),
                                                              Column(DataType::String(), R"(["a", "b", "c"])")};
  const std::vector<int32_t> selected = {2, 0};
  EncodedRows encoded;
  ASSERT_TRUE(codec.Encode(columns, 3, &selected, &encoded).ok());
  ASSERT_EQ(encoded.offsets.size(), 3u);
  const std::vector<const uint8_t*> pointers = {encoded.bytes.data(), encoded.bytes.data() + encoded.offsets[1]};
  const auto decoded = codec.Decode(pointers).ValueOrDie();
  EXPECT_TRUE(decoded[0]->Equals(Column(DataType::BigInt(), "[3, 1]")));
  EXPECT_TRUE(decoded[1]->Equals(Column(DataType::String(), R"(["c", "a"])")));
}

TEST(KeyCodec, AColumnOfAnotherTypeIsRefused) {
  EncodedRows encoded;
  const KeyCodec codec({DataType::BigInt()}, KeyCodec::Floats::kAsKeys);
  const std::vector<std::shared_ptr<arrow::Array>> columns = {Column(DataType::Int(), "[1]")};
  EXPECT_TRUE(codec.Encode(columns, 1, nullptr, &encoded).IsTypeError());
}

}  // namespace
}  // namespace tidemark::state
