// SPDX-License-Identifier: Apache-2.0
// What the tests of casts share.
#pragma once

#include <vector>

#include "expr/function.h"

namespace tidemark::expr {

struct CastCase {
  const char* from;
  const char* value;
  const char* to;
  const char* expected;  ///< "FAIL": CAST fails and TRY_CAST gives NULL
};

/// CAST and TRY_CAST of each value, alone and within a column.
void CheckCasts(const std::vector<CastCase>& cases, const FunctionContext& context = {});

}  // namespace tidemark::expr
