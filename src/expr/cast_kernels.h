// SPDX-License-Identifier: Apache-2.0
// The families of casts, each in its file; cast.cc chooses. Not for use outside the cast_*.cc files.
#pragma once

#include <memory>
#include <string>

#include "expr/cast.h"
#include "expr/row_kernel.h"

namespace tidemark::expr {

using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

/// Between BOOLEAN and the numeric types, and from exact numbers to INTERVAL.
KernelResult MakeNumericCast(const DataType& from, const DataType& to, bool is_try);
/// From CHAR, VARCHAR.
KernelResult MakeCastFromString(const DataType& from, const DataType& to, bool is_try, const FunctionContext& context);
/// To CHAR, VARCHAR; from any type.
KernelResult MakeCastToString(const DataType& from, const DataType& to, const FunctionContext& context);
/// To BINARY, VARBINARY from character and binary types.
KernelResult MakeCastToBinary(const DataType& from, const DataType& to);
/// Between DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ.
KernelResult MakeTemporalCast(const DataType& from, const DataType& to, bool is_try, const FunctionContext& context);
/// Between ARRAYs, MAPs, MULTISETs or ROWs.
KernelResult MakeNestedCast(const DataType& from, const DataType& to, bool is_try, const FunctionContext& context);

/// "Cannot cast 'abc' to INT": the error of a value that has no counterpart.
arrow::Status CastError(const std::string& value, const DataType& to);

/// A kernel of `convert`, From -> std::optional<To>: nullopt gives NULL in TRY_CAST and `error(value)` in CAST.
template <typename From, typename To, typename Convert, typename Error>
std::unique_ptr<ScalarKernel> MakeFallibleCast(const DataType& to, bool is_try, Convert convert, Error error) {
  if (is_try) {
    return MakeRowKernel(to, [convert](From value) mutable -> std::optional<To> { return convert(value); });
  }
  return MakeRowKernel(to, [convert, error](From value) mutable -> arrow::Result<To> {
    std::optional<To> converted = convert(value);
    if (!converted) return error(value);
    return *converted;
  });
}

}  // namespace tidemark::expr
