// SPDX-License-Identifier: Apache-2.0
// MIN and MAX over inputs that retract rows.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "expr/aggregate_function.h"

namespace tidemark::expr {

/// Keeps every value with its count, in order, so that the next one is known when the extreme is taken back.
arrow::Result<std::unique_ptr<AggregateFunction>> MakeRetractableExtreme(const DataType& type, bool max);

}  // namespace tidemark::expr
