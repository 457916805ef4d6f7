// SPDX-License-Identifier: Apache-2.0
// The slowest of a group, looked up now and then.
#include "runtime/alignment.h"

#include <algorithm>

#include "catalog/configuration.h"

namespace tidemark::runtime {
namespace {

constexpr char kGroup[] = "scan.watermark.alignment.group";
constexpr char kMaxDrift[] = "scan.watermark.alignment.max-drift";
constexpr char kUpdateInterval[] = "scan.watermark.alignment.update-interval";

}  // namespace

arrow::Result<std::optional<Alignment>> Alignment::Of(const TableDefinition& table) {
  const auto& options = table.options;
  const auto group = options.find(kGroup);
  const auto drift = options.find(kMaxDrift);
  const auto interval = options.find(kUpdateInterval);
  if (group == options.end() || drift == options.end()) return std::nullopt;
  Alignment alignment;
  alignment.group = group->second;
  ARROW_ASSIGN_OR_RAISE(alignment.max_drift_ms, ParseDurationMillis(drift->second));
  if (interval != options.end()) {
    ARROW_ASSIGN_OR_RAISE(const int64_t millis, ParseDurationMillis(interval->second));
    alignment.update_interval_micros = millis * 1000;
  }
  return alignment;
}

void AlignmentGroup::Add(const SplitBoard* board, int64_t update_interval_micros) {
  update_interval_micros_ =
      boards_.empty() ? update_interval_micros : std::min(update_interval_micros_, update_interval_micros);
  boards_.push_back(board);
}

std::optional<EventTimeMs> AlignmentGroup::Slowest(int64_t now_micros) {
  if (now_micros >= due_micros_.load(std::memory_order_acquire)) {
    EventTimeMs slowest = kNobody;
    for (const SplitBoard* board : boards_) slowest = std::min(slowest, board->Slowest().value_or(kNobody));
    slowest_.store(slowest, std::memory_order_relaxed);
    due_micros_.store(now_micros + update_interval_micros_, std::memory_order_release);
  }
  const EventTimeMs slowest = slowest_.load(std::memory_order_relaxed);
  return slowest == kNobody ? std::nullopt : std::optional(slowest);
}

}  // namespace tidemark::runtime
