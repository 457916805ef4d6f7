// SPDX-License-Identifier: Apache-2.0
// StateReport: how an operator says what it holds, to the memory limit and to the metrics.
#pragma once

#include "exec/operator.h"

namespace tidemark::exec {

/// Call Set once per Push. Gives the bytes back when destroyed.
class StateReport {
 public:
  void Open(const OperatorContext& context) {
    metrics_ = context.metrics;
    reservation_ = MemoryReservation(context.memory, context.label);
  }
  /// OutOfMemory, naming the operator, when the job holds too much.
  arrow::Status Set(int64_t rows, int64_t bytes) {
    if (metrics_ != nullptr) {
      metrics_->state_rows.store(rows, std::memory_order_relaxed);
      metrics_->state_bytes.store(bytes, std::memory_order_relaxed);
    }
    return reservation_.Set(bytes);
  }
  void SetDisk(int64_t bytes) {
    if (metrics_ != nullptr) metrics_->state_disk_bytes.store(bytes, std::memory_order_relaxed);
  }
  int64_t bytes() const { return reservation_.bytes(); }

 private:
  OperatorMetrics* metrics_ = nullptr;
  MemoryReservation reservation_;
};

}  // namespace tidemark::exec
