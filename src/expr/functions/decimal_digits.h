// SPDX-License-Identifier: Apache-2.0
// DecimalDigits: the decimal digits of a finite number as text, rounded half up like Java's BigDecimal.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::expr {

/// digits d1 d2 d3 ... stand for d1.d2d3... * 10^exponent, without sign. Zero has the single digit "0".
struct DecimalDigits {
  std::string digits = "0";
  int exponent = 0;

  /// `text` is what Double.toString writes: "12.5", "1.0E-7", with or without a sign.
  static DecimalDigits FromText(std::string_view text);

  /// Keeps `count` digits, rounding half up. A count of 0 or less may leave a single "1" or zero.
  void RoundToDigits(int count);

  /// Plain digits with exactly `places` after the point, rounded half up; no point for 0 places. A negative number of
  /// places rounds before the point.
  std::string ToFixed(int places) const;
};

}  // namespace tidemark::expr
