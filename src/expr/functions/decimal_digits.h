// SPDX-License-Identifier: Apache-2.0
// DecimalDigits: the decimal digits of a finite number as text, rounded like Java's BigDecimal.
#pragma once

#include <string>
#include <string_view>

namespace tidemark::expr {

enum class DigitRounding { kHalfUp, kDown };

/// digits d1 d2 d3 ... stand for d1.d2d3... * 10^exponent, without sign. Zero has the single digit "0".
struct DecimalDigits {
  std::string digits = "0";
  int exponent = 0;

  /// `text` is what Double.toString writes: "12.5", "1.0E-7", with or without a sign.
  static DecimalDigits FromText(std::string_view text);

  /// Keeps `count` digits. A count of 0 or less may leave a single "1" or zero.
  void RoundToDigits(int count, DigitRounding rounding = DigitRounding::kHalfUp);

  /// Plain digits with exactly `places` after the point; no point for 0 places. A negative number of places rounds
  /// before the point.
  std::string ToFixed(int places, DigitRounding rounding = DigitRounding::kHalfUp) const;
};

}  // namespace tidemark::expr
