// SPDX-License-Identifier: Apache-2.0
// The raw format: whole lines as text or bytes, numbers in binary messages.
#include <arrow/array.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/formats_testing.h"
#include "formats/raw/raw_format.h"

namespace tidemark::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RawTest, LinesAsText) {
  const Schema schema = {{"line", DataType::String()}};
  CollectedBadRecords bad;
  DecodeRequest request = WholeTable(schema, &bad);
  request.max_record_bytes = 10;
  const std::string text = "a,b\r\n\n\"c\"\nlonger than ten\n\xFF\nlast";
  for (const int64_t block : {100, 1}) {
    EXPECT_THAT(PrintRows(DecodeAll(RawFormat(), {}, request, text, block).ValueOrDie(), schema),
                ElementsAre("+I[a,b]", "+I[]", "+I[\"c\"]", "+I[last]"));
  }
  EXPECT_THAT(bad.seen()[0], HasSubstr("4: longer than 10 bytes"));
  EXPECT_THAT(bad.seen()[1], HasSubstr("5: not valid UTF-8"));
}

TEST(RawTest, NumbersInBinaryMessages) {
  for (const auto& type :
       {DataType::TinyInt(), DataType::SmallInt(), DataType::Int(), DataType::BigInt(), DataType::Float(),
        DataType::Double(), DataType::Boolean(), DataType::Bytes(), DataType::String()}) {
    const Schema schema = {{"v", type}};
    for (const char* order : {"big-endian", "little-endian"}) {
      const TableOptions options = {{"endianness", order}};
      const Batch batch = RandomRows(schema, 100, 5);
      std::vector<std::string> messages;
      ASSERT_TRUE(RawFormat().make_encoder(options, schema, "UTC").ValueOrDie()->EncodeMessages(batch, &messages).ok());
      std::vector<std::string_view> views;
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        views.push_back(batch.columns[0]->IsNull(row) ? std::string_view()
                                                      : std::string_view(messages[static_cast<size_t>(row)]));
      }
      const Batch back =
          RawFormat().make_decoder(options, WholeTable(schema)).ValueOrDie()->DecodeMessages(views).ValueOrDie();
      EXPECT_EQ(PrintRows(back, schema), PrintRows(batch, schema)) << type.ToString();
    }
  }
}

TEST(RawTest, BigEndianByDefaultAndWrongSizesRefused) {
  const Schema schema = {{"v", DataType::Int()}};
  CollectedBadRecords bad;
  auto decoder = RawFormat().make_decoder({}, WholeTable(schema, &bad)).ValueOrDie();
  using std::string_view_literals::operator""sv;
  EXPECT_THAT(PrintRows(decoder->DecodeMessages({"\0\0\1\2"sv, "abc"sv}).ValueOrDie(), schema), ElementsAre("+I[258]"));
  EXPECT_THAT(bad.seen(), ElementsAre("2: field 'v': 3 bytes where INT has 4"));
}

TEST(RawTest, TakesOneColumnOfAPlainType) {
  EXPECT_FALSE(RawFormat().check({}, {{"a", DataType::Int()}, {"b", DataType::Int()}}).ok());
  EXPECT_FALSE(RawFormat().check({}, {{"a", DataType::Date()}}).ok());
  EXPECT_TRUE(RawFormat().check({{"charset", "GBK"}}, {{"a", DataType::String()}}).IsNotImplemented());
}

}  // namespace
}  // namespace tidemark::formats
