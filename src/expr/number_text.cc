// SPDX-License-Identifier: Apache-2.0
// Reading and writing numbers.
#include "expr/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

namespace tidemark::expr {
namespace {

int Copy(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return static_cast<int>(text.size());
}

/// `digits` d1 d2 d3... stand for d1.d2d3... * 10^exponent.
int LayOut(bool negative, const char* digits, int count, int exponent, char* out) {
  char* at = out;
  if (negative) *at++ = '-';
  if (exponent >= 7 || exponent < -3) {
    *at++ = digits[0];
    *at++ = '.';
    if (count == 1) *at++ = '0';
    for (int i = 1; i < count; ++i) *at++ = digits[i];
    *at++ = 'E';
    return static_cast<int>(std::to_chars(at, at + 6, exponent).ptr - out);
  }
  if (exponent < 0) {
    *at++ = '0';
    *at++ = '.';
    for (int i = -1; i > exponent; --i) *at++ = '0';
    for (int i = 0; i < count; ++i) *at++ = digits[i];
    return static_cast<int>(at - out);
  }
  for (int i = 0; i <= exponent; ++i) *at++ = i < count ? digits[i] : '0';
  *at++ = '.';
  if (count <= exponent + 1) *at++ = '0';
  for (int i = exponent + 1; i < count; ++i) *at++ = digits[i];
  return static_cast<int>(at - out);
}

/// Java writes whole numbers below 2^63 with all their digits, less those that the type cannot tell apart, rather than
/// with the fewest: the float 123456792 is 1.23456792E8, not 1.2345679E8.
template <typename T>
int FormatWhole(T magnitude, bool negative, char* out) {
  auto whole = static_cast<uint64_t>(magnitude);
  const int top_bit = 63 - __builtin_clzll(whole);
  const int spare_bits = top_bit - std::numeric_limits<T>::digits - 1;
  int dropped = 0;
  for (uint64_t power = 10, rest = spare_bits > 1 ? uint64_t{1} << spare_bits : 0; power <= rest; power *= 10)
    ++dropped;
  if (dropped > 0) {
    uint64_t unit = 1;
    for (int i = 0; i < dropped; ++i) unit *= 10;
    whole = whole / unit + (whole % unit >= unit / 2 ? 1 : 0);
  }
  char digits[24];
  auto count = static_cast<int>(std::to_chars(digits, digits + sizeof(digits), whole).ptr - digits);
  const int exponent = count - 1 + dropped;
  while (count > 1 && digits[count - 1] == '0') --count;
  return LayOut(negative, digits, count, exponent, out);
}

template <typename T>
int FormatFloating(T value, char* out) {
  if (std::isnan(value)) return Copy("NaN", out);
  if (std::isinf(value)) return Copy(value < 0 ? "-Infinity" : "Infinity", out);
  if (value == 0) return Copy(std::signbit(value) ? "-0.0" : "0.0", out);
  constexpr T kTwoTo63 = static_cast<T>(uint64_t{1} << 63);
  const T magnitude = std::fabs(value);
  if (magnitude >= 1 && magnitude < kTwoTo63 && magnitude == std::trunc(magnitude)) {
    return FormatWhole(magnitude, value < 0, out);
  }
  char text[40];
  const char* end = std::to_chars(text, text + sizeof(text), magnitude, std::chars_format::scientific).ptr;
  // Java writes two digits at least, and means both: 4.9E-324, not 5.0E-324.
  if (text[1] == 'e') end = std::to_chars(text, text + sizeof(text), magnitude, std::chars_format::scientific, 1).ptr;
  char digits[24];
  int count = 0;
  const char* at = text;
  for (; at != end && *at != 'e'; ++at) {
    if (*at != '.') digits[count++] = *at;
  }
  while (count > 1 && digits[count - 1] == '0') --count;
  int exponent = 0;
  ++at;
  if (*at == '+') ++at;
  std::from_chars(at, end, exponent);
  return LayOut(value < 0, digits, count, exponent, out);
}

/// Blanks and control characters, as Java's String.trim removes.
std::string_view Trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

template <typename T>
std::optional<T> ParseFloating(std::string_view text) {
  text = Trim(text);
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text == "NaN") return std::numeric_limits<T>::quiet_NaN();
  if (text == "Infinity") return negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  if (!text.empty() && std::strchr("dDfF", text.back()) != nullptr) text.remove_suffix(1);
  if (text.empty() || (text.front() != '.' && (text.front() < '0' || text.front() > '9'))) return std::nullopt;
  T value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ptr != text.data() + text.size()) return std::nullopt;
  if (read.ec == std::errc::result_out_of_range) {
    // Too large or too small: strtod tells which.
    value = static_cast<T>(std::strtod(std::string(text).c_str(), nullptr));
  } else if (read.ec != std::errc()) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

}  // namespace

int FormatDouble(double value, char* out) { return FormatFloating(value, out); }
int FormatFloat(float value, char* out) { return FormatFloating(value, out); }

std::optional<double> ParseDouble(std::string_view text) { return ParseFloating<double>(text); }
std::optional<float> ParseFloat(std::string_view text) { return ParseFloating<float>(text); }

std::optional<int64_t> ParseInteger(std::string_view text, int64_t least, int64_t most) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  int64_t value = 0;
  size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    // Counted downward: the least integer has no positive counterpart.
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, text[at] - '0', &value)) {
      return std::nullopt;
    }
  }
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9';) ++at;
  }
  if (at != text.size()) return std::nullopt;
  if (!negative) {
    if (value == std::numeric_limits<int64_t>::min()) return std::nullopt;
    value = -value;
  }
  if (value < least || value > most) return std::nullopt;
  return value;
}

std::optional<bool> ParseBooleanText(std::string_view text) {
  for (const char* word : {"true", "t", "yes", "y", "1"}) {
    if (EqualsIgnoringCase(text, word)) return true;
  }
  for (const char* word : {"false", "f", "no", "n", "0"}) {
    if (EqualsIgnoringCase(text, word)) return false;
  }
  return std::nullopt;
}

}  // namespace tidemark::expr
