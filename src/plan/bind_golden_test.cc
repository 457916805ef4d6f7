// SPDX-License-Identifier: Apache-2.0
// Runs tests/binder/*.test: SQL text and, below ----, the bound plan or the error as the user sees it. With
// TIDEMARK_REWRITE=1 in the environment it writes what it got into the files instead; review the diff.
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

constexpr char kFolder[] = "tests/binder";
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

std::vector<std::filesystem::path> GoldenFiles() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".test") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class BindGolden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(BindGolden, PlansAndErrors) {
  const std::string setup = ReadFile(std::filesystem::path(kFolder) / "setup.sql");
  const std::vector<GoldenCase> cases = ParseCases(ReadFile(GetParam()));
  const bool rewrite = std::getenv("TIDEMARK_REWRITE") != nullptr;
  std::string rewritten;
  for (const GoldenCase& golden : cases) {
    const std::string got = BindForTest(setup, golden.sql());
    if (!rewrite) {
      EXPECT_EQ(golden.expected, got) << GetParam() << ":" << golden.line << ": " << golden.head;
    }
    rewritten += (rewritten.empty() ? "" : "\n") + golden.head + kSeparator + "\n" + got;
  }
  if (rewrite) std::ofstream(GetParam()) << rewritten;
}

INSTANTIATE_TEST_SUITE_P(Files, BindGolden, testing::ValuesIn(GoldenFiles()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace tidemark::plan
