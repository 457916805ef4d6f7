// SPDX-License-Identifier: Apache-2.0
// Casts as kernels: made once for a pair of types, run over many columns. CheckCast and CastValue are in evaluator.h.
#pragma once

#include <memory>

#include "catalog/data_type.h"
#include "expr/function.h"

namespace tidemark::expr {

/// The value stays the same bytes in Arrow: nothing to run (CHAR(3) to STRING, another NULLability).
bool IsCastIdentity(const DataType& from, const DataType& to);

/// Whether some non-NULL value of `from` makes CAST (not TRY_CAST) fail.
bool CastCanFail(const DataType& from, const DataType& to);

/// A kernel of one argument. `context` must outlive it. TypeError when there is no such cast.
arrow::Result<std::unique_ptr<ScalarKernel>> MakeCast(const DataType& from, const DataType& to, bool is_try,
                                                      const FunctionContext& context);

}  // namespace tidemark::expr
