// SPDX-License-Identifier: Apache-2.0
// Comparisons within and across types, with NULL and NaN.
#include <gtest/gtest.h>

#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

TEST(Comparison, EveryOperatorOnEveryType) {
  // Each pair is (less, greater).
  const std::pair<const char*, const char*> pairs[] = {
      {"BOOLEAN false", "BOOLEAN true"},
      {"TINYINT -128", "TINYINT 127"},
      {"SMALLINT -1", "SMALLINT 1"},
      {"INT -5", "INT 7"},
      {"BIGINT -9223372036854775808", "BIGINT 9223372036854775807"},
      {"FLOAT -Infinity", "FLOAT 1.5"},
      {"DOUBLE 1", "DOUBLE Infinity"},
      {"DECIMAL(5, 2) -0.05", "DECIMAL(5, 2) 0.04"},
      {"STRING abc", "STRING abd"},
      {"STRING ", "STRING a"},
      {"STRING ab", "STRING abc"},
      {"STRING z", "STRING é"},
      {"CHAR(2) ab", "CHAR(3) abc"},
      {"BYTES a", "BYTES b"},
      {"DATE 1969-12-31", "DATE 1970-01-01"},
      {"TIME 09:00:00", "TIME 10:00:00"},
      {"TIMESTAMP(3) 0001-01-01 00:00:00", "TIMESTAMP(3) 9999-12-31 23:59:59"},
      {"TIMESTAMP_LTZ(6) 2020-01-01 00:00:00", "TIMESTAMP_LTZ(6) 2020-01-01 00:00:00.000001"},
      {"INTERVAL MONTH -1", "INTERVAL MONTH 1"},
      {"INTERVAL SECOND 1", "INTERVAL SECOND 2"}};
  for (const auto& [less, greater] : pairs) {
    const std::string up = std::string(less) + " | " + greater;
    const std::string down = std::string(greater) + " | " + less;
    const std::string same = std::string(less) + " | " + less;
    for (const auto& [op, when_less, when_greater, when_same] :
         std::vector<std::tuple<const char*, const char*, const char*, const char*>>{
             {"=", "FALSE", "FALSE", "TRUE"},
             {"<>", "TRUE", "TRUE", "FALSE"},
             {"<", "TRUE", "FALSE", "FALSE"},
             {"<=", "TRUE", "FALSE", "TRUE"},
             {">", "FALSE", "TRUE", "FALSE"},
             {">=", "FALSE", "TRUE", "TRUE"},
             {"IS DISTINCT FROM", "TRUE", "TRUE", "FALSE"},
             {"IS NOT DISTINCT FROM", "FALSE", "FALSE", "TRUE"}}) {
      CheckCalls({{op, up.c_str(), "BOOLEAN", when_less},
                  {op, down.c_str(), "BOOLEAN", when_greater},
                  {op, same.c_str(), "BOOLEAN", when_same}});
    }
  }
}

TEST(Comparison, NumbersCompareByValueAcrossTypes) {
  CheckCalls({{"=", "INT 1 | DECIMAL(2, 1) 1.0", "BOOLEAN", "TRUE"},
              {"=", "INT 1 | DECIMAL(2, 1) 1.5", "BOOLEAN", "FALSE"},
              {"<", "TINYINT 1 | BIGINT 3000000000", "BOOLEAN", "TRUE"},
              {">", "BIGINT 3000000000 | DOUBLE 1.5", "BOOLEAN", "TRUE"},
              {"=", "DECIMAL(5, 2) 1.50 | DECIMAL(10, 4) 1.5000", "BOOLEAN", "TRUE"},
              {"<", "DECIMAL(38, 0) 99999999999999999999999999999999999999 | DECIMAL(38, 38) 0.1", "BOOLEAN", "FALSE"},
              {"<", "DECIMAL(5, 2) 123.45 | DOUBLE 123.46", "BOOLEAN", "TRUE"},
              // The left side's type decides for FLOAT beside DOUBLE.
              {"=", "FLOAT 0.1 | DOUBLE 0.1", "BOOLEAN", "TRUE"},
              {"=", "DOUBLE 0.1 | FLOAT 0.1", "BOOLEAN", "FALSE"},
              {"=", "DOUBLE 0 | DOUBLE -0", "BOOLEAN", "TRUE"}});
}

