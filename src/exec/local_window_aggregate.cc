// SPDX-License-Identifier: Apache-2.0
// Aggregates in a table as small as the cache, sends it on when it is full or a window is due, and begins anew.
#include "exec/local_window_aggregate.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "columnar/select_columns.h"
#include "exec/batch_collector.h"
#include "exec/late_rows.h"
#include "exec/slice_assigner.h"
#include "exec/state_report.h"
#include "plan/window_phases.h"

namespace tidemark::exec {
namespace {

/// What the tables may take before they are sent on: they are to stay in a core's own cache.
constexpr int64_t kMaxTableBytes = 256 * 1024;
/// How many rows are looked at before it is judged whether aggregating them pays.
constexpr int64_t kSampleRows = 16 * 1024;
/// It does not when more than one partial result comes of so many rows.
constexpr int64_t kRowsPerPartial = 2;
/// How many rows then pass as they are before the next sample.
constexpr int64_t kRowsToPass = 1024 * 1024;

arrow::Result<std::shared_ptr<arrow::Array>> Repeated(int64_t value, int64_t count) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(count * static_cast<int64_t>(sizeof(value))));
  std::fill_n(reinterpret_cast<int64_t*>(values->mutable_data()), count, value);
  return std::make_shared<arrow::Int64Array>(count, std::move(values));
}

