// SPDX-License-Identifier: Apache-2.0
// The json format: what it reads, what it refuses and how it says so, and that it reads back what it writes.
#include <arrow/array.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <random>

#include "formats/formats_testing.h"
#include "formats/json/json_format.h"
#include "formats/json/json_scan.h"

namespace tidemark::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Rows(const Schema& schema, std::string_view text, const TableOptions& options = {}) {
  CollectedBadRecords bad;
  const auto batch = DecodeAll(JsonFormat(), options, WholeTable(schema, &bad), text);
  EXPECT_TRUE(batch.ok()) << batch.status();
  EXPECT_THAT(bad.seen(), IsEmpty());
  if (!batch.ok()) return {};
  for (const auto& column : batch->columns) EXPECT_TRUE(column->ValidateFull().ok());
  return PrintRows(*batch, schema);
}

/// The value of one column `v` in one record.
std::string Value(const DataType& type, const std::string& json, const TableOptions& options = {}) {
  const Schema schema = {{"v", type}};
  CollectedBadRecords bad;
  const auto batch = DecodeAll(JsonFormat(), options, WholeTable(schema, &bad), "{\"v\":" + json + "}\n");
  EXPECT_TRUE(batch.ok()) << batch.status();
  if (!bad.seen().empty()) return bad.seen()[0];
  std::string row = PrintRows(*batch, schema).at(0);
  return row.substr(3, row.size() - 4);
}

const Schema kAb = {{"a", DataType::Int()}, {"b", DataType::String()}};

TEST(JsonTest, ReadsFieldsInAnyOrderAndNullsWhatIsMissing) {
  EXPECT_THAT(Rows(kAb, R"({"a":1,"b":"x"}
{"b":"y","a":2}
{ "a" : 3 }
{"b":null,"c":{"d":[1,{"e":"}"}]},"a":4}
{}
{"c":1,"b":"z"}
)"),
              ElementsAre("+I[1, x]", "+I[2, y]", "+I[3, null]", "+I[4, null]", "+I[null, null]", "+I[null, z]"));
}

TEST(JsonTest, TheLastOfARepeatedKeyCounts) {
  EXPECT_THAT(Rows(kAb, "{\"a\":1,\"b\":\"x\",\"a\":2}\n{\"b\":\"p\",\"b\":\"q\"}\n{\"a\":5}\n"),
              ElementsAre("+I[2, x]", "+I[null, q]", "+I[5, null]"));
  const Schema nested = {{"r", DataType::Row({{"x", DataType::Int()}})},
                         {"m", DataType::Map(DataType::String(), DataType::Int())}};
  EXPECT_THAT(Rows(nested, "{\"r\":{\"x\":1,\"x\":2},\"m\":{\"k\":1,\"l\":2,\"k\":3}}\n"),
              ElementsAre("+I[+I[2], {k=3, l=2}]"));
}

TEST(JsonTest, KeysMayBeEscaped) { EXPECT_THAT(Rows(kAb, "{\"\\u0061\":1,\"b\":\"x\"}\n"), ElementsAre("+I[1, x]")); }

TEST(JsonTest, BlankLinesCarriageReturnsAndAMissingLastLineEnd) {
  EXPECT_THAT(Rows(kAb, "\xEF\xBB\xBF{\"a\":1}\r\n\r\n   \n\n{\"a\":2}\r\n{\"a\":3}"),
              ElementsAre("+I[1, null]", "+I[2, null]", "+I[3, null]"));
  EXPECT_THAT(Rows(kAb, ""), IsEmpty());
  EXPECT_THAT(Rows(kAb, "\n"), IsEmpty());
}

