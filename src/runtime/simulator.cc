// SPDX-License-Identifier: Apache-2.0
// The seeded schedule.
#include "runtime/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runtime/job.h"
#include "runtime/job_control.h"

namespace tidemark::runtime {
namespace {

/// Draws without the standard distributions, whose results differ between libraries.
class SeededChooser final : public Chooser {
 public:
  explicit SeededChooser(uint64_t seed) : engine_(seed) {}
  int Choose(int options) override { return static_cast<int>(engine_() % static_cast<uint64_t>(options)); }

  template <typename T>
  T Pick(const std::vector<T>& values) {
    return values[static_cast<size_t>(Choose(static_cast<int>(values.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

class Simulation {
 public:
  Simulation(JobOptions options, const SimulationOptions& simulation)
      : simulation_(simulation), chooser_(simulation.seed), clock_(kStartMicros), options_(std::move(options)) {
    const auto chosen = [&](auto given, const auto& values) {
      const auto drawn = chooser_.Pick(values);  // drawn in any case, so that a fixed size leaves the schedule alone
      return given != 0 ? given : drawn;
    };
    options_.workers = chosen(simulation.workers, std::vector<int>{1, 2, 3, 4});
    options_.batch_rows = chosen(simulation.batch_rows, std::vector<int64_t>{1, 2, 3, 7, 16, 64, 1024, 8192});
    options_.channel_capacity = chosen(simulation.channel_capacity, std::vector<int>{1, 2, 3, 8});
    options_.read_ahead_batches = chosen(simulation.read_ahead_batches, std::vector<int64_t>{1, 2, 4, 64});
    options_.read_sizes.piece_bytes =
        chosen(simulation.read_sizes.piece_bytes, std::vector<int64_t>{10, 50, 100, 250, 1000, int64_t{4} << 20});
    options_.read_sizes.block_bytes =
        chosen(simulation.read_sizes.block_bytes, std::vector<int64_t>{1, 20, 300, 5000, int64_t{1} << 16});
    options_.clock = &clock_;
    options_.functions.clock = &clock_;
    options_.chooser = &chooser_;
  }

  arrow::Result<SimulationReport> Run(const plan::PhysicalPlan& plan) {
    SimulationReport report;
    if (simulation_.crashes > 0) {
      options_.checkpoints.interval_micros = chooser_.Pick(std::vector<int64_t>{1, 100, 1'000, 10'000, 100'000});
      options_.checkpoints.retained = 1 + chooser_.Choose(3);
    }
    while (true) {
      auto made = Job::Make(plan, options_);
      if (!made.ok()) return Named(made.status());
      job_ = std::move(made).ValueUnsafe();
      if (report.crashes > 0 && job_->resumed_checkpoint() > 0) ++report.resumed;
      if (job_->finished_before()) break;
      turns_.assign(job_->num_workers(), Turn{});
      crash_step_ = report.crashes < simulation_.crashes ? steps_ + DrawLife() : -1;
      job_->MarkStarted();
      const arrow::Status status = Loop();
      if (!status.ok()) return Named(status);
      if (!job_->control()->status().ok()) return Named(job_->control()->status());
      if (crash_step_ < 0 || steps_ < crash_step_) break;
      ++report.crashes;
      Crash();
    }
    report.steps = steps_;
    report.trace = trace_;
    report.metrics = job_->Metrics();
    report.checkpoints = job_->checkpoint_metrics().completed;
    report.drawn = Drawn();
    return report;
  }

 private:
  static constexpr int64_t kStartMicros = 1'600'000'000'000'000;

  struct Turn {
    bool done = false;
    bool waiting = false;
    int64_t deadline = 0;       // of a waiting worker
    bool awaits_clock = false;  // of a waiting worker
  };

  /// Steps until the next crash: some come early, some late.
  int64_t DrawLife() {
    const int scale = chooser_.Pick(std::vector<int>{10, 50, 200, 1'000, 5'000});
    return 1 + chooser_.Choose(scale);
  }

  /// What the job's end would tidy up stays as it is.
  void Crash() {
    io::MemoryFileSystem left;
    left.CopyFrom(*simulation_.disk);
    job_.reset();
    simulation_.disk->CopyFrom(left);
    if (simulation_.workers == 0) options_.workers = 1 + chooser_.Choose(4);
  }

  arrow::Status Loop() {
    int64_t quiet_jumps = 0;
    while (true) {
      if (crash_step_ >= 0 && steps_ >= crash_step_) return arrow::Status::OK();
      if (std::all_of(turns_.begin(), turns_.end(), [](const Turn& turn) { return turn.done; }))
        return arrow::Status::OK();
      const std::vector<int> ready = ReadyWorkers();
      if (ready.empty()) {
        if (++quiet_jumps > simulation_.quiet_jumps_max) {
          if (simulation_.stop_after_steps >= 0 && !job_->stop_requested()) {
            job_->RequestStop();
            quiet_jumps = 0;
            continue;
          }
          return arrow::Status::UnknownError("stuck after ", steps_, " steps:\n", job_->Describe());
        }
        JumpToNextDeadline();
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(const bool progress, Burst(chooser_.Pick(ready)));
      if (progress) quiet_jumps = 0;
      if (steps_ > simulation_.steps_max) return arrow::Status::UnknownError("not done after ", steps_, " steps");
      MoveClock();
    }
  }

  std::vector<int> ReadyWorkers() {
    std::vector<int> ready;
    for (int worker = 0; worker < job_->num_workers(); ++worker) {
      Turn& turn = turns_[worker];
      if (turn.waiting && job_->control()->parker(worker)->Consume()) turn.waiting = false;
      if (!turn.done && (!turn.waiting || clock_.SteadyMicros() >= turn.deadline)) ready.push_back(worker);
    }
    return ready;
  }

  /// Steps one worker a few times. True when it did something.
  arrow::Result<bool> Burst(int worker) {
    Turn& turn = turns_[worker];
    const int count = chooser_.Pick(std::vector<int>{1, 1, 1, 2, 4, 16});
    const bool woken = !turn.waiting || turn.awaits_clock;
    turn.waiting = false;
    bool progress = false;
    for (int i = 0; i < count && !turn.waiting && !turn.done; ++i) {
      if (steps_ == crash_step_) return true;
      if (steps_ == simulation_.stop_after_steps) job_->RequestStop();
      const bool signalled = job_->control()->parker(worker)->Consume();
      const StepResult step = job_->worker(worker)->Step();
      ++steps_;
      trace_ = (trace_ ^ static_cast<uint64_t>(worker * 4 + static_cast<int>(step.state))) * 0x9E3779B97F4A7C15u;
      trace_ ^= trace_ >> 29;
      const bool progress_now = step.state != StepResult::State::kWaiting;
      if (progress_now && i == 0 && !woken && !signalled) {
        // Threads would have found it too, but only when the idle tick came round.
        return arrow::Status::UnknownError("after ", steps_, " steps worker ", worker,
                                           " had work that nobody woke it for:\n", job_->Describe());
      }
      progress |= progress_now;
      turn.done = step.state == StepResult::State::kDone;
      turn.waiting = step.state == StepResult::State::kWaiting;
      turn.deadline = clock_.SteadyMicros() + std::max<int64_t>(step.wait_micros, 1);
      turn.awaits_clock = step.awaits_clock;
    }
    return progress;
  }

  void MoveClock() {
    const int draw = chooser_.Choose(256);
    if (draw == 0)
      clock_.Advance(chooser_.Choose(2'000'000));
    else if (draw < 32)
      clock_.Advance(chooser_.Choose(8'000));
  }

  void JumpToNextDeadline() {
    int64_t next = INT64_MAX;
    for (const Turn& turn : turns_) {
      if (!turn.done) next = std::min(next, turn.deadline);
    }
    clock_.Advance(std::max<int64_t>(next - clock_.SteadyMicros(), 0));
  }

  arrow::Status Named(const arrow::Status& status) const {
    return status.WithMessage("simulation seed ", simulation_.seed, " (", Drawn(), "): ", status.message());
  }

  std::string Drawn() const {
    return fmt::format(
        "{} workers, {} rows a batch, {} messages a channel, {} batches read ahead, pieces of {} bytes, "
        "blocks of {} bytes",
        options_.workers, options_.batch_rows, options_.channel_capacity, options_.read_ahead_batches,
        options_.read_sizes.piece_bytes, options_.read_sizes.block_bytes);
  }

  const SimulationOptions simulation_;
  SeededChooser chooser_;
  ManualClock clock_;
  JobOptions options_;
  std::unique_ptr<Job> job_;
  std::vector<Turn> turns_;
  int64_t crash_step_ = -1;  ///< -1: no crash
  int64_t steps_ = 0;
  uint64_t trace_ = 0;
};

}  // namespace

arrow::Result<SimulationReport> Simulate(const plan::PhysicalPlan& plan, JobOptions options,
                                         const SimulationOptions& simulation) {
  return Simulation(std::move(options), simulation).Run(plan);
}

}  // namespace tidemark::runtime
