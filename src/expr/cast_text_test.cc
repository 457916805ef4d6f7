// SPDX-License-Identifier: Apache-2.0
// CAST and TRY_CAST of text. The expected values were recorded from Apache Flink 2.2.
#include <gtest/gtest.h>

#include "expr/cast.h"
#include "expr/cast_testing.h"
#include "expr/evaluator.h"
#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

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

}  // namespace
}  // namespace tidemark::expr
