// SPDX-License-Identifier: Apache-2.0
// GREATEST, LEAST, IS_ALPHA, IS_DECIMAL, IS_DIGIT and TYPEOF. Recorded from Apache Flink 2.2.
#include <gtest/gtest.h>

#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

TEST(Extremes, OfEachType) {
  CheckCalls({{"GREATEST", "INT 1 | INT 2", "INT", "2"},
              {"GREATEST", "INT 1 | DECIMAL(2, 1) 2.5", "DECIMAL(11, 1)", "2.5"},
              {"GREATEST", "CHAR(1) a | CHAR(1) b", "CHAR(1)", "b"},
              {"GREATEST", "INT NULL | INT 3", "INT", "NULL"},
              {"GREATEST", "INT 3 | INT 1 | INT 7 | INT 5", "INT", "7"},
              {"GREATEST", "DOUBLE NaN | DOUBLE 1", "DOUBLE", "NaN"},
              {"GREATEST", "INT 1 | STRING a", "", "ERROR GREATEST cannot compare (INT, STRING)"},
              {"GREATEST", "DECIMAL(5, 2) -1.5 | DECIMAL(5, 2) -1.6", "DECIMAL(5, 2)", "-1.50"},
              {"LEAST", "DATE 2020-01-01 | DATE 2019-01-01", "DATE", "2019-01-01"},
              {"LEAST", "DECIMAL(2, 1) 1.5 | DOUBLE 2", "DOUBLE", "1.5"},
              {"LEAST", "DOUBLE NaN | DOUBLE 1", "DOUBLE", "1.0"},
              {"LEAST", "STRING b | STRING abc | STRING c", "STRING", "abc"},
              {"LEAST", "BOOLEAN true | BOOLEAN false", "BOOLEAN", "FALSE"},
              {"LEAST", "BIGINT 5", "BIGINT", "5"},
              {"LEAST", "TIMESTAMP(3) 2020-01-01 00:00:00 | TIMESTAMP(3) 1969-01-01 00:00:00", "TIMESTAMP(3)",
               "1969-01-01 00:00:00.000"}});
}

TEST(CharacterTests, NeverNull) {
  CheckCalls({{"IS_ALPHA", "STRING abc", "BOOLEAN", "TRUE"},
              {"IS_ALPHA", "STRING ab1", "BOOLEAN", "FALSE"},
              {"IS_ALPHA", "STRING ", "BOOLEAN", "FALSE"},
              {"IS_ALPHA", "STRING äé", "BOOLEAN", "TRUE"},
              {"IS_ALPHA", "STRING NULL", "BOOLEAN", "FALSE"},
              {"IS_ALPHA", "INT 12", "BOOLEAN", "FALSE"},
              {"IS_DECIMAL", "STRING 12", "BOOLEAN", "TRUE"},
              {"IS_DECIMAL", "STRING -12.5", "BOOLEAN", "TRUE"},
              {"IS_DECIMAL", "STRING 1e5", "BOOLEAN", "TRUE"},
              {"IS_DECIMAL", "STRING  1", "BOOLEAN", "TRUE"},
              {"IS_DECIMAL", "STRING abc", "BOOLEAN", "FALSE"},
              {"IS_DECIMAL", "STRING ", "BOOLEAN", "FALSE"},
              {"IS_DECIMAL", "STRING NULL", "BOOLEAN", "FALSE"},
              {"IS_DECIMAL", "INT 12", "BOOLEAN", "TRUE"},
              {"IS_DIGIT", "STRING 123", "BOOLEAN", "TRUE"},
              {"IS_DIGIT", "STRING 12.3", "BOOLEAN", "FALSE"},
              {"IS_DIGIT", "STRING ", "BOOLEAN", "FALSE"},
              {"IS_DIGIT", "STRING -1", "BOOLEAN", "FALSE"},
              {"IS_DIGIT", "STRING NULL", "BOOLEAN", "FALSE"},
              {"IS_DIGIT", "INT 12", "BOOLEAN", "TRUE"},
              {"IS_DIGIT", "DECIMAL(3, 1) 12.5", "BOOLEAN", "FALSE"},
              {"IS_DIGIT", "BOOLEAN true", "", "ERROR IS_DIGIT takes (STRING or <numeric>), not (BOOLEAN)"}});
  EXPECT_EQ(CallOf("IS_DIGIT", Literals("STRING NULL"))->type().ToString(), "BOOLEAN NOT NULL");
}

TEST(TypeOfFunction, Names) {
  CheckCalls({{"TYPEOF", "CHAR(3) abc", "STRING", "CHAR(3) NOT NULL"},
              {"TYPEOF", "STRING a", "STRING", "STRING NOT NULL"},
              {"TYPEOF", "STRING a | BOOLEAN true", "STRING", "VARCHAR(2147483647) NOT NULL"},
              {"TYPEOF", "STRING a | BOOLEAN false", "STRING", "STRING NOT NULL"},
              {"TYPEOF", "INT NULL", "STRING", "INT"},
              {"TYPEOF", "NULL", "STRING", "NULL"},
              {"TYPEOF", "BYTES a | BOOLEAN true", "STRING", "VARBINARY(2147483647) NOT NULL"},
              {"TYPEOF", "ARRAY<STRING> [] | BOOLEAN true", "STRING", "ARRAY<VARCHAR(2147483647)> NOT NULL"}});
}

}  // namespace
}  // namespace tidemark::expr
