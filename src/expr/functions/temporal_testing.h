// SPDX-License-Identifier: Apache-2.0
// What the tests of temporal functions share.
#pragma once

#include "expr/function.h"

namespace tidemark::expr {

/// A session in a zone that is behind UTC and has summer time.
inline FunctionContext LosAngeles() {
  FunctionContext context;
  context.local_time_zone = "America/Los_Angeles";
  return context;
}

}  // namespace tidemark::expr
