// SPDX-License-Identifier: Apache-2.0
// Turns of workers and of the background.
#include "runtime/simulated_life.h"

#include <algorithm>
#include <utility>

#include "runtime/job_control.h"

namespace tidemark::runtime {

void SimulatedBackground::RunOne() {
  const std::function<void()> work = std::move(waiting_.front().work);
  waiting_.pop_front();
  work();
}

void SimulatedTrace::Note(int worker, StepResult::State state) {
  ++steps;
  hash = (hash ^ static_cast<uint64_t>(worker * 4 + static_cast<int>(state))) * 0x9E3779B97F4A7C15u;
  hash ^= hash >> 29;
}

SimulatedLife::SimulatedLife(std::unique_ptr<io::SimulatedDisk> disk, ManualClock* clock, SeededChooser* chooser,
                             SimulatedTrace* trace)
    : clock_(clock), chooser_(chooser), trace_(trace), disk_(std::move(disk)), background_(clock, [this] {
        return DrawDelay();
      }) {}

int64_t SimulatedLife::DrawDelay() {
  if (background_micros_max_ == 0 || chooser_->OneIn(2)) return 0;
  ++slow_background_;
  return chooser_->Choose(static_cast<int>(background_micros_max_));
}

arrow::Status SimulatedLife::Start(const plan::PhysicalPlan& plan, JobOptions options) {
  if (disk_) options.files = disk_.get();
  options.background = &background_;
  ARROW_ASSIGN_OR_RAISE(job_, Job::Make(plan, std::move(options)));
  turns_.assign(job_->num_workers(), Turn{});
  job_->MarkStarted();
  return arrow::Status::OK();
}

bool SimulatedLife::ended() const {
  return std::all_of(turns_.begin(), turns_.end(), [](const Turn& turn) { return turn.done; });
}

std::vector<int> SimulatedLife::Ready() {
  std::vector<int> ready;
  for (int worker = 0; worker < job_->num_workers(); ++worker) {
    Turn& turn = turns_[worker];
    if (turn.waiting && job_->control()->parker(worker)->Consume()) turn.waiting = false;
    if (!turn.done && (!turn.waiting || clock_->SteadyMicros() >= turn.deadline)) ready.push_back(worker);
  }
  if (!background_.idle() && clock_->SteadyMicros() >= background_.due_micros()) ready.push_back(job_->num_workers());
  return ready;
}

int64_t SimulatedLife::next_deadline() const {
  int64_t next = background_.idle() ? INT64_MAX : background_.due_micros();
  for (const Turn& turn : turns_) {
    if (!turn.done) next = std::min(next, turn.deadline);
  }
  return next;
}

arrow::Result<bool> SimulatedLife::Act(int actor, const std::function<bool()>& goes_on) {
  if (actor == job_->num_workers()) {
    background_.RunOne();
    return true;
  }
  Turn& turn = turns_[actor];
  const int count = chooser_->Pick(std::vector<int>{1, 1, 1, 2, 4, 16});
  const bool woken = !turn.waiting || turn.awaits_clock;
  turn.waiting = false;
  bool progress = false;
  for (int i = 0; i < count && !turn.waiting && !turn.done && goes_on(); ++i) {
    const bool signalled = job_->control()->parker(actor)->Consume();
    const StepResult step = job_->worker(actor)->Step();
    trace_->Note(actor, step.state);
    const bool progress_now = step.state != StepResult::State::kWaiting;
    if (progress_now && i == 0 && !woken && !signalled) {
      // Threads would have found it too, but only when the idle tick came round.
      return arrow::Status::UnknownError("after ", trace_->steps, " steps worker ", actor,
                                         " had work that nobody woke it for:\n", job_->Describe());
    }
    progress |= progress_now;
    turn.done = step.state == StepResult::State::kDone;
    turn.waiting = step.state == StepResult::State::kWaiting;
    turn.deadline = clock_->SteadyMicros() + std::max<int64_t>(step.wait_micros, 1);
    turn.awaits_clock = step.awaits_clock;
  }
  return progress;
}

}  // namespace tidemark::runtime
