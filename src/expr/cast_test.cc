// SPDX-License-Identifier: Apache-2.0
// CAST and TRY_CAST for every pair of types. The expected values were recorded from Apache Flink 2.2.
#include <gtest/gtest.h>

#include "expr/cast.h"
#include "expr/evaluator.h"
#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

struct CastCase {
  const char* from;
  const char* value;
  const char* to;
  const char* expected;  ///< "FAIL": CAST fails and TRY_CAST gives NULL
};

void CheckCasts(const std::vector<CastCase>& cases, const FunctionContext& context = {}) {
  for (const auto& test : cases) {
    SCOPED_TRACE(std::string("CAST(") + test.from + " '" + test.value + "' AS " + test.to + ")");
    const std::string expected = test.expected;
    const auto literal = Literal(test.from, test.value);
    const auto column = ColumnRef(0, test.from);
    // The value between NULLs in a slice, so that offsets and validity matter.
    const auto values = ColumnOf(test.from, {"NULL", "NULL", test.value, "NULL", test.value})->Slice(1);
    const bool fails = expected == "FAIL";
    const std::string folded = EvaluateText(CastTo(literal, test.to), context);
    const auto cast = Evaluate(CastTo(column, test.to), {values}, 4, context);
    if (fails) {
      EXPECT_TRUE(folded.starts_with("ERROR: Cannot cast '")) << folded;
      EXPECT_TRUE(cast[0].starts_with("ERROR: Cannot cast '")) << cast[0];
    } else {
      EXPECT_EQ(folded, expected);
      EXPECT_EQ(cast, (std::vector<std::string>{"NULL", expected, "NULL", expected}));
    }
    const std::string tried = fails ? "NULL" : expected;
    EXPECT_EQ(Evaluate(TryCastTo(column, test.to), {values}, 4, context),
              (std::vector<std::string>{"NULL", tried, "NULL", tried}));
    EXPECT_EQ(CastCanFail(TypeOf(test.from), TypeOf(test.to)) || !fails, true);
  }
}

TEST(Cast, TextToBoolean) {
  CheckCasts({{"STRING", "TRUE", "BOOLEAN", "TRUE"},
              {"STRING", "t", "BOOLEAN", "TRUE"},
              {"STRING", "yes", "BOOLEAN", "TRUE"},
              {"STRING", "y", "BOOLEAN", "TRUE"},
              {"STRING", "1", "BOOLEAN", "TRUE"},
              {"STRING", "tRuE", "BOOLEAN", "TRUE"},
              {"STRING", "0", "BOOLEAN", "FALSE"},
              {"STRING", "No", "BOOLEAN", "FALSE"},
              {"STRING", "F", "BOOLEAN", "FALSE"},
              {"STRING", "on", "BOOLEAN", "FAIL"},
              {"STRING", " true ", "BOOLEAN", "FAIL"},
              {"STRING", "", "BOOLEAN", "FAIL"},
              {"STRING", "12", "BOOLEAN", "FAIL"}});
}

TEST(Cast, TextToIntegers) {
  CheckCasts({{"STRING", " 12 ", "INT", "12"},
              {"STRING", "12.9", "INT", "12"},
              {"STRING", "-12.5", "BIGINT", "-12"},
              {"STRING", "+7", "INT", "7"},
              {"STRING", ".5", "INT", "0"},
              {"STRING", "5.", "INT", "5"},
              {"STRING", "2147483647", "INT", "2147483647"},
              {"STRING", "-2147483648", "INT", "-2147483648"},
              {"STRING", "2147483648", "INT", "FAIL"},
              {"STRING", "-2147483649", "INT", "FAIL"},
              {"STRING", "127", "TINYINT", "127"},
              {"STRING", "128", "TINYINT", "FAIL"},
              {"STRING", "-128", "TINYINT", "-128"},
              {"STRING", "32768", "SMALLINT", "FAIL"},
              {"STRING", "-32768", "SMALLINT", "-32768"},
              {"STRING", "9223372036854775807", "BIGINT", "9223372036854775807"},
              {"STRING", "-9223372036854775808", "BIGINT", "-9223372036854775808"},
              {"STRING", "9223372036854775808", "BIGINT", "FAIL"},
              {"STRING", "-9223372036854775809", "BIGINT", "FAIL"},
              {"STRING", "99999999999999999999999", "BIGINT", "FAIL"},
              {"STRING", "", "INT", "FAIL"},
              {"STRING", "-", "INT", "FAIL"},
              {"STRING", "1e3", "INT", "FAIL"},
              {"STRING", "12a", "INT", "FAIL"},
              {"STRING", "1.a", "INT", "FAIL"},
              {"STRING", "1 2", "INT", "FAIL"},
              {"CHAR(3)", "12 ", "INT", "12"}});
}

