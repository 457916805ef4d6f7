// SPDX-License-Identifier: Apache-2.0
// Runs tests/binder/*.test and tests/physical/*.test: SQL text and, below ----, the bound or the physical plan, or the
// error as the user sees it. Both see the tables of tests/binder/setup.sql. With TIDEMARK_REWRITE=1 in the environment
// it writes what it got into the files instead; review the diff.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "plan/bind_testing.h"

namespace tidemark::plan {
namespace {

constexpr char kSetup[] = "tests/binder/setup.sql";
constexpr char kSeparator[] = "----";

/// One case: what stands before the separator as it is in the file, comments included, and what is expected.
struct GoldenCase {
  std::string head;
  std::string expected;
  int line = 0;

  /// The head without its comment lines.
  std::string sql() const {
    std::istringstream lines(head);
    std::string text;
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("# ", 0) != 0) text += line + "\n";
    }
    return text;
  }
};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Cases are separated by empty lines; an SQL text or a plan has none.
std::vector<GoldenCase> ParseCases(const std::string& text) {
  std::vector<GoldenCase> cases;
  std::istringstream lines(text);
  GoldenCase current;
  bool in_expected = false;
  int number = 0;
  const auto finish = [&] {
    if (!current.head.empty()) cases.push_back(current);
    current = {};
    in_expected = false;
  };
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) {
      finish();
    } else if (line == kSeparator) {
      in_expected = true;
    } else {
      if (current.head.empty()) current.line = number;
      (in_expected ? current.expected : current.head) += line + "\n";
    }
  }
  finish();
  return cases;
}

std::vector<std::filesystem::path> GoldenFiles(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".test") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

using Planning = std::string (*)(const std::string& setup, const std::string& script);

void CheckFile(const std::filesystem::path& file, Planning planning) {
  const std::string setup = ReadFile(kSetup);
  const std::vector<GoldenCase> cases = ParseCases(ReadFile(file));
  const bool rewrite = std::getenv("TIDEMARK_REWRITE") != nullptr;
  std::string rewritten;
  for (const GoldenCase& golden : cases) {
    const std::string got = planning(setup, golden.sql());
    if (!rewrite) {
      EXPECT_EQ(golden.expected, got) << file << ":" << golden.line << ": " << golden.head;
    }
    rewritten += (rewritten.empty() ? "" : "\n") + golden.head + kSeparator + "\n" + got;
  }
  if (rewrite) std::ofstream(file) << rewritten;
}

std::string NameOf(const testing::TestParamInfo<std::filesystem::path>& info) { return info.param.stem().string(); }

class BindGolden : public testing::TestWithParam<std::filesystem::path> {};
TEST_P(BindGolden, PlansAndErrors) { CheckFile(GetParam(), BindForTest); }
INSTANTIATE_TEST_SUITE_P(Files, BindGolden, testing::ValuesIn(GoldenFiles("tests/binder")), NameOf);

class PhysicalGolden : public testing::TestWithParam<std::filesystem::path> {};
TEST_P(PhysicalGolden, PlansAndErrors) { CheckFile(GetParam(), PlanForTest); }
INSTANTIATE_TEST_SUITE_P(Files, PhysicalGolden, testing::ValuesIn(GoldenFiles("tests/physical")), NameOf);

}  // namespace
}  // namespace tidemark::plan
