// SPDX-License-Identifier: Apache-2.0
// Calls an operator in the order its interface promises.
#include "runtime/operator_task.h"

#include <utility>

namespace tidemark::runtime {

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
  if (events.ok() && !events->ended && complete) {
    ARROW_RETURN_NOT_OK(site_->Note(operator_->FinishInput(input, outlet_), context_.label));
  }
  return PassOn(events);
}

arrow::Status OperatorTask::Tick() {
  if (inputs_.all_ended()) return arrow::Status::OK();
  return site_->Note(operator_->Tick(outlet_), context_.label);
}

arrow::Status OperatorTask::PassOn(const arrow::Result<MergedEvents>& events) {
  return site_->Note(events.ok() ? PassOnEvents(*events) : events.status(), context_.label);
}

arrow::Status OperatorTask::PassOnEvents(const MergedEvents& events) {
  if (events.idle && !*events.idle) ARROW_RETURN_NOT_OK(outlet_.SetIdle(false));
  if (events.watermark) ARROW_RETURN_NOT_OK(operator_->Advance(*events.watermark, outlet_));
  if (events.idle && *events.idle) ARROW_RETURN_NOT_OK(outlet_.SetIdle(true));
  if (!events.ended) return arrow::Status::OK();
  if (events.complete) {
    ARROW_RETURN_NOT_OK(operator_->Finish(outlet_));
  } else {
    // A mini-batch holds results that are due, a window those that are not.
    ARROW_RETURN_NOT_OK(operator_->Stop(outlet_));
  }
  return outlet_.End(events.complete);
}

}  // namespace tidemark::runtime
