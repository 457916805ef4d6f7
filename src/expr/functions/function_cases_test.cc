// SPDX-License-Identifier: Apache-2.0
// Built-in functions against what Flink 2.2.1 answers (cases/*.txt).
#include <gtest/gtest.h>

#include "expr/function_cases_testing.h"

namespace tidemark::expr {
namespace {

class FunctionCases : public testing::TestWithParam<const char*> {};

TEST_P(FunctionCases, GiveWhatFlinkGives) {
  CheckFunctionCases(std::string("src/expr/functions/cases/") + GetParam() + ".txt");
}

INSTANTIATE_TEST_SUITE_P(BuiltIn, FunctionCases, testing::Values("string", "regexp", "hash", "math", "collection"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace tidemark::expr