TEST(JsonTest, NumbersInAllTheirForms) {
  EXPECT_EQ(Value(DataType::Int(), "-12"), "-12");
  EXPECT_EQ(Value(DataType::Int(), "\"34\""), "34");
  EXPECT_EQ(Value(DataType::Int(), "\" 34 \""), "34");
  EXPECT_EQ(Value(DataType::Int(), "1.9"), "1");
  EXPECT_EQ(Value(DataType::Int(), "1e3"), "1000");
  EXPECT_EQ(Value(DataType::Int(), "2147483648"), "1: field 'v': '2147483648' is not an INT");
  EXPECT_EQ(Value(DataType::Int(), "1e10"), "1: field 'v': '1e10' is not an INT");
  EXPECT_EQ(Value(DataType::TinyInt(), "-128"), "-128");
  EXPECT_EQ(Value(DataType::TinyInt(), "128"), "1: field 'v': '128' is not a TINYINT");
  EXPECT_EQ(Value(DataType::TinyInt(), "1.5"), "1: field 'v': '1.5' is not a TINYINT");
  EXPECT_EQ(Value(DataType::BigInt(), "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(Value(DataType::BigInt(), "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(Value(DataType::BigInt(), "123456789012345678"), "123456789012345678");
  EXPECT_EQ(Value(DataType::BigInt(), "9223372036854775808"), "1: field 'v': '9223372036854775808' is not a BIGINT");
  EXPECT_EQ(Value(DataType::BigInt(), "\"\""), "1: field 'v': '' is not a BIGINT");
  EXPECT_EQ(Value(DataType::BigInt(), "true"), "1: field 'v': 'true' is not a BIGINT");
  EXPECT_EQ(Value(DataType::BigInt(), "[1]"), "1: field 'v': '[1]' is not a BIGINT");
  EXPECT_EQ(Value(DataType::BigInt(), "01"), "1: not valid JSON at character 7: ',' or '}' was expected here");
  EXPECT_EQ(Value(DataType::Double(), "1.25"), "1.25");
  EXPECT_EQ(Value(DataType::Double(), "-0.1"), "-0.1");
  EXPECT_EQ(Value(DataType::Double(), "7"), "7.0");
  EXPECT_EQ(Value(DataType::Double(), "1.7976931348623157e308"), "1.7976931348623157E308");
  EXPECT_EQ(Value(DataType::Double(), "0.30000000000000004"), "0.30000000000000004");
  EXPECT_EQ(Value(DataType::Double(), "\"NaN\""), "NaN");
  EXPECT_EQ(Value(DataType::Double(), "1."), "1: not valid JSON at character 6: a value was expected here");
  EXPECT_EQ(Value(DataType::Double(), "00.5"), "1: not valid JSON at character 7: ',' or '}' was expected here");
  EXPECT_EQ(Value(DataType::Float(), "0.1"), "0.1");
  EXPECT_EQ(Value(DataType::Decimal(10, 2), "12.345"), "12.35");
  EXPECT_EQ(Value(DataType::Decimal(10, 2), "\"12.3\""), "12.30");
  EXPECT_EQ(Value(DataType::Decimal(4, 2), "123"), "null");
  EXPECT_EQ(Value(DataType::Decimal(4, 2), "\"x\""), "1: field 'v': 'x' is not a DECIMAL(4, 2)");
}

TEST(JsonTest, TextInAllItsForms) {
  EXPECT_EQ(Value(DataType::String(), R"("a\"b\\c\/d\b\f\n\r\té😀")"), "a\"b\\c/d\b\f\n\r\té😀");
  EXPECT_EQ(Value(DataType::String(), R"("\ud800x")"), "?x");
  EXPECT_EQ(Value(DataType::String(), "12.50"), "12.50");
  EXPECT_EQ(Value(DataType::String(), "true"), "true");
  EXPECT_EQ(Value(DataType::String(), "null"), "null");
  EXPECT_EQ(Value(DataType::String(), R"({ "a" : [1, 2], "b": "x y" })"), R"({"a":[1,2],"b":"x y"})");
  const std::string longer = std::string(1000, 'x') + "漢" + std::string(31, 'y');
  EXPECT_EQ(Value(DataType::String(), "\"" + longer + "\""), longer);
  EXPECT_EQ(Value(DataType::String(), R"("a\x")"), "1: not valid JSON at character 8: this is no escape sequence");
  EXPECT_EQ(Value(DataType::String(), R"("a\u12g4")"), "1: not valid JSON at character 8: this is no escape sequence");
  EXPECT_EQ(Value(DataType::String(), "\"a\tb\""),
            "1: not valid JSON at character 8: a control character must be escaped in a string");
  EXPECT_EQ(Value(DataType::Bytes(), "\"YWI=\""), "[97, 98]");
  EXPECT_THAT(Value(DataType::Bytes(), "12"), HasSubstr("Base64"));
}

TEST(JsonTest, TimesAndBooleans) {
  EXPECT_EQ(Value(DataType::Timestamp(3), "\"2026-01-02 03:04:05.678\""), "2026-01-02T03:04:05.678");
  EXPECT_EQ(Value(DataType::Timestamp(3), "\"2026-01-02 03:04:05\""), "2026-01-02T03:04:05");
  EXPECT_EQ(Value(DataType::Timestamp(3), "\"2026-01-02T03:04:05\"", {{"timestamp-format.standard", "ISO-8601"}}),
            "2026-01-02T03:04:05");
  EXPECT_EQ(Value(DataType::Timestamp(3), "\"2026-01-02T03:04:05\""),
            "1: field 'v': '2026-01-02T03:04:05' is not a TIMESTAMP(3) written as yyyy-MM-dd HH:mm:ss[.f] (see option "
            "'timestamp-format.standard')");
  EXPECT_THAT(Value(DataType::Timestamp(3), "1767323045678"), HasSubstr("'1767323045678' is not a TIMESTAMP(3)"));
  EXPECT_EQ(Value(DataType::TimestampLtz(3), "\"2026-01-02 03:04:05.6Z\""), "2026-01-02T03:04:05.600Z");
  EXPECT_THAT(Value(DataType::TimestampLtz(3), "\"2026-01-02 03:04:05.6\""), HasSubstr("Z (see option"));
  EXPECT_EQ(Value(DataType::Date(), "\"2026-01-02\""), "2026-01-02");
  EXPECT_EQ(Value(DataType::Time(0), "\"03:04:05\""), "03:04:05");
  EXPECT_EQ(Value(DataType::Boolean(), "true"), "true");
  EXPECT_EQ(Value(DataType::Boolean(), "\"FALSE\""), "false");
  EXPECT_EQ(Value(DataType::Boolean(), "1"), "1: field 'v': '1' is not a BOOLEAN");
}

TEST(JsonTest, NestedValues) {
  const DataType row = DataType::Row({{"x", DataType::Int()}, {"y", DataType::Array(DataType::String())}});
  EXPECT_EQ(Value(row, R"({"y":["a",null],"x":1})"), "+I[1, [a, null]]");
  EXPECT_EQ(Value(DataType::Array(row), R"([{"x":1},null,{"y":[]}])"), "[+I[1, null], null, +I[null, []]]");
  EXPECT_EQ(Value(DataType::Array(DataType::Int()), "[ ]"), "[]");
  EXPECT_EQ(Value(DataType::Map(DataType::String(), DataType::Int()), R"({"k":1, "l":null})"), "{k=1, l=null}");
  EXPECT_EQ(Value(DataType::Multiset(DataType::String()), R"({"k":2})"), "{k=2}");
  EXPECT_EQ(Value(row, R"({"x":1,"y":["a",{"z":1}]})"), R"(+I[1, [a, {"z":1}]])");
  EXPECT_EQ(Value(row, R"({"x":"no"})"), "1: field 'v.x': 'no' is not an INT");
  EXPECT_EQ(Value(DataType::Array(row), R"([{"x":1},{"x":"no"}])"), "1: field 'v[1].x': 'no' is not an INT");
  EXPECT_EQ(Value(DataType::Map(DataType::String(), row), R"({"k":{"x":[]}})"),
            "1: field 'v[k].x': '[]' is not an INT");
  EXPECT_THAT(Value(row, "[1]"), HasSubstr("field 'v': '[1]' is not a ROW"));
}

TEST(JsonTest, ABadRecordCostsOnlyItself) {
  CollectedBadRecords bad;
  const std::string text =
      "{\"a\":1}\n{\"a\":x}\n{\"a\":2,\"b\":\"\xFF\"}\n{\"a\":3\n[1]\n{\"a\":4} "
      "5\n{\"a\":6,\"b\":\"lo\nst\"}\nnull\n{\"a\":7}\n";
  const Batch batch = DecodeAll(JsonFormat(), {}, WholeTable(kAb, &bad), text).ValueOrDie();
  EXPECT_THAT(PrintRows(batch, kAb), ElementsAre("+I[1, null]", "+I[7, null]"));
  EXPECT_THAT(
      bad.seen(),
      ElementsAre("2: not valid JSON at character 6: a value was expected here", "3: not valid UTF-8",
                  "4: not valid JSON at character 7: the record ends here, in the middle",
                  "5: the record is not a JSON object",
                  "6: not valid JSON at character 9: there is text after the record",
                  "7: not valid JSON at character 15: the record ends here, in the middle",
                  "8: not valid JSON at character 1: a value was expected here", "9: the record is not a JSON object"));
  EXPECT_EQ(bad.records()[0], "{\"a\":x}");
}

TEST(JsonTest, WithoutAHandlerABadRecordIsAnError) {
  const auto status = DecodeAll(JsonFormat(), {}, WholeTable(kAb), "{\"a\":1}\n{\"a\":\"x\"}\n").status();
  EXPECT_EQ(status.message(), "record 2: field 'a': 'x' is not an INT");
}

TEST(JsonTest, ValuesNobodyReadsAreCheckedToo) {
  CollectedBadRecords bad;
  const std::string text =
      "{\"z\":tru,\"a\":1}\n{\"z\":[1,],\"a\":1}\n{\"z\":{\"k\" "
      "1},\"a\":1}\n{\"z\":1.e5}\n{\"z\":\"\\q\"}\n{\"z\":[}\n{\"z\":{]}\n{\"z\":[1 2]}\n";
  const Batch batch = DecodeAll(JsonFormat(), {}, WholeTable(kAb, &bad), text).ValueOrDie();
  EXPECT_EQ(batch.num_rows, 0);
  EXPECT_EQ(bad.seen().size(), 8);
}

TEST(JsonTest, DeepNestingIsRefusedNotFollowed) {
  CollectedBadRecords bad;
  std::string deep = "{\"z\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}\n";
  const std::string fine = "{\"z\":" + std::string(999, '[') + std::string(999, ']') + "}\n";
  EXPECT_EQ(DecodeAll(JsonFormat(), {}, WholeTable(kAb, &bad), deep + fine).ValueOrDie().num_rows, 1);
  ASSERT_EQ(bad.seen().size(), 1);
  EXPECT_THAT(bad.seen()[0], HasSubstr("deeper than 1000 levels"));
}

TEST(JsonTest, MissingFieldsFailWhenAskedTo) {
  CollectedBadRecords bad;
  const Schema schema = {{"a", DataType::Int()}, {"r", DataType::Row({{"x", DataType::Int()}})}};
  const Batch batch = DecodeAll(JsonFormat(), {{"fail-on-missing-field", "true"}}, WholeTable(schema, &bad),
                                "{\"a\":1,\"r\":{\"x\":null}}\n{\"a\":1}\n{\"a\":2,\"r\":{}}\n")
                          .ValueOrDie();
  EXPECT_THAT(PrintRows(batch, schema), ElementsAre("+I[1, +I[null]]"));
  EXPECT_THAT(bad.seen(), ElementsAre("2: field 'r' is missing", "3: field 'r': field 'x' is missing"));
}

TEST(JsonTest, IgnoringErrorsNullsTheFieldAndSkipsTheBroken) {
  CollectedBadRecords bad;
  const Schema schema = {{"a", DataType::Int()},
                         {"b", DataType::Array(DataType::Int())},
                         {"r", DataType::Row({{"x", DataType::Int()}, {"y", DataType::Date()}})}};
  const Batch batch =
      DecodeAll(JsonFormat(), {{"ignore-parse-errors", "true"}}, WholeTable(schema, &bad),
                "{\"a\":\"x\",\"b\":[1,\"y\",3],\"r\":{\"x\":1,\"y\":\"z\"}}\n{\"a\":\n{\"a\":2,\"b\":5,\"r\":[]}\n")
          .ValueOrDie();
  EXPECT_THAT(PrintRows(batch, schema), ElementsAre("+I[null, [1, null, 3], +I[1, null]]", "+I[2, null, null]"));
  EXPECT_EQ(bad.seen().size(), 1);
}

TEST(JsonTest, OnlyTheColumnsAskedFor) {
  DecodeRequest request = WholeTable({{"a", DataType::Int()}, {"b", DataType::String()}, {"c", DataType::Double()}});
  request.projection = {0, 2};
  EXPECT_THAT(PrintRows(DecodeAll(JsonFormat(), {}, request, "{\"a\":1,\"b\":\"x\",\"c\":0.5}\n").ValueOrDie(),
                        Projected(request)),
              ElementsAre("+I[1, 0.5]"));
  request.projection = {};
  EXPECT_EQ(DecodeAll(JsonFormat(), {}, request, "{\"a\":1}\n{}\n").ValueOrDie().num_rows, 2);
}

TEST(JsonTest, OnlyTheFieldsOfARowThatAreUsed) {
  const DataType inner = DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}});
  DecodeRequest request =
      WholeTable({{"r", DataType::Row({{"a", DataType::Int()}, {"in", inner}, {"b", DataType::String()}})}});
  const std::string text = "{\"r\":{\"a\":1,\"in\":{\"x\":2,\"y\":\"s\"},\"b\":\"t\"}}\n{\"r\":null}\n";
  request.used_fields = {{0, {{1, 0}, {2}}}};
  EXPECT_THAT(PrintRows(DecodeAll(JsonFormat(), {}, request, text).ValueOrDie(), request.physical_schema),
              ElementsAre("+I[+I[null, +I[2, null], t]]", "+I[null]"));
  request.used_fields = {{0, {{1}, {1, 0}}}};
  EXPECT_THAT(PrintRows(DecodeAll(JsonFormat(), {}, request, text).ValueOrDie(), request.physical_schema),
              ElementsAre("+I[+I[null, +I[2, s], null]]", "+I[null]"));
}

