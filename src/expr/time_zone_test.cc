// SPDX-License-Identifier: Apache-2.0
// Time zones around clock changes, and the calendar.
#include "expr/time_zone.h"

#include <gtest/gtest.h>

#include "expr/civil_time.h"
#include "expr/temporal_text.h"

namespace tidemark::expr {
namespace {

int64_t Seconds(const std::string& text) { return ParseTimestamp(text)->seconds; }
std::string Text(int64_t seconds) {
  char text[kTemporalTextMax];
  return std::string(text, FormatTimestamp(seconds * 1000, 0, text));
}
TimeZone Zone(const std::string& name) { return TimeZone::Make(name).ValueOrDie(); }

TEST(TimeZone, ClockChanges) {
  TimeZone zone = Zone("America/Los_Angeles");
  EXPECT_EQ(Text(zone.ToLocal(Seconds("2021-03-14 09:59:59"), 1)), "2021-03-14 01:59:59");
  EXPECT_EQ(Text(zone.ToLocal(Seconds("2021-03-14 10:00:00"), 1)), "2021-03-14 03:00:00");
  // The skipped hour counts from the offset before it, of the repeated hour the first is meant.
  EXPECT_EQ(Text(zone.ToUtc(Seconds("2021-03-14 02:30:00"), 1)), "2021-03-14 10:30:00");
  EXPECT_EQ(Text(zone.ToUtc(Seconds("2021-03-14 03:00:00"), 1)), "2021-03-14 10:00:00");
  EXPECT_EQ(Text(zone.ToUtc(Seconds("2021-11-07 00:59:59"), 1)), "2021-11-07 07:59:59");
  EXPECT_EQ(Text(zone.ToUtc(Seconds("2021-11-07 01:30:00"), 1)), "2021-11-07 08:30:00");
  EXPECT_EQ(Text(zone.ToUtc(Seconds("2021-11-07 02:00:00"), 1)), "2021-11-07 10:00:00");
}

TEST(TimeZone, RoundTripsThroughAYear) {
  for (const char* name : {"Europe/Berlin", "America/Los_Angeles", "Australia/Sydney", "Asia/Kolkata",
                           "America/St_Johns", "UTC", "+05:45"}) {
    TimeZone zone = Zone(name);
    TimeZone other = Zone(name);
    for (const char* start : {"1969-06-01 00:00:00", "2021-01-01 00:00:00", "2045-01-01 00:00:00"}) {
      for (int64_t hour = 0; hour < 366 * 24; hour += 1) {
        const int64_t utc = Seconds(start) + hour * 3600 + 17;
        const int64_t local = zone.ToLocal(utc, 1);
        const int64_t back = other.ToUtc(local, 1);
        // A repeated hour comes back as its first.
        EXPECT_TRUE(back == utc || back == utc - 3600 || back == utc - 1800) << name << " " << Text(utc);
        EXPECT_EQ(other.ToLocal(back, 1), local);
      }
    }
  }
}

TEST(TimeZone, RulesGoOnAfter2037) {
  TimeZone zone = Zone("Europe/Berlin");
  EXPECT_EQ(Text(zone.ToLocal(Seconds("2050-07-01 00:00:00"), 1)), "2050-07-01 02:00:00");
  EXPECT_EQ(Text(zone.ToLocal(Seconds("2050-01-01 00:00:00"), 1)), "2050-01-01 01:00:00");
  // The last Sunday of March 2050 is the 27th, of March 2072 (a leap year) too.
  EXPECT_EQ(Text(zone.ToLocal(Seconds("2050-03-27 00:59:59"), 1)), "2050-03-27 01:59:59");
  EXPECT_EQ(Text(zone.ToLocal(Seconds("2050-03-27 01:00:00"), 1)), "2050-03-27 03:00:00");
  EXPECT_EQ(Text(zone.ToLocal(Seconds("2072-03-27 01:00:00"), 1)), "2072-03-27 03:00:00");
  TimeZone sydney = Zone("Australia/Sydney");
  EXPECT_EQ(Text(sydney.ToLocal(Seconds("2060-01-01 00:00:00"), 1)), "2060-01-01 11:00:00");
  EXPECT_EQ(Text(sydney.ToLocal(Seconds("2060-07-01 00:00:00"), 1)), "2060-07-01 10:00:00");
}

TEST(TimeZone, Names) {
  EXPECT_TRUE(Zone("UTC").is_utc());
  EXPECT_TRUE(Zone("GMT").is_utc());
  EXPECT_TRUE(Zone("Z").is_utc());
  for (const char* name : {"+08:00", "GMT+8", "UTC+08:00", "+0800", "+8", "GMT+08"})
    EXPECT_EQ(Zone(name).OffsetAt(0), 8 * 3600) << name;
  EXPECT_EQ(Zone("-03:30").OffsetAt(0), -(3 * 3600 + 1800));
  for (const char* name : {"Nope", "", "+25:00", "Europe/Nowhere", "GMT+", "+8:3", "../etc/passwd"}) {
    const auto zone = TimeZone::Make(name);
    EXPECT_FALSE(zone.ok()) << name;
  }
}

TEST(CivilTime, EveryDayOfTheCalendar) {
  int64_t days = DaysFromCivil({0, 1, 1});
  EXPECT_EQ(DaysFromCivil({1970, 1, 1}), 0);
  for (int64_t year = 0; year <= 9999; ++year) {
    for (int32_t month = 1; month <= 12; ++month) {
      for (int32_t day = 1; day <= DaysInMonth(year, month); ++day, ++days) {
        const CivilDate date = CivilFromDays(days);
        ASSERT_EQ(date.year, year);
        ASSERT_EQ(date.month, month);
        ASSERT_EQ(date.day, day);
        ASSERT_EQ(DaysFromCivil(date), days);
      }
    }
  }
}

TEST(CivilTime, MonthsAndWeeks) {
  const int64_t january_31 = DaysFromCivil({2020, 1, 31});
  EXPECT_EQ(AddMonths(january_31, 1), DaysFromCivil({2020, 2, 29}));
  EXPECT_EQ(AddMonths(january_31, -2), DaysFromCivil({2019, 11, 30}));
  EXPECT_EQ(MonthsBetween(january_31, DaysFromCivil({2020, 2, 29})), 1);
  EXPECT_EQ(MonthsBetween(january_31, DaysFromCivil({2020, 2, 28})), 0);
  EXPECT_EQ(MonthsBetween(DaysFromCivil({2020, 2, 29}), january_31), -1);
  EXPECT_EQ(IsoWeek(DaysFromCivil({2021, 1, 3})), 53);
  EXPECT_EQ(IsoWeek(DaysFromCivil({2021, 1, 4})), 1);
  EXPECT_EQ(IsoYear(DaysFromCivil({2021, 1, 3})), 2020);
  EXPECT_EQ(DayOfWeek(0), 5);  // a Thursday
  EXPECT_EQ(TruncateTicks(-1, 0), -1000);
  EXPECT_EQ(TruncateTicks(1234567, 4), 1234500);
}

}  // namespace
}  // namespace tidemark::expr
