// SPDX-License-Identifier: Apache-2.0
// Dates, times, timestamps and intervals as SQL text, read and written as Flink's casts do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tidemark::expr {

/// Room that every Format... function below needs at most.
inline constexpr int kTemporalTextMax = 64;

/// "2020-02-29", also "2020-2-9", "2020-02", "2020" and a timestamp whose time is ignored. Years 0 to 9999. Days since
/// 1970.
std::optional<int32_t> ParseDate(std::string_view text);

/// "12:34:56", also "12", "12:34" and fractions. Milliseconds of the day.
std::optional<int32_t> ParseTime(std::string_view text);

/// A timestamp in full resolution: seconds since 1970 (no zone) and the fraction.
struct ParsedTimestamp {
  int64_t seconds = 0;
  int32_t nanos = 0;  ///< 0 .. 999,999,999
};

/// "2020-02-29 12:34:56[.fraction]" (up to nine digits), or a date alone. A day that the month does not have, up to 31,
/// is its last.
std::optional<ParsedTimestamp> ParseTimestamp(std::string_view text);

/// In the unit of TIMESTAMP(precision), fraction cut; nullopt when 64 bits do not hold it (nanoseconds: years 1678 to
/// 2261).
std::optional<int64_t> ToTicks(const ParsedTimestamp& timestamp, int32_t precision);

/// Each writes to `out` and returns the length.
int FormatDate(int64_t days, char* out);
/// HH:mm:ss, then `precision` fraction digits.
int FormatTime(int64_t millis_of_day, int32_t precision, char* out);
/// yyyy-MM-dd HH:mm:ss, then `precision` fraction digits. `ticks` in the unit of TIMESTAMP(precision).
int FormatTimestamp(int64_t ticks, int32_t precision, char* out);
/// "+1-02"
int FormatMonthInterval(int64_t months, char* out);
/// "+1 02:03:04.567"
int FormatMillisInterval(int64_t millis, char* out);

}  // namespace tidemark::expr
