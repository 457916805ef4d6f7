// SPDX-License-Identifier: Apache-2.0
// Dates, times and timestamps from text.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "formats/text/parse_text.h"

namespace tidemark::formats {
namespace {

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

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

}  // namespace

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

}  // namespace tidemark::formats
