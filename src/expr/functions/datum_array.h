// SPDX-License-Identifier: Apache-2.0
// Arguments of kernels as arrays, and their results in the form that the arguments had.
#pragma once

#include <arrow/api.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

namespace tidemark::expr {

using ArrayResult = arrow::Result<std::shared_ptr<arrow::Array>>;

/// A scalar `num_rows` times, or the array as it is.
inline ArrayResult ToArray(const arrow::Datum& datum, int64_t num_rows) {
  if (datum.is_scalar()) return arrow::MakeArrayFromScalar(*datum.scalar(), num_rows);
  return datum.make_array();
}

inline bool AllScalar(std::span<const arrow::Datum> args) {
  return std::all_of(args.begin(), args.end(), [](const arrow::Datum& arg) { return arg.is_scalar(); });
}

/// `scalar`: the first value stands for all.
inline arrow::Result<arrow::Datum> Finish(const std::shared_ptr<arrow::Array>& array, bool scalar) {
  if (!scalar) return arrow::Datum(array);
  ARROW_ASSIGN_OR_RAISE(auto value, array->GetScalar(0));
  return arrow::Datum(std::move(value));
}

}  // namespace tidemark::expr
