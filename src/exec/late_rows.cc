// SPDX-License-Identifier: Apache-2.0
// Handing over of late rows.
#include "exec/late_rows.h"

#include <utility>

namespace tidemark::exec {

arrow::Status LateRowCollector::HandOver(const Batch& batch, const OperatorContext& context, int input) {
  if (rows_.empty()) return arrow::Status::OK();
  if (context.metrics != nullptr) {
    context.metrics->late_rows_dropped.fetch_add(std::exchange(distinct_rows_, 0), std::memory_order_relaxed);
  }
  if (context.late_rows != nullptr) {
    LateRows late;
    late.reason = reason_;
    late.input = input;
    ARROW_ASSIGN_OR_RAISE(late.rows, Take(batch, rows_));
    late.watermarks = std::move(watermarks_);
    late.window_starts = std::move(window_starts_);
    late.window_ends = std::move(window_ends_);
    ARROW_RETURN_NOT_OK(context.late_rows->Add(late));
  }
  rows_.clear();
  watermarks_.clear();
  window_starts_.clear();
  window_ends_.clear();
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
