// SPDX-License-Identifier: Apache-2.0
// Calls an operator in the order its interface promises.
#include "runtime/operator_task.h"

#include <arrow/type.h>

#include <utility>

#include "state/state_columns.h"

namespace tidemark::runtime {
namespace {

constexpr std::string_view kFinishedTable = "runtime.finished";

}  // namespace

OperatorTask::OperatorTask(std::unique_ptr<exec::Operator> op, int inputs, std::unique_ptr<WatermarkMerge> merge,
                           exec::OperatorContext context, FailureSite* site)
    : operator_(std::move(op)),
      num_inputs_(inputs),
      inputs_(inputs, std::move(merge)),
      context_(std::move(context)),
      outlet_(context_.metrics),
      site_(site) {}

arrow::Status OperatorTask::Open() { return site_->Note(operator_->Open(context_), context_.label); }

arrow::Status OperatorTask::Push(int input, Batch batch) {
  context_.metrics->rows_in.fetch_add(batch.num_rows, std::memory_order_relaxed);
  auto taken = inputs_.Take(input, std::move(batch));
  if (!taken.ok()) return site_->Note(taken.status(), context_.label);
  return site_->Note(operator_->Push(input, std::move(taken).ValueUnsafe(), outlet_), context_.label);
}

arrow::Status OperatorTask::Advance(int input, EventTimeMs watermark) {
  return PassOn(inputs_.Advance(input, watermark));
}

arrow::Status OperatorTask::SetIdle(int input, bool idle) { return PassOn(inputs_.SetIdle(input, idle)); }

arrow::Status OperatorTask::End(int input, bool complete) {
  const auto events = inputs_.End(input, complete);
  if (events.ok() && !events->ended && complete && !finished_) {
    ARROW_RETURN_NOT_OK(site_->Note(operator_->FinishInput(input, outlet_), context_.label));
  }
  return PassOn(events);
}

arrow::Status OperatorTask::Tick() {
  if (inputs_.all_ended() || finished_) return arrow::Status::OK();
  return site_->Note(operator_->Tick(outlet_), context_.label);
}

arrow::Status OperatorTask::Flush() {
  if (inputs_.all_ended() || finished_) return arrow::Status::OK();
  return site_->Note(operator_->Flush(outlet_), context_.label);
}

arrow::Status OperatorTask::Save(state::StateSnapshot::Part* part) const {
  const auto writer = state::MakeSnapshotWriter(part);
  ARROW_RETURN_NOT_OK(SaveTask(part, writer.get()));
  if (finished_) return arrow::Status::OK();
  return site_->Note(operator_->Save(*writer), context_.label);
}

arrow::Status OperatorTask::BeginSave(bool changes_only, state::StateSnapshot::Part* part) {
  auto writer = state::MakeSnapshotWriter(part);
  ARROW_RETURN_NOT_OK(SaveTask(part, writer.get()));
  if (finished_) return arrow::Status::OK();
  saving_ = std::move(writer);
  return site_->Note(operator_->BeginSave(changes_only, *saving_), context_.label);
}

arrow::Result<bool> OperatorTask::SaveMore(int64_t rows) {
  if (!saving_) return true;
  const auto complete = operator_->SaveMore(rows);
  if (!complete.ok()) return site_->Note(complete.status(), context_.label);
  if (*complete) saving_ = nullptr;
  return *complete;
}

arrow::Status OperatorTask::SaveTask(state::StateSnapshot::Part* part, state::StateWriter* writer) const {
  part->watermark = inputs_.watermark();
  ARROW_RETURN_NOT_OK(outlet_.Save(*writer));
  ARROW_ASSIGN_OR_RAISE(auto finished, state::BooleanColumn({finished_}));
  return writer->Write(kFinishedTable, Batch{1, {std::move(finished)}}, state::RowOwner::EveryWorker());
}

arrow::Status OperatorTask::Restore(const state::StateReader& in) {
  inputs_.Restore(in.watermark());
  ARROW_ASSIGN_OR_RAISE(const auto finished, state::ReadRows(in, kFinishedTable, {}, {arrow::boolean()}));
  // Before an exchange the operator of one worker may have finished while another's has not.
  finished_ = !finished.empty();
  for (const Batch& row : finished) finished_ &= state::BooleanValue(row, 0, 0);
  if (finished_) return arrow::Status::OK();
  return site_->Note(operator_->Restore(in), context_.label);
}

arrow::Status OperatorTask::PassOn(const arrow::Result<MergedEvents>& events) {
  return site_->Note(events.ok() ? PassOnEvents(*events) : events.status(), context_.label);
}

arrow::Status OperatorTask::PassOnEvents(const MergedEvents& events) {
  if (events.idle && !*events.idle) ARROW_RETURN_NOT_OK(outlet_.SetIdle(false));
  if (events.watermark) ARROW_RETURN_NOT_OK(operator_->Advance(*events.watermark, outlet_));
  if (events.idle && *events.idle) ARROW_RETURN_NOT_OK(outlet_.SetIdle(true));
  if (!events.ended) return arrow::Status::OK();
  if (finished_) {
    // It had finished before the checkpoint that the job goes on from.
  } else if (events.complete) {
    finished_ = true;
    ARROW_RETURN_NOT_OK(operator_->Finish(outlet_));
  } else {
    // A mini-batch holds results that are due, a window those that are not.
    ARROW_RETURN_NOT_OK(operator_->Flush(outlet_));
  }
  return outlet_.End(events.complete);
}

}  // namespace tidemark::runtime
