// SPDX-License-Identifier: Apache-2.0
// Damaged SQL never crashes the parser: statements of the golden tests with tokens and bytes removed, doubled, swapped
// and replaced, drawn from a fixed seed. What still parses prints and parses to the same text.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "sql/diagnostic.h"
#include "sql/keywords.h"
#include "sql/lexer.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace tidemark::sql {
namespace {

constexpr uint64_t kSeed = 20260201;
constexpr int kRoundsPerStatement = 12;

std::vector<std::string> ReadStatements() {
  std::vector<std::string> statements;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/sql_parser")) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    std::ifstream file(path);
    std::string line;
    bool in_sql = false;
    while (std::getline(file, line)) {
      if (line == "====") {
        statements.emplace_back();
        in_sql = true;
      } else if (line == "----") {
        in_sql = false;
      } else if (in_sql) {
        statements.back() += line + "\n";
      }
    }
  }
  return statements;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& statements) : statements_(statements) {}

  std::string Mutate(const std::string& sql) {
    std::string mutated = Below(3) == 0 ? MutateBytes(sql) : MutateTokens(sql);
    return Below(4) == 0 ? MutateTokens(mutated) : mutated;
  }

 private:
  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  std::vector<std::string> Pieces(const std::string& sql) {
    std::vector<std::string> pieces;
    for (const Token& token : Tokenize(sql)) pieces.emplace_back(TextOf(sql, token.range));
    return pieces;
  }

  std::string MutateTokens(const std::string& sql) {
    std::vector<std::string> pieces = Pieces(sql);
    const std::vector<std::string> others = Pieces(statements_[Below(statements_.size())]);
    const size_t at = Below(pieces.size());
    switch (Below(6)) {
      case 0:
        pieces.erase(pieces.begin() + static_cast<ptrdiff_t>(at));
        break;
      case 1:
        pieces.insert(pieces.begin() + static_cast<ptrdiff_t>(at), pieces[Below(pieces.size())]);
        break;
      case 2:
        std::swap(pieces[at], pieces[Below(pieces.size())]);
        break;
      case 3:
        pieces[at] = AllKeywords()[Below(AllKeywords().size())];
        break;
      case 4:
        pieces.resize(at);
        break;
      default: {
        const size_t from = Below(others.size());
        const size_t count = std::min(others.size() - from, 1 + Below(8));
        pieces.insert(pieces.begin() + static_cast<ptrdiff_t>(at), others.begin() + static_cast<ptrdiff_t>(from),
                      others.begin() + static_cast<ptrdiff_t>(from + count));
      }
    }
    std::string joined;
    for (const std::string& piece : pieces) joined += piece + " ";
    return joined;
  }

  std::string MutateBytes(std::string sql) {
    const size_t at = Below(sql.size());
    switch (Below(3)) {
      case 0:
        sql.erase(at, 1 + Below(4));
        break;
      case 1:
        sql[at] = static_cast<char>(random_());
        break;
      default:
        sql.insert(at, 1, "'`()[]{}<>,;.*+-/%\"\\$"[Below(21)]);
    }
    return sql;
  }

  const std::vector<std::string>& statements_;
  std::mt19937_64 random_{kSeed};
};

std::string Print(const std::vector<StatementPtr>& statements) {
  std::string printed;
  for (const StatementPtr& statement : statements) printed += ToSql(*statement) + ";\n";
  return printed;
}

TEST(ParserMutationTest, DamagedSqlGivesAnErrorWithAPlaceOrPrintsTheSameTwice) {
  const std::vector<std::string> statements = ReadStatements();
  ASSERT_GT(statements.size(), 500u);
  Mutator mutator(statements);
  size_t parsed_count = 0;
  for (const std::string& statement : statements) {
    for (int round = 0; round < kRoundsPerStatement; ++round) {
      const std::string sql = mutator.Mutate(statement);
      auto parsed = ParseScript(sql);
      if (!parsed.ok()) {
        ASSERT_NE(DiagnosticOf(parsed.status()), nullptr) << sql;
        ASSERT_FALSE(RenderDiagnostic(parsed.status(), "mutated.sql", sql).empty());
        continue;
      }
      ++parsed_count;
      const std::string printed = Print(*parsed);
      auto again = ParseScript(printed);
      ASSERT_TRUE(again.ok()) << sql << "\n=> " << RenderDiagnostic(again.status(), "printed.sql", printed);
      ASSERT_EQ(Print(*again), printed) << sql;
    }
  }
  // Otherwise the mutations are too rough to say anything about printing.
  EXPECT_GT(parsed_count, 500u);
}

}  // namespace
}  // namespace tidemark::sql
