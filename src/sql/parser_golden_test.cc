// SPDX-License-Identifier: Apache-2.0
// Runs tests/sql_parser/*.test: SQL text, and either its canonical form or the error as the user sees it.
//
// A file has cases separated by lines of `====`; a case is the SQL, a line `----`, and what is expected. What stands
// before the first `====` is a comment. With TIDEMARK_REWRITE=1 in the environment the expectations are written anew:
// review the difference.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sql/diagnostic.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace tidemark::sql {
namespace {

constexpr char kFolder[] = "tests/sql_parser";
constexpr char kCaseLine[] = "====\n";
constexpr char kExpectedLine[] = "----\n";

struct Case {
  std::string sql;
  std::string expected;
  size_t line = 0;
};

struct GoldenFile {
  std::string header;
  std::vector<Case> cases;
};

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

GoldenFile Read(const std::filesystem::path& path) {
  GoldenFile golden;
  std::istringstream lines(ReadAll(path));
  std::string line;
  std::string* target = &golden.header;
  for (size_t number = 1; std::getline(lines, line); ++number) {
    line += '\n';
    if (line == kCaseLine) {
      golden.cases.push_back({"", "", number + 1});
      target = &golden.cases.back().sql;
    } else if (line == kExpectedLine && !golden.cases.empty()) {
      target = &golden.cases.back().expected;
    } else {
      *target += line;
    }
  }
  return golden;
}

std::string Print(const std::vector<StatementPtr>& statements) {
  std::string printed;
  for (const StatementPtr& statement : statements) printed += ToSql(*statement) + ";\n";
  return printed;
}

/// What a file expects for the SQL: the canonical form or the rendered error.
std::string Outcome(const std::string& sql) {
  auto parsed = ParseScript(sql);
  if (!parsed.ok()) return RenderDiagnostic(parsed.status(), "input.sql", sql);
  return Print(*parsed);
}

/// What was printed parses again and prints the same.
void ExpectStable(const std::string& printed) {
  auto again = ParseScript(printed);
  ASSERT_TRUE(again.ok()) << RenderDiagnostic(again.status(), "printed.sql", printed);
  EXPECT_EQ(Print(*again), printed);
}

std::vector<std::filesystem::path> Files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".test") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class ParserGoldenTest : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ParserGoldenTest, MatchesTheFile) {
  const bool rewrite = std::getenv("TIDEMARK_REWRITE") != nullptr;
  GoldenFile golden = Read(GetParam());
  EXPECT_FALSE(golden.cases.empty());
  std::string rewritten = golden.header;
  for (const Case& item : golden.cases) {
    SCOPED_TRACE(GetParam().string() + ":" + std::to_string(item.line));
    const std::string actual = Outcome(item.sql);
    if (ParseScript(item.sql).ok()) ExpectStable(actual);
    if (!rewrite) EXPECT_EQ(actual, item.expected) << item.sql;
    rewritten += kCaseLine + item.sql + kExpectedLine + actual;
  }
  if (rewrite) std::ofstream(GetParam(), std::ios::binary) << rewritten;
}

INSTANTIATE_TEST_SUITE_P(Files, ParserGoldenTest, testing::ValuesIn(Files()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace tidemark::sql
