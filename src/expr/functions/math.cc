// SPDX-License-Identifier: Apache-2.0
// Registers all mathematical functions.
#include "expr/functions/math.h"

#include "expr/functions/register.h"

namespace tidemark::expr {

void RegisterMath(FunctionRegistry* registry) {
  RegisterMathReal(registry);
  RegisterMathNumber(registry);
  RegisterMathRound(registry);
  RegisterMathRandom(registry);
}

}  // namespace tidemark::expr
