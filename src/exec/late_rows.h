// SPDX-License-Identifier: Apache-2.0
// LateRowCollector: the rows of one batch that came too late, on their way to the counter and the late table.
#pragma once

#include <vector>

#include "exec/operator.h"
#include "time/window.h"

namespace tidemark::exec {

/// Gathers while a batch is read, then hands over.
class LateRowCollector {
 public:
  explicit LateRowCollector(LateRows::Reason reason = LateRows::Reason::kWindow) : reason_(reason) {}

  /// `row` missed `window`. Rows come in order; one may miss several windows.
  void Add(int32_t row, EventTimeMs watermark, const time::Window& window) {
    if (rows_.empty() || rows_.back() != row) ++distinct_rows_;
    rows_.push_back(row);
    watermarks_.push_back(watermark);
    window_starts_.push_back(window.start);
    window_ends_.push_back(window.end);
  }
  /// Counts each row once and gives all to context.late_rows, if it is set. `batch` came from `input`.
  arrow::Status HandOver(const Batch& batch, const OperatorContext& context, int input = 0);

 private:
  const LateRows::Reason reason_;
  std::vector<int32_t> rows_;
  std::vector<EventTimeMs> watermarks_;
  std::vector<EventTimeMs> window_starts_;
  std::vector<EventTimeMs> window_ends_;
  int64_t distinct_rows_ = 0;
};

}  // namespace tidemark::exec
