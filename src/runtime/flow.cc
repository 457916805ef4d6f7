// SPDX-License-Identifier: Apache-2.0
// Fan-out of batches, watermarks and ends within a stage.
#include "runtime/flow.h"

#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "state/state_columns.h"

namespace tidemark::runtime {
namespace {

constexpr std::string_view kOutletTable = "runtime.outlet";

}  // namespace

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

arrow::Status Outlet::Save(state::StateWriter& out) const {
  Batch row;
  row.num_rows = 1;
  ARROW_ASSIGN_OR_RAISE(row.columns.emplace_back(), state::Int64Column({watermark_}));
  ARROW_ASSIGN_OR_RAISE(row.columns.emplace_back(), state::BooleanColumn({idle_}));
  return out.Write(kOutletTable, row, state::RowOwner::EveryWorker());
}

arrow::Status Outlet::Resume(const state::StateReader& in) {
  ARROW_ASSIGN_OR_RAISE(const auto rows, state::ReadRows(in, kOutletTable, {}, {arrow::int64(), arrow::boolean()}));
  if (rows.empty()) return arrow::Status::OK();
  EventTimeMs watermark = kMaxWatermark;
  bool idle = true;
  for (const Batch& row : rows) {
    watermark = std::min(watermark, state::Int64Values(row, 0)[0]);
    idle &= state::BooleanValue(row, 1, 0);
  }
  ARROW_RETURN_NOT_OK(EmitWatermark(watermark));
  return SetIdle(idle);
}

void Outlet::CollectSenders(std::vector<ExchangeSender*>* senders) {
  for (const Edge& edge : edges_) edge.consumer->CollectSenders(senders);
}

arrow::Status FailureSite::Place(const arrow::Status& status) const {
  if (status.ok() || label_.empty() || status.message().find(label_) != std::string::npos) return status;
  return status.WithMessage(label_, ": ", status.message());
}

}  // namespace tidemark::runtime
