// SPDX-License-Identifier: Apache-2.0
// The csv format: quotes, escapes, line breaks, options, bad records, and round trips.
#include <arrow/array.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/csv_format.h"
#include "formats/formats_testing.h"

namespace tidemark::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Schema kAbc = {{"a", DataType::Int()}, {"b", DataType::String()}, {"c", DataType::Double()}};

std::vector<std::string> Rows(const Schema& schema, std::string_view text, const TableOptions& options = {}) {
  CollectedBadRecords bad;
  const auto batch = DecodeAll(CsvFormat(), options, WholeTable(schema, &bad), text);
  EXPECT_TRUE(batch.ok()) << batch.status();
  EXPECT_THAT(bad.seen(), IsEmpty());
  return batch.ok() ? PrintRows(*batch, schema) : std::vector<std::string>();
}

/// What is said about the bad records of `text`.
std::vector<std::string> Problems(const Schema& schema, std::string_view text, const TableOptions& options = {}) {
  CollectedBadRecords bad;
  EXPECT_TRUE(DecodeAll(CsvFormat(), options, WholeTable(schema, &bad), text).ok());
  return bad.seen();
}

TEST(CsvTest, ReadsPlainAndQuotedFields) {
  EXPECT_THAT(Rows(kAbc, "1,x,0.5\r\n2,\"a,b\",1\n3,\"say \"\"hi\"\"\",2\n4,\"two\nlines\",3\n 5 ,, 1e3 \n6,\"\",0"),
              ElementsAre("+I[1, x, 0.5]", "+I[2, a,b, 1.0]", "+I[3, say \"hi\", 2.0]", "+I[4, two\nlines, 3.0]",
                          "+I[5, , 1000.0]", "+I[6, , 0.0]"));
}

TEST(CsvTest, BlankLinesAndCommentsArePassedOver) {
  EXPECT_THAT(Rows(kAbc,
                   "\xEF\xBB\xBF"
                   "1,x,1\n\n\r\n2,#y,2\n"),
              ElementsAre("+I[1, x, 1.0]", "+I[2, #y, 2.0]"));
  EXPECT_THAT(Rows(kAbc, "# a comment, \"with a quote\n1,x,1\n#last", {{"allow-comments", "true"}}),
              ElementsAre("+I[1, x, 1.0]"));
  const Schema one = {{"s", DataType::String()}};
  EXPECT_THAT(Rows(one, "a\n\nb\n"), ElementsAre("+I[a]", "+I[]", "+I[b]"));
}

TEST(CsvTest, DelimitersQuotesAndEscapesCanBeChosen) {
  EXPECT_THAT(Rows(kAbc, "1\tx\t2\n", {{"field-delimiter", "\\t"}}), ElementsAre("+I[1, x, 2.0]"));
  EXPECT_THAT(Rows(kAbc, "1\tx\t2\n", {{"field-delimiter", "\t"}}), ElementsAre("+I[1, x, 2.0]"));
  EXPECT_THAT(Rows(kAbc,
                   "1\x01x\x01"
                   "2\n",
                   {{"field-delimiter", "\\u0001"}}),
              ElementsAre("+I[1, x, 2.0]"));
  EXPECT_THAT(Rows(kAbc, "1§a§2\n3§\"b§c\"§4\n", {{"field-delimiter", "§"}}),
              ElementsAre("+I[1, a, 2.0]", "+I[3, b§c, 4.0]"));
  EXPECT_THAT(Rows(kAbc, "1;'a;b';2\n", {{"field-delimiter", ";"}, {"quote-character", "'"}}),
              ElementsAre("+I[1, a;b, 2.0]"));
  EXPECT_THAT(Rows(kAbc, "1,\"a,2\n", {{"disable-quote-character", "true"}}), ElementsAre("+I[1, \"a, 2.0]"));
  EXPECT_THAT(Rows(kAbc, "1,a\\,b\\n,2\n3,\"x\\\"y\",4\n", {{"escape-character", "\\"}}),
              ElementsAre("+I[1, a,b\n, 2.0]", "+I[3, x\"y, 4.0]"));
}

