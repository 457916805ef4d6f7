// SPDX-License-Identifier: Apache-2.0
// TimeZone over the tz database.
#include "expr/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "expr/civil_time.h"
#include "sql/diagnostic.h"

namespace tidemark::expr {
namespace {

constexpr int64_t kSecondsPerDay = 86400;
/// More than any clock change and any offset: a reading this far inside a stretch belongs to it alone.
constexpr int64_t kMargin = 2 * kSecondsPerDay;

/// "8", "08", "08:00", "0800", "08:00:00" after a sign, in seconds.
std::optional<int64_t> ParseOffset(const std::string& text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::string digits;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':' && i >= 2 && digits.size() % 2 == 0) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits += text[i];
  }
  if (digits.size() == 1) digits.insert(digits.begin(), '0');
  if (digits.size() % 2 != 0 || digits.size() > 6) return std::nullopt;
  digits.resize(6, '0');
  const int64_t hours = std::stoi(digits.substr(0, 2));
  const int64_t minutes = std::stoi(digits.substr(2, 2));
  const int64_t seconds = std::stoi(digits.substr(4, 2));
  if (minutes > 59 || seconds > 59 || hours > 18 || (hours == 18 && minutes + seconds > 0)) return std::nullopt;
  const int64_t total = hours * 3600 + minutes * 60 + seconds;
  return text[0] == '-' ? -total : total;
}

std::optional<int64_t> FixedOffset(const std::string& name) {
  if (name == "Z") return 0;
  for (const char* prefix : {"UTC", "GMT", "UT"}) {
    if (!name.starts_with(prefix)) continue;
    const std::string rest = name.substr(std::string(prefix).size());
    return rest.empty() ? std::optional<int64_t>(0) : ParseOffset(rest);
  }
  return ParseOffset(name);
}

/// The three-letter names that Java knows beside those of the tz database.
const char* JavaShortName(const std::string& name) {
  static constexpr std::pair<const char*, const char*> kNames[] = {{"ACT", "Australia/Darwin"},
                                                                   {"AET", "Australia/Sydney"},
                                                                   {"AGT", "America/Argentina/Buenos_Aires"},
                                                                   {"ART", "Africa/Cairo"},
                                                                   {"AST", "America/Anchorage"},
                                                                   {"BET", "America/Sao_Paulo"},
                                                                   {"BST", "Asia/Dhaka"},
                                                                   {"CAT", "Africa/Harare"},
                                                                   {"CNT", "America/St_Johns"},
                                                                   {"CST", "America/Chicago"},
                                                                   {"CTT", "Asia/Shanghai"},
                                                                   {"EAT", "Africa/Addis_Ababa"},
                                                                   {"ECT", "Europe/Paris"},
                                                                   {"IET", "America/Indiana/Indianapolis"},
                                                                   {"IST", "Asia/Kolkata"},
                                                                   {"JST", "Asia/Tokyo"},
                                                                   {"MIT", "Pacific/Apia"},
                                                                   {"NET", "Asia/Yerevan"},
                                                                   {"NST", "Pacific/Auckland"},
                                                                   {"PLT", "Asia/Karachi"},
                                                                   {"PNT", "America/Phoenix"},
                                                                   {"PRT", "America/Puerto_Rico"},
                                                                   {"PST", "America/Los_Angeles"},
                                                                   {"SST", "Pacific/Guadalcanal"},
                                                                   {"VST", "Asia/Ho_Chi_Minh"}};
  for (const auto& [short_name, zone] : kNames) {
    if (name == short_name) return zone;
  }
  return nullptr;
}

/// The database lists clock changes up to 2037 only, though the last rules go on. A later day has the same place in the
/// week and the year as some day from 2027 to 2037, and there the same rules show.
int64_t MapBeyondTable(int64_t seconds) {
  constexpr int64_t kFirstYear = 2027;
  constexpr int64_t kLastYear = 2037;
  const int64_t days = FloorDivide(seconds, kSecondsPerDay);
  const CivilDate date = CivilFromDays(days);
  if (date.year <= kLastYear) return seconds;
  // January and February are matched by the weekday of January 1, the rest by that of March 1.
  const int32_t month = date.month <= 2 ? 1 : 3;
  const int64_t anchor = DaysFromCivil({date.year, month, 1});
  for (int64_t year = kFirstYear; year <= kLastYear; ++year) {
    const int64_t candidate = DaysFromCivil({year, month, 1});
    if (IsLeapYear(year) || (anchor - candidate) % 7 != 0) continue;
    return seconds - (anchor - candidate) * kSecondsPerDay;
  }
  return seconds;
}

