// SPDX-License-Identifier: Apache-2.0
// Registers all functions of text.
#include "expr/functions/string.h"

#include "expr/functions/register.h"

namespace tidemark::expr {

void RegisterString(FunctionRegistry* registry) {
  RegisterTextCase(registry);
  RegisterTextTrim(registry);
  RegisterTextCut(registry);
  RegisterTextSearch(registry);
  RegisterTextReplace(registry);
  RegisterTextJoin(registry);
  RegisterTextSplit(registry);
  RegisterTextCode(registry);
  RegisterTextCharset(registry);
  RegisterUrl(registry);
  RegisterPrintf(registry);
  RegisterUuid(registry);
}

}  // namespace tidemark::expr
