// SPDX-License-Identifier: Apache-2.0
// Casts of values between NULLs, in slices, and as constants.
#include "expr/cast_testing.h"

#include <gtest/gtest.h>

#include <string>

#include "expr/cast.h"
#include "expr/evaluator.h"
#include "expr/expression_testing.h"

namespace tidemark::expr {

void CheckCasts(const std::vector<CastCase>& cases, const FunctionContext& context) {
  for (const auto& test : cases) {
    SCOPED_TRACE(std::string("CAST(") + test.from + " '" + test.value + "' AS " + test.to + ")");
    const std::string expected = test.expected;
    const auto literal = Literal(test.from, test.value);
    const auto column = ColumnRef(0, test.from);
    // The value between NULLs in a slice, so that offsets and validity matter.
    const auto values = ColumnOf(test.from, {"NULL", "NULL", test.value, "NULL", test.value})->Slice(1);
    const bool fails = expected == "FAIL";
    const std::string folded = EvaluateText(CastTo(literal, test.to), context);
    const auto cast = Evaluate(CastTo(column, test.to), {values}, 4, context);
    if (fails) {
      EXPECT_TRUE(folded.starts_with("ERROR: Cannot cast '")) << folded;
      EXPECT_TRUE(cast[0].starts_with("ERROR: Cannot cast '")) << cast[0];
    } else {
      EXPECT_EQ(folded, expected);
      EXPECT_EQ(cast, (std::vector<std::string>{"NULL", expected, "NULL", expected}));
    }
    const std::string tried = fails ? "NULL" : expected;
    EXPECT_EQ(Evaluate(TryCastTo(column, test.to), {values}, 4, context),
              (std::vector<std::string>{"NULL", tried, "NULL", tried}));
    EXPECT_EQ(CastCanFail(TypeOf(test.from), TypeOf(test.to)) || !fails, true);
  }
}

}  // namespace tidemark::expr
