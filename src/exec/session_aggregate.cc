// SPDX-License-Identifier: Apache-2.0
// A batch's rows are first placed into sessions, one after the other, then taken into the accumulators together.
//
// A row joins a session only while the watermark before the row has not completed it, whether or not the session is
// still here, so that results do not depend on how rows were cut into batches.
//
// Nor may they depend on which of several workers a row came through. A row ahead of its watermark may be placed at
// once: whatever it touches now or later is incomplete at its watermark, so it is one session in any order. A row
// behind its watermark waits (HeldRows) until all rows before it are here. Example, gap 4: rows at 5, 12 and 9 come in
// this order, with watermarks equal to the highest time. 12 completed the session [5, 9), so 9 must not join it; were 9
// taken in first, 5 would find a session to touch.
#include "exec/session_aggregate.h"

#include <arrow/array.h>

#include <algorithm>

#include "catalog/column_types.h"
#include "columnar/select_columns.h"
#include "exec/held_rows.h"
#include "exec/input_distribution.h"
#include "exec/late_rows.h"
#include "exec/session_store.h"
#include "exec/state_report.h"
#include "exec/time_column.h"
#include "exec/window_result.h"

namespace tidemark::exec {
namespace {

/// Rows that wait, at most, for others with the same watermark.
constexpr int64_t kHeldRowsMax = int64_t{1} << 16;

class SessionAggregate final : public Operator {
 public:
  SessionAggregate(const plan::WindowAggregateNode& node, AggregateSet aggregates)
      : node_(node),
        aggregates_(std::move(aggregates)),
        sessions_(ColumnTypes(node.inputs()[0]->schema(), node.group_columns), &aggregates_, node.window.size_ms) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    report_.Open(context);
    const DataType& time_type = node_.inputs()[0]->schema()[node_.time_column].type;
    ARROW_ASSIGN_OR_RAISE(zone_, WindowZone::Make(time_type, context.functions->local_time_zone));
    ARROW_ASSIGN_OR_RAISE(auto owner, OwnerOfKept(*node_.inputs()[0], node_.group_columns));
    sessions_.Open(context, std::move(owner));
    sessions_.SetZone(zone_);
    result_ = std::make_unique<WindowResult>(node_, zone_, context);
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter&) override {
    ARROW_ASSIGN_OR_RAISE(auto times, TimesOf(batch));
    ARROW_RETURN_NOT_OK(Hold(&batch, &times));
    ARROW_RETURN_NOT_OK(TakeIn(batch, times));
    // Rows with the operator's own watermark lack at most others with the same one: enough are as good as all.
    if (held_.size() > kHeldRowsMax) ARROW_RETURN_NOT_OK(ReleaseBefore(watermark_ + 1));
    return Report();
  }

  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    ARROW_RETURN_NOT_OK(ReleaseBefore(watermark));
    watermark_ = watermark;
    ARROW_RETURN_NOT_OK(EmitUntil(watermark, out));
    return out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override {
    ARROW_RETURN_NOT_OK(ReleaseBefore(kMaxWatermark));
    return EmitUntil(kMaxWatermark, out);
  }

  arrow::Status Save(state::StateWriter& out) const override {
    ARROW_RETURN_NOT_OK(sessions_.Save(out));
    return SaveHeld(out);
  }

  /// Rows that wait are few: all of them are written at once.
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    ARROW_RETURN_NOT_OK(sessions_.BeginSave(changes_only, out));
    return SaveHeld(out);
  }
  arrow::Result<bool> SaveMore(int64_t rows) override { return sessions_.SaveMore(rows); }

  arrow::Status Restore(const state::StateReader& in) override {
    watermark_ = in.watermark();
    ARROW_RETURN_NOT_OK(sessions_.Restore(in, [this] { return Report(); }));
    ARROW_RETURN_NOT_OK(held_.Restore(state::ArrowTypesOf(node_.inputs()[0]->schema()), in));
    return Report();
  }

 private:
  arrow::Result<std::vector<EventTimeMs>> TimesOf(const Batch& batch) const {
    if (batch.num_rows == 0) return std::vector<EventTimeMs>();
    return ReadTimes(*batch.columns[node_.time_column], context().label);
  }

  /// Leaves only the rows of `batch` that need not wait, and their times.
  arrow::Status Hold(Batch* batch, std::vector<EventTimeMs>* times) {
    std::vector<int32_t> behind;
    std::vector<EventTimeMs> watermarks;
    std::vector<EventTimeMs> times_behind;
    for (int64_t row = 0; row < batch->num_rows; ++row) {
      const EventTimeMs watermark = std::max(batch->watermark_before(row), watermark_);
      // Were there a session that ends where this row begins, it would be complete.
      if (watermark < sessions_.CompletedBy(zone_.ToWall((*times)[row]))) continue;
      behind.push_back(static_cast<int32_t>(row));
      watermarks.push_back(watermark);
      times_behind.push_back((*times)[row]);
    }
    if (behind.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(Batch waiting, Take(*batch, behind));
    held_.Add(std::move(waiting), std::move(watermarks), times_behind);
    std::vector<int32_t> ahead;
    for (int64_t row = 0, next = 0; row < batch->num_rows; ++row) {
      const bool waits = next < std::ssize(behind) && behind[next] == row;
      if (waits)
        ++next;
      else
        ahead.push_back(static_cast<int32_t>(row));
    }
    ARROW_ASSIGN_OR_RAISE(*batch, Take(*batch, ahead));
    ARROW_ASSIGN_OR_RAISE(*times, TimesOf(*batch));
    return arrow::Status::OK();
  }

  arrow::Status ReleaseBefore(EventTimeMs watermark) {
    if (held_.size() == 0) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const Batch due, held_.TakeBefore(watermark));
    ARROW_ASSIGN_OR_RAISE(const auto times, TimesOf(due));
    return TakeIn(due, times);
  }

