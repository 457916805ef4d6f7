// SPDX-License-Identifier: Apache-2.0
// Each batch is sorted once, into a run; a watermark takes the ready beginning of every run and merges them by one more
// sort. So a row that waits long is not sorted again and again.
#include "exec/sort_by_watermark.h"

#include <arrow/array.h>

#include <algorithm>

#include "exec/batch_collector.h"
#include "exec/input_distribution.h"
#include "exec/late_rows.h"
#include "exec/row_limit.h"
#include "exec/row_time_gate.h"
#include "exec/state_report.h"
#include "exec/time_column.h"
#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

class SortByWatermark final : public Operator {
 public:
  SortByWatermark(const plan::PhysicalNode& input, std::vector<SortColumn> columns, bool by_watermark)
      : types_(state::ArrowTypesOf(input.schema())),
        owner_(OwnerOfRows(input)),
        columns_(std::move(columns)),
        by_watermark_(by_watermark),
        gate_(columns_[0].column, types_, owner_) {}

  arrow::Status Open(const OperatorContext& context) override {
    report_.Open(context);
    return Operator::Open(context);
  }

  arrow::Status Push(int, Batch batch, Emitter&) override {
    if (!by_watermark_) {
      if (batch.num_rows > 0) gate_.Add(std::move(batch), watermark_);
      return Report();
    }
    ARROW_RETURN_NOT_OK(DropLate(&batch));
    if (batch.num_rows == 0) return arrow::Status::OK();
    batch.row_watermarks = nullptr;
    return AddRun(batch);
  }

  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    watermark_ = watermark;
    ARROW_RETURN_NOT_OK(EmitReady(out));
    return out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override {
    watermark_ = kMaxWatermark;
    ARROW_RETURN_NOT_OK(EmitReady(out));
    return EmitUntil(kMaxWatermark, out);
  }

  /// Run by run: however they are cut when they come back, equal rows are in order of arrival.
  arrow::Status Save(state::StateWriter& out) const override {
    for (const Run& run : runs_) {
      const Batch rest = run.rows.Slice(run.begin, run.rows.num_rows - run.begin);
      ARROW_RETURN_NOT_OK(state::WriteInPieces(kWaiting, rest, owner_, context().batch_rows, out));
    }
    return by_watermark_ ? arrow::Status::OK() : gate_.Save(context().batch_rows, out);
  }

  arrow::Status Restore(const state::StateReader& in) override {
    watermark_ = in.watermark();
    ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kWaiting, types_, {}));
    for (const Batch& batch : batches) ARROW_RETURN_NOT_OK(AddRun(batch));
    if (!by_watermark_) {
      ARROW_RETURN_NOT_OK(gate_.Restore(in));
      for (const Run& run : runs_)
        std::for_each(run.times.begin(), run.times.end(), [&](auto time) { gate_.AddInTime(time); });
    }
    return Report();
  }

 private:
  static constexpr std::string_view kWaiting = "waiting";

  /// The rows of one batch in order; those before `begin` were emitted.
  struct Run {
    Batch rows;
    std::vector<EventTimeMs> times;
    int64_t begin = 0;
    int64_t bytes = 0;
  };

  arrow::Status Report() { return report_.Set(rows_ + gate_.waiting_rows(), bytes_ + gate_.bytes()); }

  arrow::Status AddRun(const Batch& batch) {
    Run run;
    ARROW_ASSIGN_OR_RAISE(run.rows, Sorted(batch));
    ARROW_ASSIGN_OR_RAISE(run.times, TimesOf(run.rows));
    run.bytes = BufferBytes(run.rows);
    rows_ += run.rows.num_rows;
    bytes_ += run.bytes;
    runs_.push_back(std::move(run));
    return Report();
  }

  arrow::Result<std::vector<EventTimeMs>> TimesOf(const Batch& batch) const {
    return ReadTimes(*batch.columns[columns_[0].column], context().label);
  }

  arrow::Result<Batch> Sorted(const Batch& batch) {
    ARROW_RETURN_NOT_OK(EncodeSortKeys(batch, columns_, &keys_));
    const std::vector<int32_t> order = SortedOrder(keys_);
    if (std::is_sorted(order.begin(), order.end())) return batch;
    return Take(batch, order);
  }

  arrow::Status DropLate(Batch* batch) {
    ARROW_ASSIGN_OR_RAISE(const auto times, TimesOf(*batch));
    std::vector<int32_t> on_time;
    for (int64_t row = 0; row < batch->num_rows; ++row) {
      const EventTimeMs watermark = std::max(batch->watermark_before(row), watermark_);
      if (times[row] >= watermark) {
        on_time.push_back(static_cast<int32_t>(row));
      } else {
        // What the row has missed is the instant after its own.
        late_.Add(static_cast<int32_t>(row), watermark, {times[row], times[row] + 1});
      }
    }
    ARROW_RETURN_NOT_OK(late_.HandOver(*batch, context()));
    if (static_cast<int64_t>(on_time.size()) == batch->num_rows) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(*batch, Take(*batch, on_time));
    return arrow::Status::OK();
  }

  arrow::Status EmitReady(Emitter& out) {
    if (by_watermark_) return EmitUntil(watermark_, out);
    ARROW_ASSIGN_OR_RAISE(const Batch in_time, gate_.Decide(watermark_, context()));
    if (in_time.num_rows > 0) ARROW_RETURN_NOT_OK(AddRun(in_time));
    return EmitUntil(gate_.emitted_until(), out);
  }

  arrow::Status EmitUntil(EventTimeMs watermark, Emitter& out) {
    std::vector<Batch> ready;
    for (Run& run : runs_) {
      const auto end = std::upper_bound(run.times.begin() + run.begin, run.times.end(), watermark) - run.times.begin();
      if (end == run.begin) continue;
      ready.push_back(run.rows.Slice(run.begin, end - run.begin));
      rows_ -= end - run.begin;
      run.begin = end;
      if (end == run.rows.num_rows) bytes_ -= run.bytes;
    }
    if (ready.empty()) return Report();
    std::erase_if(runs_, [](const Run& run) { return run.begin == run.rows.num_rows; });
    Batch rows = ready[0];
    if (ready.size() > 1) {
      // Runs are in the order of arrival, and so are equal rows after a stable sort.
      ARROW_ASSIGN_OR_RAISE(const Batch all, Concatenate(ready));
      ARROW_ASSIGN_OR_RAISE(rows, Sorted(all));
    }
    ARROW_RETURN_NOT_OK(EmitInPieces(rows, context().batch_rows, out));
    return Report();
  }

  const state::ArrowTypes types_;
  const state::RowOwner owner_;
  const std::vector<SortColumn> columns_;
  const bool by_watermark_;
  RowTimeGate gate_;  ///< unless by_watermark_
  SortKeys keys_;
  StateReport report_;
  LateRowCollector late_{LateRows::Reason::kInstant};
  EventTimeMs watermark_ = kMinWatermark;
  std::vector<Run> runs_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<Operator> MakeSortByWatermarkOperator(const plan::PhysicalNode& input, std::vector<SortColumn> columns,
                                                      bool by_watermark) {
  return std::make_unique<SortByWatermark>(input, std::move(columns), by_watermark);
}

}  // namespace tidemark::exec