TEST(Cast, TextToFloatingPoint) {
  CheckCasts({{"STRING", "1e3", "DOUBLE", "1000.0"},
              {"STRING", " 1.5 ", "DOUBLE", "1.5"},
              {"STRING", "NaN", "DOUBLE", "NaN"},
              {"STRING", "Infinity", "DOUBLE", "Infinity"},
              {"STRING", "-Infinity", "FLOAT", "-Infinity"},
              {"STRING", "1.5f", "DOUBLE", "1.5"},
              {"STRING", "1.5d", "DOUBLE", "1.5"},
              {"STRING", ".5", "DOUBLE", "0.5"},
              {"STRING", "5.", "DOUBLE", "5.0"},
              {"STRING", "-0", "DOUBLE", "-0.0"},
              {"STRING", "+2", "DOUBLE", "2.0"},
              {"STRING", "1e400", "DOUBLE", "Infinity"},
              {"STRING", "-1e400", "DOUBLE", "-Infinity"},
              {"STRING", "1e-400", "DOUBLE", "0.0"},
              {"STRING", "0.1", "FLOAT", "0.1"},
              {"STRING", "3.4e38", "FLOAT", "3.4E38"},
              {"STRING", "nan", "DOUBLE", "FAIL"},
              {"STRING", "inf", "DOUBLE", "FAIL"},
              {"STRING", "0x10", "DOUBLE", "FAIL"},
              {"STRING", "abc", "FLOAT", "FAIL"},
              {"STRING", "", "DOUBLE", "FAIL"},
              {"STRING", "1.5x", "DOUBLE", "FAIL"},
              {"STRING", "--1", "DOUBLE", "FAIL"}});
}

TEST(Cast, TextToDecimal) {
  CheckCasts(
      {{"STRING", "1e3", "DECIMAL(10, 2)", "1000.00"},
       {"STRING", " 1.555 ", "DECIMAL(10, 2)", "1.56"},
       {"STRING", "1.545", "DECIMAL(10, 2)", "1.55"},
       {"STRING", "-1.545", "DECIMAL(10, 2)", "-1.55"},
       {"STRING", "+1.5", "DECIMAL(10, 2)", "1.50"},
       {"STRING", ".5", "DECIMAL(10, 2)", "0.50"},
       {"STRING", "12", "DECIMAL(10, 1)", "12.0"},
       {"STRING", "0", "DECIMAL(1, 0)", "0"},
       {"STRING", "99999999999999999999999999999999999999", "DECIMAL(38, 0)", "99999999999999999999999999999999999999"},
       {"STRING", "1e37", "DECIMAL(38, 0)", "10000000000000000000000000000000000000"},
       {"STRING", "1e-30", "DECIMAL(10, 2)", "0.00"},
       {"STRING", "1e38", "DECIMAL(38, 0)", "FAIL"},
       {"STRING", "123456789.99", "DECIMAL(5, 2)", "FAIL"},
       {"STRING", "12", "DECIMAL(3, 2)", "FAIL"},
       {"STRING", "9.995", "DECIMAL(3, 2)", "FAIL"},
       {"STRING", "", "DECIMAL(10, 2)", "FAIL"},
       {"STRING", "abc", "DECIMAL(10, 1)", "FAIL"},
       {"STRING", "1.5.5", "DECIMAL(10, 2)", "FAIL"},
       {"STRING", "1 5", "DECIMAL(10, 2)", "FAIL"},
       {"STRING", "x1.5", "DECIMAL(10, 2)", "FAIL"},
       {"STRING", "NaN", "DECIMAL(10, 2)", "FAIL"}});
}

