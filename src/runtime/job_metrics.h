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

namespace tidemark::runtime {

/// One node of the plan, summed over the workers.
struct NodeMetrics {
  std::string label;
  int64_t rows_in = 0;
  int64_t rows_out = 0;
  int64_t late_rows = 0;
  int64_t state_rows = 0;
  int64_t state_bytes = 0;
  EventTimeMs watermark = kMinWatermark;  ///< the minimum over the workers it runs on
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
