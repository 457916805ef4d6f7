// SPDX-License-Identifier: Apache-2.0
// NOT, IS tests, LIKE, SIMILAR TO, IN, constructors, subscripts and ||.
#include <gtest/gtest.h>

#include "expr/expression_testing.h"

namespace tidemark::expr {
namespace {

TEST(Logic, NotAndTests) {
  CheckCalls({{"NOT", "BOOLEAN true", "BOOLEAN", "FALSE"},
              {"NOT", "BOOLEAN NULL", "BOOLEAN", "NULL"},
              {"IS NULL", "INT NULL", "BOOLEAN", "TRUE"},
              {"IS NULL", "INT 1", "BOOLEAN", "FALSE"},
              {"IS NULL", "NULL", "BOOLEAN", "TRUE"},
              {"IS NOT NULL", "STRING a", "BOOLEAN", "TRUE"},
              {"IS NOT NULL", "ARRAY<INT> NULL", "BOOLEAN", "FALSE"},
              {"IS TRUE", "BOOLEAN true", "BOOLEAN", "TRUE"},
              {"IS TRUE", "BOOLEAN NULL", "BOOLEAN", "FALSE"},
              {"IS NOT TRUE", "BOOLEAN NULL", "BOOLEAN", "TRUE"},
              {"IS NOT TRUE", "BOOLEAN true", "BOOLEAN", "FALSE"},
              {"IS FALSE", "BOOLEAN false", "BOOLEAN", "TRUE"},
              {"IS FALSE", "BOOLEAN NULL", "BOOLEAN", "FALSE"},
              {"IS NOT FALSE", "BOOLEAN NULL", "BOOLEAN", "TRUE"},
              {"IS NOT FALSE", "BOOLEAN false", "BOOLEAN", "FALSE"},
              {"IS UNKNOWN", "BOOLEAN NULL", "BOOLEAN", "TRUE"},
              {"IS NOT UNKNOWN", "BOOLEAN NULL", "BOOLEAN", "FALSE"},
              {"IS TRUE", "INT 1", "", "ERROR IS TRUE takes (BOOLEAN), not (INT)"}});
  const auto column = ColumnOf("INT", {"1", "NULL", "3", "NULL"})->Slice(1);
  EXPECT_EQ(Evaluate(CallOf("IS NULL", {ColumnRef(0, "INT")}), {column}, 3),
            (std::vector<std::string>{"TRUE", "FALSE", "TRUE"}));
  EXPECT_EQ(Evaluate(CallOf("IS NOT NULL", {ColumnRef(0, "INT")}), {column}, 3),
            (std::vector<std::string>{"FALSE", "TRUE", "FALSE"}));
}

TEST(Like, Patterns) {
  CheckCalls({{"LIKE", "STRING abc | STRING a%", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING abc | STRING %c", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING abc | STRING %b%", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING abc | STRING abc", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING abc | STRING a_c", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING abc | STRING a__", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING abc | STRING a_", "BOOLEAN", "FALSE"},
              {"LIKE", "STRING abc | STRING A%", "BOOLEAN", "FALSE"},
              {"LIKE", "STRING abc | STRING ", "BOOLEAN", "FALSE"},
              {"LIKE", "STRING  | STRING %", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING  | STRING _", "BOOLEAN", "FALSE"},
              {"LIKE", "STRING  | STRING ", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING aXbXc | STRING a%b%c", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING abab | STRING %ab", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING aab | STRING %a_", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING ab | STRING ab%ab", "BOOLEAN", "FALSE"},
              {"LIKE", "STRING mississippi | STRING %iss%ip%", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING mississippi | STRING m%_ss_%p_", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING a.c | STRING a.c", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING axc | STRING a.c", "BOOLEAN", "FALSE"},
              {"LIKE", "STRING äbc | STRING _bc", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING äöü | STRING %_ü", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING äöü | STRING __", "BOOLEAN", "FALSE"},
              {"LIKE", "STRING a\nc | STRING a%c", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING a%c | STRING a\\%c", "BOOLEAN", "FALSE"},
              {"LIKE", "STRING a%c | STRING a!%c | STRING !", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING abc | STRING a!%c | STRING !", "BOOLEAN", "FALSE"},
              {"LIKE", "STRING a!c | STRING a!!c | STRING !", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING ab | STRING a!b | STRING !", "", "ERROR Invalid escape in pattern 'a!b' at position 2"},
              {"LIKE", "STRING ab | STRING ab! | STRING !", "", "ERROR Invalid escape in pattern 'ab!' at position 3"},
              {"LIKE", "STRING ab | STRING a | STRING xy", "", "ERROR ESCAPE takes one character"},
              {"NOT LIKE", "STRING abc | STRING a%", "BOOLEAN", "FALSE"},
              {"NOT LIKE", "STRING abc | STRING b%", "BOOLEAN", "TRUE"},
              {"LIKE", "STRING NULL | STRING a", "BOOLEAN", "NULL"},
              {"LIKE", "STRING a | STRING NULL", "BOOLEAN", "NULL"},
              {"LIKE", "INT 1 | STRING a", "", "ERROR LIKE takes (STRING, STRING [, STRING]), not (INT, STRING)"}});
}

TEST(SimilarTo, Patterns) {
  CheckCalls({{"SIMILAR TO", "STRING abc | STRING a(b|x)c", "BOOLEAN", "TRUE"},
              {"SIMILAR TO", "STRING abc | STRING a%", "BOOLEAN", "TRUE"},
              {"SIMILAR TO", "STRING abc | STRING ab", "BOOLEAN", "FALSE"},
              {"SIMILAR TO", "STRING abbc | STRING ab+c", "BOOLEAN", "TRUE"},
              {"SIMILAR TO", "STRING abbc | STRING ab{2}c", "BOOLEAN", "TRUE"},
              {"SIMILAR TO", "STRING ac | STRING ab*c", "BOOLEAN", "TRUE"},
              {"SIMILAR TO", "STRING a1c | STRING a[0-9]c", "BOOLEAN", "TRUE"},
              {"SIMILAR TO", "STRING a1c | STRING a[[:DIGIT:]]c", "BOOLEAN", "TRUE"},
              {"SIMILAR TO", "STRING a1c | STRING a[^0-9]c", "BOOLEAN", "FALSE"},
              {"SIMILAR TO", "STRING a_c | STRING a!_c | STRING !", "BOOLEAN", "TRUE"},
              {"SIMILAR TO", "STRING abc | STRING a!_c | STRING !", "BOOLEAN", "FALSE"},
              {"SIMILAR TO", "STRING abc | STRING a_c", "BOOLEAN", "TRUE"},
              {"NOT SIMILAR TO", "STRING abc | STRING a%", "BOOLEAN", "FALSE"},
              {"SIMILAR TO", "STRING NULL | STRING a", "BOOLEAN", "NULL"},
              {"SIMILAR TO", "STRING a | STRING a(", "", "ERROR Invalid SIMILAR TO pattern 'a('"}});
}

TEST(In, Lists) {
  CheckCalls({{"IN", "INT 1 | INT 1 | INT 3", "BOOLEAN", "TRUE"},
              {"IN", "INT 2 | INT 1 | INT 3", "BOOLEAN", "FALSE"},
              {"IN", "INT 2 | INT 1 | INT NULL", "BOOLEAN", "NULL"},
              {"IN", "INT 1 | INT 1 | INT NULL", "BOOLEAN", "TRUE"},
              {"IN", "INT NULL | INT 1 | INT 3", "BOOLEAN", "NULL"},
              {"IN", "DOUBLE 0.1 | DECIMAL(2, 1) 0.1 | INT 5", "BOOLEAN", "TRUE"},
              {"IN", "DOUBLE NaN | DOUBLE NaN", "BOOLEAN", "FALSE"},
              {"IN", "DOUBLE -0 | DOUBLE 0", "BOOLEAN", "TRUE"},
              {"IN", "DECIMAL(5, 2) 123.45 | DECIMAL(5, 2) 123.45 | INT 1", "BOOLEAN", "TRUE"},
              {"IN", "BIGINT 3000000000 | BIGINT 3000000000 | INT 1", "BOOLEAN", "TRUE"},
              {"IN", "TINYINT 1 | INT 300 | INT 1", "BOOLEAN", "TRUE"},
              {"IN", "STRING abc | STRING abc | STRING zz", "BOOLEAN", "TRUE"},
              {"IN", "STRING abc | CHAR(2) zz", "BOOLEAN", "FALSE"},
              {"IN", "DATE 2020-01-01 | STRING 2020-01-01", "BOOLEAN", "TRUE"},
              {"IN", "BOOLEAN true | BOOLEAN true", "BOOLEAN", "TRUE"},
              {"IN", "INT 70000 | STRING 1 | STRING 70000", "BOOLEAN", "TRUE"},
              {"IN", "TIMESTAMP(3) 2020-01-01 00:00:00 | TIMESTAMP(0) 2020-01-01 00:00:00", "BOOLEAN", "TRUE"},
              {"IN", "ARRAY<INT> [1] | ARRAY<INT> [2] | ARRAY<INT> [1]", "BOOLEAN", "TRUE"},
              {"IN", "BOOLEAN true | INT 1", "", "ERROR IN cannot compare the types (BOOLEAN, INT)"}});
}

TEST(In, LongLists) {
  std::string numbers = "INT 17";
  std::string texts = "STRING t17";
  for (int i = 0; i < 20; ++i) {
    numbers += " | INT " + std::to_string(i);
    texts += " | STRING t" + std::to_string(i);
  }
  const auto in_numbers = CallOf("IN", Literals(numbers));
  EXPECT_EQ(EvaluateText(in_numbers), "TRUE");
  EXPECT_EQ(EvaluateText(CallOf("IN", Literals(texts))), "TRUE");
  auto args = Literals(numbers);
  args[0] = ColumnRef(0, "INT");
  EXPECT_EQ(Evaluate(CallOf("IN", args), {ColumnOf("INT", {"19", "20", "NULL", "-1", "0"})}, 5),
            (std::vector<std::string>{"TRUE", "FALSE", "NULL", "FALSE", "TRUE"}));
}

TEST(Constructors, ArraysMapsAndRows) {
  CheckCalls({{"ARRAY", "INT 1 | INT 2", "ARRAY<INT NOT NULL>", "[1, 2]"},
              {"ARRAY", "INT 1 | INT NULL", "ARRAY<INT>", "[1, NULL]"},
              {"ARRAY", "INT 1 | DECIMAL(2, 1) 2.5 | DOUBLE 3", "ARRAY<DOUBLE NOT NULL>", "[1.0, 2.5, 3.0]"},
              {"ARRAY", "CHAR(1) a | CHAR(3) bcd", "ARRAY<VARCHAR(3) NOT NULL>", "[a, bcd]"},
              {"ARRAY", "INT 1 | STRING a", "", "ERROR ARRAY needs elements of one type, not (INT, STRING)"},
              {"ARRAY", "", "", "ERROR ARRAY[] needs at least one element"},
              {"MAP", "STRING a | INT 1 | STRING b | INT 2", "MAP<STRING NOT NULL, INT NOT NULL>", "{a=1, b=2}"},
              {"MAP", "STRING a | INT 1 | STRING a | INT 2", "MAP<STRING NOT NULL, INT NOT NULL>", "{a=2}"},
              {"MAP", "INT 1 | INT 2 | DECIMAL(2, 1) 3.5 | INT 4", "MAP<DECIMAL(11, 1) NOT NULL, INT NOT NULL>",
               "{1.0=2, 3.5=4}"},
              {"MAP", "STRING a", "", "ERROR MAP needs keys and values in turn"},
              {"MAP", "STRING NULL | INT 1", "", "ERROR A key of MAP[...] is NULL"},
              {"ROW", "INT 1 | STRING a | INT NULL", "ROW<EXPR$0 INT NOT NULL, EXPR$1 STRING NOT NULL, EXPR$2 INT>",
               "(1, a, NULL)"}});
}

TEST(Constructors, Subscripts) {
  CheckCalls({{"ITEM", "ARRAY<INT> [1, 2, 3] | INT 1", "INT", "1"},
              {"ITEM", "ARRAY<INT> [1, 2, 3] | INT 3", "INT", "3"},
              {"ITEM", "ARRAY<INT> [1, 2, 3] | INT 4", "INT", "NULL"},
              {"ITEM", "ARRAY<INT> [1, null] | BIGINT 2", "INT", "NULL"},
              {"ITEM", "ARRAY<INT> [1] | INT NULL", "INT", "NULL"},
              {"ITEM", "ARRAY<INT> NULL | INT 1", "INT", "NULL"},
              {"ITEM", "ARRAY<STRING> [\"a\", \"b\"] | INT 2", "STRING", "b"},
              {"ITEM", "ARRAY<INT> [1] | INT 0", "", "ERROR Elements of an ARRAY are counted from 1"},
              {"ITEM", "ARRAY<INT> [1] | STRING a", "", "ERROR A subscript takes"},
              {"ITEM", "MAP<STRING, INT> [[\"a\", 1], [\"b\", 2]] | STRING b", "INT", "2"},
              {"ITEM", "MAP<STRING, INT> [[\"a\", 1]] | STRING x", "INT", "NULL"},
              {"ITEM", "MAP<STRING, INT> [[\"a\", 1]] | STRING NULL", "INT", "NULL"},
              {"ITEM", "MAP<BIGINT, STRING> [[1, \"x\"]] | INT 1", "STRING", "x"},
              {"ITEM", "MAP<INT, STRING> [[1, \"x\"]] | BIGINT 1", "STRING", "x"},
              {"ITEM", "MAP<STRING, INT> [[\"a\", 1]] | INT 1", "", "ERROR The keys of this map are STRING, not INT"},
              {"ITEM", "ROW<a INT, b STRING> [1, \"x\"] | INT 2", "STRING", "x"},
              {"ITEM", "ROW<a INT> [1] | INT 2", "", "ERROR A ROW of 1 fields has no field 2"},
              {"ITEM", "INT 1 | INT 1", "", "ERROR not INT"}});
  // Indexes that only a row knows may be out of range.
  const auto item = CallOf("ITEM", {ColumnRef(0, "ARRAY<INT>"), ColumnRef(1, "INT")});
  EXPECT_EQ(
      Evaluate(item,
               {ColumnOf("ARRAY<INT>", {"[7]", "[1, 2]", "NULL", "[3]"})->Slice(1), ColumnOf("INT", {"2", "1", "0"})},
               3),
      (std::vector<std::string>{"2", "NULL", "NULL"}));
}

TEST(Concatenation, Types) {
  CheckCalls({{"||", "CHAR(1) a | CHAR(2) bc", "CHAR(3)", "abc"},
              {"||", "VARCHAR(5) a | CHAR(2) bc", "VARCHAR(7)", "abc"},
              {"||", "STRING a | CHAR(2) bc", "STRING", "abc"},
              {"||", "STRING a | STRING NULL", "STRING", "NULL"},
              {"||", "CHAR(3) a   | STRING x", "STRING", "a  x"},
              {"||", "INT 1 | STRING a", "", "ERROR || takes (STRING, STRING), not (INT, STRING)"}});
}

}  // namespace
}  // namespace tidemark::expr
