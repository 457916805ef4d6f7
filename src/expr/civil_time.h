// SPDX-License-Identifier: Apache-2.0
// Arithmetic on the proleptic Gregorian calendar with plain integers: days since 1970-01-01 and ticks (milli-, micro-
// or nanoseconds) since its midnight. Right for every year a DATE or TIMESTAMP can hold, before 1970 too.
#pragma once

#include <cstdint>
#include <optional>

namespace tidemark::expr {

inline constexpr int64_t kMillisPerSecond = 1000;
inline constexpr int64_t kMillisPerMinute = 60 * kMillisPerSecond;
inline constexpr int64_t kMillisPerHour = 60 * kMillisPerMinute;
inline constexpr int64_t kMillisPerDay = 24 * kMillisPerHour;

constexpr int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
constexpr int64_t FloorModulo(int64_t a, int64_t b) { return a - FloorDivide(a, b) * b; }

struct CivilDate {
  int64_t year = 1970;
  int32_t month = 1;  ///< 1 .. 12
  int32_t day = 1;    ///< 1 .. 31
};

constexpr bool IsLeapYear(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr int32_t DaysInMonth(int64_t year, int32_t month) {
  constexpr int32_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeapYear(year) ? 29 : kDays[month - 1];
}

/// Days from 1970-01-01 to the date. `month` and `day` must exist.
constexpr int64_t DaysFromCivil(const CivilDate& date) {
  // Count in years that begin in March, so that the leap day is the last of its year.
  const int64_t year = date.month > 2 ? date.year : date.year - 1;
  const int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
  const int64_t days_before_month = (153 * month + 2) / 5;
  const int64_t leap_days = FloorDivide(year, 4) - FloorDivide(year, 100) + FloorDivide(year, 400);
  constexpr int64_t kDaysToEpoch = 719468;  // from 0000-03-01
  return year * 365 + leap_days + days_before_month + date.day - 1 - kDaysToEpoch;
}

constexpr CivilDate CivilFromDays(int64_t days) {
  constexpr int64_t kDaysToEpoch = 719468;
  constexpr int64_t kDaysPerCycle = 146097;  // 400 years
  const int64_t shifted = days + kDaysToEpoch;
  const int64_t cycle = FloorDivide(shifted, kDaysPerCycle);
  const int64_t day_of_cycle = shifted - cycle * kDaysPerCycle;
  // The last day of each 4-year, 100-year and 400-year group is the leap day, which must not start a new year.
  const int64_t year_of_cycle =
      (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
  const int64_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
  const int64_t month = (5 * day_of_year + 2) / 153;
  CivilDate date;
  date.day = static_cast<int32_t>(day_of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<int32_t>(month < 10 ? month + 3 : month - 9);
  date.year = year_of_cycle + cycle * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

/// The day `months` later, or the last of that month when it has no such day (January 31 + 1 month: February 28).
constexpr int64_t AddMonths(int64_t days, int64_t months) {
  CivilDate date = CivilFromDays(days);
  const int64_t month_index = date.year * 12 + (date.month - 1) + months;
  date.year = FloorDivide(month_index, 12);
  date.month = static_cast<int32_t>(FloorModulo(month_index, 12)) + 1;
  const int32_t last = DaysInMonth(date.year, date.month);
  if (date.day > last) date.day = last;
  return DaysFromCivil(date);
}

/// Whole months from one day to another: the most that AddMonths can add to the earlier without passing the later (so
/// January 31 to February 29 is one).
constexpr int64_t MonthsBetween(int64_t from_days, int64_t to_days) {
  if (to_days < from_days) return -MonthsBetween(to_days, from_days);
  const CivilDate from = CivilFromDays(from_days);
  const CivilDate to = CivilFromDays(to_days);
  const int64_t months = (to.year - from.year) * 12 + (to.month - from.month);
  return AddMonths(from_days, months) > to_days ? months - 1 : months;
}

/// 1 = Sunday .. 7 = Saturday.
constexpr int32_t DayOfWeek(int64_t days) { return static_cast<int32_t>(FloorModulo(days + 4, 7)) + 1; }
/// 1 = Monday .. 7 = Sunday.
constexpr int32_t IsoDayOfWeek(int64_t days) { return static_cast<int32_t>(FloorModulo(days + 3, 7)) + 1; }
constexpr int32_t DayOfYear(int64_t days) {
  return static_cast<int32_t>(days - DaysFromCivil({CivilFromDays(days).year, 1, 1})) + 1;
}
/// The year that the day's ISO week belongs to: the one its Thursday lies in.
constexpr int64_t IsoYear(int64_t days) { return CivilFromDays(days + 4 - IsoDayOfWeek(days)).year; }
constexpr int32_t IsoWeek(int64_t days) {
  const int64_t thursday = days + 4 - IsoDayOfWeek(days);
  return (DayOfYear(thursday) - 1) / 7 + 1;
}

/// Ticks per second of the Arrow unit that TIMESTAMP(precision) is kept in.
constexpr int64_t TicksPerSecond(int32_t precision) {
  return precision <= 3 ? 1000 : precision <= 6 ? 1'000'000 : 1'000'000'000;
}

/// Ticks cut down to `precision` fraction digits, toward the past.
constexpr int64_t TruncateTicks(int64_t ticks, int32_t precision) {
  int64_t step = TicksPerSecond(precision);
  for (int32_t i = 0; i < precision; ++i) step /= 10;
  return step == 1 ? ticks : FloorDivide(ticks, step) * step;
}

/// Ticks of one unit in another, toward the past; nullopt when 64 bits do not hold them.
constexpr std::optional<int64_t> ConvertTicks(int64_t ticks, int64_t from_per_second, int64_t to_per_second) {
  if (to_per_second <= from_per_second) return FloorDivide(ticks, from_per_second / to_per_second);
  int64_t converted = 0;
  if (__builtin_mul_overflow(ticks, to_per_second / from_per_second, &converted)) return std::nullopt;
  return converted;
}

}  // namespace tidemark::expr
