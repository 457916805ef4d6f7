// SPDX-License-Identifier: Apache-2.0
// AlignmentGroup: sources that do not run ahead of each other (scan.watermark.alignment.*).
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/split_board.h"

namespace tidemark::runtime {

/// What a table's options say of alignment.
struct Alignment {
  std::string group;
  int64_t max_drift_ms = 0;
  int64_t update_interval_micros = 1'000'000;

  /// None: the table is not aligned. REQUIRES: a table that passes connectors::ValidateTable.
  static arrow::Result<std::optional<Alignment>> Of(const TableDefinition& table);
};

/// The tables of one group in a job. Whoever is ahead of the slowest by more than its drift does not read on; the
/// slowest always may, so that somebody moves. Splits that are idle, ended or never written hold nobody back; those
/// that are known and unread hold all others, and are read next.
///
/// All boards are added before any worker runs. Afterwards thread-safe.
class AlignmentGroup {
 public:
  void Add(const SplitBoard* board, int64_t update_interval_micros);

  /// The running watermark of the slowest split, as of at most an update interval ago; none while there is none.
  std::optional<EventTimeMs> Slowest(int64_t now_micros);
  int64_t update_interval_micros() const { return update_interval_micros_; }

 private:
  static constexpr EventTimeMs kNobody = kMaxWatermark;

  std::vector<const SplitBoard*> boards_;
  int64_t update_interval_micros_ = 1'000'000;  ///< the shortest of all tables
  std::atomic<int64_t> due_micros_{0};
  std::atomic<EventTimeMs> slowest_{kNobody};
};

}  // namespace tidemark::runtime