  arrow::Status SaveHeld(state::StateWriter& out) const {
    return held_.Save(OwnerOfRows(*node_.inputs()[0]), context().batch_rows, out);
  }

  arrow::Status TakeIn(const Batch& batch, const std::vector<EventTimeMs>& times) {
    if (batch.num_rows == 0) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(PlaceRows(batch, times));
    ARROW_RETURN_NOT_OK(late_.HandOver(batch, context()));
    ARROW_RETURN_NOT_OK(sessions_.ApplyMerges());
    sessions_.StatesOf(placed_, &states_);
    if (!rows_.empty()) ARROW_RETURN_NOT_OK(aggregates_.Update(batch, rows_, states_));
    sessions_.EndBatch(batch.num_rows);
    return arrow::Status::OK();
  }

  arrow::Status Report() {
    return report_.Set(sessions_.size() + held_.size(), sessions_.memory_bytes() + held_.memory_bytes());
  }

  /// Fills rows_ and placed_ with the rows that are not late.
  arrow::Status PlaceRows(const Batch& batch, const std::vector<EventTimeMs>& times) {
    const auto keys = SelectColumns(batch, node_.group_columns);
    ARROW_RETURN_NOT_OK(sessions_.FindKeys(keys, batch.num_rows, &payloads_));
    rows_.clear();
    placed_.clear();
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const EventTimeMs time = zone_.ToWall(times[row]);
      const EventTimeMs watermark = batch.watermark_before(row);
      Session* session = sessions_.Place(payloads_[row], time, watermark);
      if (session == nullptr) {
        late_.Add(static_cast<int32_t>(row), watermark, {time, time + node_.window.size_ms});
        continue;
      }
      rows_.push_back(static_cast<int32_t>(row));
      placed_.push_back(session);
    }
    return arrow::Status::OK();
  }

  arrow::Status EmitUntil(EventTimeMs watermark, Emitter& out) {
    const std::vector<Session*> completed = sessions_.TakeCompleted(watermark);
    if (completed.empty()) return Report();
    for (size_t at = 0; at < completed.size(); at += context().batch_rows) {
      const size_t end = std::min<size_t>(at + context().batch_rows, completed.size());
      ARROW_RETURN_NOT_OK(EmitSessions({completed.begin() + at, completed.begin() + end}, out));
    }
    ARROW_RETURN_NOT_OK(sessions_.Free(completed));
    ARROW_RETURN_NOT_OK(result_->Flush(out));
    return Report();
  }

  arrow::Status EmitSessions(const std::vector<Session*>& completed, Emitter& out) {
    Batch batch;
    batch.num_rows = static_cast<int64_t>(completed.size());
    std::vector<uint8_t*> states;
    std::vector<time::Window> windows;
    for (Session* session : completed) {
      states.push_back(sessions_.StateOf(session));
      windows.push_back({session->start, session->end});
    }
    ARROW_ASSIGN_OR_RAISE(batch.columns, sessions_.Keys(completed));
    ARROW_ASSIGN_OR_RAISE(const auto results, aggregates_.Finalize(states));
    batch.columns.insert(batch.columns.end(), results.begin(), results.end());
    return result_->Add(std::move(batch), windows, out);
  }

  const plan::WindowAggregateNode& node_;
  AggregateSet aggregates_;
  SessionStore sessions_;
  WindowZone zone_;
  std::unique_ptr<WindowResult> result_;
  StateReport report_;
  LateRowCollector late_;
  HeldRows held_;
  EventTimeMs watermark_ = kMinWatermark;

  // Of the batch under way.
  std::vector<uint8_t*> payloads_;
  std::vector<int32_t> rows_;
  std::vector<Session*> placed_;
  std::vector<uint8_t*> states_;
};

}  // namespace

arrow::Result<std::unique_ptr<Operator>> MakeSessionAggregateOperator(const plan::WindowAggregateNode& node) {
  if (node.input_retracts) {
    return arrow::Status::NotImplemented(node.label(),
                                         ": SESSION windows over an updating input are not supported yet");
  }
  ARROW_RETURN_NOT_OK(time::CheckWindowSpec(node.window));
  ARROW_ASSIGN_OR_RAISE(auto aggregates, AggregateSet::Make(node.calls, node.inputs()[0]->schema(), false));
  return std::make_unique<SessionAggregate>(node, std::move(aggregates));
}

}  // namespace tidemark::exec
