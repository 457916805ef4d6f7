// SPDX-License-Identifier: Apache-2.0
// A batch's rows are first placed into sessions, one after the other, then taken into the accumulators together.
//
// A row joins a session only while the watermark before the row has not completed it, whether or not the session is
// still here, so that results do not depend on how rows were cut into batches.
#include "exec/session_aggregate.h"

#include <arrow/array.h>

#include <algorithm>

#include "exec/late_rows.h"
#include "exec/session_store.h"
#include "exec/state_report.h"
#include "exec/time_column.h"
#include "exec/window_result.h"

namespace tidemark::exec {
namespace {

std::vector<DataType> KeyTypes(const plan::WindowAggregateNode& node) {
  std::vector<DataType> types;
  for (int column : node.group_columns) types.push_back(node.inputs()[0]->schema()[column].type);
  return types;
}

class SessionAggregate final : public Operator {
 public:
  SessionAggregate(const plan::WindowAggregateNode& node, AggregateSet aggregates)
      : node_(node), aggregates_(std::move(aggregates)), sessions_(KeyTypes(node), &aggregates_, node.window.size_ms) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    report_.Open(context);
    const DataType& time_type = node_.inputs()[0]->schema()[node_.time_column].type;
    ARROW_ASSIGN_OR_RAISE(zone_, WindowZone::Make(time_type, context.functions->local_time_zone));
    sessions_.SetZone(zone_);
    result_ = std::make_unique<WindowResult>(node_, zone_, context);
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter&) override {
    ARROW_RETURN_NOT_OK(PlaceRows(batch));
    ARROW_RETURN_NOT_OK(late_.HandOver(batch, context()));
    ARROW_RETURN_NOT_OK(sessions_.ApplyMerges());
    states_.clear();
    for (Session* session : placed_) states_.push_back(SessionStore::StateOf(SessionStore::Resolve(session)));
    if (!rows_.empty()) ARROW_RETURN_NOT_OK(aggregates_.Update(batch, rows_, states_));
    sessions_.EndBatch(batch.num_rows);
    return report_.Set(sessions_.size(), sessions_.memory_bytes());
  }

  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    watermark_ = watermark;
    ARROW_RETURN_NOT_OK(EmitUntil(watermark, out));
    return out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override { return EmitUntil(kMaxWatermark, out); }

 private:
  /// Fills rows_ and placed_ with the rows that are not late.
  arrow::Status PlaceRows(const Batch& batch) {
    ARROW_ASSIGN_OR_RAISE(const auto times, ReadTimes(*batch.columns[node_.time_column], context().label));
    std::vector<std::shared_ptr<arrow::Array>> keys;
    for (int column : node_.group_columns) keys.push_back(batch.columns[column]);
    ARROW_RETURN_NOT_OK(sessions_.FindKeys(keys, batch.num_rows, &payloads_));
    rows_.clear();
    placed_.clear();
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const EventTimeMs time = zone_.ToWall(times[row]);
      const EventTimeMs watermark = std::max(batch.watermark_before(row), watermark_);
      Session* session = sessions_.Place(payloads_[row], time, watermark);
      if (session == nullptr) {
        late_.Add(static_cast<int32_t>(row), watermark, time + node_.window.size_ms);
        continue;
      }
      rows_.push_back(static_cast<int32_t>(row));
      placed_.push_back(session);
    }
    return arrow::Status::OK();
  }

  arrow::Status EmitUntil(EventTimeMs watermark, Emitter& out) {
    const std::vector<Session*> completed = sessions_.TakeCompleted(watermark);
    if (completed.empty()) return arrow::Status::OK();
    for (size_t at = 0; at < completed.size(); at += context().batch_rows) {
      const size_t end = std::min<size_t>(at + context().batch_rows, completed.size());
      ARROW_RETURN_NOT_OK(EmitSessions({completed.begin() + at, completed.begin() + end}, out));
    }
    sessions_.Free(completed);
    ARROW_RETURN_NOT_OK(result_->Flush(out));
    return report_.Set(sessions_.size(), sessions_.memory_bytes());
  }

  arrow::Status EmitSessions(const std::vector<Session*>& completed, Emitter& out) {
    Batch batch;
    batch.num_rows = static_cast<int64_t>(completed.size());
    std::vector<uint8_t*> states;
    std::vector<time::Window> windows;
    for (Session* session : completed) {
      states.push_back(SessionStore::StateOf(session));
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
