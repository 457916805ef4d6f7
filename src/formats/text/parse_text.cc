// SPDX-License-Identifier: Apache-2.0
// Values from text. Dates and times are in parse_time.cc.
#include "formats/text/parse_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace tidemark::formats {
namespace {

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return Lower(a) == b; });
}

struct DecimalDigits {
  __int128 value = 0;
  int64_t exponent = 0;  ///< value * 10^exponent
  bool negative = false;
  bool too_long = false;  ///< more significant digits than 38
  bool round_up = false;  ///< of the digits dropped because there were too many, the first was 5 or more
};

constexpr __int128 kMaxDecimal38 = []() {
  __int128 limit = 1;
  for (int i = 0; i < 38; ++i) limit *= 10;
  return limit - 1;
}();

/// Splits a number's text; false when it is none.
bool ReadDecimalDigits(std::string_view text, DecimalDigits* out) {
  size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) out->negative = text[at++] == '-';
  bool point = false;
  bool any = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point) {
      point = true;
    } else if (IsDigit(c)) {
      any = true;
      if (out->value > kMaxDecimal38 / 10) {
        if (!out->too_long) out->round_up = c >= '5';
        out->too_long = true;
        if (!point) ++out->exponent;
      } else {
        out->value = out->value * 10 + (c - '0');
        if (point) --out->exponent;
      }
    } else {
      break;
    }
  }
  if (!any) return false;
  if (at == text.size()) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  int64_t exponent = 0;
  if (!ParseInteger(text.substr(at + 1), -1'000'000'000, 1'000'000'000, &exponent)) return false;
  out->exponent += exponent;
  return true;
}

template <typename T>
bool ParseFloating(std::string_view text, T* out) {
  std::string_view digits = text;
  bool negative = false;
  if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) {
    negative = digits[0] == '-';
    digits.remove_prefix(1);
  }
  if (digits.empty()) return false;
  if (digits == "NaN") {
    *out = std::numeric_limits<T>::quiet_NaN();
    return true;
  }
  if (digits == "Infinity") {
    *out = negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
    return true;
  }
  // from_chars takes a sign, "inf" and "nan" in any case; a number begins with a digit or a point.
  if (!IsDigit(digits[0]) && digits[0] != '.') return false;
  T value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size()) return false;
  if (error == std::errc::result_out_of_range) {
    // Too small becomes zero, too big infinity; from_chars does not say which it was.
    DecimalDigits decimal;
    (void)ReadDecimalDigits(digits, &decimal);  // from_chars has found it to be a number
    const bool huge = decimal.value != 0 && decimal.exponent > -40;
    value = huge ? std::numeric_limits<T>::infinity() : T{0};
  } else if (error != std::errc()) {
    return false;
  }
  *out = negative ? -value : value;
  return true;
}

template <typename T>
bool AppendInteger(std::string_view text, ColumnBuilder* out) {
  int64_t value = 0;
  if (!ParseInteger(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), &value)) return false;
  out->Append(static_cast<T>(value));
  return true;
}

bool AppendDecimal(std::string_view text, ColumnBuilder* out) {
  arrow::Decimal128 value;
  switch (ParseDecimal(text, out->type().precision(), out->type().scale(), &value)) {
    case DecimalOutcome::kOk:
      out->Append(value);
      return true;
    case DecimalOutcome::kTooBig:
      out->AppendNull();
      return true;
    case DecimalOutcome::kNotANumber:
      return false;
  }
  return false;
}

template <typename T, typename Parse>
bool AppendParsed(std::string_view text, Parse parse, ColumnBuilder* out) {
  T value{};
  if (!parse(text, &value)) return false;
  out->Append(value);
  return true;
}

int32_t CutTime(int32_t millis, int32_t precision) {
  static constexpr std::array<int32_t, 3> kUnit{1000, 100, 10};
  return precision >= 3 ? millis : millis / kUnit[precision] * kUnit[precision];
}

}  // namespace

std::string_view TrimSpaces(std::string_view text) {
  const auto is_space = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool ParseInteger(std::string_view text, int64_t min, int64_t max, int64_t* out) {
  size_t at = 0;
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    at = 1;
  }
  if (at == text.size()) return false;
  // Gathered as a negative number, which has the one value more.
  int64_t value = 0;
  for (; at < text.size(); ++at) {
    if (!IsDigit(text[at])) return false;
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, text[at] - '0', &value))
      return false;
  }
  if (!negative && value == std::numeric_limits<int64_t>::min()) return false;
  *out = negative ? value : -value;
  return *out >= min && *out <= max;
}

