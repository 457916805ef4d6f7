// SPDX-License-Identifier: Apache-2.0
// Rows go to slices, slices become windows, windows are emitted and dropped whole: no timer per key.
#include "exec/window_aggregate.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "columnar/select_columns.h"
#include "exec/input_distribution.h"
#include "exec/late_rows.h"
#include "exec/local_window_aggregate.h"
#include "exec/slice_assigner.h"
#include "exec/state_report.h"
#include "exec/window_result.h"
#include "exec/window_store.h"
#include "plan/window_phases.h"

namespace tidemark::exec {
namespace {

using plan::WindowAggregateNode;

class WindowAggregate final : public Operator {
 public:
  /// What the rows of the input are.
  enum class Input { kRows, kPartials };

  WindowAggregate(const WindowAggregateNode& node, Input input, AggregateSet aggregates)
      : node_(node),
        input_(input),
        aggregates_(std::move(aggregates)),
        layout_(LayoutOf(node, &aggregates_)),
        windows_(WindowStore::Make(node.time_column >= 0 ? &node.window : nullptr, &layout_)),
        assigner_(node, windows_.get()) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    report_.Open(context);
    if (context.checkpointed) {
      layout_.header_bytes = GroupLog::kHeaderBytes;
      ARROW_ASSIGN_OR_RAISE(auto owner, Owner());
      windows_->KeepLogs(&this->context(), std::move(owner));
    }
    ARROW_RETURN_NOT_OK(assigner_.Open(context.functions->local_time_zone, context.label));
    result_ = std::make_unique<WindowResult>(node_, assigner_.zone(), context);
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter&) override {
    ARROW_RETURN_NOT_OK(input_ == Input::kRows ? TakeRows(batch) : TakePartials(batch));
    return report_.Set(windows_->size(), windows_->memory_bytes());
  }

  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    watermark_ = watermark;
    ARROW_RETURN_NOT_OK(EmitUntil(watermark, out));
    return out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override { return EmitUntil(kMaxWatermark, out); }

  arrow::Status Save(state::StateWriter& out) const override {
    ARROW_ASSIGN_OR_RAISE(const auto owner, Owner());
    return windows_->Save(owner, context().batch_rows, out);
  }

  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    return windows_->BeginSave(changes_only, out);
  }
  arrow::Result<bool> SaveMore(int64_t rows) override { return windows_->SaveMore(rows); }

  arrow::Status Restore(const state::StateReader& in) override {
    watermark_ = in.watermark();
    ARROW_RETURN_NOT_OK(windows_->Restore(in));
    return report_.Set(windows_->size(), windows_->memory_bytes());
  }

 private:
  /// Of groups, whose keys come first.
  arrow::Result<state::RowOwner> Owner() const {
    if (!node_.in_two_phases) return OwnerOfKept(*node_.inputs()[0], node_.group_columns);
    if (node_.group_columns.empty()) return state::RowOwner::OneWorker();
    std::vector<int> keys(node_.group_columns.size());
    std::iota(keys.begin(), keys.end(), 0);
    return state::RowOwner::Key(std::move(keys));
  }

  arrow::Status TakeRows(const Batch& batch) {
    ARROW_RETURN_NOT_OK(assigner_.Assign(batch, watermark_, &late_, &touched_));
    ARROW_RETURN_NOT_OK(late_.HandOver(batch, context()));
    const auto keys = SelectColumns(batch, node_.group_columns);
    return windows_->Update(&touched_, keys, batch.num_rows, [&](Slice* slice) { return slice->table.Update(batch); });
  }

  arrow::Status TakePartials(const Batch& batch) {
    const PartialColumns columns(node_);
    const bool has_parts = plan::SlicesHaveParts(node_);
    SliceAssigner::AssignByKeys(*batch.columns[columns.slice_end],
                                has_parts ? batch.columns[columns.slice_part].get() : nullptr, windows_.get(),
                                &touched_);
    for (const Slice* slice : touched_) {
      if (watermark_ < assigner_.NeededBy(slice->key)) continue;
      return arrow::Status::UnknownError("a partial result came after the end of its window");
    }
    const std::span keys(batch.columns.data(), node_.group_columns.size());
    const arrow::Array& accumulators = *batch.columns[columns.accumulators];
    return windows_->Update(&touched_, keys, batch.num_rows,
                            [&](Slice* slice) { return slice->table.MergeColumn(accumulators); });
  }

  arrow::Status EmitUntil(EventTimeMs watermark, Emitter& out) {
    bool any = false;
    for (auto window = windows_->NextWindow(); window; window = windows_->NextWindow()) {
      if (watermark != kMaxWatermark && watermark < assigner_.CompletedBy(window->end)) break;
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

  const WindowAggregateNode& node_;
  const Input input_;
  AggregateSet aggregates_;
  AggregateTableLayout layout_;
  std::unique_ptr<WindowStore> windows_;
  SliceAssigner assigner_;
  std::unique_ptr<WindowResult> result_;
  StateReport report_;
  LateRowCollector late_;
  std::vector<Slice*> touched_;  ///< slices with rows of the batch under way
  EventTimeMs watermark_ = kMinWatermark;
};

arrow::Result<std::unique_ptr<Operator>> Make(const WindowAggregateNode& node, WindowAggregate::Input input) {
  if (node.time_column >= 0) ARROW_RETURN_NOT_OK(time::CheckWindowSpec(node.window));
  ARROW_ASSIGN_OR_RAISE(auto aggregates,
                        AggregateSet::Make(node.calls, node.inputs()[0]->schema(), node.input_retracts));
  return std::make_unique<WindowAggregate>(node, input, std::move(aggregates));
}

}  // namespace

arrow::Result<std::unique_ptr<Operator>> MakeWindowAggregateOperator(const WindowAggregateNode& node) {
  return Make(node, WindowAggregate::Input::kRows);
}

arrow::Result<std::unique_ptr<Operator>> MakeGlobalWindowAggregateOperator(
    const plan::GlobalWindowAggregateNode& node) {
  return Make(*node.whole, WindowAggregate::Input::kPartials);
}

}  // namespace tidemark::exec
