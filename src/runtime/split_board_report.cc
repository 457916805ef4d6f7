// SPDX-License-Identifier: Apache-2.0
// What the board tells of splits, and what it is told beside rows.
#include <algorithm>
#include <utility>

#include "runtime/split_board.h"

namespace tidemark::runtime {

using connectors::SplitId;

void SplitBoard::SetName(SplitId split, std::string name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  names_[split] = std::move(name);
}

void SplitBoard::SetPending(SplitId split, int64_t rows) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto found = active_.find(split); found != active_.end()) found->second.pending_rows = rows;
}

std::string SplitBoard::NameOf(SplitId split) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = names_.find(split);
  return found == names_.end() ? std::to_string(split) : found->second;
}

TableReport SplitBoard::Report() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  TableReport report;
  report.watermark = watermark_;
  report.idle = idle_;
  report.ended_splits = static_cast<int64_t>(ended_.size());
  for (const auto& [id, split] : active_) {
    const auto name = names_.find(id);
    report.splits.push_back({.name = name == names_.end() ? std::to_string(id) : name->second,
                             .watermark = split.running,
                             .since_micros = split.risen_micros,
                             .rows = split.rows,
                             .pending_rows = split.pending_rows,
                             .idle = split.idle,
                             .never_written = split.never_written});
  }
  std::sort(report.splits.begin(), report.splits.end(),
            [](const SplitReport& a, const SplitReport& b) { return a.name < b.name; });
  return report;
}

std::optional<EventTimeMs> SplitBoard::Slowest() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (holding_.empty()) return std::nullopt;
  return *holding_.begin();
}

std::optional<EventTimeMs> SplitBoard::RunningOf(SplitId split) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = active_.find(split);
  if (found == active_.end() || found->second.idle) return std::nullopt;
  return found->second.running;
}

}  // namespace tidemark::runtime
