// SPDX-License-Identifier: Apache-2.0
// + - * / % on numbers: result types, wrapping, rounding, overflow. Recorded from Apache Flink 2.2.
#include <gtest/gtest.h>

#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

TEST(Arithmetic, IntegersPromoteAndWrap) {
  CheckCalls({{"+", "TINYINT 1 | TINYINT 1", "TINYINT", "2"},
              {"+", "TINYINT 127 | TINYINT 127", "TINYINT", "-2"},
              {"+", "TINYINT 127 | SMALLINT 32767", "SMALLINT", "-32642"},
              {"+", "SMALLINT 1 | INT 70000", "INT", "70001"},
              {"+", "INT 2147483647 | INT 2147483647", "INT", "-2"},
              {"+", "INT 2147483647 | BIGINT 9223372036854775807", "BIGINT", "-9223372034707292162"},
              {"-", "TINYINT 127 | BIGINT 9223372036854775807", "BIGINT", "-9223372036854775680"},
              {"-", "INT -2147483648 | INT 1", "INT", "2147483647"},
              {"*", "TINYINT 127 | TINYINT 127", "TINYINT", "1"},
              {"*", "SMALLINT 300 | SMALLINT 300", "SMALLINT", "24464"},
              {"*", "INT 70000 | INT 70000", "INT", "605032704"},
              {"*", "BIGINT 9223372036854775807 | BIGINT 9223372036854775807", "BIGINT", "1"},
              {"-", "TINYINT -128", "TINYINT", "-128"},
              {"-", "BIGINT 5", "BIGINT", "-5"},
              {"+", "INT 5", "INT", "5"}});
}

TEST(Arithmetic, IntegerDivisionTruncatesAndFailsByZero) {
  CheckCalls({{"/", "INT 5 | INT 2", "INT", "2"},
              {"/", "INT -5 | INT 2", "INT", "-2"},
              {"/", "SMALLINT 300 | TINYINT 1", "SMALLINT", "300"},
              {"/", "SMALLINT -300 | TINYINT -7", "SMALLINT", "42"},
              {"/", "TINYINT -128 | TINYINT -1", "TINYINT", "-128"},
              {"/", "INT -2147483648 | INT -1", "INT", "-2147483648"},
              {"/", "BIGINT -9223372036854775808 | BIGINT -1", "BIGINT", "-9223372036854775808"},
              {"/", "INT 1 | INT 0", "INT", "ERROR Division by zero"},
              {"/", "BIGINT 1 | BIGINT 0", "BIGINT", "ERROR Division by zero"},
              {"%", "TINYINT -7 | SMALLINT -300", "SMALLINT", "-7"},
              {"%", "SMALLINT -300 | TINYINT -7", "TINYINT", "-6"},
              {"%", "BIGINT -3000000000 | TINYINT -7", "TINYINT", "-4"},
              {"%", "BIGINT 3000000000 | INT 70000", "INT", "10000"},
              {"%", "INT 7 | BIGINT 4", "BIGINT", "3"},
              {"%", "INT -2147483648 | INT -1", "INT", "0"},
              {"%", "INT 1 | INT 0", "INT", "ERROR Division by zero"}});
}

TEST(Arithmetic, FloatingPoint) {
  CheckCalls({{"+", "INT 70000 | DOUBLE 2.5", "DOUBLE", "70002.5"},
              {"+", "TINYINT 1 | FLOAT 1.5", "FLOAT", "2.5"},
              {"*", "BIGINT 3000000000 | FLOAT 1.5", "FLOAT", "4.4999997E9"},
              {"+", "FLOAT 1.5 | DOUBLE 2.5", "FLOAT", "4.0"},
              {"+", "DOUBLE 2.5 | FLOAT 1.5", "DOUBLE", "4.0"},
              {"+", "FLOAT 1.5 | DECIMAL(5, 2) 123.45", "DOUBLE", "124.95"},
              {"*", "DOUBLE 2.5 | DECIMAL(5, 2) 123.45", "DOUBLE", "308.625"},
              {"/", "DOUBLE 1 | DOUBLE 0", "DOUBLE", "Infinity"},
              {"/", "INT -1 | DOUBLE 0", "DOUBLE", "-Infinity"},
              {"/", "DOUBLE 0 | DOUBLE 0", "DOUBLE", "NaN"},
              {"+", "DOUBLE NaN | INT 1", "DOUBLE", "NaN"},
              {"+", "DOUBLE -0 | DOUBLE -0", "DOUBLE", "-0.0"},
              {"-", "DOUBLE 0", "DOUBLE", "-0.0"},
              {"-", "DOUBLE -0", "DOUBLE", "0.0"},
              {"*", "INT -7 | DOUBLE -0", "DOUBLE", "0.0"},
              {"/", "FLOAT 1.5 | INT 70000", "FLOAT", "2.1428572E-5"}});
}

