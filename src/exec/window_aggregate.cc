// SPDX-License-Identifier: Apache-2.0
// Rows go to slices, slices become windows, windows are emitted and dropped whole: no timer per key.
//
// A row is late for a window when the watermark of its split before it, or the operator's own, has reached the window's
// end. The first of the two does not depend on how rows were cut into batches, so neither do the results: a row is kept
// out of a window it is late for even where that window is still here.
#include "exec/window_aggregate.h"

#include <arrow/array.h>

#include <algorithm>

#include "exec/input_distribution.h"
#include "exec/late_rows.h"
#include "exec/state_report.h"
#include "exec/time_column.h"
#include "exec/window_result.h"
#include "exec/window_store.h"
#include "exec/window_zone.h"

namespace tidemark::exec {
namespace {

/// The input's time column, or the window_end column where the input carries its windows.
DataType TimeType(const plan::WindowAggregateNode& node) {
  if (node.time_column >= 0) return node.inputs()[0]->schema()[node.time_column].type;
  return node.window_is_local ? DataType::TimestampLtz(3) : DataType::Timestamp(3);
}

class WindowAggregate final : public Operator {
 public:
  WindowAggregate(const plan::WindowAggregateNode& node, AggregateSet aggregates)
      : node_(node), aggregates_(std::move(aggregates)) {
    layout_.aggregates = &aggregates_;
    for (int column : node.group_columns) layout_.key_types.push_back(node.inputs()[0]->schema()[column].type);
    layout_.input_retracts = node.input_retracts;
    windows_ = WindowStore::Make(node.time_column >= 0 ? &node.window : nullptr, &layout_);
  }

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    report_.Open(context);
    ARROW_ASSIGN_OR_RAISE(zone_, WindowZone::Make(TimeType(node_), context.functions->local_time_zone));
    result_ = std::make_unique<WindowResult>(node_, zone_, context);
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter&) override {
    if (node_.time_column >= 0) {
      ARROW_RETURN_NOT_OK(AssignByTime(batch));
    } else {
      ARROW_RETURN_NOT_OK(AssignByColumns(batch));
    }
    ARROW_RETURN_NOT_OK(late_.HandOver(batch, context()));
    ARROW_RETURN_NOT_OK(UpdateSlices(batch));
    return report_.Set(windows_->size(), windows_->memory_bytes());
  }

  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    watermark_ = watermark;
    ARROW_RETURN_NOT_OK(EmitUntil(watermark, out));
    return out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override { return EmitUntil(kMaxWatermark, out); }

  arrow::Status Save(state::StateWriter& out) const override {
    ARROW_ASSIGN_OR_RAISE(const auto owner, OwnerOfKept(*node_.inputs()[0], node_.group_columns));
    return windows_->Save(owner, context().batch_rows, out);
  }

  arrow::Status Restore(const state::StateReader& in) override {
    watermark_ = in.watermark();
    ARROW_RETURN_NOT_OK(windows_->Restore(in));
    return report_.Set(windows_->size(), windows_->memory_bytes());
  }

 private:
  /// A stretch of time whose rows all go to one slice as long as the watermark before them is below `late_from`.
  struct Stretch {
    EventTimeMs begin = 0;
    EventTimeMs end = 0;
    EventTimeMs late_from = kMinWatermark;
    Slice* slice = nullptr;

    bool Takes(EventTimeMs time, EventTimeMs watermark) const {
      return time >= begin && time < end && watermark < late_from;
    }
  };

  /// The watermark that completes the window ending at `end`.
  EventTimeMs CompletedBy(EventTimeMs end) const { return zone_.ToTimer(end - 1); }

  EventTimeMs WatermarkOf(const Batch& batch, int64_t row) const {
    return std::max(batch.watermark_before(row), watermark_);
  }

  void AddRow(Slice* slice, int64_t row) {
    if (slice->rows.empty()) touched_.push_back(slice);
    slice->rows.push_back(static_cast<int32_t>(row));
  }

  arrow::Status AssignByTime(const Batch& batch) {
    ARROW_ASSIGN_OR_RAISE(auto times, ReadTimes(*batch.columns[node_.time_column], context().label));
    if (!zone_.is_identity()) {
      for (EventTimeMs& time : times) time = zone_.ToWall(time);
    }
    Stretch stretch;
    Stretch last_stretch;  // where slices meet, rows go to and fro between two
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const EventTimeMs time = times[row];
      const EventTimeMs watermark = WatermarkOf(batch, row);
      if (!stretch.Takes(time, watermark)) {
        std::swap(stretch, last_stretch);
        if (!stretch.Takes(time, watermark) && !FindSlice(time, watermark, static_cast<int32_t>(row), &stretch))
          continue;
      }
      AddRow(stretch.slice, row);
    }
    return arrow::Status::OK();
  }

