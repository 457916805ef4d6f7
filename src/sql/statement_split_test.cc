// SPDX-License-Identifier: Apache-2.0
// Where statements end.

#include "sql/statement_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tidemark::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The statements as texts; "..." marks one that is not complete.
std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> pieces;
  for (const StatementText& statement : SplitScript(text)) {
    pieces.push_back(std::string(TextOf(text, statement.range)) + (statement.complete ? "" : "..."));
  }
  return pieces;
}

TEST(StatementSplitTest, SplitsAtSemicolons) {
  EXPECT_THAT(Split("SELECT 1; SELECT 2 ; ;;\nSELECT 3"), ElementsAre("SELECT 1;", "SELECT 2 ;", "SELECT 3..."));
  EXPECT_THAT(Split(" -- nothing\n ; "), IsEmpty());
}

TEST(StatementSplitTest, SemicolonsInStringsNamesAndCommentsDoNotCount) {
  EXPECT_THAT(Split("SELECT ';', `;` -- ;\n /* ; */; SELECT 2;"),
              ElementsAre("SELECT ';', `;` -- ;\n /* ; */;", "SELECT 2;"));
}

TEST(StatementSplitTest, WhatIsOpenIsIncomplete) {
  EXPECT_THAT(Split("SELECT 'a;\n"), ElementsAre("SELECT 'a;..."));
  EXPECT_THAT(Split("SELECT 1; -- done;"), ElementsAre("SELECT 1;"));
  EXPECT_FALSE(SplitScript("SELECT 1 /* ;").back().complete);
}

TEST(StatementSplitTest, AStatementSetIsOneStatement) {
  EXPECT_THAT(Split("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN b THEN 1 END; INSERT INTO c "
                    "SELECT 1; END; SELECT 1;"),
              ElementsAre("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN b THEN 1 END; INSERT INTO c "
                          "SELECT 1; END;",
                          "SELECT 1;"));
  EXPECT_THAT(Split("begin statement set; insert into a select 1; end; select 1;"),
              ElementsAre("begin statement set; insert into a select 1; end;", "select 1;"));
  EXPECT_THAT(Split("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;"),
              ElementsAre("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;..."));
}

}  // namespace
}  // namespace tidemark::sql
