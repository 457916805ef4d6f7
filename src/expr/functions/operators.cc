// SPDX-License-Identifier: Apache-2.0
// Registers all operators.
#include "expr/functions/operators.h"

#include "expr/functions/register.h"

namespace tidemark::expr {

void RegisterOperators(FunctionRegistry* registry) {
  RegisterArithmetic(registry);
  RegisterComparison(registry);
  RegisterLogic(registry);
  RegisterLike(registry);
  RegisterIn(registry);
  RegisterConstructors(registry);
  RegisterItem(registry);
}

}  // namespace tidemark::expr