TEST(CsvTest, NullsComeByLiteralOrByOption) {
  EXPECT_THAT(Rows(kAbc, "NA,NA,NA\n1,\"NA\",2\n", {{"null-literal", "NA"}}),
              ElementsAre("+I[null, null, null]", "+I[1, null, 2.0]"));
  EXPECT_THAT(Rows(kAbc, ",,\n", {{"null-literal", ""}}), ElementsAre("+I[null, null, null]"));
  EXPECT_THAT(Rows(kAbc, ",,\n", {{"empty-string-as-null", "true"}}), ElementsAre("+I[null, null, null]"));
}

TEST(CsvTest, BadRecordsSayWhatToDo) {
  EXPECT_THAT(Problems(kAbc, "a,b,c\n1,x,2\n"),
              ElementsAre("1: field 'a': 'a' is not an INT (a header line? set option 'csv.skip-header' to 'true')"));
  EXPECT_THAT(
      Problems(kAbc, "1,x,\n"),
      ElementsAre(
          "1: field 'c': '' is not a DOUBLE (set option 'csv.null-literal' to '' to read empty fields as NULL)"));
  EXPECT_THAT(
      Problems(kAbc, "NA,x,1\n"),
      ElementsAre("1: field 'a': 'NA' is not an INT (set option 'csv.null-literal' to 'NA' to read it as NULL)"));
  EXPECT_THAT(Problems(kAbc, "1,x\n1,x,2,3\n1\n"),
              ElementsAre("1: 2 fields where the table has 3 columns", "2: 4 fields where the table has 3 columns",
                          "3: 1 field where the table has 3 columns"));
  EXPECT_THAT(Problems(kAbc, "1,\"x\"y,2\n1,\xFF,2\n"),
              ElementsAre("1: there is text after a closing quote; quotes inside of a quoted field are doubled",
                          "2: not valid UTF-8"));
}

TEST(CsvTest, LinesAreCountedThroughQuotedLineBreaks) {
  EXPECT_THAT(Problems(kAbc, "1,\"a\nb\nc\",1\nx,y,z\n"), ElementsAre("4: field 'a': 'x' is not an INT"));
}

TEST(CsvTest, ALineThatIsGivenUpIsGivenUpWhole) {
  // Whatever part of it has been read when it turns out to be bad.
  for (int64_t block = 1; block < 12; ++block) {
    CollectedBadRecords bad;
    auto batch =
        DecodeAll(*FindFormat("csv"), {}, WholeTable({{"a", DataType::String()}}, &bad), "\"x\"y,more\nz\n", block);
    ASSERT_TRUE(batch.ok()) << batch.status().ToString();
    EXPECT_EQ(batch->num_rows, 1) << "blocks of " << block;
    EXPECT_EQ(bad.seen().size(), 1u) << "blocks of " << block;
  }
}

TEST(CsvTest, AQuoteThatNeverClosesCostsItsLine) {
  CollectedBadRecords bad;
  const Batch batch = DecodeAll(CsvFormat(), {}, WholeTable(kAbc, &bad), "1,\"x,2\n3,y,4\n5,z,6\n").ValueOrDie();
  EXPECT_THAT(PrintRows(batch, kAbc), ElementsAre("+I[3, y, 4.0]", "+I[5, z, 6.0]"));
  EXPECT_THAT(bad.seen(), ElementsAre("1: a quote is opened but not closed"));
  EXPECT_THAT(bad.records(), ElementsAre("1,\"x,2"));
}

