// SPDX-License-Identifier: Apache-2.0
// WideSum: a 192-bit sum of DECIMAL values. No number of rows overflows it, so the order of additions and retractions
// never matters; only the result is checked against DECIMAL's 38 digits.
#pragma once

#include <arrow/util/decimal.h>

#include <cstdint>
#include <optional>

namespace tidemark::expr {

/// Two's complement, least significant word first. Zero bytes are zero.
struct WideSum {
  uint64_t low;
  uint64_t middle;
  uint64_t high;

  void Add(uint64_t add_low, uint64_t add_middle, uint64_t add_high) {
    const uint64_t carry = __builtin_add_overflow(low, add_low, &low) ? 1 : 0;
    uint64_t sum = 0;
    uint64_t carry_up = __builtin_add_overflow(middle, add_middle, &sum) ? 1 : 0;
    carry_up += __builtin_add_overflow(sum, carry, &middle) ? 1 : 0;
    high += add_high + carry_up;
  }
  void Add(const arrow::Decimal128& value) {
    Add(value.low_bits(), static_cast<uint64_t>(value.high_bits()), value.high_bits() < 0 ? ~uint64_t{0} : 0);
  }
  void Subtract(const arrow::Decimal128& value) { Add(-value); }
  void Add(const WideSum& other) { Add(other.low, other.middle, other.high); }

  /// The sum if it has at most 38 digits.
  std::optional<arrow::Decimal128> ToDecimal() const {
    const auto top = static_cast<int64_t>(middle);
    if (high != (top < 0 ? ~uint64_t{0} : 0)) return std::nullopt;
    const arrow::Decimal128 value(top, low);
    if (!value.FitsInPrecision(arrow::Decimal128::kMaxPrecision)) return std::nullopt;
    return value;
  }
};

}  // namespace tidemark::expr
