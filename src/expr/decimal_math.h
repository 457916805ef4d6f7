// SPDX-License-Identifier: Apache-2.0
// DECIMAL values as 128-bit integers: rescaling, rounding half up, overflow, and the result types of arithmetic.
#pragma once

#include <arrow/util/decimal.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/data_type.h"

namespace tidemark::expr {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

/// 10^exponent. REQUIRES: 0 <= exponent <= 38.
Int128 PowerOfTen(int32_t exponent);

inline Int128 ToInt128(const arrow::Decimal128& value) {
  return static_cast<Int128>((static_cast<UInt128>(static_cast<uint64_t>(value.high_bits())) << 64) | value.low_bits());
}
inline arrow::Decimal128 ToDecimal128(Int128 value) {
  return arrow::Decimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value));
}

/// Whether |unscaled| < 10^precision.
inline bool FitsPrecision(Int128 unscaled, int32_t precision) {
  const Int128 limit = PowerOfTen(precision);
  return unscaled > -limit && unscaled < limit;
}

/// `unscaled` brought from one scale to another, rounding half up (away from zero at the half); nullopt when the result
/// has more than `precision` digits.
std::optional<Int128> Rescale(Int128 unscaled, int32_t from_scale, int32_t to_scale, int32_t precision);

/// The integral digits, truncated toward zero.
Int128 TruncateToInteger(Int128 unscaled, int32_t scale);

/// Exact arithmetic on values of the given scales, rounded half up to `result` (a DECIMAL); nullopt on overflow.
std::optional<Int128> AddDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale, const DataType& result);
std::optional<Int128> MultiplyDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale, const DataType& result);
/// REQUIRES: b != 0.
std::optional<Int128> DivideDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale, const DataType& result);
/// The remainder with the sign of `a`. REQUIRES: b != 0.
std::optional<Int128> RemainderOfDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale, const DataType& result);

/// -1, 0 or 1.
int CompareDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale);

double DecimalToDouble(Int128 unscaled, int32_t scale);
/// By the shortest decimal text that stands for `value`, as BigDecimal.valueOf does. nullopt for NaN, infinities and
/// overflow.
std::optional<Int128> DoubleToDecimal(double value, int32_t precision, int32_t scale);

/// "-12.50", "1e3", "+.5": digits with an optional fraction and exponent. nullopt for anything else and for overflow.
std::optional<Int128> ParseDecimal(std::string_view text, int32_t precision, int32_t scale);

/// Writes plain digits with `scale` of them after the point ("-0.05"); returns the length. REQUIRES: room for 42 bytes.
int FormatDecimal(Int128 unscaled, int32_t scale, char* out);
std::string DecimalText(Int128 unscaled, int32_t scale);

/// Result types of arithmetic on DECIMALs: digits are cut from the fraction, down to six of them, when more than 38
/// would be needed.
DataType DecimalSumType(const DataType& a, const DataType& b);
DataType DecimalProductType(const DataType& a, const DataType& b);
DataType DecimalQuotientType(const DataType& a, const DataType& b);
DataType DecimalRemainderType(const DataType& a, const DataType& b);

}  // namespace tidemark::expr