  /// The slice for a row, after the windows that it is late for; false when it is late for all, or in none. `stretch`
  /// becomes that of the slice if rows that are not late would go there.
  bool FindSlice(EventTimeMs time, EventTimeMs watermark, int32_t row, Stretch* stretch) {
    const EventTimeMs slice_end = time::SliceEnd(node_.window, time);
    const time::WindowEnds ends = time::WindowEndsOfSlice(node_.window, slice_end);
    EventTimeMs first = ends.first;
    while (first <= ends.last && watermark >= CompletedBy(first)) {
      late_.Add(row, watermark, first);
      first += ends.step;
    }
    if (first > ends.last) return false;
    SliceKey key{slice_end, 0};
    if (node_.window.kind == time::WindowKind::kHop) key.part = first;
    // A window of CUMULATE has all that the shorter ones of its series have, so the row may as well be of a later
    // slice.
    if (node_.window.kind == time::WindowKind::kCumulate) key.end = first;
    stretch->slice = windows_->SliceOf(key);
    if (first == ends.first) {
      stretch->begin = slice_end - time::SliceLength(node_.window);
      stretch->end = slice_end;
      stretch->late_from = CompletedBy(first);
    } else {
      stretch->begin = stretch->end = 0;
    }
    return true;
  }

  /// The input's rows name their window.
  arrow::Status AssignByColumns(const Batch& batch) {
    ARROW_ASSIGN_OR_RAISE(const auto starts, ReadTimes(*batch.columns[node_.window_start_column], context().label));
    ARROW_ASSIGN_OR_RAISE(const auto ends, ReadTimes(*batch.columns[node_.window_end_column], context().label));
    SliceKey key;
    Slice* slice = nullptr;
    EventTimeMs late_from = kMinWatermark;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (slice == nullptr || key != SliceKey{ends[row], starts[row]}) {
        key = {ends[row], starts[row]};
        late_from = CompletedBy(key.end);
        slice = nullptr;
      }
      const EventTimeMs watermark = WatermarkOf(batch, row);
      if (watermark >= late_from) {
        late_.Add(static_cast<int32_t>(row), watermark, key.end);
        continue;
      }
      if (slice == nullptr) slice = windows_->SliceOf(key);
      AddRow(slice, row);
    }
    return arrow::Status::OK();
  }

  arrow::Status UpdateSlices(const Batch& batch) {
    std::vector<std::shared_ptr<arrow::Array>> keys;
    for (int column : node_.group_columns) keys.push_back(batch.columns[column]);
    for (Slice* slice : touched_) {
      const bool all = static_cast<int64_t>(slice->rows.size()) == batch.num_rows;
      ARROW_RETURN_NOT_OK(slice->table.FindGroups(keys, batch.num_rows, all ? nullptr : &slice->rows).status());
      ARROW_RETURN_NOT_OK(slice->table.Update(batch));
      windows_->Recount(slice);
      slice->rows.clear();
    }
    touched_.clear();
    return arrow::Status::OK();
  }

  arrow::Status EmitUntil(EventTimeMs watermark, Emitter& out) {
    bool any = false;
    for (auto window = windows_->NextWindow(); window; window = windows_->NextWindow()) {
      if (watermark != kMaxWatermark && watermark < CompletedBy(window->end)) break;
      any = true;
      ARROW_ASSIGN_OR_RAISE(const AggregateTable* table, windows_->ReadNextWindow());
      ARROW_RETURN_NOT_OK(EmitWindow(*table, *window, out));
      windows_->DropNextWindow();
    }
    if (!any) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(result_->Flush(out));
    return report_.Set(windows_->size(), windows_->memory_bytes());
  }

  arrow::Status EmitWindow(const AggregateTable& table, const time::Window& window, Emitter& out) {
    const std::vector<uint8_t*> groups = table.AliveGroups();
    for (size_t at = 0; at < groups.size(); at += context().batch_rows) {
      const size_t end = std::min<size_t>(at + context().batch_rows, groups.size());
      const std::vector<uint8_t*> piece(groups.begin() + at, groups.begin() + end);
      Batch batch;
      batch.num_rows = static_cast<int64_t>(piece.size());
      ARROW_ASSIGN_OR_RAISE(batch.columns, table.Keys(piece));
      ARROW_ASSIGN_OR_RAISE(const auto results, table.Results(piece));
      batch.columns.insert(batch.columns.end(), results.begin(), results.end());
      ARROW_RETURN_NOT_OK(result_->Add(std::move(batch), window, out));
    }
    return arrow::Status::OK();
  }

  const plan::WindowAggregateNode& node_;
  AggregateSet aggregates_;
  AggregateTableLayout layout_;
  std::unique_ptr<WindowStore> windows_;
  WindowZone zone_;
  std::unique_ptr<WindowResult> result_;
  StateReport report_;
  LateRowCollector late_;
  std::vector<Slice*> touched_;  ///< slices with rows of the batch under way
  EventTimeMs watermark_ = kMinWatermark;
};

}  // namespace

arrow::Result<std::unique_ptr<Operator>> MakeWindowAggregateOperator(const plan::WindowAggregateNode& node) {
  if (node.time_column >= 0) ARROW_RETURN_NOT_OK(time::CheckWindowSpec(node.window));
  ARROW_ASSIGN_OR_RAISE(auto aggregates,
                        AggregateSet::Make(node.calls, node.inputs()[0]->schema(), node.input_retracts));
  return std::make_unique<WindowAggregate>(node, std::move(aggregates));
}

}  // namespace tidemark::exec
