// SPDX-License-Identifier: Apache-2.0
// The forms of EXPLAIN.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/session.h"
#include "sql/diagnostic.h"
#include "sql/parser.h"

namespace tidemark::server {
namespace {

using ::testing::HasSubstr;

/// The text of the last statement, or the error as a user sees it.
std::string Explained(const std::string& script) {
  Session session(SystemClock());
  std::string text;
  auto statements = sql::ParseScript(script);
  if (!statements.ok()) return sql::RenderDiagnostic(statements.status(), "x.sql", script);
  for (auto& statement : *statements) {
    auto prepared = session.Prepare(std::move(statement), script);
    if (!prepared.ok()) return sql::RenderDiagnostic(prepared.status(), "x.sql", script);
    text = prepared->text;
  }
  return text;
}

const std::string kTables =
    "CREATE TABLE t (a INT, b INT) WITH ('connector' = 'datagen');\n"
    "CREATE TABLE s (a INT, n BIGINT) WITH ('connector' = 'blackhole');\n";

TEST(Explain, EveryFormShowsThePlanWithItsChangelogModes) {
  const std::string plan = Explained(kTables + "EXPLAIN SELECT a, COUNT(*) FROM t GROUP BY a;");
  EXPECT_THAT(plan, HasSubstr("== Physical plan, streaming ==\n"));
  EXPECT_THAT(plan, HasSubstr("GroupAggregate(a)  [I,UB,UA]\n"));
  EXPECT_EQ(Explained(kTables + "EXPLAIN PLAN FOR SELECT a, COUNT(*) FROM t GROUP BY a;"), plan);
  EXPECT_EQ(Explained(kTables + "EXPLAIN CHANGELOG_MODE SELECT a, COUNT(*) FROM t GROUP BY a;"), plan);
}

TEST(Explain, InsertsAndStatementSets) {
  EXPECT_THAT(Explained(kTables + "EXPLAIN INSERT INTO s SELECT a, COUNT(*) FROM t GROUP BY a;"),
              HasSubstr("Sink(s)  [I,UB,UA]\n|    writes: a, n\n"));
  const std::string set = Explained(kTables +
                                    "EXPLAIN STATEMENT SET BEGIN INSERT INTO s SELECT a, 1 FROM t; "
                                    "INSERT INTO s SELECT b, 2 FROM t; END;");
  EXPECT_THAT(set, HasSubstr("Source(t)  [I]  #1\n"));
  EXPECT_THAT(set, HasSubstr("Source(t)  [I]  = #1\n"));
}

TEST(Explain, WhatIsNotBuiltSaysSo) {
  for (const std::string detail : {"ESTIMATED_COST", "JSON_EXECUTION_PLAN", "PLAN_ADVICE"}) {
    EXPECT_THAT(Explained(kTables + "EXPLAIN CHANGELOG_MODE, " + detail + " SELECT a FROM t;"),
                HasSubstr("EXPLAIN " + detail + " is not supported yet"));
  }
  EXPECT_THAT(Explained(kTables + "EXPLAIN CREATE TABLE u WITH ('connector' = 'blackhole') AS SELECT a FROM t;"),
              HasSubstr("is not supported yet"));
}

}  // namespace
}  // namespace tidemark::server