TEST(Cast, TextToDate) {
  CheckCasts({{"STRING", "2020-02-29", "DATE", "2020-02-29"},
              {"STRING", "2020-2-9", "DATE", "2020-02-09"},
              {"STRING", "2020-02-29 10:11:12", "DATE", "2020-02-29"},
              {"STRING", "2020-02", "DATE", "2020-02-01"},
              {"STRING", "2020", "DATE", "2020-01-01"},
              {"STRING", "12", "DATE", "0012-01-01"},
              {"STRING", " 2020-02-29 ", "DATE", "2020-02-29"},
              {"STRING", "0001-01-01", "DATE", "0001-01-01"},
              {"STRING", "9999-12-31", "DATE", "9999-12-31"},
              {"STRING", "1969-12-31", "DATE", "1969-12-31"},
              {"STRING", "1900-02-28", "DATE", "1900-02-28"},
              {"STRING", "2000-02-29", "DATE", "2000-02-29"},
              {"STRING", "1900-02-29", "DATE", "FAIL"},
              {"STRING", "2021-02-29", "DATE", "FAIL"},
              {"STRING", "2020-02-30", "DATE", "FAIL"},
              {"STRING", "2020-13-01", "DATE", "FAIL"},
              {"STRING", "2020-00-01", "DATE", "FAIL"},
              {"STRING", "2020-02-29T10:11:12", "DATE", "FAIL"},
              {"STRING", "2020-02-29x", "DATE", "FAIL"},
              {"STRING", "20200229", "DATE", "FAIL"},
              {"STRING", "2020/02/29", "DATE", "FAIL"},
              {"STRING", "10000-01-01", "DATE", "FAIL"},
              {"STRING", "-0001-01-01", "DATE", "FAIL"},
              {"STRING", "", "DATE", "FAIL"},
              {"STRING", "abc", "DATE", "FAIL"}});
}

TEST(Cast, TextToTime) {
  CheckCasts({{"STRING", "10:11:12", "TIME", "10:11:12"},
              {"STRING", "10:11", "TIME", "10:11:00"},
              {"STRING", "10", "TIME", "10:00:00"},
              {"STRING", "1:2:3", "TIME", "01:02:03"},
              {"STRING", "10:11:12.5", "TIME", "10:11:12"},
              {"STRING", " 10:11:12 ", "TIME", "10:11:12"},
              {"STRING", "23:59:59", "TIME", "23:59:59"},
              {"STRING", "10:11:12.567", "TIME(3)", "10:11:12.567"},
              {"STRING", "10:11:12.5678", "TIME(2)", "10:11:12.56"},
              {"STRING", "24:00:00", "TIME", "FAIL"},
              {"STRING", "10:60:00", "TIME", "FAIL"},
              {"STRING", "10:", "TIME", "FAIL"},
              {"STRING", "2020-02-29 10:11:12", "TIME", "FAIL"},
              {"STRING", "abc", "TIME", "FAIL"}});
}

TEST(Cast, TextToTimestamp) {
  CheckCasts({{"STRING", "2020-02-29", "TIMESTAMP(3)", "2020-02-29 00:00:00.000"},
              {"STRING", "2020-02-29 10:11:12", "TIMESTAMP(3)", "2020-02-29 10:11:12.000"},
              {"STRING", "2020-02-29 10:11:12.1", "TIMESTAMP(3)", "2020-02-29 10:11:12.100"},
              {"STRING", "2020-02-29 10:11:12.", "TIMESTAMP(3)", "2020-02-29 10:11:12.000"},
              {"STRING", "2020-02-29 10:11:12.999999999", "TIMESTAMP(3)", "2020-02-29 10:11:12.999"},
              {"STRING", "2020-02-29 10:11:12.123456789", "TIMESTAMP(9)", "2020-02-29 10:11:12.123456789"},
              {"STRING", "2020-02-29 10:11:12.123456789", "TIMESTAMP(6)", "2020-02-29 10:11:12.123456"},
              {"STRING", "2020-02-29 10:11:12.987", "TIMESTAMP(0)", "2020-02-29 10:11:12"},
              {"STRING", "2020-02-29 10:11:12.987", "TIMESTAMP(1)", "2020-02-29 10:11:12.9"},
              {"STRING", "2020-2-9 1:2:3", "TIMESTAMP(3)", "2020-02-09 01:02:03.000"},
              {"STRING", "2021-02-29 10:11:12", "TIMESTAMP(3)", "2021-02-28 10:11:12.000"},
              {"STRING", "2020-02-29 24:00:00", "TIMESTAMP(3)", "2020-03-01 00:00:00.000"},
              {"STRING", "0001-01-01 00:00:00", "TIMESTAMP(3)", "0001-01-01 00:00:00.000"},
              {"STRING", "9999-12-31 23:59:59.999", "TIMESTAMP(3)", "9999-12-31 23:59:59.999"},
              {"STRING", "9999-12-31 23:59:59.999999", "TIMESTAMP(6)", "9999-12-31 23:59:59.999999"},
              {"STRING", "1969-12-31 23:59:59.999", "TIMESTAMP(0)", "1969-12-31 23:59:59"},
              {"STRING", "2020-02-29 10", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "2020-02-29 10:11", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "2020-02-29T10:11:12", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "2020-02-29 10:11:12Z", "TIMESTAMP(3)", "FAIL"},
              {"STRING", " 2020-02-29 10:11:12 ", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "2020-02-29 25:11:12", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "2020-02-32 10:11:12", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "2020-13-01 10:11:12", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "2020-02-29 10:11:12.1234567891", "TIMESTAMP(9)", "FAIL"},
              {"STRING", "20-01-01", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "12020-01-01", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "abc", "TIMESTAMP(3)", "FAIL"},
              {"STRING", "0001-01-01 00:00:00", "TIMESTAMP(9)", "FAIL"},
              {"STRING", "2020-02-29 10:11:12.5", "TIMESTAMP_LTZ(3)", "2020-02-29 10:11:12.500"},
              {"STRING", "2020-02-29 10:11:12Z", "TIMESTAMP_LTZ(3)", "FAIL"}});
}

