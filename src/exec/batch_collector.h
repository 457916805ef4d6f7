// SPDX-License-Identifier: Apache-2.0
// BatchCollector: brings results to batches of the usual size, however small or large the pieces they come in.
#pragma once

#include <vector>

#include "exec/operator.h"

namespace tidemark::exec {

/// Gathers small batches and cuts large ones. What was added comes out in order, all of it after Flush.
class BatchCollector {
 public:
  explicit BatchCollector(int64_t batch_rows) : batch_rows_(batch_rows) {}
  arrow::Status Add(Batch batch, Emitter& out);
  arrow::Status Flush(Emitter& out);

 private:
  int64_t batch_rows_;
  std::vector<Batch> pending_;
  int64_t pending_rows_ = 0;
};

/// Emits `batch` in pieces of about `batch_rows`; the two rows of an update (-U, +U) stay together. Nothing for no
/// rows.
arrow::Status EmitInPieces(const Batch& batch, int64_t batch_rows, Emitter& out);

}  // namespace tidemark::exec
