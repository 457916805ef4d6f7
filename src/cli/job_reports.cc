// SPDX-License-Identifier: Apache-2.0
// Reports in words and columns.
#include "cli/job_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/display_width.h"
#include "cli/time_text.h"

namespace tidemark::cli {
namespace {

using nlohmann::json;
using Row = std::vector<std::string>;

std::string TimeOr(const json& ms, const char* otherwise) {
  return ms.is_null() ? otherwise : TimeText(ms.get<int64_t>());
}
std::string DurationOr(const json& ms, const char* otherwise) {
  return ms.is_null() ? otherwise : DurationText(ms.get<int64_t>());
}

/// Columns as wide as their widest cell, two spaces apart.
std::string Columns(const std::vector<Row>& rows) {
  std::vector<size_t> widths(rows.empty() ? 0 : rows[0].size(), 0);
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(i + 1 < row.size() ? widths[i] - DisplayWidth(row[i]) + 2 : 0, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string Holder(const json& report) {
  const json& holder = report.at("held_back_by");
  if (report.at("tables").empty()) return "No operator of this job waits for a watermark.\n";
  if (holder.is_null()) return "No split holds another back.\n";
  const auto others = holder.at("others").get<int64_t>();
  std::string text = fmt::format(
      "{} of table {}{} the job back: ", holder.at("split").get<std::string>(), holder.at("table").get<std::string>(),
      others == 0 ? " holds" : fmt::format(", and {} more that stand where it does, hold", others));
  const std::string since = fmt::format("since {} UTC ({})", TimeText(holder.at("since_ms").get<int64_t>()),
                                        DurationText(holder.at("standing_ms").get<int64_t>()));
  const std::string newest = holder.at("newest_split").get<std::string>();
  if (holder.at("watermark_ms").is_null()) {
    text += fmt::format("no row of it was read {}", since);
    if (!holder.at("newest_watermark_ms").is_null())
      text += fmt::format("; the newest split, {}, is at {}", newest, TimeOr(holder.at("newest_watermark_ms"), ""));
  } else {
    text += fmt::format("its watermark stands at {} {}, {} behind the newest split, {}",
                        TimeOr(holder.at("watermark_ms"), ""), since, DurationOr(holder.at("behind_newest_ms"), "?"),
                        newest);
  }
  text += ".\n";
  if (!report.at("shadow_watermark_ms").is_null())
    text += fmt::format("Without {} the job would be at {}.\n", others == 0 ? "it" : "them",
                        TimeOr(report.at("shadow_watermark_ms"), ""));
  return text;
}

std::string StatusOf(const json& split) {
  if (split.at("idle").get<bool>()) return split.at("never_written").get<bool>() ? "never written" : "idle";
  return split.at("never_written").get<bool>() ? "empty so far" : "";
}

std::string Signed(int64_t number) { return fmt::format("{:+}", number); }

}  // namespace

std::string WatermarksText(const json& report) {
  std::string text = Holder(report);
  for (const auto& table : report.at("tables")) {
    text += fmt::format("\n{}: watermark {}{}", table.at("table").get<std::string>(),
                        TimeOr(table.at("watermark_ms"), "none so far"), table.at("idle").get<bool>() ? ", idle" : "");
    if (const auto ended = table.at("ended_splits").get<int64_t>(); ended > 0)
      text += fmt::format(", {} splits read to their end", ended);
    text += "\n";
    std::vector<Row> rows{{"  split", "watermark", "stands for", "behind the newest", "pending rows", ""}};
    for (const auto& split : table.at("splits")) {
      const json& pending = split.at("pending_rows");
      rows.push_back({"  " + split.at("split").get<std::string>(), TimeOr(split.at("watermark_ms"), "no row so far"),
                      DurationText(split.at("standing_ms").get<int64_t>()),
                      DurationOr(split.at("behind_newest_ms"), "-"),
                      pending.is_null() ? "-" : std::to_string(pending.get<int64_t>()), StatusOf(split)});
    }
    if (rows.size() > 1) text += Columns(rows);
  }
  return text;
}

std::string StateReportText(const json& report) {
  std::vector<Row> rows{{"operator", "rows", "in memory", "on disk", "of late", "expired", "state"}};
  for (const auto& entry : report.at("operators")) {
    std::string growth = "-";
    if (!entry.at("growth_rows").is_null()) {
      const auto bytes = entry.at("growth_bytes").get<int64_t>();
      growth = fmt::format("{} rows, {}{} in {}", Signed(entry.at("growth_rows").get<int64_t>()), bytes < 0 ? "" : "+",
                           SizeText(bytes), DurationText(entry.at("growth_over_ms").get<int64_t>()));
    }
    const auto on_disk = entry.at("bytes_on_disk").get<int64_t>();
    const auto expired = entry.at("expired_rows").get<int64_t>();
    const json& unbounded = entry.at("unbounded");
    rows.push_back(
        {entry.at("operator").get<std::string>(), std::to_string(entry.at("rows").get<int64_t>()),
         SizeText(entry.at("bytes_in_memory").get<int64_t>()), on_disk == 0 ? "-" : SizeText(on_disk),
         std::move(growth), expired == 0 ? "-" : std::to_string(expired),
         unbounded.is_null() ? entry.at("state").get<std::string>() : "NOT BOUNDED: " + unbounded.get<std::string>()});
  }
  return rows.size() > 1 ? Columns(rows) : "No operator of this job keeps state.\n";
}

}  // namespace tidemark::cli
