// SPDX-License-Identifier: Apache-2.0
// Choosing units.
#include "cli/time_text.h"

#include <date/date.h>
#include <fmt/format.h>

#include <chrono>

namespace tidemark::cli {

std::string TimeText(int64_t ms) {
  const date::sys_time<std::chrono::milliseconds> point{std::chrono::milliseconds(ms)};
  if (ms % 1000 != 0) return date::format("%F %T", point);
  return date::format("%F %T", date::floor<std::chrono::seconds>(point));
}

std::string DurationText(int64_t ms) {
  constexpr int64_t kSecond = 1000;
  constexpr int64_t kMinute = 60 * kSecond;
  constexpr int64_t kHour = 60 * kMinute;
  constexpr int64_t kDay = 24 * kHour;
  if (ms < 0) return "-" + DurationText(-ms);
  if (ms < kSecond) return fmt::format("{} ms", ms);
  if (ms < kMinute) return fmt::format("{}.{} s", ms / kSecond, ms % kSecond / 100);
  if (ms < kHour) return fmt::format("{} min {} s", ms / kMinute, ms % kMinute / kSecond);
  if (ms < kDay) return fmt::format("{} h {} min", ms / kHour, ms % kHour / kMinute);
  return fmt::format("{} d {} h", ms / kDay, ms % kDay / kHour);
}

std::string SizeText(int64_t bytes) {
  if (bytes < 0) return "-" + SizeText(-bytes);
  if (bytes >= int64_t{1} << 30) return fmt::format("{:.2f} GiB", static_cast<double>(bytes) / (1 << 30));
  if (bytes >= 1 << 20) return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
  if (bytes >= 1 << 10) return fmt::format("{} KiB", (bytes + 1023) >> 10);
  return fmt::format("{} bytes", bytes);
}

}  // namespace tidemark::cli