TEST(Cast, LengthsOfText) {
  CheckCasts({{"STRING", "abc", "CHAR(5)", "abc  "},
              {"STRING", "abc", "CHAR(1)", "a"},
              {"STRING", "abc", "VARCHAR(4)", "abc"},
              {"STRING", "abcdef", "VARCHAR(4)", "abcd"},
              {"CHAR(4)", "ab  ", "STRING", "ab  "},
              {"STRING", "", "CHAR(2)", "  "},
              {"STRING", "éàü", "VARCHAR(2)", "éà"},
              {"STRING", "é", "CHAR(3)", "é  "},
              {"CHAR(3)", "abc", "CHAR(2)", "ab"},
              {"INT", "70000", "VARCHAR(4)", "7000"},
              {"INT", "123456", "CHAR(8)", "123456  "},
              {"BOOLEAN", "TRUE", "VARCHAR(3)", "TRU"},
              {"BOOLEAN", "FALSE", "CHAR(5)", "FALSE"},
              {"DECIMAL(5, 2)", "123.45", "CHAR(5)", "123.4"},
              {"DATE", "2020-02-29", "VARCHAR(4)", "2020"}});
}

TEST(Cast, TextAndBytes) {
  CheckCasts({{"STRING", "abc", "BYTES", "x'616263'"},
              {"STRING", "12", "BINARY(3)", "x'313200'"},
              {"STRING", "abc", "VARBINARY(1)", "x'61'"},
              {"STRING", "é", "BYTES", "x'c3a9'"},
              {"BYTES", "12", "STRING", "12"},
              {"BYTES", "12", "BINARY(3)", "x'313200'"},
              {"BYTES", "12", "VARBINARY(1)", "x'31'"},
              {"BINARY(2)", "12", "BYTES", "x'3132'"},
              {"BYTES", "12", "CHAR(5)", "12   "},
              {"BYTES", "123", "VARCHAR(2)", "12"}});
}

TEST(Cast, InvalidBytesBecomeReplacementCharacters) {
  auto bytes = Expression::Literal(std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString("1\xff"
                                                                                                   "A")),
                                   DataType::Bytes());
  EXPECT_EQ(EvaluateText(CastTo(bytes, "STRING")),
            "1\xEF\xBF\xBD"
            "A");
}

TEST(Cast, NumbersToText) {
  CheckCasts({{"TINYINT", "-128", "STRING", "-128"},
              {"BIGINT", "-9223372036854775808", "STRING", "-9223372036854775808"},
              {"DOUBLE", "1e10", "STRING", "1.0E10"},
              {"DOUBLE", "100", "STRING", "100.0"},
              {"DOUBLE", "1e-5", "STRING", "1.0E-5"},
              {"DOUBLE", "0.001", "STRING", "0.001"},
              {"DOUBLE", "NaN", "STRING", "NaN"},
              {"DOUBLE", "-0", "STRING", "-0.0"},
              {"FLOAT", "1e10", "STRING", "1.0E10"},
              {"FLOAT", "0.1", "STRING", "0.1"},
              {"FLOAT", "123456789", "STRING", "1.23456792E8"},
              {"DECIMAL(10, 4)", "1.1", "STRING", "1.1000"},
              {"DECIMAL(10, 8)", "0.0000001", "STRING", "0.00000010"},
              {"DECIMAL(5, 2)", "-0.05", "STRING", "-0.05"},
              {"DECIMAL(38, 0)", "-99999999999999999999999999999999999999", "STRING",
               "-99999999999999999999999999999999999999"},
              {"BOOLEAN", "true", "STRING", "TRUE"},
              {"BOOLEAN", "false", "STRING", "FALSE"}});
}