TEST(Comparison, NanEqualsNothing) {
  CheckCalls({{"=", "DOUBLE NaN | DOUBLE NaN", "BOOLEAN", "FALSE"},
              {"<>", "DOUBLE NaN | DOUBLE NaN", "BOOLEAN", "TRUE"},
              {"<", "DOUBLE NaN | DOUBLE 1", "BOOLEAN", "FALSE"},
              {">=", "DOUBLE NaN | DOUBLE 1", "BOOLEAN", "FALSE"},
              {"IS NOT DISTINCT FROM", "DOUBLE NaN | DOUBLE NaN", "BOOLEAN", "FALSE"}});
}

TEST(Comparison, NullGivesNull) {
  for (const char* op : {"=", "<>", "<", "<=", ">", ">="}) {
    CheckCalls({{op, "INT NULL | INT 1", "BOOLEAN", "NULL"},
                {op, "STRING a | STRING NULL", "BOOLEAN", "NULL"},
                {op, "NULL | NULL", "BOOLEAN", "NULL"},
                {op, "DECIMAL(5, 2) NULL | DECIMAL(5, 2) NULL", "BOOLEAN", "NULL"}});
  }
  CheckCalls({{"IS DISTINCT FROM", "INT NULL | INT 1", "BOOLEAN", "TRUE"},
              {"IS DISTINCT FROM", "INT NULL | INT NULL", "BOOLEAN", "FALSE"},
              {"IS NOT DISTINCT FROM", "STRING NULL | STRING NULL", "BOOLEAN", "TRUE"},
              {"IS NOT DISTINCT FROM", "STRING a | STRING NULL", "BOOLEAN", "FALSE"}});
}

TEST(Comparison, TimestampsCompareAcrossPrecisionsAndZones) {
  CheckCalls({{"=", "TIMESTAMP(0) 2020-01-01 00:00:00 | TIMESTAMP(3) 2020-01-01 00:00:00", "BOOLEAN", "TRUE"},
              {"<", "TIMESTAMP(0) 2020-01-01 00:00:00 | TIMESTAMP(6) 2020-01-01 00:00:00.000001", "BOOLEAN", "TRUE"},
              // Beyond what nanoseconds can say.
              {"<", "TIMESTAMP(9) 2020-01-01 00:00:00 | TIMESTAMP(3) 9999-12-31 00:00:00", "BOOLEAN", "TRUE"},
              {"=", "TIMESTAMP(3) 2020-01-01 00:00:00 | TIMESTAMP_LTZ(3) 2020-01-01 00:00:00", "BOOLEAN", "TRUE"}});
  FunctionContext berlin;
  berlin.local_time_zone = "Europe/Berlin";
  CheckCalls({{"=", "TIMESTAMP(3) 2020-01-01 01:00:00 | TIMESTAMP_LTZ(3) 2020-01-01 00:00:00", "BOOLEAN", "TRUE"}},
             berlin);
}

TEST(Comparison, TextBesideOtherTypes) {
  CheckCalls({{"=", "DATE 2020-02-29 | STRING 2020-02-29", "BOOLEAN", "TRUE"},
              {"=", "STRING zz | DATE 2020-02-29", "", "ERROR Cannot cast 'zz' to DATE"},
              {"=", "TIMESTAMP(3) 2020-02-29 12:34:56.789 | STRING 2020-02-29 12:34:56.789", "BOOLEAN", "TRUE"},
              {">", "TIMESTAMP(3) 2020-02-29 12:34:56.789 | STRING 2020-01-01", "BOOLEAN", "TRUE"},
              {"=", "TIME 12:34:56 | STRING 12:34:56", "BOOLEAN", "TRUE"},
              {"<", "STRING 1 | INT 2", "BOOLEAN", "TRUE"},
              {">", "STRING 10 | DECIMAL(2, 1) 9.5", "BOOLEAN", "TRUE"},
              {"<", "STRING abc | INT 2", "", "ERROR Cannot cast 'abc' to INT"},
              {"<", "STRING abc | DATE 2020-01-01", "", "ERROR Cannot cast 'abc' to DATE"},
              {"=", "STRING 1 | INT 1", "", "ERROR = cannot compare (STRING, INT); CAST one side"},
              {"=", "STRING abc | BOOLEAN true", "BOOLEAN", "FALSE"}});
}

