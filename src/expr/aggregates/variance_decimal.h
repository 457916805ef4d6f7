// SPDX-License-Identifier: Apache-2.0
// The sums behind variances of DECIMAL values, with the scales that the types of Flink's expansion give at every step.
#pragma once

#include <arrow/util/decimal.h>

#include <optional>

#include "catalog/data_type.h"
#include "expr/aggregates/wide_sum.h"

namespace tidemark::expr {

struct VarianceKind {
  bool sample = false;  ///< divide by one less than the count
  bool root = false;    ///< standard deviation
};

/// DECIMAL(p, s) gives DECIMAL(38, max(s, 6)).
DataType DecimalVarianceType(const DataType& argument);

/// All zero bytes when empty.
struct DecimalSums {
  WideSum squares;
  WideSum total;
  int64_t count;
  int64_t overflowed;  ///< a square had more than 38 digits: the result is NULL

  void Change(const arrow::Decimal128& value, int32_t scale, bool add);
  void Add(const DecimalSums& other);
  /// `scale` is the argument's.
  std::optional<arrow::Decimal128> Result(const VarianceKind& kind, int32_t scale) const;
};

}  // namespace tidemark::expr
