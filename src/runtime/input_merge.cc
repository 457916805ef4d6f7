// SPDX-License-Identifier: Apache-2.0
// Merging of watermarks, idleness and ends.
#include "runtime/input_merge.h"

#include <algorithm>
#include <utility>

namespace tidemark::runtime {

InputMerge::InputMerge(int inputs, std::unique_ptr<WatermarkMerge> merge) : inputs_(inputs), merge_(std::move(merge)) {}

arrow::Status InputMerge::CheckOpen(int input) const {
  if (!inputs_[input].ended) return arrow::Status::OK();
  return arrow::Status::UnknownError("input ", input, " spoke after its end");
}

void InputMerge::Restore(EventTimeMs watermark) {
  watermark_ = watermark;
  // An input whose watermark does not come to this again had fallen idle.
  for (Input& input : inputs_) input.floor = watermark;
}

bool InputMerge::AllIdle() const {
  return !all_ended() &&
         std::all_of(inputs_.begin(), inputs_.end(), [](const Input& input) { return input.idle || input.ended; });
}

MergedEvents InputMerge::Update(bool idle_before) {
  MergedEvents events;
  const bool idle_now = AllIdle();
  EventTimeMs reached = merge_->current();
  for (const Input& input : inputs_) {
    if (idle_now) reached = std::max(reached, input.watermark);
  }
  if (reached > watermark_) events.watermark = watermark_ = reached;
  if (idle_now != idle_before && !all_ended()) events.idle = idle_now;
  events.ended = all_ended();
  events.complete = complete_;
  return events;
}

arrow::Result<Batch> InputMerge::Take(int input, Batch batch) {
  ARROW_RETURN_NOT_OK(CheckOpen(input));
  const Input& from = inputs_[input];
  if (from.floor <= from.watermark) return batch;
  auto stamps = std::make_shared<std::vector<EventTimeMs>>(batch.num_rows);
  for (int64_t row = 0; row < batch.num_rows; ++row) (*stamps)[row] = std::max(batch.watermark_before(row), from.floor);
  batch.row_watermarks = std::move(stamps);
  return batch;
}

arrow::Result<MergedEvents> InputMerge::Advance(int input, EventTimeMs watermark) {
  ARROW_RETURN_NOT_OK(CheckOpen(input));
  const bool idle_before = AllIdle();
  Input& from = inputs_[input];
  if (from.idle) {
    from.idle = false;
    from.floor = watermark_;
    merge_->SetIdle(input, false);
  }
  from.watermark = std::max(from.watermark, watermark);
  merge_->Advance(input, watermark);
  return Update(idle_before);
}

arrow::Result<MergedEvents> InputMerge::SetIdle(int input, bool idle) {
  ARROW_RETURN_NOT_OK(CheckOpen(input));
  Input& from = inputs_[input];
  if (from.idle == idle) return MergedEvents{};
  const bool idle_before = AllIdle();
  from.idle = idle;
  if (!idle) from.floor = watermark_;
  merge_->SetIdle(input, idle);
  return Update(idle_before);
}

arrow::Result<MergedEvents> InputMerge::End(int input, bool complete) {
  ARROW_RETURN_NOT_OK(CheckOpen(input));
  const bool idle_before = AllIdle();
  inputs_[input].ended = true;
  ++num_ended_;
  complete_ &= complete;
  merge_->SetIdle(input, true);
  return Update(idle_before);
}

}  // namespace tidemark::runtime
