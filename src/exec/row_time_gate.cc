// SPDX-License-Identifier: Apache-2.0
// Replays rows in the order of the watermarks before them.
#include "exec/row_time_gate.h"

#include <arrow/array.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "exec/row_limit.h"
#include "exec/time_column.h"

namespace tidemark::exec {
namespace {

constexpr std::string_view kUndecided = "undecided";
constexpr std::string_view kEmittedUntil = "emitted until";

}  // namespace

void RowTimeGate::Add(Batch batch, EventTimeMs watermark) {
  auto stamps = std::make_shared<std::vector<EventTimeMs>>(static_cast<size_t>(batch.num_rows));
  for (int64_t row = 0; row < batch.num_rows; ++row) (*stamps)[row] = std::max(batch.watermark_before(row), watermark);
  batch.row_watermarks = std::move(stamps);
  waiting_rows_ += batch.num_rows;
  waiting_bytes_ += BufferBytes(batch);
  waiting_.push_back(std::move(batch));
}

void RowTimeGate::Rise(EventTimeMs watermark) {
  // What came under this watermark already waits for the next, as in Flink.
  if (watermark <= watermark_) return;
  watermark_ = watermark;
  for (; !times_.empty() && times_.top() <= watermark_; times_.pop())
    emitted_until_ = std::max(emitted_until_, times_.top());
}

arrow::Result<Batch> RowTimeGate::Decide(EventTimeMs watermark, const OperatorContext& context) {
  if (waiting_.empty()) {
    Rise(watermark);
    return Batch();
  }
  ARROW_ASSIGN_OR_RAISE(const Batch rows, Concatenate(waiting_));
  waiting_.clear();
  waiting_rows_ = 0;
  waiting_bytes_ = 0;
  ARROW_ASSIGN_OR_RAISE(const auto times, ReadTimes(*rows.columns[time_column_], context.label));
  const std::vector<EventTimeMs>& stamps = *rows.row_watermarks;
  std::vector<int32_t> order(static_cast<size_t>(rows.num_rows));
  std::iota(order.begin(), order.end(), 0);
  if (!std::is_sorted(stamps.begin(), stamps.end()))
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return stamps[a] < stamps[b]; });
  std::vector<int32_t> in_time;
  std::vector<int32_t> late;
  size_t decided = 0;
  for (; decided < order.size() && stamps[order[decided]] <= watermark; ++decided) {
    const int32_t row = order[decided];
    Rise(stamps[row]);
    (times[row] > emitted_until_ ? in_time : late).push_back(row);
    if (times[row] > emitted_until_) times_.push(times[row]);
  }
  Rise(watermark);
  std::sort(late.begin(), late.end());
  // What a row has missed is the instant after its own.
  for (const int32_t row : late) late_.Add(row, stamps[row], {times[row], times[row] + 1});
  ARROW_RETURN_NOT_OK(late_.HandOver(rows, context));
  if (decided < order.size()) {
    ARROW_ASSIGN_OR_RAISE(Batch rest, Take(rows, {order.begin() + static_cast<std::ptrdiff_t>(decided), order.end()}));
    Add(std::move(rest), kMinWatermark);
  }
  Batch taken = rows;
  if (in_time.size() != order.size() || !std::is_sorted(in_time.begin(), in_time.end())) {
    ARROW_ASSIGN_OR_RAISE(taken, Take(rows, in_time));
  }
  taken.row_watermarks = nullptr;
  return taken;
}

arrow::Status RowTimeGate::Save(int64_t rows_max, state::StateWriter& out) const {
  for (Batch rows : waiting_) {
    ARROW_ASSIGN_OR_RAISE(rows.columns.emplace_back(), state::Int64Column(*rows.row_watermarks));
    ARROW_RETURN_NOT_OK(state::WriteInPieces(kUndecided, rows, owner_, rows_max, out));
  }
  if (emitted_until_ == kMinWatermark) return arrow::Status::OK();
  Batch emitted;
  emitted.num_rows = 1;
  ARROW_ASSIGN_OR_RAISE(emitted.columns.emplace_back(), state::Int64Column({emitted_until_}));
  return out.Write(kEmittedUntil, emitted, state::RowOwner::EveryWorker());
}

arrow::Status RowTimeGate::Restore(const state::StateReader& in) {
  watermark_ = in.watermark();
  ARROW_ASSIGN_OR_RAISE(const auto undecided, state::ReadRows(in, kUndecided, types_, {arrow::int64()}));
  for (Batch rows : undecided) {
    const int64_t* stamps = state::Int64Values(rows, types_.size());
    rows.row_watermarks = std::make_shared<std::vector<EventTimeMs>>(stamps, stamps + rows.num_rows);
    rows.columns.pop_back();
    Add(std::move(rows), kMinWatermark);
  }
  ARROW_ASSIGN_OR_RAISE(const auto emitted, state::ReadRows(in, kEmittedUntil, {}, {arrow::int64()}));
  for (const Batch& rows : emitted) {
    for (int64_t row = 0; row < rows.num_rows; ++row)
      emitted_until_ = std::max(emitted_until_, state::Int64Values(rows, 0)[row]);
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
