// SPDX-License-Identifier: Apache-2.0
// Conditions of the form `column <op> literal`: what readers can skip by, and what bounds a rank.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>
#include <string>

#include "expr/expression.h"

namespace tidemark::plan {

/// With the column on the left. `op` is one of = < <= > >= IS NULL, IS NOT NULL; the last two have no value.
struct ConstantComparison {
  int column = -1;
  std::string op;
  std::shared_ptr<arrow::Scalar> value;
};

/// Nothing where `expression` is of another form, or compares with NULL.
std::optional<ConstantComparison> AsConstantComparison(const expr::Expression& expression);

}  // namespace tidemark::plan