TEST(Cast, BooleanAndNumbers) {
  CheckCasts({{"BOOLEAN", "true", "TINYINT", "1"},
              {"BOOLEAN", "true", "INT", "1"},
              {"BOOLEAN", "false", "BIGINT", "0"},
              {"BOOLEAN", "true", "FLOAT", "1.0"},
              {"BOOLEAN", "true", "DOUBLE", "1.0"},
              {"BOOLEAN", "true", "DECIMAL(3, 2)", "1.00"},
              {"BOOLEAN", "true", "BOOLEAN", "TRUE"},
              {"INT", "0", "BOOLEAN", "FALSE"},
              {"INT", "-5", "BOOLEAN", "TRUE"},
              {"DOUBLE", "0.5", "BOOLEAN", "TRUE"},
              {"DOUBLE", "0", "BOOLEAN", "FALSE"},
              {"DECIMAL(2, 1)", "0.5", "BOOLEAN", "TRUE"},
              {"DECIMAL(2, 1)", "0.0", "BOOLEAN", "FALSE"}});
}

TEST(Cast, IntegersWrap) {
  CheckCasts({{"SMALLINT", "300", "TINYINT", "44"},
              {"INT", "70000", "TINYINT", "112"},
              {"INT", "70000", "SMALLINT", "4464"},
              {"BIGINT", "3000000000", "INT", "-1294967296"},
              {"BIGINT", "3000000000", "SMALLINT", "24064"},
              {"BIGINT", "3000000000", "TINYINT", "0"},
              {"TINYINT", "12", "BIGINT", "12"},
              {"INT", "70000", "FLOAT", "70000.0"},
              {"BIGINT", "3000000000", "FLOAT", "3.0E9"},
              {"BIGINT", "3000000000", "DOUBLE", "3.0E9"}});
}

TEST(Cast, FloatingPointIsTruncatedAndSaturates) {
  CheckCasts({{"DOUBLE", "-2.5", "INT", "-2"},
              {"DOUBLE", "1.9", "BIGINT", "1"},
              {"DOUBLE", "1e20", "INT", "2147483647"},
              {"DOUBLE", "1e20", "BIGINT", "9223372036854775807"},
              {"DOUBLE", "-1e20", "BIGINT", "-9223372036854775808"},
              {"DOUBLE", "1e20", "TINYINT", "-1"},
              {"DOUBLE", "1e20", "SMALLINT", "-1"},
              {"DOUBLE", "300.7", "TINYINT", "44"},
              {"DOUBLE", "NaN", "INT", "0"},
              {"DOUBLE", "-Infinity", "INT", "-2147483648"},
              {"FLOAT", "1e38", "INT", "2147483647"},
              {"FLOAT", "2147483648", "BIGINT", "2147483648"},
              {"DOUBLE", "1e300", "FLOAT", "Infinity"},
              {"FLOAT", "0.1", "DOUBLE", "0.10000000149011612"},
              {"FLOAT", "1.5", "DOUBLE", "1.5"},
              {"DOUBLE", "9223372036854775807", "BIGINT", "9223372036854775807"}});
}

