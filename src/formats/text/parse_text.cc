// SPDX-License-Identifier: Apache-2.0
// Values from text.
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

/// Reads `count` digits at `text`; -1 when there are fewer.
int ReadDigits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (!IsDigit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool IsLeap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

bool IsDate(int64_t year, int month, int day) {
  static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= kDays[month - 1] + (month == 2 && IsLeap(year) ? 1 : 0);
}

/// Reads 'yyyy-MM-dd' from the front: four-digit years, or a sign with four to nine digits. Gives the rest's start, or
/// npos.
size_t ReadDate(std::string_view text, int64_t* days) {
  size_t at = 0;
  bool negative = false;
  size_t year_digits = 4;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    at = 1;
    year_digits = 0;
    while (at + year_digits < text.size() && IsDigit(text[at + year_digits])) ++year_digits;
    if (year_digits < 4 || year_digits > 9) return std::string_view::npos;
  }
  const int year = ReadDigits(text, at, year_digits);
  at += year_digits;
  const int month = ReadDigits(text, at + 1, 2);
  const int day = ReadDigits(text, at + 4, 2);
  if (year < 0 || month < 0 || day < 0 || text[at] != '-' || text[at + 3] != '-') return std::string_view::npos;
  const int64_t signed_year = negative ? -year : year;
  if (!IsDate(signed_year, month, day)) return std::string_view::npos;
  *days = DaysFromCivil(signed_year, month, day);
  return at + 6;
}

/// Reads 'HH:mm[:ss[.f…]]' from the front; seconds may be left out where `short_form`. Gives the rest's start, or npos.
size_t ReadTime(std::string_view text, bool short_form, int64_t* seconds, int64_t* nanos) {
  const int hour = ReadDigits(text, 0, 2);
  const int minute = ReadDigits(text, 3, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[2] != ':') return std::string_view::npos;
  *seconds = hour * 3600 + minute * 60;
  *nanos = 0;
  if (text.size() <= 5 || text[5] != ':') return short_form ? 5 : std::string_view::npos;
  const int second = ReadDigits(text, 6, 2);
  if (second < 0 || second > 59) return std::string_view::npos;
  *seconds += second;
  size_t at = 8;
  if (at >= text.size() || text[at] != '.') return at;
  ++at;
  int64_t scale = 100'000'000;
  for (; at < text.size() && IsDigit(text[at]) && scale > 0; ++at, scale /= 10) *nanos += (text[at] - '0') * scale;
  return at;
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

int64_t DaysFromCivil(int64_t year, int month, int day) {
  // Counts from 1 March of year 0, so that the leap day is the last of its year.
  const int64_t shifted = month <= 2 ? year - 1 : year;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  const int64_t year_of_era = shifted - era * 400;
  const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void CivilFromDays(int64_t days, int64_t* year, int* month, int* day) {
  const int64_t shifted = days + 719468;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const int64_t day_of_era = shifted - era * 146097;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  *day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  *month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
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

bool ParseDate(std::string_view text, int32_t* out) {
  int64_t days = 0;
  if (ReadDate(text, &days) != text.size() || days < std::numeric_limits<int32_t>::min() ||
      days > std::numeric_limits<int32_t>::max()) {
    return false;
  }
  *out = static_cast<int32_t>(days);
  return true;
}

bool ParseTime(std::string_view text, int32_t* out) {
  int64_t seconds = 0;
  int64_t nanos = 0;
  if (text.size() < 5 || ReadTime(text, /*short_form=*/true, &seconds, &nanos) != text.size()) return false;
  *out = static_cast<int32_t>(seconds * 1000 + nanos / 1'000'000);
  return true;
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

bool ParseTimestamp(std::string_view text, TimestampStandard standard, const DataType& type, int64_t* out) {
  int64_t days = 0;
  const size_t date_end = ReadDate(text, &days);
  if (date_end == std::string_view::npos || date_end >= text.size()) return false;
  const char separator = text[date_end];
  if (separator != ' ' && separator != 'T') return false;
  if (standard != TimestampStandard::kEither && (separator == 'T') != (standard == TimestampStandard::kIso8601))
    return false;
  text.remove_prefix(date_end + 1);
  const bool zoned = type.kind() == TypeKind::kTimestampLtz;
  const bool has_zone = zoned && text.ends_with('Z');
  if (has_zone) text.remove_suffix(1);
  if (zoned && !has_zone && standard != TimestampStandard::kEither) return false;
  int64_t seconds = 0;
  int64_t nanos = 0;
  if (text.size() < 5 || ReadTime(text, standard != TimestampStandard::kSql, &seconds, &nanos) != text.size())
    return false;
  seconds += days * 86400;
  const int32_t precision = type.precision();
  int64_t cut = 1;
  for (int32_t i = precision; i < 9; ++i) cut *= 10;
  nanos = nanos / cut * cut;
  const int64_t per_second = precision <= 3 ? 1'000 : precision <= 6 ? 1'000'000 : 1'000'000'000;
  int64_t value = 0;
  if (__builtin_mul_overflow(seconds, per_second, &value)) return false;
  return !__builtin_add_overflow(value, nanos / (1'000'000'000 / per_second), out);
}

TimestampReader::TimestampReader(const DataType& type) {
  const int32_t precision = type.precision();
  per_second_ = precision <= 3 ? 1'000 : precision <= 6 ? 1'000'000 : 1'000'000'000;
  nanos_per_unit_ = 1'000'000'000 / per_second_;
  nanos_cut_ = 1;
  for (int32_t i = precision; i < 9; ++i) nanos_cut_ *= 10;
}

const char* TimestampReader::Read(const char* text, char separator, int64_t* out) {
  if (std::memcmp(text, cached_date_, sizeof(cached_date_)) != 0) {
    int64_t days = 0;
    if (ReadDate({text, sizeof(cached_date_)}, &days) != sizeof(cached_date_)) return nullptr;
    cached_seconds_ = days * 86400;
    std::memcpy(cached_date_, text, sizeof(cached_date_));
  }
  // The eight bytes "HH:mm:ss" at once: take '0' (and ':') away, then every byte must be a digit or zero.
  uint64_t clock;
  std::memcpy(&clock, text + 11, 8);
  const uint64_t digits = clock - 0x30303A30303A3030ULL;
  if (text[10] != separator || (digits & 0x0000FF0000FF0000ULL) != 0) return nullptr;
  if (((digits | (digits + 0x7676007676007676ULL)) & 0x8080808080808080ULL) != 0) return nullptr;
  const auto digit = [&](int index) { return static_cast<int64_t>(digits >> (index * 8) & 0xFF); };
  const int64_t hour = digit(0) * 10 + digit(1);
  const int64_t minute = digit(3) * 10 + digit(4);
  const int64_t second = digit(6) * 10 + digit(7);
  if (hour > 23 || minute > 59 || second > 59) return nullptr;
  const char* at = text + 19;
  int64_t nanos = 0;
  if (*at == '.') {
    ++at;
    int64_t scale = 100'000'000;
    for (; scale > 0 && IsDigit(*at); ++at, scale /= 10) nanos += (*at - '0') * scale;
    if (IsDigit(*at)) return nullptr;
  }
  const int64_t seconds = cached_seconds_ + hour * 3600 + minute * 60 + second;
  int64_t value;
  if (__builtin_mul_overflow(seconds, per_second_, &value)) return nullptr;
  if (nanos != 0 && __builtin_add_overflow(value, nanos / nanos_cut_ * nanos_cut_ / nanos_per_unit_, &value))
    return nullptr;
  *out = value;
  return at;
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