TEST(CsvTest, ARecordWithoutEndIsGivenUpAtTheLimit) {
  CollectedBadRecords bad;
  DecodeRequest request = WholeTable(kAbc, &bad);
  request.max_record_bytes = 100;
  std::string text = "1,\"x,2\n";
  for (int i = 0; i < 100; ++i) text += std::to_string(i) + ",y,4\n";
  const Batch batch = DecodeAll(CsvFormat(), {}, request, text, 64).ValueOrDie();
  EXPECT_EQ(batch.num_rows, 100);
  ASSERT_EQ(bad.seen().size(), 1);
  EXPECT_THAT(bad.seen()[0], HasSubstr("longer than 100 bytes (tidemark.max-record-size); is a quote not closed?"));
}

TEST(CsvTest, IgnoringErrorsNullsFields) {
  EXPECT_THAT(Rows(kAbc, "x,y,z\n1\n1,2,3,4\n", {{"ignore-parse-errors", "true"}}),
              ElementsAre("+I[null, y, null]", "+I[1, null, null]", "+I[1, 2, 3.0]"));
}

TEST(CsvTest, FurtherFieldsAndATrailingDelimiter) {
  EXPECT_THAT(Rows(kAbc, "1,x,2,\n"), ElementsAre("+I[1, x, 2.0]"));
  EXPECT_THAT(Rows(kAbc, "1,x,2,3,4\n", {{"ignore-trailing-unmappable", "true"}}), ElementsAre("+I[1, x, 2.0]"));
  EXPECT_THAT(Problems(kAbc, "1,x,2,\n", {{"allow-trailing-comma", "false"}}),
              ElementsAre("1: 4 fields where the table has 3 columns"));
  EXPECT_THAT(Rows(kAbc, "1, x ,2\n1,  \" x \" ,2\n", {{"trim-spaces", "true"}}),
              ElementsAre("+I[1, x, 2.0]", "+I[1,  x , 2.0]"));
}

TEST(CsvTest, TheHeaderIsPassedOver) {
  const TableOptions options = {{"skip-header", "true"}};
  EXPECT_THAT(Rows(kAbc, "a,b,c\n1,x,2\n", options), ElementsAre("+I[1, x, 2.0]"));
  EXPECT_THAT(Problems(kAbc, "a,b,c\n1,x,y\n", options), ElementsAre("1: field 'c': 'y' is not a DOUBLE"));
  EXPECT_TRUE(CsvFormat().has_header(options));
  EXPECT_FALSE(CsvFormat().has_header({}));
}

TEST(CsvTest, ArraysRowsAndOtherTypes) {
  const Schema schema = {{"l", DataType::Array(DataType::Int())},
                         {"r", DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}})},
                         {"t", DataType::Timestamp(3)},
                         {"z", DataType::TimestampLtz(3)},
                         {"d", DataType::Date()}};
  EXPECT_THAT(
      Rows(schema,
           "1;2;3,7;x,2026-01-02 03:04:05.5,2026-01-02T03:04:05Z,2026-01-02\n,7;,2026-01-02T03:04:05,2026-01-02 "
           "03:04:05,2026-01-02\n"),
      ElementsAre("+I[[1, 2, 3], +I[7, x], 2026-01-02T03:04:05.500, 2026-01-02T03:04:05Z, 2026-01-02]",
                  "+I[[], +I[7, ], 2026-01-02T03:04:05, 2026-01-02T03:04:05Z, 2026-01-02]"));
  EXPECT_THAT(Problems(schema, "1;x,1;2,,,\n"), ElementsAre("1: field 'l': '1;x' is not an ARRAY<INT>"));
  EXPECT_FALSE(CsvFormat().check({}, {{"m", DataType::Map(DataType::String(), DataType::Int())}}).ok());
}

TEST(CsvTest, OnlyTheColumnsAskedFor) {
  DecodeRequest request = WholeTable(kAbc);
  request.projection = {2};
  EXPECT_THAT(PrintRows(DecodeAll(CsvFormat(), {}, request, "not read,x,2\n").ValueOrDie(), Projected(request)),
              ElementsAre("+I[2.0]"));
}

