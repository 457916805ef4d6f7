// SPDX-License-Identifier: Apache-2.0
// Formatting and drawing of progress.
#include "cli/progress.h"

#include <date/date.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "cli/display_width.h"
#include "cli/screen.h"

namespace tidemark::cli {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(250);

std::string Count(double count) {
  if (count >= 1e9) return fmt::format("{:.2f}G", count / 1e9);
  if (count >= 1e6) return fmt::format("{:.2f}M", count / 1e6);
  if (count >= 1e4) return fmt::format("{:.1f}k", count / 1e3);
  return fmt::format("{:.0f}", count);
}

std::string Bytes(int64_t bytes) {
  if (bytes >= int64_t{1} << 30) return fmt::format("{:.2f} GiB", static_cast<double>(bytes) / (1 << 30));
  if (bytes >= 1 << 20) return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
  return fmt::format("{} KiB", (bytes + 1023) >> 10);
}

std::string Time(EventTimeMs time) {
  const date::sys_time<std::chrono::milliseconds> point{std::chrono::milliseconds(time)};
  return date::format("%F %T", date::floor<std::chrono::seconds>(point));
}

}  // namespace

std::string FormatProgress(const runtime::JobMetrics& metrics) {
  std::string line =
      fmt::format("{} rows, {} rows/s", Count(static_cast<double>(metrics.rows_in)), Count(metrics.rows_per_second));
  int64_t bytes = 0;
  int64_t total = 0;
  bool known = !metrics.sources.empty();
  for (const auto& source : metrics.sources) {
    bytes += source.bytes;
    total += source.total_bytes.value_or(0);
    known &= source.total_bytes.has_value();
  }
  if (known && total > 0)
    line += fmt::format(", {:.0f} %", 100.0 * static_cast<double>(bytes) / static_cast<double>(total));
  if (metrics.watermark != kMinWatermark && metrics.watermark != kMaxWatermark)
    line += ", watermark " + Time(metrics.watermark);
  if (metrics.lag_ms && *metrics.lag_ms < 86'400'000)
    line += fmt::format(", lag {:.1f} s", static_cast<double>(*metrics.lag_ms) / 1000);
  if (metrics.state_bytes > 0) line += ", state " + Bytes(metrics.state_bytes);
  if (metrics.late_rows > 0) line += fmt::format(", {} late", metrics.late_rows);
  if (metrics.bad_records_skipped > 0) line += fmt::format(", {} bad records skipped", metrics.bad_records_skipped);
  return line;
}

ProgressLine::ProgressLine(const runtime::Job& job, bool enabled) {
  if (!enabled || isatty(STDERR_FILENO) != 1) return;
  thread_ = std::thread([this, &job] {
    while (!done_.load()) {
      std::this_thread::sleep_for(kInterval);
      if (done_.load()) break;
      // A line that wraps could not be wiped. The last column stays free: the cursor stands there.
      const size_t columns = SizeOfTerminal(STDERR_FILENO).columns - 1;
      std::fprintf(stderr, "\r\x1b[K%s", CutLines(FormatProgress(job.Metrics()), columns).c_str());
      std::fflush(stderr);
    }
    std::fputs("\r\x1b[K", stderr);
  });
}

ProgressLine::~ProgressLine() {
  done_.store(true);
  if (thread_.joinable()) thread_.join();
}

}  // namespace tidemark::cli