TEST(Comparison, ColumnsOfTextEqualNoDateWhereTheyAreNone) {
  const auto equal = CallOf("=", {ColumnRef(0, "STRING"), Literal("DATE", "2020-02-29")});
  EXPECT_EQ(Evaluate(equal, {ColumnOf("STRING", {"zz", "2020-02-29", "2020-03-01", "NULL"})}, 4),
            (std::vector<std::string>{"NULL", "TRUE", "FALSE", "NULL"}));
  EXPECT_EQ(equal->type().ToString(), "BOOLEAN");
  EXPECT_EQ(CallOf("=", {Literal("DATE", "2020-02-29"), Literal("STRING", "2020-02-29")})->type().ToString(),
            "BOOLEAN NOT NULL");
}

TEST(Comparison, NestedValues) {
  CheckCalls({{"=", "ARRAY<INT> [1, null] | ARRAY<INT> [1, null]", "BOOLEAN", "TRUE"},
              {"=", "ARRAY<INT> [1, 2] | ARRAY<INT> [1, 3]", "BOOLEAN", "FALSE"},
              {"<>", "ARRAY<INT> [1, 2] | ARRAY<INT> [1]", "BOOLEAN", "TRUE"},
              {"=", "ARRAY<INT> [1, 2] | ARRAY<DECIMAL(3, 1)> [\"1.0\", \"2.0\"]", "BOOLEAN", "TRUE"},
              {"=", "MAP<INT, INT> [[1, 2], [3, 4]] | MAP<INT, INT> [[3, 4], [1, 2]]", "BOOLEAN", "TRUE"},
              {"=", "MAP<INT, INT> [[1, 2]] | MAP<INT, INT> [[1, 3]]", "BOOLEAN", "FALSE"},
              {"=", "ROW<a INT, b STRING> [1, \"x\"] | ROW<a INT, b STRING> [1, \"x\"]", "BOOLEAN", "TRUE"},
              {"=", "ROW<a INT, b INT> [1, null] | ROW<a INT, b INT> [1, null]", "BOOLEAN", "NULL"},
              {"=", "ROW<a INT, b INT> [1, null] | ROW<a INT, b INT> [2, null]", "BOOLEAN", "FALSE"},
              {"=", "ARRAY<INT> NULL | ARRAY<INT> [1]", "BOOLEAN", "NULL"},
              {"<", "ARRAY<INT> [1] | ARRAY<INT> [2]", "", "ERROR only = and <> do"},
              {"<", "ROW<a INT> [1] | ROW<a INT> [2]", "", "ERROR only = and <> do"}});
}

TEST(Comparison, WrongTypesAreRefused) {
  CheckCalls({{"=", "BOOLEAN true | INT 1", "", "ERROR = cannot compare (BOOLEAN, INT)"},
              {"=", "DATE 2020-01-01 | TIMESTAMP(3) 2020-01-01", "",
               "ERROR = cannot compare (DATE, TIMESTAMP(3)); CAST one side"},
              {">", "INTERVAL SECOND 1 | INTERVAL MONTH 1", "", "ERROR > cannot compare"},
              {"=", "BYTES a | STRING a", "", "ERROR = cannot compare (BYTES, STRING); CAST one side"},
              {"=", "ARRAY<INT> [1] | INT 1", "", "ERROR = cannot compare (ARRAY<INT>, INT)"}});
}

TEST(Comparison, LongColumnsWithNullsAndOffsets) {
  // Longer than the blocks in which result bits are packed.
  std::vector<std::string> left;
  std::vector<std::string> right;
  std::vector<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    left.push_back(i % 7 == 0 ? "NULL" : std::to_string(i % 10));
    right.push_back(i % 11 == 0 ? "NULL" : std::to_string(i % 3));
    expected.push_back(i % 7 == 0 || i % 11 == 0 ? "NULL" : i % 10 < i % 3 ? "TRUE" : "FALSE");
  }
  const auto less = CallOf("<", {ColumnRef(0, "INT"), ColumnRef(1, "INT")});
  for (int64_t offset : {0, 1, 5, 64, 130}) {
    EXPECT_EQ(
        Evaluate(less, {ColumnOf("INT", left)->Slice(offset), ColumnOf("INT", right)->Slice(offset)}, 300 - offset),
        std::vector<std::string>(expected.begin() + offset, expected.end()));
  }
}

}  // namespace
}  // namespace tidemark::expr
