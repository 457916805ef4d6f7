// SPDX-License-Identifier: Apache-2.0
// Equality of ARRAY, MAP, MULTISET and ROW values.
#pragma once

#include <memory>

#include "expr/function.h"

namespace tidemark::expr {

/// A kernel of two columns of `type`: TRUE, FALSE or NULL. ROWs compare field by field with three-valued logic;
/// elements of arrays and maps are equal when both are NULL; maps do not depend on the order of entries. `negated`
/// gives <>.
arrow::Result<std::unique_ptr<ScalarKernel>> MakeNestedEquality(const DataType& type, bool negated);

}  // namespace tidemark::expr
