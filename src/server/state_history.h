// SPDX-License-Identifier: Apache-2.0
// StateHistory: how the state of a job's operators has grown of late.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "runtime/job_metrics.h"

namespace tidemark::server {

/// Thread-safe.
class StateHistory {
 public:
  /// Moments are kept for a minute; one that comes within a second of the last is not.
  static constexpr int64_t kSpanMicros = 60'000'000;
  static constexpr int64_t kStepMicros = 1'000'000;

  void Note(const std::vector<runtime::NodeMetrics>& nodes, int64_t now_micros);

  /// {"operators": [{"operator", "state", "rows", "bytes_in_memory", "bytes_on_disk", "expired_rows",
  /// "growth_rows", "growth_bytes", "growth_over_ms", "unbounded"}]}: those that keep state, inputs before what they
  /// feed. Expired rows are those that this run has dropped at the end of their time-to-live. Growth is since the
  /// oldest moment that is known, null when there is none. `unbounded`: why nothing bounds it, or null.
  nlohmann::json Report(const std::vector<runtime::NodeMetrics>& nodes, int64_t now_micros) const;

 private:
  struct Moment {
    int64_t micros = 0;
    std::vector<int64_t> rows;  ///< by node
    std::vector<int64_t> bytes;
  };
  mutable std::mutex mutex_;
  std::deque<Moment> moments_;  // guarded by mutex_
};

}  // namespace tidemark::server