TEST(JsonTest, MessagesMayHoldLineBreaks) {
  CollectedBadRecords bad;
  auto decoder = JsonFormat().make_decoder({}, WholeTable(kAb, &bad)).ValueOrDie();
  const Batch batch = decoder
                          ->DecodeMessages({"{\n \"a\": 1,\n \"b\": \"x\"\n}", "", std::string_view(),
                                            "{\"a\":\"no\nway\"}", "{\"a\":2}"})
                          .ValueOrDie();
  EXPECT_THAT(PrintRows(batch, kAb), ElementsAre("+I[1, x]", "+I[2, null]"));
  ASSERT_EQ(bad.seen().size(), 1);
  EXPECT_THAT(bad.seen()[0], HasSubstr("4: not valid JSON at character 9: a control character"));
  EXPECT_EQ(bad.records()[0], "{\"a\":\"no\nway\"}");
}

TEST(JsonTest, LongRecordsAreRefusedByTheLimit) {
  CollectedBadRecords bad;
  DecodeRequest request = WholeTable(kAb, &bad);
  request.max_record_bytes = 30;
  const Batch batch =
      DecodeAll(JsonFormat(), {}, request, "{\"a\":1}\n{\"a\":2,\"b\":\"" + std::string(30, 'x') + "\"}\n{\"a\":3}\n")
          .ValueOrDie();
  EXPECT_EQ(batch.num_rows, 2);
  EXPECT_THAT(bad.seen(), ElementsAre("2: longer than 30 bytes (tidemark.max-record-size)"));
}

