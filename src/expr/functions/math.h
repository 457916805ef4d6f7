// SPDX-License-Identifier: Apache-2.0
// The groups of mathematical functions, registered one file each by RegisterMath.
#pragma once

#include "expr/function.h"

namespace tidemark::expr {

void RegisterMathReal(FunctionRegistry* registry);    ///< math_real.cc: SQRT, LOG, SIN ... PI, E
void RegisterMathNumber(FunctionRegistry* registry);  ///< math_number.cc: ABS, SIGN, CEIL, FLOOR, MOD
void RegisterMathRound(FunctionRegistry* registry);   ///< math_round.cc: ROUND, TRUNCATE
void RegisterMathRandom(FunctionRegistry* registry);  ///< math_random.cc: RAND, RAND_INTEGER

}  // namespace tidemark::expr