TEST(Arithmetic, DecimalSums) {
  CheckCalls(
      {{"+", "DECIMAL(5, 2) 123.45 | TINYINT 1", "DECIMAL(6, 2)", "124.45"},
       {"+", "SMALLINT 300 | DECIMAL(5, 2) 123.45", "DECIMAL(8, 2)", "423.45"},
       {"+", "INT 70000 | DECIMAL(5, 2) 123.45", "DECIMAL(13, 2)", "70123.45"},
       {"+", "BIGINT 9223372036854775807 | DECIMAL(5, 2) 999.99", "DECIMAL(22, 2)", "9223372036854776806.99"},
       {"+", "DECIMAL(5, 2) 999.99 | DECIMAL(22, 2) 99999999999999999999.99", "DECIMAL(23, 2)",
        "100000000000000000999.98"},
       {"-", "DECIMAL(5, 2) -0.05 | DECIMAL(22, 2) -0.01", "DECIMAL(23, 2)", "-0.04"},
       {"+", "INT 1 | DECIMAL(2, 1) 1.5", "DECIMAL(12, 1)", "2.5"},
       {"+", "DECIMAL(38, 10) 100000000000000000000 | DECIMAL(38, 10) 1", "DECIMAL(38, 9)",
        "100000000000000000001.000000000"},
       {"+", "DECIMAL(38, 0) 1 | DECIMAL(38, 20) 1", "DECIMAL(38, 6)", "2.000000"},
       {"+", "DECIMAL(38, 0) 99999999999999999999999999999999999999 | DECIMAL(38, 0) 1", "DECIMAL(38, 0)", "NULL"},
       {"-", "DECIMAL(38, 0) -99999999999999999999999999999999999999 | DECIMAL(38, 0) 1", "DECIMAL(38, 0)", "NULL"},
       {"-", "DECIMAL(5, 2) 123.45", "DECIMAL(5, 2)", "-123.45"}});
}

TEST(Arithmetic, DecimalProducts) {
  CheckCalls({{"*", "TINYINT -7 | DECIMAL(5, 2) -0.05", "DECIMAL(9, 2)", "0.35"},
              {"*", "DECIMAL(5, 2) 123.45 | DECIMAL(5, 2) 123.45", "DECIMAL(11, 4)", "15239.9025"},
              {"*", "DECIMAL(3, 3) 0.908 | BIGINT 1000", "DECIMAL(23, 3)", "908.000"},
              {"*", "BIGINT 3000000000 | DECIMAL(22, 2) 12345678901234567890.12", "DECIMAL(38, 2)",
               "37037036703703703670360000000.00"},
              {"*", "BIGINT 9223372036854775807 | DECIMAL(22, 2) 99999999999999999999.99", "DECIMAL(38, 2)", "NULL"},
              {"*", "DECIMAL(22, 2) -0.01 | DECIMAL(22, 2) -0.01", "DECIMAL(38, 4)", "0.0001"},
              {"*", "DECIMAL(22, 2) 12345678901234567890.12 | DECIMAL(22, 2) 12345678901234567890.12", "DECIMAL(38, 4)",
               "NULL"},
              {"*", "DECIMAL(38, 10) 1 | DECIMAL(38, 10) 1", "DECIMAL(38, 6)", "1.000000"},
              {"*", "DECIMAL(20, 10) 1.5 | DECIMAL(20, 10) 1.5", "DECIMAL(38, 17)", "2.25000000000000000"}});
}

