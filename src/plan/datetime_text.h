// SPDX-License-Identifier: Apache-2.0
// The text inside DATE '...', TIME '...' and TIMESTAMP '...'. Internal to the binder.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidemark::plan {

/// A point in time as digits say it; `digits` counts the fraction's digits as written. Those beyond nine are cut off.
struct DatetimeText {
  int64_t days = 0;  ///< since 1970-01-01
  int64_t nanos_of_day = 0;
  int32_t digits = 0;
};

/// "2020-02-29" to days since 1970-01-01; years 0000 to 9999. nullopt: no such date.
std::optional<int32_t> ParseDateText(std::string_view text);
/// "12:34:56[.123456789]".
std::optional<DatetimeText> ParseTimeText(std::string_view text);
/// "2020-02-29 12:34:56[.123456789]", or a date alone for midnight.
std::optional<DatetimeText> ParseTimestampText(std::string_view text);

}  // namespace tidemark::plan
