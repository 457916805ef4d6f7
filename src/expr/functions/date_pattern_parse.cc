// SPDX-License-Identifier: Apache-2.0
// Reading text by a date pattern: fields are collected first, then resolved to a moment.
#include <algorithm>

#include "expr/civil_time.h"
#include "expr/functions/date_pattern.h"
#include "expr/functions/date_pattern_names.h"

namespace tidemark::expr {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr int64_t kSecondsPerDay = 86400;

/// Fields that take text instead of digits.
bool IsTextField(char letter, int count) {
  return letter == 'a' || letter == 'G' || letter == 'E' || ((letter == 'M' || letter == 'L') && count > 2) ||
         letter == 'z' || letter == 'Z' || letter == 'X' || letter == 'x' || letter == 'V' || letter == 'O';
}

std::optional<int64_t> TakeOffset(std::string_view* text) {
  if (text->starts_with("Z")) {
    text->remove_prefix(1);
    return 0;
  }
  for (std::string_view name : {"UTC", "GMT"}) {
    if (!text->starts_with(name)) continue;
    text->remove_prefix(name.size());
    if (text->empty() || ((*text)[0] != '+' && (*text)[0] != '-')) return 0;
  }
  if (text->size() < 3 || ((*text)[0] != '+' && (*text)[0] != '-')) return std::nullopt;
  const int64_t sign = (*text)[0] == '-' ? -1 : 1;
  text->remove_prefix(1);
  int64_t parts[2] = {0, 0};
  for (int64_t& part : parts) {
    if (text->starts_with(":")) text->remove_prefix(1);
    if (text->size() < 2 || !IsDigit((*text)[0]) || !IsDigit((*text)[1])) break;
    part = ((*text)[0] - '0') * 10 + ((*text)[1] - '0');
    text->remove_prefix(2);
  }
  if (parts[0] > 18 || parts[1] > 59) return std::nullopt;
  return sign * (parts[0] * 3600 + parts[1] * 60);
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if ((text[i] | 32) != (word[i] | 32)) return false;
  }
  return true;
}

/// Takes the longest of the names (or their first `abbreviated` letters) at the front; its index, or -1.
template <size_t kCount>
int TakeName(const std::array<std::string_view, kCount>& names, bool full, bool either, bool ignore_case,
             std::string_view* text) {
  for (size_t i = 0; i < kCount; ++i) {
    for (std::string_view name : {names[i], names[i].substr(0, 3)}) {
      const bool is_full = name.size() == names[i].size();
      if (!either && is_full != full && names[i].size() > 3) continue;
      if (ignore_case ? !StartsWithIgnoringCase(*text, name) : !text->starts_with(name)) continue;
      text->remove_prefix(name.size());
      return static_cast<int>(i);
    }
  }
  return -1;
}

}  // namespace

/// What was read so far.
struct DatePattern::Fields {
  std::optional<int64_t> year;
  std::optional<int64_t> month;
  std::optional<int64_t> day;
  std::optional<int64_t> day_of_year;
  std::optional<int64_t> weekday;  ///< ISO
  std::optional<int64_t> hour;
  std::optional<int64_t> hour_of_half;  ///< 0 .. 11
  std::optional<int64_t> afternoon;     ///< 0, 1
  std::optional<int64_t> minute;
  std::optional<int64_t> second;
  std::optional<int64_t> nanos;
  std::optional<int64_t> millis;  ///< SimpleDateFormat's S: any number
  std::optional<int64_t> offset_seconds;
  bool before_christ = false;

  std::optional<int64_t> HourOfDay() const {
    if (hour) return hour;
    if (hour_of_half && afternoon) return *hour_of_half + 12 * *afternoon;
    return std::nullopt;
  }

  /// By java.time's smart rules.
  std::optional<ParsedTimestamp> Resolve() const {
    const int64_t y = before_christ ? 1 - year.value_or(1970) : year.value_or(1970);
    int64_t days = 0;
    if (day_of_year && !month && !day) {
      if (*day_of_year < 1 || *day_of_year > (IsLeapYear(y) ? 366 : 365)) return std::nullopt;
      days = DaysFromCivil({y, 1, 1}) + *day_of_year - 1;
    } else {
      const int64_t m = month.value_or(1);
      const int64_t d = day.value_or(1);
      if (m < 1 || m > 12 || d < 1 || d > 31) return std::nullopt;
      const auto mm = static_cast<int32_t>(m);
      days = DaysFromCivil({y, mm, std::min(static_cast<int32_t>(d), DaysInMonth(y, mm))});
      if (weekday && year && month && day && IsoDayOfWeek(days) != *weekday) return std::nullopt;
    }
    const int64_t h = HourOfDay().value_or(0);
    const int64_t min = minute.value_or(0);
    const int64_t s = second.value_or(0);
    const bool midnight_after = h == 24 && min == 0 && s == 0 && nanos.value_or(0) == 0;
    if ((h > 23 && !midnight_after) || min > 59 || s > 59) return std::nullopt;
    ParsedTimestamp timestamp;
    timestamp.seconds = days * kSecondsPerDay + h * 3600 + min * 60 + s;
    timestamp.nanos = static_cast<int32_t>(nanos.value_or(0));
    return timestamp;
  }

