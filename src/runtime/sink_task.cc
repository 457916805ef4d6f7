// SPDX-License-Identifier: Apache-2.0
// Writing what arrives at the end of a dataflow.
#include "runtime/sink_task.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/buffer_builder.h>
#include <arrow/type.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "state/state_columns.h"

namespace tidemark::runtime {
namespace {

constexpr std::string_view kPreparedTable = "prepared";

/// The bytes of a value that others share.
class SharedBytes final : public arrow::Buffer {
 public:
  explicit SharedBytes(std::shared_ptr<const std::string> value) : arrow::Buffer(*value), value_(std::move(value)) {}

 private:
  const std::shared_ptr<const std::string> value_;
};

/// A column of one value, which may be large: it is not copied.
arrow::Result<std::shared_ptr<arrow::Array>> OneValue(std::shared_ptr<const std::string> value) {
  if (value->size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    return arrow::Status::CapacityError("what a sink prepared is too large for a checkpoint: ", value->size(),
                                        " bytes");
  arrow::TypedBufferBuilder<int32_t> offsets;
  ARROW_RETURN_NOT_OK(offsets.Append(0));
  ARROW_RETURN_NOT_OK(offsets.Append(static_cast<int32_t>(value->size())));
  ARROW_ASSIGN_OR_RAISE(auto begin_and_end, offsets.Finish());
  return std::make_shared<arrow::BinaryArray>(1, std::move(begin_and_end),
                                              std::make_shared<SharedBytes>(std::move(value)));
}

}  // namespace

arrow::Status OpenSink::Close(bool complete) {
  if (!open_) return arrow::Status::OK();
  const arrow::Status status = sink_->Close(complete);
  // After a failed Close there may be files that are not visible yet: they are Abort's.
  if (status.ok()) open_ = false;
  return status;
}

void OpenSink::Abort() {
  if (open_) sink_->Abort();
  open_ = false;
}

arrow::Status OpenSink::Prepare(int64_t checkpoint) {
  ARROW_ASSIGN_OR_RAISE(std::string prepared, sink_->Prepare(checkpoint));
  if (!prepared.empty()) prepared_.push_back(std::make_shared<std::string>(std::move(prepared)));
  return arrow::Status::OK();
}

arrow::Status OpenSink::Commit() {
  for (const auto& prepared : prepared_) ARROW_RETURN_NOT_OK(sink_->Commit(*prepared));
  for (auto& prepared : prepared_) {
    if (prepared.use_count() == 1) sink_->Recycle(std::move(*prepared));
  }
  prepared_.clear();
  return arrow::Status::OK();
}

arrow::Status OpenSink::Save(state::StateWriter& out) const {
  for (const auto& prepared : prepared_) {
    ARROW_ASSIGN_OR_RAISE(auto column, OneValue(prepared));
    ARROW_RETURN_NOT_OK(out.Write(kPreparedTable, Batch{1, {std::move(column)}}, state::RowOwner::OneWorker()));
  }
  return arrow::Status::OK();
}

arrow::Status OpenSink::Restore(const state::StateReader& in) {
  ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kPreparedTable, {}, {arrow::binary()}));
  for (const Batch& batch : batches) {
    const auto& column = static_cast<const arrow::BinaryArray&>(*batch.columns[0]);
    for (int64_t row = 0; row < batch.num_rows; ++row)
      prepared_.push_back(std::make_shared<std::string>(column.GetString(row)));
  }
  return arrow::Status::OK();
}

arrow::Status SinkTask::Push(int /*input*/, Batch batch) {
  if (ended_) return site_->Note(arrow::Status::UnknownError("rows after the end"), node_.label());
  metrics_->rows_in.fetch_add(batch.num_rows, std::memory_order_relaxed);
  return site_->Note(Write(std::move(batch)), node_.label());
}

arrow::Status SinkTask::Write(Batch batch) {
  if (sink_ == nullptr) return collector_->Collect(node_, batch);
  ARROW_ASSIGN_OR_RAISE(const Batch checked, guard_.Check(std::move(batch)));
  metrics_->rows_out.fetch_add(checked.num_rows, std::memory_order_relaxed);
  return checked.num_rows == 0 ? arrow::Status::OK() : sink_->get()->Write(checked);
}

arrow::Status SinkTask::Advance(int /*input*/, EventTimeMs watermark) {
  metrics_->watermark.store(watermark, std::memory_order_relaxed);
  if (sink_ == nullptr) return arrow::Status::OK();
  return site_->Note(sink_->get()->Advance(watermark), node_.label());
}

arrow::Status SinkTask::End(int /*input*/, bool complete) {
  if (ended_) return site_->Note(arrow::Status::UnknownError("a second end"), node_.label());
  ended_ = true;
  if (!complete) control_->MarkIncomplete();
  return arrow::Status::OK();
}

arrow::Status SinkTask::Tick() {
  if (sink_ == nullptr || ended_) return arrow::Status::OK();
  return site_->Note(sink_->get()->Tick(), node_.label());
}

}  // namespace tidemark::runtime