TEST(Arithmetic, DecimalQuotients) {
  CheckCalls({{"/", "DECIMAL(2, 1) 1.0 | INT 3", "DECIMAL(13, 12)", "0.333333333333"},
              {"/", "TINYINT 1 | DECIMAL(5, 2) 123.45", "DECIMAL(11, 6)", "0.008100"},
              {"/", "INT 70000 | DECIMAL(5, 2) 123.45", "DECIMAL(18, 6)", "567.031187"},
              {"/", "BIGINT 3000000000 | DECIMAL(5, 2) 123.45", "DECIMAL(27, 6)", "24301336.573512"},
              {"/", "BIGINT 9223372036854775807 | DECIMAL(22, 2) 99999999999999999999.99", "DECIMAL(38, 17)",
               "0.09223372036854776"},
              {"/", "DECIMAL(5, 2) 999.99 | TINYINT 127", "DECIMAL(9, 6)", "7.873937"},
              {"/", "DECIMAL(22, 2) 12345678901234567890.12 | DECIMAL(5, 2) 123.45", "DECIMAL(30, 8)",
               "100005499402467135.60243013"},
              {"/", "DECIMAL(22, 2) 12345678901234567890.12 | BIGINT 3000000000", "DECIMAL(38, 18)",
               "4115226300.411522630040000000"},
              {"/", "DECIMAL(38, 0) 1 | DECIMAL(38, 38) 0.5", "DECIMAL(38, 6)", "2.000000"},
              {"/",
               "DECIMAL(38, 0) 99999999999999999999999999999999999999 | DECIMAL(38, 38) "
               "0.00000000000000000000000000000000000001",
               "DECIMAL(38, 6)", "NULL"},
              {"/", "DECIMAL(5, 2) -1 | DECIMAL(5, 2) 3", "DECIMAL(13, 8)", "-0.33333333"},
              {"/", "DECIMAL(5, 2) 2 | DECIMAL(5, 2) -3", "DECIMAL(13, 8)", "-0.66666667"},
              {"/", "INT 1 | DECIMAL(2, 0) 0", "", "ERROR Division by zero"}});
}

TEST(Arithmetic, DecimalRemainders) {
  CheckCalls({{"%", "TINYINT 1 | DECIMAL(5, 2) 123.45", "DECIMAL(5, 2)", "1.00"},
              {"%", "SMALLINT 300 | DECIMAL(5, 2) 123.45", "DECIMAL(5, 2)", "53.10"},
              {"%", "DECIMAL(5, 2) -0.05 | TINYINT -7", "DECIMAL(5, 2)", "-0.05"},
              {"%", "DECIMAL(22, 2) 12345678901234567890.12 | BIGINT 3000000000", "DECIMAL(21, 2)", "1234567890.12"},
              {"%", "DECIMAL(22, 2) 12345678901234567890.12 | DECIMAL(5, 2) 123.45", "DECIMAL(5, 2)", "74.37"},
              {"%", "DECIMAL(5, 2) 1 | INT 0", "", "ERROR Division by zero"}});
}

TEST(Arithmetic, NullGivesNull) {
  CheckCalls({{"+", "INT NULL | INT 1", "INT", "NULL"},
              {"*", "DOUBLE 1 | DOUBLE NULL", "DOUBLE", "NULL"},
              {"/", "INT NULL | INT 0", "INT", "NULL"},
              {"/", "INT 1 | INT NULL", "INT", "NULL"},
              {"+", "DECIMAL(5, 2) NULL | DECIMAL(5, 2) 1", "DECIMAL(6, 2)", "NULL"},
              {"-", "INT NULL", "INT", "NULL"}});
}

TEST(Arithmetic, WrongTypesAreRefused) {
  CheckCalls({{"+", "STRING 5 | INT 1", "",
               "ERROR + takes (<numeric>, <numeric>) or dates, times and intervals, not (STRING, INT)"},
              {"+", "BOOLEAN true | BOOLEAN true", "", "ERROR not (BOOLEAN, BOOLEAN)"},
              {"+", "NULL | INT 1", "", "ERROR not (NULL, INT)"},
              {"%", "DOUBLE 1 | INT 2", "", "ERROR % takes (<exact numeric>, <exact numeric>), not (DOUBLE, INT)"},
              {"-", "STRING 5", "", "ERROR Unary - takes (<numeric>) or (<interval>), not (STRING)"},
              {"+", "NULL | NULL", "", "ERROR"}});
}

TEST(Arithmetic, OnlyRowsThatCountCanFail) {
  // The row with NULL has 0 beside it, and must not divide by it.
  const auto quotient = CallOf("/", {ColumnRef(0, "INT"), ColumnRef(1, "INT")});
  EXPECT_EQ(Evaluate(quotient, {ColumnOf("INT", {"NULL", "8"}), ColumnOf("INT", {"0", "2"})}, 2),
            (std::vector<std::string>{"NULL", "4"}));
  EXPECT_EQ(Evaluate(quotient, {ColumnOf("INT", {"1", "8"}), ColumnOf("INT", {"0", "2"})}, 2),
            (std::vector<std::string>{"ERROR: Division by zero"}));
}

}  // namespace
}  // namespace tidemark::expr
