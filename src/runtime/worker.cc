// SPDX-License-Identifier: Apache-2.0
// Which stage runs next, and how a worker starts, stops, ends and gives up.
#include "runtime/worker.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include "runtime/worker_checkpoint.h"

namespace tidemark::runtime {
namespace {

/// While input comes, mini-batches, gathered rows and rolling files are looked after this often; while none comes, at
/// once and then less often.
constexpr int64_t kBusyTickMicros = 5'000;
constexpr int64_t kIdleTickMicros = 50'000;

StepResult Progress() { return {.state = StepResult::State::kProgress}; }
StepResult Done() { return {.state = StepResult::State::kDone}; }
StepResult Waiting(int64_t retry_micros = std::numeric_limits<int64_t>::max()) {
  return {.state = StepResult::State::kWaiting,
          .wait_micros = std::min(retry_micros, kIdleTickMicros),
          .awaits_clock = retry_micros != std::numeric_limits<int64_t>::max()};
}

}  // namespace

Worker::Worker(int index, Dataflow dataflow, JobControl* control, Clock* clock, Chooser* chooser,
               CheckpointCoordinator* coordinator, Background* background)
    : index_(index),
      dataflow_(std::move(dataflow)),
      control_(control),
      clock_(clock),
      chooser_(chooser),
      coordinator_(coordinator) {
  if (coordinator != nullptr)
    checkpoint_ = std::make_unique<WorkerCheckpoint>(index, &dataflow_, coordinator, control, background);
  const auto& stages = dataflow_.stages;
  const auto first = std::find_if(stages.begin(), stages.end(), [](const auto& stage) { return stage.is_input; });
  first_input_ = static_cast<size_t>(first - stages.begin());
}

Worker::~Worker() = default;

StepResult Worker::Step() {
  if (done_) return Done();
  if (control_->failed()) {
    GiveUp();
    return Done();
  }
  arrow::Status status;
  try {
    auto step = TryStep();
    if (step.ok()) return *step;
    status = dataflow_.site->Place(step.status());
  } catch (const std::bad_alloc&) {
    status = arrow::Status::OutOfMemory("The process ran out of memory");
  } catch (const std::exception& exception) {
    status = arrow::Status::UnknownError("Unexpected exception: ", exception.what());
  }
  control_->Fail(status);
  GiveUp();
  return Done();
}

void Worker::GiveUp() {
  done_ = true;
  for (const auto& sink : dataflow_.sinks) sink->Abort();
}

arrow::Result<StepResult> Worker::TryStep() {
  if (!started_) ARROW_RETURN_NOT_OK(Start());
  bool moved = false;
  if (checkpoint_) {
    RequestLastCheckpoint();
    ARROW_ASSIGN_OR_RAISE(const bool moved_checkpoint, checkpoint_->Step(clock_->SteadyMicros()));
    if (moved_checkpoint) return Progress();
    ARROW_ASSIGN_OR_RAISE(moved, checkpoint_->SaveMore());
  }
  if (ended_) return moved ? Progress() : CloseStep();
  if (!stopping_ && control_->stop_requested()) {
    stopping_ = true;
    // With checkpoints the job stands still at the last one instead, and goes on from there another time.
    for (const auto& stage : dataflow_.stages) {
      if (!checkpoint_) stage.head->Stop();
    }
  }
  if (checkpoint_ && stopping_ && coordinator_->all_done()) return EndStopped();
  for (ExchangeSender* sender : dataflow_.senders) moved |= sender->Drain();
  const int64_t now = clock_->SteadyMicros();
  if (now - last_tick_micros_ >= kBusyTickMicros && worked_since_tick_) ARROW_RETURN_NOT_OK(Tick(now));

  ARROW_ASSIGN_OR_RAISE(const HeadStep step, StepStages(now));
  worked_since_tick_ |= step.progress;
  if (step.progress || moved) return Progress();
  if (DataflowEnded()) {
    ended_ = true;
    control_->WorkerEnded();
    return Progress();
  }
  if (worked_since_tick_ || now - last_tick_micros_ >= kIdleTickMicros) {
    // No input is at hand: what was gathered goes out now rather than with the next full batch.
    const bool worked = worked_since_tick_;
    ARROW_RETURN_NOT_OK(Tick(now));
    if (worked) return Progress();
  }
  return WaitFor(step.retry_micros);
}

void Worker::RequestLastCheckpoint() {
  // Before one is requested because it is time: where writing takes longer than the interval, it always is.
  if (index_ != 0) return;
  if (ended_ && control_->all_ended()) {
    coordinator_->RequestLast(/*finished=*/!control_->incomplete());
  } else if (!ended_ && control_->stop_requested()) {
    coordinator_->RequestLast(/*finished=*/false);
  }
}

StepResult Worker::EndStopped() {
  ended_ = true;
  control_->MarkIncomplete();
  control_->WorkerEnded();
  return Progress();
}

StepResult Worker::WaitFor(int64_t retry_micros) const {
  if (index_ == 0 && coordinator_ != nullptr) {
    retry_micros = std::min(retry_micros, coordinator_->MicrosUntilDue(clock_->SteadyMicros()));
  }
  return Waiting(retry_micros);
}

arrow::Status Worker::Start() {
  started_ = true;
  last_tick_micros_ = clock_->SteadyMicros();
  if (!dataflow_.part_states.empty()) ARROW_RETURN_NOT_OK(Resume());
  for (const auto& absent : dataflow_.absent_inputs) {
    ARROW_RETURN_NOT_OK(absent.consumer->End(absent.input, /*complete=*/true));
  }
  return arrow::Status::OK();
}

arrow::Status Worker::Resume() {
  const auto& states = dataflow_.part_states;
  for (size_t i = 0; i < dataflow_.parts.size(); ++i) {
    ARROW_RETURN_NOT_OK(dataflow_.site->Note(dataflow_.parts[i].part->Restore(*states[i]), dataflow_.parts[i].id));
  }
  for (size_t i = 0; i < dataflow_.parts.size(); ++i) {
    ARROW_RETURN_NOT_OK(dataflow_.site->Note(dataflow_.parts[i].part->Resume(*states[i]), dataflow_.parts[i].id));
  }
  for (size_t i = 0; i < dataflow_.sinks.size(); ++i) {
    OpenSink& sink = *dataflow_.sinks[i];
    ARROW_RETURN_NOT_OK(dataflow_.site->Note(sink.Restore(*states[dataflow_.parts.size() + i]), sink.label()));
    ARROW_RETURN_NOT_OK(dataflow_.site->Note(sink.Commit(), sink.label()));
  }
  dataflow_.part_states.clear();
  return arrow::Status::OK();
}

bool Worker::CanStep(size_t stage) const {
  if (dataflow_.stages[stage].head->done() || !HasRoom(dataflow_.stages[stage])) return false;
  return !checkpoint_ || !checkpoint_->Holds(stage);
}

bool Worker::HasRoom(const Dataflow::Stage& stage) {
  return std::all_of(stage.senders.begin(), stage.senders.end(),
                     [](const ExchangeSender* sender) { return sender->HasRoom(); });
}

arrow::Result<HeadStep> Worker::StepStages(int64_t now_micros) {
  auto& stages = dataflow_.stages;
  const size_t count = stages.size();
  HeadStep result;
  // The simulator also lets later stages wait now and then: their order is for memory and latency, not for the result.
  const bool shuffled = chooser_ != nullptr && chooser_->Choose(2) == 0;
  const size_t offset =
      shuffled ? static_cast<size_t>(chooser_->Choose(static_cast<int>(std::max<size_t>(count, 1)))) : 0;
  for (size_t i = 0; i < count; ++i) {
    size_t place = (i + offset) % count;
    if (place >= first_input_) {
      const size_t inputs = count - first_input_;
      place = first_input_ + (place - first_input_ + next_input_) % inputs;
    }
    Dataflow::Stage& stage = stages[place];
    if (!CanStep(place)) continue;
    ARROW_ASSIGN_OR_RAISE(const HeadStep step, stage.head->Step(now_micros));
    result.retry_micros = std::min(result.retry_micros, step.retry_micros);
    if (!step.progress) continue;
    if (stage.is_input) next_input_ = place - first_input_ + 1;
    result.progress = true;
    return result;
  }
  return result;
}

arrow::Status Worker::Tick(int64_t now_micros) {
  last_tick_micros_ = now_micros;
  worked_since_tick_ = false;
  for (const auto& letters : dataflow_.dead_letters) ARROW_RETURN_NOT_OK(letters->Flush());
  for (const auto& consumer : dataflow_.consumers) ARROW_RETURN_NOT_OK(consumer->Tick());
  return arrow::Status::OK();
}

bool Worker::DataflowEnded() const {
  return std::all_of(dataflow_.stages.begin(), dataflow_.stages.end(),
                     [](const Dataflow::Stage& stage) { return stage.head->done(); }) &&
         std::all_of(dataflow_.senders.begin(), dataflow_.senders.end(),
                     [](const ExchangeSender* sender) { return sender->drained(); });
}

arrow::Result<StepResult> Worker::CloseStep() {
  if (!control_->all_ended()) return WaitFor(std::numeric_limits<int64_t>::max());
  // What came after the last checkpoint becomes visible with one more.
  if (checkpoint_ && !coordinator_->all_done()) return WaitFor(std::numeric_limits<int64_t>::max());
  if (index_ == 0 && !control_->others_closed()) return Waiting();
  for (const auto& letters : dataflow_.dead_letters) ARROW_RETURN_NOT_OK(letters->Flush());
  const bool complete = !control_->incomplete();
  for (const auto& sink : dataflow_.sinks) {
    ARROW_RETURN_NOT_OK(dataflow_.site->Note(sink->Close(complete), sink->label()));
  }
  done_ = true;
  if (index_ != 0) control_->WorkerClosed();
  return Done();
}

std::string Worker::Describe() const {
  std::string text = "worker " + std::to_string(index_) + (done_ ? ": done" : ended_ ? ": ended" : ":") + "\n";
  for (const auto& stage : dataflow_.stages) text += "  " + stage.head->Describe() + "\n";
  for (const ExchangeSender* sender : dataflow_.senders) text += "  " + sender->Describe() + "\n";
  return text;
}

}  // namespace tidemark::runtime