bool ParseDouble(std::string_view text, double* out) { return ParseFloating(text, out); }
bool ParseFloat(std::string_view text, float* out) { return ParseFloating(text, out); }

bool ParseBool(std::string_view text, bool* out) {
  *out = EqualsIgnoringCase(text, "true");
  return *out || EqualsIgnoringCase(text, "false");
}

bool ParseBase64(std::string_view text, ColumnBuilder* out) {
  static constexpr auto kValues = []() {
    std::array<int8_t, 256> values{};
    values.fill(-1);
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < kAlphabet.size(); ++i)
      values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int8_t>(i);
    return values;
  }();
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1) return false;
  char* target = out->BytesTail(static_cast<int64_t>(text.size() / 4 * 3 + 3));
  char* const begin = target;
  uint32_t bits = 0;
  int pending = 0;
  for (const char c : text) {
    const int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return false;
    bits = bits << 6 | static_cast<uint32_t>(value);
    pending += 6;
    if (pending >= 8) {
      pending -= 8;
      *target++ = static_cast<char>(bits >> pending & 0xFF);
    }
  }
  out->AdvanceBytes(target - begin);
  out->EndBytes();
  return true;
}

DecimalOutcome ParseDecimal(std::string_view text, int32_t precision, int32_t scale, arrow::Decimal128* out) {
  DecimalDigits digits;
  if (!ReadDecimalDigits(text, &digits)) return DecimalOutcome::kNotANumber;
  // Now value * 10^exponent must become unscaled * 10^-scale.
  int64_t shift = digits.exponent + scale;
  __int128 value = digits.value;
  if (value == 0) shift = 0;
  if (shift > 38) return DecimalOutcome::kTooBig;
  if (shift >= 0) {
    if (digits.too_long && shift > 0) return DecimalOutcome::kTooBig;
    if (digits.round_up) ++value;
    for (; shift > 0; --shift) {
      if (value > kMaxDecimal38 / 10) return DecimalOutcome::kTooBig;
      value *= 10;
    }
  } else {
    int last = 0;
    for (bool first = true; shift < 0 && (first || value != 0 || last != 0); ++shift, first = false) {
      last = static_cast<int>(value % 10);
      value /= 10;
    }
    // Half up looks at the first dropped digit alone.
    if (last >= 5) ++value;
  }
  __int128 limit = 1;
  for (int32_t i = 0; i < precision; ++i) limit *= 10;
  if (value >= limit) return DecimalOutcome::kTooBig;
  if (digits.negative) value = -value;
  *out = arrow::Decimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value));
  return DecimalOutcome::kOk;
}

bool AppendText(std::string_view text, TimestampStandard standard, ColumnBuilder* out) {
  const DataType& type = out->type();
  switch (type.kind()) {
    case TypeKind::kNull:
      out->AppendNull();
      return true;
    case TypeKind::kBoolean:
      return AppendParsed<bool>(TrimSpaces(text), ParseBool, out);
    case TypeKind::kTinyInt:
      return AppendInteger<int8_t>(TrimSpaces(text), out);
    case TypeKind::kSmallInt:
      return AppendInteger<int16_t>(TrimSpaces(text), out);
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth:
      return AppendInteger<int32_t>(TrimSpaces(text), out);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime:
      return AppendInteger<int64_t>(TrimSpaces(text), out);
    case TypeKind::kFloat:
      return AppendParsed<float>(TrimSpaces(text), ParseFloat, out);
    case TypeKind::kDouble:
      return AppendParsed<double>(TrimSpaces(text), ParseDouble, out);
    case TypeKind::kDecimal:
      return AppendDecimal(TrimSpaces(text), out);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      out->AppendBytes(text);
      return true;
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return ParseBase64(text, out);
    case TypeKind::kDate:
      return AppendParsed<int32_t>(text, ParseDate, out);
    case TypeKind::kTime: {
      int32_t millis = 0;
      if (!ParseTime(text, &millis)) return false;
      out->Append(CutTime(millis, type.precision()));
      return true;
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: {
      int64_t value = 0;
      if (!ParseTimestamp(text, standard, type, &value)) return false;
      out->Append(value);
      return true;
    }
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return false;
  }
  return false;
}

std::string DescribeMismatch(std::string_view text, const DataType& type) {
  constexpr size_t kShown = 60;
  std::string shown(text.substr(0, kShown));
  if (text.size() > kShown) shown += "...";
  const std::string name = type.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone).ToString();
  const bool vowel = name[0] == 'A' || name[0] == 'I';
  return "'" + shown + "' is not " + (vowel ? "an " : "a ") + name;
}

}  // namespace tidemark::formats