TEST(Cast, DecimalsRoundHalfUpAndAreNullWhenTheyDoNotFit) {
  CheckCasts({{"DECIMAL(5, 2)", "123.45", "DECIMAL(10, 1)", "123.5"},
              {"DECIMAL(5, 2)", "-123.45", "DECIMAL(10, 1)", "-123.5"},
              {"DECIMAL(10, 3)", "23.455", "DECIMAL(4, 2)", "23.46"},
              {"DECIMAL(10, 3)", "123.456", "DECIMAL(4, 2)", "NULL"},
              {"DECIMAL(5, 2)", "123.45", "DECIMAL(3, 2)", "NULL"},
              {"TINYINT", "12", "DECIMAL(3, 2)", "NULL"},
              {"INT", "12345", "DECIMAL(4, 0)", "NULL"},
              {"INT", "70000", "DECIMAL(10, 1)", "70000.0"},
              {"BIGINT", "3000000000", "DECIMAL(10, 1)", "NULL"},
              {"DOUBLE", "-2.5", "DECIMAL(10, 1)", "-2.5"},
              {"DOUBLE", "1.005", "DECIMAL(10, 2)", "1.01"},
              {"DOUBLE", "2.675", "DECIMAL(10, 2)", "2.68"},
              {"DOUBLE", "0.1", "DECIMAL(20, 18)", "0.100000000000000000"},
              {"DOUBLE", "1e30", "DECIMAL(10, 2)", "NULL"},
              {"DOUBLE", "1e25", "DECIMAL(38, 2)", "10000000000000000000000000.00"},
              {"FLOAT", "0.1", "DECIMAL(20, 10)", "0.1000000015"},
              {"DOUBLE", "NaN", "DECIMAL(10, 2)", "FAIL"},
              {"DOUBLE", "Infinity", "DECIMAL(10, 2)", "FAIL"},
              {"DECIMAL(10, 2)", "1.9", "INT", "1"},
              {"DECIMAL(10, 2)", "-1.9", "INT", "-1"},
              {"DECIMAL(20, 2)", "3000000000.5", "INT", "-1294967296"},
              {"DECIMAL(20, 2)", "300.5", "TINYINT", "44"},
              {"DECIMAL(5, 2)", "123.45", "FLOAT", "123.45"},
              {"DECIMAL(5, 2)", "123.45", "DOUBLE", "123.45"},
              {"DECIMAL(38, 18)", "12345678901234567890.123456789012345678", "DOUBLE", "1.2345678901234567E19"}});
}

TEST(Cast, DatesTimesAndTimestamps) {
  CheckCasts({{"DATE", "2020-02-29", "STRING", "2020-02-29"},
              {"DATE", "2020-02-29", "TIMESTAMP(3)", "2020-02-29 00:00:00.000"},
              {"DATE", "0001-01-01", "TIMESTAMP(6)", "0001-01-01 00:00:00.000000"},
              {"DATE", "0001-01-01", "TIMESTAMP(9)", "FAIL"},
              {"DATE", "2020-02-29", "TIMESTAMP_LTZ(3)", "2020-02-29 00:00:00.000"},
              {"TIME", "12:34:56", "STRING", "12:34:56"},
              {"TIME(3)", "12:34:56.7", "STRING", "12:34:56.700"},
              {"TIME(3)", "12:34:56.7", "TIME", "12:34:56"},
              {"TIME", "12:34:56", "TIMESTAMP(3)", "1970-01-01 12:34:56.000"},
              {"TIMESTAMP(3)", "2020-02-29 12:34:56.789", "STRING", "2020-02-29 12:34:56.789"},
              {"TIMESTAMP(0)", "2020-02-29 12:34:56", "STRING", "2020-02-29 12:34:56"},
              {"TIMESTAMP(9)", "2020-02-29 12:34:56.123456789", "STRING", "2020-02-29 12:34:56.123456789"},
              {"TIMESTAMP(9)", "2020-02-29 12:34:56.123456789", "TIMESTAMP(3)", "2020-02-29 12:34:56.123"},
              {"TIMESTAMP(9)", "2020-02-29 12:34:56.123456789", "TIMESTAMP(4)", "2020-02-29 12:34:56.1234"},
              {"TIMESTAMP(3)", "2020-02-29 12:34:56.789", "TIMESTAMP(9)", "2020-02-29 12:34:56.789000000"},
              {"TIMESTAMP(3)", "9999-12-31 23:59:59.999", "TIMESTAMP(9)", "FAIL"},
              {"TIMESTAMP(3)", "9999-12-31 23:59:59.999", "TIMESTAMP(6)", "9999-12-31 23:59:59.999000"},
              {"TIMESTAMP(3)", "2020-02-29 12:34:56.789", "DATE", "2020-02-29"},
              {"TIMESTAMP(3)", "2020-02-29 12:34:56.789", "TIME", "12:34:56"},
              {"TIMESTAMP(3)", "2020-02-29 12:34:56.789", "TIME(3)", "12:34:56.789"},
              {"TIMESTAMP_LTZ(6)", "2020-02-29 12:34:56.123456", "DATE", "2020-02-29"},
              {"TIMESTAMP_LTZ(6)", "2020-02-29 12:34:56.123456", "TIMESTAMP(3)", "2020-02-29 12:34:56.123"}});
}

