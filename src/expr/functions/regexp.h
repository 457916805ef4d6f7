// SPDX-License-Identifier: Apache-2.0
// What the files of regular expression functions share.
#pragma once

#include "expr/function.h"
#include "expr/regex/java_regex.h"

namespace tidemark::expr {

/// The function with one check more: a literal pattern that cannot be run here is refused while the call is bound.
ScalarFunction CheckingPattern(ScalarFunction function);

void RegisterRegexpExtractAll(FunctionRegistry* registry);  ///< regexp_extract_all.cc

}  // namespace tidemark::expr
