// SPDX-License-Identifier: Apache-2.0
// Gathering and cutting of result batches.
#include "exec/batch_collector.h"

#include <arrow/array.h>

#include <algorithm>
#include <utility>

namespace tidemark::exec {

arrow::Status BatchCollector::Add(Batch batch, Emitter& out) {
  if (batch.num_rows == 0) return arrow::Status::OK();
  pending_rows_ += batch.num_rows;
  pending_.push_back(std::move(batch));
  return pending_rows_ >= batch_rows_ ? Flush(out) : arrow::Status::OK();
}

arrow::Status BatchCollector::Flush(Emitter& out) {
  if (pending_.empty()) return arrow::Status::OK();
  pending_rows_ = 0;
  ARROW_ASSIGN_OR_RAISE(const Batch all, Concatenate(std::exchange(pending_, {})));
  return EmitInPieces(all, batch_rows_, out);
}

arrow::Status EmitInPieces(const Batch& batch, int64_t batch_rows, Emitter& out) {
  // A piece somewhat too large is better than a tiny one behind it.
  if (batch.num_rows == 0) return arrow::Status::OK();
  if (batch.num_rows <= batch_rows + batch_rows / 2) return out.Emit(batch);
  for (int64_t at = 0; at < batch.num_rows;) {
    int64_t end = std::min(at + batch_rows, batch.num_rows);
    if (end < batch.num_rows && batch.kind(end - 1) == RowKind::kUpdateBefore) ++end;
    ARROW_RETURN_NOT_OK(out.Emit(batch.Slice(at, end - at)));
    at = end;
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
