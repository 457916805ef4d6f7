// SPDX-License-Identifier: Apache-2.0
#include "cli/job_names.h"

#include <gtest/gtest.h>

#include "catalog/catalog.h"

namespace tidemark::cli {
namespace {

plan::PhysicalPlan Into(const std::vector<std::vector<std::string>>& tables) {
  plan::PhysicalPlan plan;
  const auto input =
      std::make_shared<plan::ValuesNode>(Schema{}, std::vector<std::vector<expr::ExpressionPtr>>(), "Values");
  for (const auto& path : tables) {
    auto table = std::make_shared<TableDefinition>();
    table->path = path;
    plan.sinks.push_back(std::make_shared<plan::SinkNode>(input, table, "Sink"));
  }
  return plan;
}

std::vector<std::string> Default(const std::string& table) { return {kDefaultCatalog, kDefaultDatabase, table}; }

TEST(JobNames, DoNotHangOnTheOrderOfStatements) {
  EXPECT_EQ(JobNames().Take(Into({Default("b"), Default("a")})), "a+b");
  EXPECT_EQ(JobNames().Take(Into({Default("a"), Default("b")})), "a+b");
}

TEST(JobNames, TellEqualTablesApart) {
  JobNames names;
  EXPECT_EQ(names.Take(Into({Default("t")})), "t");
  EXPECT_EQ(names.Take(Into({{kDefaultCatalog, "sales", "t"}})), "default_catalog.sales.t");
  EXPECT_EQ(names.Take(Into({Default("t")})), "t-2");
  EXPECT_EQ(names.Take(Into({Default("t")})), "t-3");
}

TEST(JobNames, TellWhichTableTwoJobsShare) {
  EXPECT_EQ(JobNames::SharedTable("a+b", "b"), "b");
  EXPECT_EQ(JobNames::SharedTable("b", "a+b-2"), "b");
  EXPECT_EQ(JobNames::SharedTable("a+b", "b+c"), "b");
  EXPECT_EQ(JobNames::SharedTable("a", "b"), "");
  EXPECT_EQ(JobNames::SharedTable("a", "ab+c"), "");
  EXPECT_EQ(JobNames::SharedTable("a-2024", "a+b"), "");
  EXPECT_EQ(JobNames::SharedTable("a+b", "a+b-2"), "");
  JobNames names;
  EXPECT_FALSE(names.IsTaken("a-2"));
  names.Take(Into({Default("a")}));
  names.Take(Into({Default("a")}));
  EXPECT_TRUE(names.IsTaken("a"));
  EXPECT_TRUE(names.IsTaken("a-2"));
}

TEST(JobNames, AreFitForAFolder) {
  EXPECT_EQ(JobNames().Take(Into({Default("a/b c")})), "a%2Fb%20c");
  std::vector<std::vector<std::string>> many;
  for (int i = 0; i < 100; ++i) many.push_back(Default("table_" + std::to_string(i)));
  const std::string name = JobNames().Take(Into(many));
  EXPECT_LE(name.size(), JobNames::kLengthMax);
  many.back() = Default("another");
  EXPECT_NE(JobNames().Take(Into(many)), name);
}

}  // namespace
}  // namespace tidemark::cli
