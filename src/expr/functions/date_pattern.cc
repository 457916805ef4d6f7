// SPDX-License-Identifier: Apache-2.0
// Compiling date patterns and writing by them. Reading is in date_pattern_parse.cc.
#include "expr/functions/date_pattern.h"

#include <array>

#include "expr/civil_time.h"
#include "expr/functions/date_pattern_names.h"

namespace tidemark::expr {
namespace {

constexpr std::string_view kDateTimeFormatterLetters = "GuyDMLdQqYwWEecFaHhkKmsSAnNVzOXxZ";
constexpr std::string_view kSimpleDateFormatLetters = "GyYMLwWDdFEuaHkKhmsSzZX";

constexpr int kLettersMax = 19;

/// How often DateTimeFormatter takes a letter in a row.
int MostLetters(char letter) {
  switch (letter) {
    case 'a':
      return 1;
    case 'd':
    case 'H':
    case 'h':
    case 'K':
    case 'k':
    case 'm':
    case 's':
      return 2;
    case 'D':
      return 3;
    case 'M':
    case 'L':
    case 'E':
    case 'G':
      return 5;
    default:
      return kLettersMax;
  }
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void AppendPadded(int64_t value, int width, std::string* out) {
  if (value < 0) {
    *out += '-';
    value = -value;
  }
  const std::string digits = std::to_string(value);
  if (static_cast<int>(digits.size()) < width) out->append(static_cast<size_t>(width) - digits.size(), '0');
  *out += digits;
}

/// The wall clock taken apart.
struct Parts {
  CivilDate date;
  int64_t days;
  int64_t nanos_of_day;
  int32_t hour;
  int32_t minute;
  int32_t second;
  int64_t nano;
};

Parts TakeApart(const WallClock& clock) {
  const int64_t seconds = clock.nanos_of_day / 1'000'000'000;
  return {CivilFromDays(clock.days),
          clock.days,
          clock.nanos_of_day,
          static_cast<int32_t>(seconds / 3600),
          static_cast<int32_t>(seconds / 60 % 60),
          static_cast<int32_t>(seconds % 60),
          clock.nanos_of_day % 1'000'000'000};
}

/// Weeks as in the United States: from Sunday, the first is the one with January 1.
int64_t WeekYear(int64_t days) {
  const int64_t saturday = days + 7 - DayOfWeek(days);
  return CivilFromDays(saturday).year;
}
int64_t WeekOfYear(int64_t days) {
  const int64_t year = WeekYear(days);
  const int64_t january_first = DaysFromCivil({year, 1, 1});
  const int64_t first_sunday = january_first + 1 - DayOfWeek(january_first);
  return (days - first_sunday) / 7 + 1;
}
int64_t WeekOfMonth(int64_t days) {
  const CivilDate date = CivilFromDays(days);
  const int64_t first = DaysFromCivil({date.year, date.month, 1});
  return (date.day - 1 + DayOfWeek(first) - 1) / 7 + 1;
}

void AppendYear(int64_t year, int count, PatternDialect dialect, std::string* out) {
  if (count == 2) return AppendPadded(FloorModulo(year, 100), 2, out);
  if (dialect == PatternDialect::kDateTimeFormatter && count >= 4 && year > 9999 &&
      std::to_string(year).size() > static_cast<size_t>(count)) {
    *out += '+';
  }
  AppendPadded(year, count, out);
}

void AppendMonth(int32_t month, int count, std::string* out) {
  const std::string_view name = kMonthNames[month - 1];
  if (count <= 2) return AppendPadded(month, count, out);
  *out += count == 3 ? name.substr(0, 3) : count == 5 ? name.substr(0, 1) : name;
}

void AppendWeekday(int64_t days, int count, std::string* out) {
  const std::string_view name = kDayNames[IsoDayOfWeek(days) - 1];
  *out += count <= 3 ? name.substr(0, 3) : count == 5 ? name.substr(0, 1) : name;
}

void AppendQuarter(int32_t month, int count, std::string* out) {
  static constexpr std::array<std::string_view, 4> kFull = {"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"};
  const int32_t quarter = (month + 2) / 3;
  if (count <= 2) return AppendPadded(quarter, count, out);
  if (count == 3) *out += 'Q';
  if (count == 4) {
    *out += kFull[quarter - 1];
  } else {
    *out += std::to_string(quarter);
  }
}

void AppendEra(int64_t year, int count, PatternDialect dialect, std::string* out) {
  const bool anno_domini = year > 0;
  if (dialect == PatternDialect::kSimpleDateFormat || count <= 3) {
    *out += anno_domini ? "AD" : "BC";
  } else if (count == 4) {
    *out += anno_domini ? "Anno Domini" : "Before Christ";
  } else {
    *out += anno_domini ? "A" : "B";
  }
}

/// "+0800" (Z), "+08:00" (three times X) and the like.
void AppendOffset(char letter, int count, int64_t seconds, std::string* out) {
  if (letter == 'X' && seconds == 0) {
    *out += 'Z';
    return;
  }
  const bool colon = (letter == 'Z' && count == 5) || (letter != 'Z' && count >= 3 && count % 2 == 1);
  const int64_t magnitude = seconds < 0 ? -seconds : seconds;
  *out += seconds < 0 ? '-' : '+';
  AppendPadded(magnitude / 3600, 2, out);
  if (letter != 'Z' && count == 1 && magnitude % 3600 == 0) return;
  if (colon) *out += ':';
  AppendPadded(magnitude / 60 % 60, 2, out);
}

/// "123000" for a fraction of 0.123 s: digits of the fraction, or to SimpleDateFormat the number of milliseconds.
void AppendFraction(int64_t nano, int count, PatternDialect dialect, std::string* out) {
  if (dialect == PatternDialect::kSimpleDateFormat) return AppendPadded(nano / 1'000'000, count, out);
  std::string digits;
  AppendPadded(nano, 9, &digits);
  digits.resize(static_cast<size_t>(count), '0');
  *out += digits;
}

/// Appends a field of the date; false: the letter is none.
bool AppendDateField(char letter, int count, const Parts& parts, PatternDialect dialect, std::string* out) {
  const bool simple = dialect == PatternDialect::kSimpleDateFormat;
  switch (letter) {
    case 'G':
      AppendEra(parts.date.year, count, dialect, out);
      return true;
    case 'y':
      AppendYear(parts.date.year > 0 ? parts.date.year : 1 - parts.date.year, count, dialect, out);
      return true;
    case 'u':
      if (simple) {
        AppendPadded(IsoDayOfWeek(parts.days), count, out);
      } else {
        AppendYear(parts.date.year, count, dialect, out);
      }
      return true;
    case 'Y':
      AppendYear(WeekYear(parts.days), count, dialect, out);
      return true;
    case 'M':
    case 'L':
      AppendMonth(parts.date.month, count, out);
      return true;
    case 'd':
      AppendPadded(parts.date.day, count, out);
      return true;
    case 'D':
      AppendPadded(DayOfYear(parts.days), count, out);
      return true;
    case 'Q':
    case 'q':
      AppendQuarter(parts.date.month, count, out);
      return true;
    case 'w':
      AppendPadded(WeekOfYear(parts.days), count, out);
      return true;
    case 'W':
      AppendPadded(WeekOfMonth(parts.days), count, out);
      return true;
    case 'F':
      AppendPadded(simple ? (parts.date.day - 1) / 7 + 1 : (parts.date.day - 1) % 7 + 1, count, out);
      return true;
    case 'E':
      AppendWeekday(parts.days, count, out);
      return true;
    case 'e':
    case 'c':
      if (count <= 2) {
        AppendPadded(DayOfWeek(parts.days), count, out);
      } else {
        AppendWeekday(parts.days, count, out);
      }
      return true;
    default:
      return false;
  }
}

/// Appends a field of the time of day; false: the letter is none.
bool AppendTimeField(char letter, int count, const Parts& parts, PatternDialect dialect, std::string* out) {
  switch (letter) {
    case 'a':
      *out += parts.hour < 12 ? "AM" : "PM";
      return true;
    case 'H':
      AppendPadded(parts.hour, count, out);
      return true;
    case 'k':
      AppendPadded(parts.hour == 0 ? 24 : parts.hour, count, out);
      return true;
    case 'K':
      AppendPadded(parts.hour % 12, count, out);
      return true;
    case 'h':
      AppendPadded(parts.hour % 12 == 0 ? 12 : parts.hour % 12, count, out);
      return true;
    case 'm':
      AppendPadded(parts.minute, count, out);
      return true;
    case 's':
      AppendPadded(parts.second, count, out);
      return true;
    case 'S':
      AppendFraction(parts.nano, count, dialect, out);
      return true;
    case 'A':
      AppendPadded(parts.nanos_of_day / 1'000'000, count, out);
      return true;
    case 'n':
      AppendPadded(parts.nano, count, out);
      return true;
    case 'N':
      AppendPadded(parts.nanos_of_day, count, out);
      return true;
    default:
      return false;
  }
}

}  // namespace

arrow::Result<DatePattern> DatePattern::Make(std::string_view pattern, PatternDialect dialect) {
  DatePattern compiled;
  compiled.dialect_ = dialect;
  auto literal = [&](std::string_view text) {
    auto& elements = compiled.elements_;
    if (elements.empty() || elements.back().kind != Element::Kind::kLiteral) elements.emplace_back();
    elements.back().literal += text;
  };
  for (size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\'') {
      if (pattern.substr(at).starts_with("''")) {
        literal("'");
        at += 2;
        continue;
      }
      for (++at;; ++at) {
        if (at >= pattern.size()) return arrow::Status::Invalid("Unclosed quote in date pattern '", pattern, "'");
        if (pattern[at] != '\'') {
          literal(pattern.substr(at, 1));
        } else if (pattern.substr(at).starts_with("''")) {
          literal("'");
          ++at;
        } else {
          break;
        }
      }
      ++at;
    } else if (IsLetter(c)) {
      int count = 0;
      for (; at < pattern.size() && pattern[at] == c; ++at) ++count;
      ARROW_RETURN_NOT_OK(compiled.AddField(pattern, c, count));
    } else {
      const bool bracket = dialect == PatternDialect::kDateTimeFormatter && (c == '[' || c == ']');
      const bool reserved = dialect == PatternDialect::kDateTimeFormatter && (c == '{' || c == '}' || c == '#');
      if (reserved) {
        return arrow::Status::Invalid("'", std::string(1, c), "' in date pattern '", pattern,
                                      "' is reserved; plain text stands in quotes: ''", std::string(1, c), "''");
      }
      if (bracket) {
        compiled.elements_.push_back(
            {c == '[' ? Element::Kind::kOptionalStart : Element::Kind::kOptionalEnd, "", 0, 0, 0});
      } else {
        literal(pattern.substr(at, 1));
      }
      ++at;
    }
  }
  ARROW_RETURN_NOT_OK(compiled.CloseBrackets(pattern));
  return compiled;
}

arrow::Status DatePattern::AddField(std::string_view pattern, char letter, int count) {
  const auto letters =
      dialect_ == PatternDialect::kDateTimeFormatter ? kDateTimeFormatterLetters : kSimpleDateFormatLetters;
  if (letters.find(letter) == std::string_view::npos) {
    return arrow::Status::Invalid("Unknown letter '", std::string(1, letter), "' in date pattern '", pattern,
                                  "'; plain text stands in quotes: ''", std::string(1, letter), "''");
  }
  const int most = dialect_ == PatternDialect::kDateTimeFormatter ? MostLetters(letter) : kLettersMax;
  if (count > most) return arrow::Status::Invalid("Too many letters '", std::string(1, letter), "' in date pattern");
  elements_.push_back({Element::Kind::kField, "", letter, count, 0});
  return arrow::Status::OK();
}

arrow::Status DatePattern::CloseBrackets(std::string_view pattern) {
  std::vector<size_t> open;
  for (size_t i = 0; i < elements_.size(); ++i) {
    if (elements_[i].kind == Element::Kind::kOptionalStart) open.push_back(i);
    if (elements_[i].kind != Element::Kind::kOptionalEnd) continue;
    if (open.empty()) return arrow::Status::Invalid("']' without '[' in date pattern '", pattern, "'");
    elements_[open.back()].partner = i;
    open.pop_back();
  }
  // Brackets may stay open to the end.
  for (size_t start : open) elements_[start].partner = elements_.size();
  return arrow::Status::OK();
}

arrow::Status DatePattern::Format(const WallClock& clock, std::string* out) const {
  const Parts parts = TakeApart(clock);
  for (const Element& element : elements_) {
    if (element.kind == Element::Kind::kLiteral) *out += element.literal;
    if (element.kind != Element::Kind::kField) continue;
    const char letter = element.letter;
    if (AppendDateField(letter, element.count, parts, dialect_, out)) continue;
    if (AppendTimeField(letter, element.count, parts, dialect_, out)) continue;
    const bool is_offset = letter == 'Z' || letter == 'X' || letter == 'x';
    if (!is_offset || !clock.has_offset) {
      return arrow::Status::Invalid("Date pattern letter '", std::string(1, letter), "' asks for ",
                                    is_offset ? "a zone" : "the name of a zone", ", which a timestamp lacks");
    }
    AppendOffset(letter, element.count, clock.offset_seconds, out);
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::expr
