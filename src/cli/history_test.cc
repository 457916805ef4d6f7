// SPDX-License-Identifier: Apache-2.0
// Statements over several lines as one line of the history.
#include "cli/history.h"

#include <gtest/gtest.h>

#include "sql/lexer.h"

namespace tidemark::cli {
namespace {

void ExpectLine(const std::string& statement, const std::string& line) {
  EXPECT_EQ(HistoryLine(statement), line);
  const auto before = sql::Tokenize(statement);
  const auto after = sql::Tokenize(line);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].kind, after[i].kind);
    EXPECT_EQ(before[i].text, after[i].text);
  }
}

TEST(HistoryLine, OneLineStaysAsItIs) {
  ExpectLine("SELECT 1; -- one", "SELECT 1; -- one");
  ExpectLine("", "");
}

TEST(HistoryLine, LineEndsBecomeSpacesAndLineCommentsGo) {
  ExpectLine("SELECT a, -- first\n  b // second\nFROM t;", "SELECT a,    b  FROM t;");
  ExpectLine("-- head\nSELECT 1;\n-- foot", " SELECT 1;");
  ExpectLine("SELECT 1 --\n+--\n1;", "SELECT 1  + 1;");
}

TEST(HistoryLine, WhatOnlyLooksLikeAComment) {
  ExpectLine("SELECT '--x', `--y`,\n'//';", "SELECT '--x', `--y`, '//';");
  ExpectLine("SELECT /* -- a\nb */ 1\n;", "SELECT /* -- a b */ 1 ;");
  ExpectLine("SET path =\ns3://bucket;", "SET path = s3://bucket;");
}

TEST(HistoryLine, StringsKeepTheirLineEnds) { ExpectLine("SELECT\n'a\n--b\n', 1;", "SELECT 'a\n--b\n', 1;"); }

TEST(HistoryLine, WhatIsBrokenIsKept) {
  EXPECT_EQ(HistoryLine("SELECT --\n'a\n-- b"), "SELECT --\n'a\n-- b");
  EXPECT_EQ(HistoryLine("SELECT 1,\n\"x\" --\n;"), "SELECT 1,\n\"x\" --\n;");
  EXPECT_EQ(HistoryLine("SELECT\n/* a\n"), "SELECT\n/* a\n");
}

}  // namespace
}  // namespace tidemark::cli
