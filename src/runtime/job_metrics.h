// SPDX-License-Identifier: Apache-2.0
// JobMetrics: what a running job tells of itself, for the progress line and for tests.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event_time.h"
#include "exec/operator.h"
#include "runtime/split_board.h"

namespace tidemark::runtime {

/// One node of the plan, summed over the workers.
struct NodeMetrics {
  std::string label;
  int64_t rows_in = 0;
  int64_t rows_out = 0;
  int64_t late_rows = 0;
  int64_t state_rows = 0;
  int64_t state_bytes = 0;                ///< in memory
  int64_t state_disk_bytes = 0;           ///< of state that outgrew memory
  int64_t state_expired = 0;              ///< rows dropped so far at the end of their time-to-live
  EventTimeMs watermark = kMinWatermark;  ///< the minimum over the workers it runs on
  std::string state;                      ///< what it remembers, by which key, and when that is freed; empty: nothing
  std::string unbounded;                  ///< why nothing bounds it, and what to write instead; empty: something does
};

/// The watermarks of one source of the plan.
struct SourceWatermarks {
  std::string table;
  std::string label;
  int64_t now_micros = 0;  ///< of the steady clock, as the report's
  TableReport report;
};

/// One source of the plan, summed over the workers.
struct SourceProgress {
  std::string label;
  int64_t rows = 0;
  int64_t bytes = 0;
  std::optional<int64_t> total_bytes;  ///< where known
  int64_t bad_records_skipped = 0;
  EventTimeMs watermark = kMinWatermark;
  std::optional<int64_t> lag_ms;  ///< how far the watermark is behind the clock
};

/// A moment of a job.
struct JobMetrics {
  int64_t elapsed_micros = 0;             ///< since Run
  int64_t rows_in = 0;                    ///< read by all sources
  double rows_per_second = 0;             ///< since the snapshot before this one; the first: since Run
  EventTimeMs watermark = kMinWatermark;  ///< the lowest of all sources that have one
  std::optional<int64_t> lag_ms;
  int64_t late_rows = 0;
  int64_t bad_records_skipped = 0;
  int64_t null_rows_dropped = 0;  ///< kept out of sinks for a NULL in a NOT NULL column
  int64_t state_rows = 0;
  int64_t state_bytes = 0;
  std::vector<SourceProgress> sources;
  std::vector<NodeMetrics> nodes;  ///< every node that runs, inputs before what they feed
};

}  // namespace tidemark::runtime