  /// By SimpleDateFormat's lenient rules: everything carries over.
  ParsedTimestamp ResolveLeniently() const {
    const int64_t y = before_christ ? 1 - year.value_or(1970) : year.value_or(1970);
    const int64_t month_index = y * 12 + month.value_or(1) - 1;
    int64_t days =
        DaysFromCivil({FloorDivide(month_index, 12), static_cast<int32_t>(FloorModulo(month_index, 12)) + 1, 1});
    days += day_of_year && !day ? *day_of_year - 1 : day.value_or(1) - 1;
    const int64_t h = hour ? *hour : hour_of_half.value_or(0) + 12 * afternoon.value_or(0);
    const int64_t fraction = millis.value_or(0);
    ParsedTimestamp timestamp;
    timestamp.seconds =
        days * kSecondsPerDay + h * 3600 + minute.value_or(0) * 60 + second.value_or(0) + FloorDivide(fraction, 1000);
    timestamp.nanos = static_cast<int32_t>(FloorModulo(fraction, 1000) * 1'000'000);
    return timestamp;
  }
};

struct DatePattern::Cursor {
  std::string_view rest;
  Fields fields;
};

int DatePattern::DigitsReservedAfter(size_t index) const {
  int reserved = 0;
  for (size_t i = index + 1; i < elements_.size() && elements_[i].kind == Element::Kind::kField; ++i) {
    const Element& next = elements_[i];
    if (IsTextField(next.letter, next.count)) break;
    const bool fixed = next.count >= 2 || next.letter == 'S';
    if (!fixed && dialect_ == PatternDialect::kDateTimeFormatter) break;
    reserved += next.count;
  }
  return reserved;
}

bool DatePattern::ParseNumber(const Element& element, size_t index, Cursor* cursor, int64_t* value) const {
  std::string_view& text = cursor->rest;
  const bool simple = dialect_ == PatternDialect::kSimpleDateFormat;
  if (simple) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
  }
  const size_t width = text.size();
  bool negative = false;
  if (simple && text.size() > 1 && text[0] == '-' && IsDigit(text[1])) {
    negative = true;
    text.remove_prefix(1);
  }
  size_t digits = 0;
  while (digits < text.size() && IsDigit(text[digits])) ++digits;
  const bool year = element.letter == 'y' || element.letter == 'u' || element.letter == 'Y';
  // A number right before other numbers gives way to them.
  const bool followed = DigitsReservedAfter(index) > 0 ||
                        (simple && index + 1 < elements_.size() && elements_[index + 1].kind == Element::Kind::kField &&
                         !IsTextField(elements_[index + 1].letter, elements_[index + 1].count));
  size_t least = 1;
  size_t most = simple ? 18 : 9;  // what keeps the arithmetic below inside 64 bits
  if (simple) {
    // The sign is one of the characters that it may take, and there must be as many.
    const auto count = static_cast<size_t>(element.count);
    if (followed && (width < count || (negative && count < 2))) return false;
    if (followed) most = std::min<size_t>(most, count - (negative ? 1 : 0));
  } else {
    const bool fixed = (element.count == 2) || element.letter == 'S' || (element.count == 3 && element.letter == 'D');
    if (fixed) {
      least = most = std::min<size_t>(most, static_cast<size_t>(element.count));
    } else {
      least = year ? static_cast<size_t>(element.count) : 1;
      if (year && element.count >= 4 && !followed) most = std::min<size_t>(most, static_cast<size_t>(element.count));
      const auto reserved = static_cast<size_t>(DigitsReservedAfter(index));
      if (digits > reserved) most = std::min(most, digits - reserved);
    }
  }
  const size_t taken = std::min(digits, most);
  if (taken < least) return false;
  *value = 0;
  for (size_t i = 0; i < taken; ++i) *value = *value * 10 + (text[i] - '0');
  text.remove_prefix(taken);
  if (simple) *value = static_cast<int32_t>(*value);  // as Java's calendar has it
  // Two letters for a year mean one of this century; SimpleDateFormat takes exactly two digits so.
  if (year && element.count == 2 && taken == 2) *value += simple && *value > 44 ? 1900 : 2000;
  if (element.letter == 'S' && !simple) {
    for (size_t i = taken; i < 9; ++i) *value *= 10;
  }
  if (negative) *value = -*value;
  return true;
}

