// SPDX-License-Identifier: Apache-2.0
// Fan-out of batches, watermarks and ends within a stage.
#include "runtime/flow.h"

#include <utility>

namespace tidemark::runtime {

arrow::Status Outlet::Emit(Batch batch) {
  if (batch.num_rows == 0) return arrow::Status::OK();
  if (metrics_ != nullptr) metrics_->rows_out.fetch_add(batch.num_rows, std::memory_order_relaxed);
  for (size_t i = 0; i + 1 < edges_.size(); ++i) {
    ARROW_RETURN_NOT_OK(edges_[i].consumer->Push(edges_[i].input, batch));
  }
  if (edges_.empty()) return arrow::Status::OK();
  return edges_.back().consumer->Push(edges_.back().input, std::move(batch));
}

arrow::Status Outlet::EmitWatermark(EventTimeMs watermark) {
  if (watermark <= watermark_ || watermark == kMaxWatermark) return arrow::Status::OK();
  watermark_ = watermark;
  if (metrics_ != nullptr) metrics_->watermark.store(watermark, std::memory_order_relaxed);
  for (const Edge& edge : edges_) ARROW_RETURN_NOT_OK(edge.consumer->Advance(edge.input, watermark));
  return arrow::Status::OK();
}

arrow::Status Outlet::SetIdle(bool idle) {
  if (idle == idle_) return arrow::Status::OK();
  idle_ = idle;
  for (const Edge& edge : edges_) ARROW_RETURN_NOT_OK(edge.consumer->SetIdle(edge.input, idle));
  return arrow::Status::OK();
}

arrow::Status Outlet::End(bool complete) {
  for (const Edge& edge : edges_) ARROW_RETURN_NOT_OK(edge.consumer->End(edge.input, complete));
  return arrow::Status::OK();
}

void Outlet::CollectSenders(std::vector<ExchangeSender*>* senders) {
  for (const Edge& edge : edges_) edge.consumer->CollectSenders(senders);
}

arrow::Status FailureSite::Place(const arrow::Status& status) const {
  if (status.ok() || label_.empty() || status.message().find(label_) != std::string::npos) return status;
  return status.WithMessage(label_, ": ", status.message());
}

}  // namespace tidemark::runtime
