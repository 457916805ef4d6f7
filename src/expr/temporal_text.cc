// SPDX-License-Identifier: Apache-2.0
// Reading and writing temporal text.
#include "expr/temporal_text.h"

#include <algorithm>
#include <charconv>

#include "expr/civil_time.h"

namespace tidemark::expr {
namespace {

constexpr int64_t kSecondsPerDay = 86400;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Blanks and control characters, as Java's String.trim removes.
std::string_view Trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// All of `text`, blanks around it aside, as a non-negative number.
std::optional<int32_t> WholeNumber(std::string_view text) {
  text = Trim(text);
  if (text.empty() || !IsDigit(text[0])) return std::nullopt;
  int32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Reads between `least` and `most` digits off the front.
std::optional<int32_t> TakeDigits(std::string_view* text, size_t least, size_t most) {
  size_t count = 0;
  int32_t value = 0;
  while (count < most && count < text->size() && IsDigit((*text)[count])) value = value * 10 + ((*text)[count++] - '0');
  if (count < least) return std::nullopt;
  text->remove_prefix(count);
  return value;
}

bool TakeChar(std::string_view* text, char expected) {
  if (text->empty() || text->front() != expected) return false;
  text->remove_prefix(1);
  return true;
}

/// ".123456789": nanoseconds; at most nine digits.
std::optional<int32_t> TakeFraction(std::string_view* text) {
  const size_t before = text->size();
  auto value = TakeDigits(text, 0, 9);
  if (!value) return std::nullopt;
  for (size_t digits = before - text->size(); digits < 9; ++digits) *value *= 10;
  return value;
}

char* WriteDigits(int64_t value, int width, char* out) {
  for (int i = width - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + width;
}

char* WriteYear(int64_t year, char* out) {
  if (year < 0) {
    *out++ = '-';
    year = -year;
  }
  if (year <= 9999) return WriteDigits(year, 4, out);
  return std::to_chars(out, out + 20, year).ptr;
}

char* WriteDate(int64_t days, char* out) {
  const CivilDate date = CivilFromDays(days);
  out = WriteYear(date.year, out);
  *out++ = '-';
  out = WriteDigits(date.month, 2, out);
  *out++ = '-';
  return WriteDigits(date.day, 2, out);
}

char* WriteClock(int64_t seconds, char* out) {
  out = WriteDigits(seconds / 3600, 2, out);
  *out++ = ':';
  out = WriteDigits(seconds / 60 % 60, 2, out);
  *out++ = ':';
  return WriteDigits(seconds % 60, 2, out);
}

/// `fraction` has `width` digits; the first `precision` of them are written.
char* WriteFraction(int64_t fraction, int width, int precision, char* out) {
  if (precision <= 0) return out;
  *out++ = '.';
  char digits[16];
  WriteDigits(fraction, width, digits);
  for (int i = 0; i < precision; ++i) *out++ = i < width ? digits[i] : '0';
  return out;
}

}  // namespace

std::optional<int32_t> ParseDate(std::string_view text) {
  if (const size_t blank = text.find(' '); blank != std::string_view::npos && blank > 0) text = text.substr(0, blank);
  const size_t first = text.find('-');
  const size_t second = first == std::string_view::npos ? first : text.find('-', first + 1);
  const auto year = WholeNumber(text.substr(0, first));
  std::optional<int32_t> month = 1;
  std::optional<int32_t> day = 1;
  if (first != std::string_view::npos) month = WholeNumber(text.substr(first + 1, second - first - 1));
  if (second != std::string_view::npos) day = WholeNumber(text.substr(second + 1));
  if (!year || !month || !day || *year > 9999 || *month < 1 || *month > 12) return std::nullopt;
  if (*day < 1 || *day > DaysInMonth(*year, *month)) return std::nullopt;
  return static_cast<int32_t>(DaysFromCivil({*year, *month, *day}));
}

std::optional<int32_t> ParseTime(std::string_view text) {
  text = Trim(text);
  int32_t parts[3] = {0, 0, 0};
  constexpr int32_t kLimits[3] = {24, 60, 60};
  int32_t millis = 0;
  for (int i = 0; i < 3; ++i) {
    const auto part = TakeDigits(&text, 1, 2);
    if (!part || *part >= kLimits[i]) return std::nullopt;
    parts[i] = *part;
    if (text.empty()) break;
    if (i == 2) {
      if (!TakeChar(&text, '.')) return std::nullopt;
      const auto nanos = TakeFraction(&text);
      if (!nanos) return std::nullopt;
      // Digits beyond nanoseconds carry nothing that a TIME keeps.
      while (!text.empty() && IsDigit(text.front())) text.remove_prefix(1);
      if (!text.empty()) return std::nullopt;
      millis = *nanos / 1'000'000;
    } else if (!TakeChar(&text, ':')) {
      return std::nullopt;
    }
  }
  return ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 + millis;
}

std::optional<ParsedTimestamp> ParseTimestamp(std::string_view text) {
  const auto year = TakeDigits(&text, 4, 4);
  if (!year || !TakeChar(&text, '-')) return std::nullopt;
  const auto month = TakeDigits(&text, 1, 2);
  if (!month || *month < 1 || *month > 12 || !TakeChar(&text, '-')) return std::nullopt;
  const auto day = TakeDigits(&text, 1, 2);
  if (!day || *day < 1 || *day > 31) return std::nullopt;
  ParsedTimestamp parsed;
  parsed.seconds = DaysFromCivil({*year, *month, std::min(*day, DaysInMonth(*year, *month))}) * kSecondsPerDay;
  if (text.empty()) return parsed;
  if (!TakeChar(&text, ' ')) return std::nullopt;
  const auto hour = TakeDigits(&text, 1, 2);
  if (!hour || *hour > 24 || !TakeChar(&text, ':')) return std::nullopt;
  const auto minute = TakeDigits(&text, 1, 2);
  if (!minute || *minute > 59 || !TakeChar(&text, ':')) return std::nullopt;
  const auto second = TakeDigits(&text, 1, 2);
  if (!second || *second > 59) return std::nullopt;
  parsed.seconds += (*hour * 60 + *minute) * 60 + *second;
  // 24:00:00 is the next day's midnight; nothing comes after it.
  if (*hour == 24 && *minute + *second > 0) return std::nullopt;
  if (text.empty()) return parsed;
  if (!TakeChar(&text, '.')) return std::nullopt;
  const auto nanos = TakeFraction(&text);
  if (!nanos || !text.empty() || (*hour == 24 && *nanos > 0)) return std::nullopt;
  parsed.nanos = *nanos;
  return parsed;
}

std::optional<int64_t> ToTicks(const ParsedTimestamp& timestamp, int32_t precision) {
  const int64_t per_second = TicksPerSecond(precision);
  int64_t ticks = 0;
  if (__builtin_mul_overflow(timestamp.seconds, per_second, &ticks) ||
      __builtin_add_overflow(ticks, timestamp.nanos / (1'000'000'000 / per_second), &ticks)) {
    return std::nullopt;
  }
  return TruncateTicks(ticks, precision);
}

int FormatDate(int64_t days, char* out) { return static_cast<int>(WriteDate(days, out) - out); }

int FormatTime(int64_t millis_of_day, int32_t precision, char* out) {
  char* end = WriteClock(millis_of_day / 1000, out);
  return static_cast<int>(WriteFraction(millis_of_day % 1000, 3, precision, end) - out);
}

int FormatTimestamp(int64_t ticks, int32_t precision, char* out) {
  const int64_t per_second = TicksPerSecond(precision);
  const int64_t seconds = FloorDivide(ticks, per_second);
  const int64_t fraction = ticks - seconds * per_second;
  const int64_t days = FloorDivide(seconds, kSecondsPerDay);
  char* end = WriteDate(days, out);
  *end++ = ' ';
  end = WriteClock(seconds - days * kSecondsPerDay, end);
  const int width = per_second == 1000 ? 3 : per_second == 1'000'000 ? 6 : 9;
  return static_cast<int>(WriteFraction(fraction, width, precision, end) - out);
}

int FormatMonthInterval(int64_t months, char* out) {
  char* end = out;
  *end++ = months < 0 ? '-' : '+';
  if (months < 0) months = -months;
  end = std::to_chars(end, end + 20, months / 12).ptr;
  *end++ = '-';
  return static_cast<int>(WriteDigits(months % 12, 2, end) - out);
}

int FormatMillisInterval(int64_t millis, char* out) {
  char* end = out;
  *end++ = millis < 0 ? '-' : '+';
  auto rest = millis < 0 ? -static_cast<uint64_t>(millis) : static_cast<uint64_t>(millis);
  constexpr uint64_t kPerDay = kMillisPerDay;
  end = std::to_chars(end, end + 20, rest / kPerDay).ptr;
  *end++ = ' ';
  rest %= kPerDay;
  end = WriteClock(static_cast<int64_t>(rest / 1000), end);
  return static_cast<int>(WriteFraction(static_cast<int64_t>(rest % 1000), 3, 3, end) - out);
}

}  // namespace tidemark::expr
