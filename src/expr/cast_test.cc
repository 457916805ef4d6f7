// SPDX-License-Identifier: Apache-2.0
// CAST and TRY_CAST between types other than text. The expected values were recorded from Apache Flink 2.2.
#include <gtest/gtest.h>

#include "expr/cast.h"
#include "expr/cast_testing.h"
#include "expr/evaluator.h"
#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

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