TEST(JsonTest, TypesWithoutAFormInJsonAreRefused) {
  const auto status = JsonFormat().check({}, {{"m", DataType::Map(DataType::Int(), DataType::Int())}});
  EXPECT_TRUE(status.IsTypeError());
  EXPECT_THAT(status.message(), HasSubstr("the keys of a map must be STRING"));
  EXPECT_FALSE(JsonFormat().check({{"fail-on-missing-field", "true"}, {"ignore-parse-errors", "true"}}, kAb).ok());
}

TEST(JsonTest, ManyDifferentKeysAreNotRemembered) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "{\"key" + std::to_string(i) + "\":1,\"a\":" + std::to_string(i) + "}\n";
  EXPECT_EQ(Rows(kAb, text).size(), 5000);
}

TEST(JsonEncodeTest, WritesWhatFlinkWrites) {
  const Schema schema = {{"i", DataType::Int()},    {"d", DataType::Double()},     {"n", DataType::Decimal(10, 2)},
                         {"s", DataType::String()}, {"t", DataType::Timestamp(3)}, {"b", DataType::Boolean()},
                         {"y", DataType::Bytes()}};
  const Batch batch =
      DecodeAll(JsonFormat(), {}, WholeTable(schema),
                R"({"i":1,"d":1e10,"n":100,"s":"q\"\\/\u0007\n","t":"2026-01-02 03:04:05.100","b":true,"y":"YWI="}
{}
)")
          .ValueOrDie();
  EXPECT_EQ(EncodeAll(JsonFormat(), {}, batch, schema).ValueOrDie(),
            R"({"i":1,"d":1.0E10,"n":1E+2,"s":"q\"\\/\u0007\n","t":"2026-01-02 03:04:05.1","b":true,"y":"YWI="}
{"i":null,"d":null,"n":null,"s":null,"t":null,"b":null,"y":null}
)");
  EXPECT_EQ(EncodeAll(JsonFormat(),
                      {{"encode.decimal-as-plain-number", "true"},
                       {"encode.ignore-null-fields", "true"},
                       {"timestamp-format.standard", "ISO-8601"}},
                      batch, schema)
                .ValueOrDie(),
            R"({"i":1,"d":1.0E10,"n":100,"s":"q\"\\/\u0007\n","t":"2026-01-02T03:04:05.1","b":true,"y":"YWI="}
{}
)");
}