// Flink rounds these toward 1970; a moment before 1970 lies on its own day.
TEST(Cast, MomentsBefore1970) {
  CheckCasts({{"TIMESTAMP(3)", "1969-12-31 23:59:59.999", "DATE", "1969-12-31"},
              {"TIMESTAMP(3)", "1969-12-31 23:59:59.999", "TIME", "23:59:59"},
              {"TIMESTAMP(3)", "1969-12-31 23:59:59.999", "TIMESTAMP(0)", "1969-12-31 23:59:59"},
              {"TIMESTAMP(3)", "1969-12-31 23:59:59.999", "TIMESTAMP(2)", "1969-12-31 23:59:59.99"},
              {"TIMESTAMP(6)", "0001-01-01 00:00:00.000001", "DATE", "0001-01-01"}});
}

TEST(Cast, InstantsAreReadInTheLocalTimeZone) {
  FunctionContext los_angeles;
  los_angeles.local_time_zone = "America/Los_Angeles";
  // 02:30 does not exist on 2021-03-14, 01:30 exists twice on 2021-11-07.
  CheckCasts({{"STRING", "2021-02-14 12:00:00", "TIMESTAMP_LTZ(3)", "2021-02-14 12:00:00.000"},
              {"STRING", "2021-03-14 02:30:00", "TIMESTAMP_LTZ(3)", "2021-03-14 03:30:00.000"},
              {"STRING", "2021-11-07 01:30:00", "TIMESTAMP_LTZ(3)", "2021-11-07 01:30:00.000"},
              {"TIMESTAMP(3)", "2021-03-14 02:30:00", "TIMESTAMP_LTZ(3)", "2021-03-14 03:30:00.000"},
              // Literals are written in UTC here.
              {"TIMESTAMP_LTZ(3)", "2021-11-07 08:30:00", "STRING", "2021-11-07 01:30:00.000"},
              {"TIMESTAMP_LTZ(3)", "2021-11-07 09:30:00", "STRING", "2021-11-07 01:30:00.000"},
              {"TIMESTAMP_LTZ(3)", "2021-11-07 09:30:00", "TIMESTAMP(0)", "2021-11-07 01:30:00"},
              {"TIMESTAMP_LTZ(3)", "2021-01-01 02:00:00", "DATE", "2020-12-31"},
              {"TIMESTAMP_LTZ(3)", "2021-01-01 02:00:00", "TIME", "18:00:00"},
              {"DATE", "2021-07-01", "TIMESTAMP_LTZ(3)", "2021-07-01 00:00:00.000"},
              {"TIMESTAMP_LTZ(3)", "2050-07-01 00:00:00", "TIMESTAMP(3)", "2050-06-30 17:00:00.000"},
              {"TIMESTAMP_LTZ(3)", "2050-01-01 00:00:00", "TIMESTAMP(3)", "2049-12-31 16:00:00.000"},
              {"TIMESTAMP_LTZ(3)", "1900-01-01 00:00:00", "TIMESTAMP(3)", "1899-12-31 16:00:00.000"}},
             los_angeles);
}

TEST(Cast, Intervals) {
  CheckCasts({{"INTERVAL MONTH", "14", "STRING", "+1-02"},
              {"INTERVAL MONTH", "-14", "STRING", "-1-02"},
              {"INTERVAL SECOND", "93784567", "STRING", "+1 02:03:04.567"},
              {"INTERVAL SECOND", "-864000000", "STRING", "-10 00:00:00.000"},
              {"INT", "70000", "INTERVAL MONTH", "+5833-04"},
              {"DECIMAL(5, 2)", "123.45", "INTERVAL MONTH", "+10-03"},
              {"INT", "2", "INTERVAL SECOND", "+0 00:00:00.002"}});
}

TEST(Cast, NestedValues) {
  CheckCasts({{"ARRAY<INT>", "[1, 2, null]", "STRING", "[1, 2, NULL]"},
              {"ARRAY<INT>", "[1, 2, null]", "CHAR(5)", "[1, 2"},
              {"ARRAY<INT>", "[1, 2, null]", "ARRAY<STRING>", "[1, 2, NULL]"},
              {"ARRAY<INT>", "[]", "ARRAY<BIGINT>", "[]"},
              {"ARRAY<DOUBLE>", "[1.5, 2]", "ARRAY<INT>", "[1, 2]"},
              {"ARRAY<STRING>", R"(["1", "x"])", "ARRAY<INT>", "FAIL"},
              {"ARRAY<STRING>", R"(["1", "2"])", "ARRAY<INT>", "[1, 2]"},
              {"MAP<STRING, INT>", R"([["a", 1], ["b", null]])", "STRING", "{a=1, b=NULL}"},
              {"MAP<STRING, INT>", R"([["a", 1]])", "MAP<STRING, DOUBLE>", "{a=1.0}"},
              {"ROW<f INT, g STRING>", R"([1, null])", "STRING", "(1, NULL)"},
              {"ROW<f INT, g STRING>", R"([1, "5"])", "ROW<a BIGINT, b INT>", "(1, 5)"},
              {"ROW<f INT, g STRING>", R"([1, "x"])", "ROW<a BIGINT, b INT>", "FAIL"},
              {"ARRAY<ARRAY<STRING>>", R"([["1"], null, []])", "ARRAY<ARRAY<INT>>", "[[1], NULL, []]"}});
}