/// Wraps instead of overflowing at the ends of 64 bits.
int64_t AddSeconds(int64_t ticks, int64_t seconds, int64_t ticks_per_second) {
  return static_cast<int64_t>(static_cast<uint64_t>(ticks) + static_cast<uint64_t>(seconds * ticks_per_second));
}

date::sys_seconds ToSysTime(int64_t seconds) { return date::sys_seconds(std::chrono::seconds(seconds)); }

}  // namespace

arrow::Result<TimeZone> TimeZone::Make(const std::string& name) {
  TimeZone zone;
  if (auto offset = FixedOffset(name)) {
    zone.fixed_offset_seconds_ = *offset;
    return zone;
  }
  try {
    const char* long_name = JavaShortName(name);
    zone.zone_ = date::locate_zone(long_name ? long_name : name);
  } catch (const std::exception&) {
    return sql::SqlError({}, "Unknown time zone '" + name + "'",
                         "Write a name of the system's tz database such as 'Europe/Berlin', or an offset such as "
                         "'UTC', '+08:00' or 'GMT-03:00'.");
  }
  return zone;
}

void TimeZone::Remember(int64_t utc_seconds) {
  const int64_t mapped = MapBeyondTable(utc_seconds);
  const date::sys_info info = zone_->get_info(ToSysTime(mapped));
  offset_ = info.offset.count();
  if (mapped != utc_seconds) {
    // The stretch's ends lie in the mapped year; remember this second alone.
    begin_ = utc_seconds;
    end_ = utc_seconds + 1;
    return;
  }
  constexpr int64_t kTableEnd = 2145916800;  // 2038-01-01
  begin_ = info.begin.time_since_epoch().count();
  end_ = std::min<int64_t>(info.end.time_since_epoch().count(), kTableEnd);
}

int64_t TimeZone::OffsetAt(int64_t utc_seconds) {
  if (zone_ == nullptr) return fixed_offset_seconds_;
  if (utc_seconds < begin_ || utc_seconds >= end_) Remember(utc_seconds);
  return offset_;
}

int64_t TimeZone::OffsetOfLocal(int64_t local_seconds) {
  if (zone_ == nullptr) return fixed_offset_seconds_;
  const int64_t guess = local_seconds - offset_;
  if (guess >= begin_ + kMargin && guess < end_ - kMargin) return offset_;
  // Around a clock change the offsets before and after it are those a day earlier and a day later.
  const int64_t before = OffsetAt(local_seconds - kSecondsPerDay);
  const int64_t after = OffsetAt(local_seconds + kSecondsPerDay);
  if (before == after) return OffsetAt(local_seconds - before);
  // Skipped or shown twice, the offset before the change is meant; otherwise only one of the two fits.
  if (OffsetAt(local_seconds - before) == before) return before;
  if (OffsetAt(local_seconds - after) == after) return after;
  return before;
}

int64_t TimeZone::LaterOffsetOfLocal(int64_t local_seconds) {
  const int64_t earlier = OffsetOfLocal(local_seconds);
  if (zone_ == nullptr) return earlier;
  // No clock was ever set back by more.
  constexpr int64_t kSetBackMax = 4 * 3600;
  const int64_t later = OffsetAt(local_seconds - earlier + kSetBackMax);
  return later < earlier && OffsetAt(local_seconds - later) == later ? later : earlier;
}

int64_t TimeZone::ToLocal(int64_t utc_ticks, int64_t ticks_per_second) {
  return AddSeconds(utc_ticks, OffsetAt(FloorDivide(utc_ticks, ticks_per_second)), ticks_per_second);
}

int64_t TimeZone::ToUtc(int64_t local_ticks, int64_t ticks_per_second) {
  return AddSeconds(local_ticks, -OffsetOfLocal(FloorDivide(local_ticks, ticks_per_second)), ticks_per_second);
}

std::string SystemTimeZoneName() {
  if (const char* variable = std::getenv("TZ"); variable != nullptr && *variable != '\0') {
    std::string name = variable[0] == ':' ? variable + 1 : variable;
    if (TimeZone::Make(name).ok()) return name;
  }
  try {
    return date::current_zone()->name();
  } catch (const std::exception&) {
    return "UTC";
  }
}

}  // namespace tidemark::expr