/// Whatever a query computes must be read back as it was, whole or in the smallest blocks.
TEST(JsonRoundTripTest, EveryTypeInBlocksOfAnySize) {
  for (const auto& schema : {EveryScalarType(), NestedTypes()}) {
    for (const char* standard : {"SQL", "ISO-8601"}) {
      const TableOptions options = {{"timestamp-format.standard", standard}};
      const Batch batch = RandomRows(schema, 300, 21);
      const std::string text = EncodeAll(JsonFormat(), options, batch, schema).ValueOrDie();
      for (const int64_t block : {1 << 20, 4099, 257}) {
        const Batch back = DecodeAll(JsonFormat(), options, WholeTable(schema), text, block, 50).ValueOrDie();
        ASSERT_THAT(PrintRows(back, schema), ElementsAreArray(PrintRows(batch, schema))) << block;
      }
    }
  }
}

/// simdjson says what is JSON: on damaged documents both must agree.
TEST(JsonOracleTest, AgreesWithSimdjsonOnWhatIsJson) {
  const std::string whole = EncodeAll(JsonFormat(), {}, RandomRows(NestedTypes(), 200, 4), NestedTypes()).ValueOrDie();
  std::vector<std::string> lines;
  for (size_t at = 0; at < whole.size();) {
    const size_t end = whole.find('\n', at);
    lines.push_back(whole.substr(at, end - at));
    at = end + 1;
  }
  std::mt19937 random(17);
  const std::string alphabet = "{}[]:,\"\\u0e+-.9 atnx\t\x7f\xC3\xA9";
  simdjson::dom::parser parser;
  int valid = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string line = lines[random() % lines.size()];
    for (unsigned edits = random() % 3; edits > 0; --edits) {
      const size_t at = random() % line.size();
      if (random() % 2 == 0)
        line[at] = alphabet[random() % alphabet.size()];
      else if (random() % 2 == 0)
        line.erase(at, 1 + random() % 5);
      else
        line.insert(at, 1, alphabet[random() % alphabet.size()]);
      if (line.empty()) line = "{}";
    }
    const bool oracle = parser.parse(simdjson::padded_string(line)).error() == simdjson::SUCCESS &&
                        json::SkipSpace(line.c_str())[0] == '{';
    // The two differ by design on lone surrogates (ours become '?') and on numbers beyond the range of a double.
    CollectedBadRecords bad;
    const Batch batch =
        DecodeAll(JsonFormat(), {}, WholeTable({{"none", DataType::Int()}}, &bad), line + "\n").ValueOrDie();
    const bool ours = batch.num_rows == 1;
    if (ours != oracle && line.find("\\u") == std::string::npos) {
      const auto error = parser.parse(simdjson::padded_string(line)).error();
      EXPECT_TRUE(error == simdjson::NUMBER_ERROR || error == simdjson::BIGINT_ERROR)
          << line << "\nsimdjson: " << error << "\nours: " << (bad.seen().empty() ? "good" : bad.seen()[0]);
    }
    valid += ours;
  }
  EXPECT_GT(valid, 5'000);
}

}  // namespace
}  // namespace tidemark::formats