class LocalWindowAggregate final : public Operator {
 public:
  LocalWindowAggregate(const plan::WindowAggregateNode& node, AggregateSet aggregates)
      : node_(node),
        aggregates_(std::move(aggregates)),
        layout_(LayoutOf(node, &aggregates_)),
        slices_(&layout_),
        assigner_(node, &slices_) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    report_.Open(context);
    return assigner_.Open(context.functions->local_time_zone, context.label);
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_RETURN_NOT_OK(assigner_.Assign(batch, watermark_, &late_, &touched_));
    ARROW_RETURN_NOT_OK(late_.HandOver(batch, context()));
    const auto keys = SelectColumns(batch, node_.group_columns);
    if (rows_to_pass_ > 0) {
      rows_to_pass_ -= batch.num_rows;
      ARROW_RETURN_NOT_OK(PassRows(batch, keys, out));
    } else {
      rows_sampled_ += batch.num_rows;
      ARROW_RETURN_NOT_OK(
          slices_.Update(&touched_, keys, batch.num_rows, [&](Slice* slice) { return slice->table.Update(batch); }));
    }
    if (slices_.memory_bytes() > kMaxTableBytes) ARROW_RETURN_NOT_OK(SendUntil(kMaxWatermark, out));
    return report_.Set(slices_.size(), slices_.memory_bytes());
  }

  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    watermark_ = watermark;
    ARROW_RETURN_NOT_OK(SendUntil(watermark, out));
    return out.EmitWatermark(watermark);
  }

  arrow::Status Flush(Emitter& out) override { return SendUntil(kMaxWatermark, out); }
  arrow::Status Finish(Emitter& out) override { return SendUntil(kMaxWatermark, out); }

  /// Flush has sent all there was.
  arrow::Status Save(state::StateWriter&) const override { return arrow::Status::OK(); }
  arrow::Status Restore(const state::StateReader& in) override {
    watermark_ = in.watermark();
    return arrow::Status::OK();
  }

 private:
  using Columns = std::vector<std::shared_ptr<arrow::Array>>;

  /// Each row as a partial result.
  arrow::Status PassRows(const Batch& batch, const Columns& keys, Emitter& out) {
    for (Slice* slice : touched_) {
      Batch partials{batch.num_rows, keys};
      if (static_cast<int64_t>(slice->rows.size()) < batch.num_rows) {
        ARROW_ASSIGN_OR_RAISE(partials, Take(partials, slice->rows));
      }
      ARROW_ASSIGN_OR_RAISE(auto accumulators, aggregates_.EachToColumn(batch, slice->rows));
      ARROW_RETURN_NOT_OK(AddPartialColumns(slice->key, std::move(accumulators), &partials));
      ARROW_RETURN_NOT_OK(out.Emit(std::move(partials)));
      slices_.Recount(slice);
      slice->rows.clear();
    }
    touched_.clear();
    return arrow::Status::OK();
  }

  arrow::Status AddPartialColumns(const SliceKey& key, std::shared_ptr<arrow::Array> accumulators,
                                  Batch* partials) const {
    partials->columns.push_back(std::move(accumulators));
    ARROW_ASSIGN_OR_RAISE(auto ends, Repeated(key.end, partials->num_rows));
    partials->columns.push_back(std::move(ends));
    if (!plan::SlicesHaveParts(node_)) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(auto parts, Repeated(key.part, partials->num_rows));
    partials->columns.push_back(std::move(parts));
    return arrow::Status::OK();
  }

  /// Sends on, and forgets, the slices that take part in a window which `watermark` completes.
  arrow::Status SendUntil(EventTimeMs watermark, Emitter& out) {
    const int64_t sent_before = partials_sent_;
    BatchCollector collector(context().batch_rows);
    for (auto slice = slices_.slices().begin(); slice != slices_.slices().end();) {
      if (watermark != kMaxWatermark && watermark < assigner_.NeededBy(slice->first)) {
        ++slice;
        continue;
      }
      ARROW_RETURN_NOT_OK(Send(*slice->second, &collector, out));
      slice = slices_.Drop(slice);
    }
    if (partials_sent_ == sent_before) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(collector.Flush(out));
    Judge();
    return report_.Set(slices_.size(), slices_.memory_bytes());
  }

  arrow::Status Send(const Slice& slice, BatchCollector* collector, Emitter& out) {
    const std::vector<uint8_t*> groups = slice.table.AliveGroups();
    const auto batch_rows = static_cast<size_t>(context().batch_rows);
    for (size_t at = 0; at < groups.size(); at += batch_rows) {
      const std::vector<uint8_t*> piece(groups.begin() + at, groups.begin() + std::min(at + batch_rows, groups.size()));
      Batch partials;
      partials.num_rows = static_cast<int64_t>(piece.size());
      ARROW_ASSIGN_OR_RAISE(partials.columns, slice.table.Keys(piece));
      ARROW_ASSIGN_OR_RAISE(auto accumulators, slice.table.Accumulators(piece));
      ARROW_RETURN_NOT_OK(AddPartialColumns(slice.key, std::move(accumulators), &partials));
      ARROW_RETURN_NOT_OK(collector->Add(std::move(partials), out));
    }
    partials_sent_ += static_cast<int64_t>(groups.size());
    return arrow::Status::OK();
  }

  void Judge() {
    if (rows_sampled_ < kSampleRows) return;
    const int64_t partials = partials_sent_ + slices_.size();
    if (partials * kRowsPerPartial > rows_sampled_) rows_to_pass_ = kRowsToPass;
    rows_sampled_ = 0;
    partials_sent_ = -slices_.size();  // these are of rows that were counted already
  }

  const plan::WindowAggregateNode& node_;
  AggregateSet aggregates_;
  const AggregateTableLayout layout_;
  SliceStore slices_;
  SliceAssigner assigner_;
  StateReport report_;
  LateRowCollector late_;
  std::vector<Slice*> touched_;  ///< slices with rows of the batch under way
  EventTimeMs watermark_ = kMinWatermark;
  int64_t rows_sampled_ = 0;
  int64_t partials_sent_ = 0;  ///< of the rows sampled
  int64_t rows_to_pass_ = 0;
};

}  // namespace

arrow::Result<std::unique_ptr<Operator>> MakeLocalWindowAggregateOperator(const plan::LocalWindowAggregateNode& node) {
  const plan::WindowAggregateNode& whole = *node.whole;
  if (whole.time_column >= 0) ARROW_RETURN_NOT_OK(time::CheckWindowSpec(whole.window));
  ARROW_ASSIGN_OR_RAISE(auto aggregates, AggregateSet::Make(whole.calls, whole.inputs()[0]->schema(), false));
  return std::make_unique<LocalWindowAggregate>(whole, std::move(aggregates));
}

}  // namespace tidemark::exec