bool DatePattern::ParseField(const Element& element, size_t index, Cursor* cursor) const {
  if (const auto text = ParseText(element, cursor)) return *text;
  int64_t value = 0;
  return ParseNumber(element, index, cursor, &value) && SetNumber(element.letter, value, &cursor->fields);
}

std::optional<bool> DatePattern::ParseText(const Element& element, Cursor* cursor) const {
  std::string_view& text = cursor->rest;
  Fields& fields = cursor->fields;
  const bool simple = dialect_ == PatternDialect::kSimpleDateFormat;
  const int count = element.count;
  switch (element.letter) {
    case 'a':
      if (StartsWithIgnoringCase(text, "AM") || StartsWithIgnoringCase(text, "PM")) {
        if (!simple && text[1] != 'M') return false;
        fields.afternoon = (text[0] | 32) == 'p';
        text.remove_prefix(2);
        return true;
      }
      return false;
    case 'G':
      if (!text.starts_with("AD") && !text.starts_with("BC")) return false;
      fields.before_christ = text[0] == 'B';
      text.remove_prefix(2);
      return true;
    case 'E': {
      const int day = TakeName(kDayNames, count >= 4, simple, simple, &text);
      if (day < 0) return false;
      fields.weekday = day + 1;
      return true;
    }
    case 'z':
    case 'Z':
    case 'X':
    case 'x':
    case 'V':
    case 'O': {
      const auto offset = TakeOffset(&text);
      if (!offset) return false;
      fields.offset_seconds = *offset;
      return true;
    }
    case 'M':
    case 'L':
      if (count > 2) {
        const int month = TakeName(kMonthNames, count >= 4, simple, simple, &text);
        if (month < 0) return false;
        fields.month = month + 1;
        return true;
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

bool DatePattern::SetNumber(char letter, int64_t value, Fields* fields) const {
  const bool simple = dialect_ == PatternDialect::kSimpleDateFormat;
  switch (letter) {
    case 'y':
      fields->year = value;
      return true;
    case 'u':
      if (!simple) fields->year = value;
      return true;
    case 'M':
    case 'L':
      fields->month = value;
      return true;
    case 'd':
      fields->day = value;
      return true;
    case 'D':
      fields->day_of_year = value;
      return true;
    case 'H':
      fields->hour = value;
      return true;
    case 'k':
      fields->hour = value == 24 ? 0 : value;
      return simple || (value >= 1 && value <= 24);
    case 'K':
      fields->hour_of_half = value;
      return simple || value <= 11;
    case 'h':
      fields->hour_of_half = value == 12 ? 0 : value;
      return simple || (value >= 1 && value <= 12);
    case 'm':
      fields->minute = value;
      return true;
    case 's':
      fields->second = value;
      return true;
    case 'S':
      (simple ? fields->millis : fields->nanos) = value;
      return true;
    case 'n':
      fields->nanos = value;
      return value < 1'000'000'000;
    default:
      return true;  // weeks and quarters alone decide no date
  }
}

bool DatePattern::ParseRange(size_t begin, size_t end, Cursor* cursor) const {
  for (size_t i = begin; i < end; ++i) {
    const Element& element = elements_[i];
    switch (element.kind) {
      case Element::Kind::kLiteral:
        if (!cursor->rest.starts_with(element.literal)) return false;
        cursor->rest.remove_prefix(element.literal.size());
        break;
      case Element::Kind::kField:
        if (!ParseField(element, i, cursor)) return false;
        break;
      case Element::Kind::kOptionalStart: {
        Cursor tried = *cursor;
        if (ParseRange(i + 1, element.partner, &tried)) *cursor = tried;
        i = element.partner;
        break;
      }
      case Element::Kind::kOptionalEnd:
        break;
    }
  }
  return true;
}

std::optional<PatternReading> DatePattern::Parse(std::string_view text) const {
  Cursor cursor{text, {}};
  if (!ParseRange(0, elements_.size(), &cursor)) return std::nullopt;
  PatternReading reading;
  reading.offset_seconds = cursor.fields.offset_seconds;
  if (dialect_ == PatternDialect::kSimpleDateFormat) {
    reading.timestamp = cursor.fields.ResolveLeniently();
    return reading;
  }
  if (!cursor.rest.empty()) return std::nullopt;
  const auto resolved = cursor.fields.Resolve();
  if (!resolved) return std::nullopt;
  reading.timestamp = *resolved;
  return reading;
}

}  // namespace tidemark::expr