TEST(Cast, NullOfNoTypeCastsToAnything) {
  for (const char* type :
       {"INT", "STRING", "DECIMAL(10, 2)", "TIMESTAMP_LTZ(3)", "ARRAY<INT>", "ROW<a INT>", "MAP<STRING, INT>"}) {
    EXPECT_EQ(EvaluateText(CastTo(Literal("NULL", "NULL"), type)), "NULL") << type;
  }
}

TEST(Cast, CastsThatDoNotExist) {
  struct Missing {
    const char* from;
    const char* to;
    const char* message;
  };
  for (const auto& missing :
       std::vector<Missing>{{"BOOLEAN", "DATE", "Cannot cast BOOLEAN to DATE"},
                            {"BOOLEAN", "BYTES", "Cannot cast BOOLEAN to BYTES"},
                            {"BYTES", "INT", "Cannot cast BYTES to INT"},
                            {"BYTES", "DATE", "Cannot cast BYTES to DATE"},
                            {"INT", "DATE", "Cannot cast INT to DATE"},
                            {"INT", "TIMESTAMP(3)", "use TO_TIMESTAMP"},
                            {"BIGINT", "TIMESTAMP_LTZ(3)", "use TO_TIMESTAMP_LTZ"},
                            {"TIMESTAMP(3)", "BIGINT", "use UNIX_TIMESTAMP"},
                            {"DATE", "INT", "Cannot cast DATE to INT"},
                            {"DATE", "TIME", "Cannot cast DATE to TIME"},
                            {"DOUBLE", "INTERVAL MONTH", "Cannot cast DOUBLE to INTERVAL MONTH"},
                            {"INTERVAL MONTH", "INTERVAL SECOND", "Cannot cast"},
                            {"INTERVAL SECOND", "BIGINT", "Cannot cast"},
                            {"STRING", "INTERVAL MONTH", "Cannot cast STRING to INTERVAL MONTH"},
                            {"STRING", "ARRAY<STRING>", "Cannot cast STRING to ARRAY<STRING>"},
                            {"ARRAY<INT>", "INT", "Cannot cast ARRAY<INT> to INT"},
                            {"ARRAY<INT>", "MAP<STRING, STRING>", "Cannot cast"},
                            {"ROW<a INT>", "ROW<a INT, b INT>", "Cannot cast"},
                            {"ARRAY<BOOLEAN>", "ARRAY<DATE>", "Cannot cast ARRAY<BOOLEAN> to ARRAY<DATE>"}}) {
    const auto status = CheckCast(TypeOf(missing.from), TypeOf(missing.to));
    EXPECT_TRUE(status.IsTypeError()) << missing.from << " to " << missing.to;
    EXPECT_NE(status.message().find(missing.message), std::string::npos) << status.message();
  }
}

TEST(Cast, EmptyAndAllNullColumns) {
  const char* types[] = {"BOOLEAN", "INT",          "DOUBLE",           "DECIMAL(10, 2)", "STRING",
                         "DATE",    "TIMESTAMP(3)", "TIMESTAMP_LTZ(6)", "ARRAY<INT>",     "ROW<a INT>"};
  for (const char* from : types) {
    for (const char* to : types) {
      if (!CheckCast(TypeOf(from), TypeOf(to)).ok()) continue;
      SCOPED_TRACE(std::string(from) + " to " + to);
      EXPECT_EQ(Evaluate(CastTo(ColumnRef(0, from), to), {ColumnOf(from, {})}, 0), std::vector<std::string>{});
      EXPECT_EQ(Evaluate(CastTo(ColumnRef(0, from), to), {ColumnOf(from, {"NULL", "NULL"})}, 2),
                (std::vector<std::string>{"NULL", "NULL"}));
    }
  }
}

}  // namespace
}  // namespace tidemark::expr
