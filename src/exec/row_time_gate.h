// SPDX-License-Identifier: Apache-2.0
// RowTimeGate: which rows come too late for a sort by time. As in Flink a row is late at or before the time of the last
// row that was emitted when it came, not already behind the watermark.
#pragma once

#include <arrow/result.h>

#include <functional>
#include <queue>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "exec/late_rows.h"
#include "exec/operator.h"
#include "state/operator_state.h"
#include "state/state_columns.h"

namespace tidemark::exec {

/// Decides by each row's time and the watermark before it alone, so the order in which workers send rows, and how they
/// are cut into batches, do not matter: rows wait until all that came under earlier watermarks are there. One thread.
class RowTimeGate {
 public:
  /// `time_column` of rows of these types; `owner` of rows that wait.
  RowTimeGate(int time_column, state::ArrowTypes types, state::RowOwner owner)
      : time_column_(time_column), types_(std::move(types)), owner_(std::move(owner)) {}

  /// Rows that came while the operator's watermark was `watermark`.
  void Add(Batch batch, EventTimeMs watermark);
  /// The watermark rises to `watermark`: gives those of the rows so far that are in time, by the watermark before them;
  /// counts and hands over the others.
  arrow::Result<Batch> Decide(EventTimeMs watermark, const OperatorContext& context);
  /// Rows up to this time are to be emitted: all that came in time before the watermark rose, and that it has passed.
  EventTimeMs emitted_until() const { return emitted_until_; }

  int64_t waiting_rows() const { return waiting_rows_; }
  int64_t bytes() const { return waiting_bytes_ + static_cast<int64_t>(times_.size() * sizeof(EventTimeMs)); }

  arrow::Status Save(int64_t rows_max, state::StateWriter& out) const;
  arrow::Status Restore(const state::StateReader& in);
  /// After Restore: a row that was in time and is not emitted.
  void AddInTime(EventTimeMs time) { times_.push(time); }

 private:
  void Rise(EventTimeMs watermark);

  const int time_column_;
  const state::ArrowTypes types_;
  const state::RowOwner owner_;
  std::vector<Batch> waiting_;  ///< each row stamped with the watermark before it
  int64_t waiting_rows_ = 0;
  int64_t waiting_bytes_ = 0;
  /// Of rows that are in time and not emitted.
  std::priority_queue<EventTimeMs, std::vector<EventTimeMs>, std::greater<>> times_;
  EventTimeMs watermark_ = kMinWatermark;
  EventTimeMs emitted_until_ = kMinWatermark;
  LateRowCollector late_{LateRows::Reason::kInstant};
};

}  // namespace tidemark::exec
