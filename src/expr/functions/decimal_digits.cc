// SPDX-License-Identifier: Apache-2.0
// Rounding decimal digits.
#include "expr/functions/decimal_digits.h"

#include <algorithm>
#include <charconv>

namespace tidemark::expr {
namespace {

/// Adds one unit to the last digit. True when the number grew by a digit.
bool Increment(std::string* digits) {
  for (size_t i = digits->size(); i > 0; --i) {
    if ((*digits)[i - 1] != '9') {
      ++(*digits)[i - 1];
      return false;
    }
    (*digits)[i - 1] = '0';
  }
  digits->insert(digits->begin(), '1');
  return true;
}

void TrimZeros(std::string* digits) {
  while (digits->size() > 1 && digits->back() == '0') digits->pop_back();
}

}  // namespace

DecimalDigits DecimalDigits::FromText(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  DecimalDigits number;
  const size_t mark = text.find_first_of("eE");
  int exponent = 0;
  if (mark != std::string_view::npos) {
    std::string_view power = text.substr(mark + 1);
    if (!power.empty() && power.front() == '+') power.remove_prefix(1);
    std::from_chars(power.data(), power.data() + power.size(), exponent);
    text = text.substr(0, mark);
  }
  const size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  if (point < text.size()) digits += text.substr(point + 1);
  const size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return number;
  number.digits = digits.substr(first);
  number.exponent = static_cast<int>(point) - 1 - static_cast<int>(first) + exponent;
  TrimZeros(&number.digits);
  return number;
}

void DecimalDigits::RoundToDigits(int count, DigitRounding rounding) {
  if (count >= static_cast<int>(digits.size())) return;
  if (count < 0) {
    *this = DecimalDigits();
    return;
  }
  const bool up = rounding == DigitRounding::kHalfUp && digits[static_cast<size_t>(count)] >= '5';
  digits.resize(static_cast<size_t>(count));
  if (up) {
    // Without any digit kept this gives "1" one place up.
    if (Increment(&digits)) ++exponent;
  } else if (count == 0) {
    *this = DecimalDigits();
    return;
  }
  TrimZeros(&digits);
}

std::string DecimalDigits::ToFixed(int places, DigitRounding rounding) const {
  DecimalDigits rounded = *this;
  if (digits != "0") rounded.RoundToDigits(exponent + 1 + places, rounding);
  const bool zero = rounded.digits == "0";
  const int point = zero ? 0 : rounded.exponent;  // digits before the decimal point, less one
  std::string whole;
  for (int i = 0; i <= std::max(point, 0); ++i) {
    whole.push_back(point < 0 || i >= static_cast<int>(rounded.digits.size()) ? '0'
                                                                              : rounded.digits[static_cast<size_t>(i)]);
  }
  if (places <= 0) return whole;
  std::string fraction;
  for (int i = 1; i <= places; ++i) {
    const int at = point + i;
    fraction.push_back(zero || at < 0 || at >= static_cast<int>(rounded.digits.size())
                           ? '0'
                           : rounded.digits[static_cast<size_t>(at)]);
  }
  return whole + "." + fraction;
}

}  // namespace tidemark::expr
