// SPDX-License-Identifier: Apache-2.0
// What is said about command lines that are not understood.
#include "cli/command_hint.h"

#include <gtest/gtest.h>

namespace tidemark::cli {
namespace {

std::string Hint(const std::vector<std::string>& arguments) {
  return CommandHint(arguments, {"run", "check", "explain", "sql"}, {"run", "sql"});
}

TEST(CommandHint, AScriptWithoutCommandIsMeantToRun) {
  EXPECT_EQ(Hint({"x.sql"}), "Did you mean: tidemark run x.sql?\n");
  EXPECT_EQ(Hint({"x.sql", "--quiet"}), "Did you mean: tidemark run x.sql --quiet?\n");
  EXPECT_EQ(Hint({"-"}), "Did you mean: tidemark run -?\n");
}

TEST(CommandHint, ASlipInTheCommand) {
  EXPECT_EQ(Hint({"chekc", "x.sql"}), "Did you mean: tidemark check x.sql?\n");
  EXPECT_EQ(Hint({"RUN", "x.sql"}), "Did you mean: tidemark run x.sql?\n");
  EXPECT_EQ(Hint({"frobnicate"}), "There is: run, check, explain, sql\n");
}

TEST(CommandHint, AnOptionOfAnotherCommand) {
  EXPECT_EQ(Hint({"explain", "--format", "json", "x.sql"}), "--format is an option of: run, sql\n");
  EXPECT_EQ(Hint({"explain", "--format=json", "x.sql"}), "--format is an option of: run, sql\n");
}

TEST(CommandHint, NothingToSay) {
  EXPECT_EQ(Hint({}), "");
  EXPECT_EQ(Hint({"run"}), "");
  EXPECT_EQ(Hint({"run", "--format", "xml", "x.sql"}), "");
}

}  // namespace
}  // namespace tidemark::cli