TEST(CsvTest, OptionsAreChecked) {
  const auto check = [](const TableOptions& options) { return CsvFormat().check(options, kAbc).message(); };
  EXPECT_THAT(check({{"field-delimiter", "ab"}}), HasSubstr("takes one character"));
  EXPECT_THAT(check({{"field-delimiter", "\""}}), HasSubstr("must differ"));
  EXPECT_THAT(check({{"quote-character", "''"}}), HasSubstr("takes one ASCII character"));
  EXPECT_THAT(check({{"quote-character", "'"}, {"disable-quote-character", "true"}}), HasSubstr("exclude each other"));
}

TEST(CsvTest, SplittableOnlyWithoutQuotes) {
  EXPECT_FALSE(CsvFormat().is_splittable({}));
  EXPECT_TRUE(CsvFormat().is_splittable({{"disable-quote-character", "true"}}));
}

TEST(CsvEncodeTest, QuotesWhereFlinkQuotes) {
  const Schema schema = {{"s", DataType::String()},
                         {"i", DataType::Int()},
                         {"n", DataType::Decimal(10, 2)},
                         {"t", DataType::Timestamp(3)}};
  const Batch batch = DecodeAll(CsvFormat(), {{"null-literal", "NA"}}, WholeTable(schema),
                                "plain-text,1,100.00,2026-01-02 03:04:05\n\"a "
                                "b\",NA,12.50,NA\n\"q\"\"\",2,0.5,NA\nabcdefghijklmnopqrstuvwxyz,3,1,NA\nNA,4,NA,NA\n")
                          .ValueOrDie();
  EXPECT_EQ(EncodeAll(CsvFormat(), {}, batch, schema).ValueOrDie(),
            "plain-text,1,1E+2,\"2026-01-02 03:04:05\"\n\"a "
            "b\",,12.5,\n\"q\"\"\",2,0.5,\n\"abcdefghijklmnopqrstuvwxyz\",3,1,\n,4,,\n");
  EXPECT_EQ(
      EncodeAll(
          CsvFormat(),
          {{"write-bigdecimal-in-scientific-notation", "false"}, {"null-literal", "NULL"}, {"field-delimiter", ";"}},
          batch, schema)
          .ValueOrDie()
          .substr(0, 47),
      "\"plain-text\";1;100;\"2026-01-02 03:04:05\"\n\"a b\";");
  const Batch line_break =
      DecodeAll(CsvFormat(), {}, WholeTable({{"s", DataType::String()}}), "\"a\nb,c\"\n").ValueOrDie();
  const Schema text = {{"s", DataType::String()}};
  EXPECT_FALSE(EncodeAll(CsvFormat(), {{"disable-quote-character", "true"}}, line_break, text).ok());
  EXPECT_EQ(EncodeAll(CsvFormat(), {{"disable-quote-character", "true"}, {"escape-character", "\\"}}, line_break, text)
                .ValueOrDie(),
            "a\\nb\\,c\n");
}

TEST(CsvRoundTripTest, EveryScalarTypeInBlocksOfAnySize) {
  const Schema schema = EveryScalarType();
  const Batch batch = RandomRows(schema, 300, 33);
  for (TableOptions options :
       std::vector<TableOptions>{{},
                                 {{"field-delimiter", "\\t"}},
                                 {{"escape-character", "\\"}},
                                 {{"disable-quote-character", "true"}, {"escape-character", "\\"}},
                                 {{"quote-character", "'"}, {"field-delimiter", "|"}}}) {
    options["null-literal"] = "(null)";
    const std::string text = EncodeAll(CsvFormat(), options, batch, schema).ValueOrDie();
    for (const int64_t block : {1 << 20, 4099, 257}) {
      const Batch back = DecodeAll(CsvFormat(), options, WholeTable(schema), text, block, 50).ValueOrDie();
      ASSERT_THAT(PrintRows(back, schema), ElementsAreArray(PrintRows(batch, schema))) << block;
    }
  }
}

}  // namespace
}  // namespace tidemark::formats
