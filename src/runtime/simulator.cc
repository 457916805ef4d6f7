// SPDX-License-Identifier: Apache-2.0
// The seeded schedule, and the lives of a job with faults.
#include "runtime/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runtime/job.h"
#include "runtime/job_control.h"
#include "runtime/seeded_chooser.h"
#include "runtime/simulated_life.h"

namespace tidemark::runtime {
namespace {

constexpr int64_t kStartMicros = 1'600'000'000'000'000;
/// Of one operation of a slow disk, and of a checkpoint that it takes long to write.
constexpr int64_t kSlowOperationMicros = 50'000;
constexpr int64_t kSlowCheckpointMicros = 5'000'000;
/// Steps of processes that are believed to be over, after the last life has ended.
constexpr int kLastZombieTurns = 100;

/// How a life is to end before its job has.
struct Ending {
  enum class Kind { kNone, kKill, kPowerFailure, kZombie, kRestart, kFullDisk };
  Kind kind = Kind::kNone;
  int64_t at_step = -1;          ///< of all lives; -1: not at a step
  bool before_commit = false;    ///< when a checkpoint is complete
  int64_t checkpoints_skip = 0;  ///< not with the first of these
};

/// A life that everybody but itself believes to be over.
struct Zombie {
  std::unique_ptr<SimulatedLife> life;
  bool acted = false;
};

constexpr int kManyFailures = 1000;

class Simulation {
 public:
  Simulation(JobOptions options, const SimulationOptions& simulation)
      : simulation_(simulation),
        faults_(simulation.faults),
        chooser_(simulation.seed),
        clock_(kStartMicros),
        options_(std::move(options)) {
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
    if (faults_ != nullptr) DrawFaults();
    std::unique_ptr<io::SimulatedDisk> disk = faults_ == nullptr ? nullptr : std::move(faults_->disk);
    while (true) {
      life_ = std::make_unique<SimulatedLife>(std::move(disk), &clock_, &chooser_, &trace_);
      DrawEnding();
      arrow::Status status = life_->Start(plan, options_);
      if (status.ok()) {
        const int64_t resumed = life_->job()->resumed_checkpoint();
        report_.resumed += report_.lives > 1 && resumed > 0;
        checkpoints_seen_ = 0;
        status = Loop();
        if (!status.ok()) return Named(status);
        status = life_->job()->control()->status();
      } else if (MayRefuse() && !Passes(status)) {
        report_.refused = status.message();
        break;
      }
      if (!Over(status)) {
        if (!status.ok()) return Named(status);
        break;
      }
      disk = EndLife(status);
      ++report_.lives;
      ChangeWorkers();
    }
    FinishZombies();
    return Report();
  }

 private:
  using Kind = Ending::Kind;

  // What the whole run suffers.

  void DrawFaults() {
    options_.checkpoints.interval_micros = chooser_.Pick(std::vector<int64_t>{1, 100, 1'000, 10'000, 100'000});
    options_.checkpoints.retained = 1 + chooser_.Choose(3);
    lives_ = 1 + chooser_.Choose(faults_->lives_max);
    slow_ = chooser_.OneIn(4);
    lies_ = lives_ > 1 && chooser_.OneIn(8);
    late_ = lives_ > 1 && chooser_.OneIn(4);
    if (slow_) report_.faults.Draw(Fault::kSlowDisk);
    if (lies_) report_.faults.Draw(Fault::kLostSync);
  }

  // How one life ends.

  void DrawEnding() {
    ending_ = Ending();
    options_.checkpoints.timeout_micros = 0;
    options_.checkpoints.tolerable_failures = 0;
    if (slow_) life_->set_slow_background(kSlowCheckpointMicros);
    if (faults_ == nullptr) return;
    io::DiskFaults& disk = life_->disk()->faults();
    disk = io::DiskFaults();
    if (slow_) {
      disk.slow_one_in = 8;
      disk.slow_micros_max = kSlowOperationMicros;
      disk.on_slow = [this](int64_t micros) { clock_.Advance(micros); };
    }
    if (report_.lives >= lives_) return;
    ending_.kind = chooser_.Pick(std::vector<Kind>{Kind::kKill, Kind::kPowerFailure, Kind::kPowerFailure, Kind::kZombie,
                                                   Kind::kRestart, Kind::kFullDisk});
    if (ending_.kind == Kind::kZombie && !faults_->zombies) ending_.kind = Kind::kKill;
    if (lies_ && ending_.kind != Kind::kZombie) ending_.kind = Kind::kPowerFailure;
    if (lies_) {
      disk.lost_sync_one_in = chooser_.Pick(std::vector<int64_t>{1, 3, 10});
      disk.lost_sync_within = options_.checkpoints.folder + "/chk-";
    }
    if (late_) {
      const bool is_endless = chooser_.OneIn(2) && ending_.kind != Kind::kFullDisk;
      options_.checkpoints.timeout_micros =
          chooser_.Pick(is_endless ? std::vector<int64_t>{20'000, 100'000, 500'000} : std::vector<int64_t>{1, 1'000});
      // A full disk is to end the job. One that tolerates many failures waits as soon as sinks have no more room.
      if (is_endless) options_.checkpoints.tolerable_failures = kManyFailures;
      if (!is_endless && ending_.kind != Kind::kFullDisk) options_.checkpoints.tolerable_failures = chooser_.Choose(3);
      report_.faults.Draw(Fault::kLateCheckpoint);
    }
    DrawMoment(&disk);
    CountDrawn();
  }

  void DrawMoment(io::DiskFaults* disk) {
    const int64_t soon = 1 + chooser_.Choose(chooser_.Pick(std::vector<int>{10, 50, 200, 1'000, 5'000}));
    const int64_t operation =
        life_->disk()->operations() + chooser_.Choose(chooser_.Pick(std::vector<int>{4, 20, 100}));
    const int way = chooser_.Choose(3);
    if (ending_.kind == Kind::kFullDisk) {
      disk->full_from = operation;
    } else if (ending_.kind == Kind::kRestart || way == 0) {
      ending_.at_step = trace_.steps + soon;
    } else if (way == 1 || ending_.kind == Kind::kZombie) {
      ending_.before_commit = true;
      ending_.checkpoints_skip = chooser_.Choose(3);
    } else {
      disk->off_at = operation;
    }
  }

  void CountDrawn() {
    if (ending_.before_commit) report_.faults.Draw(Fault::kCrashBeforeCommit);
    report_.faults.Draw(FaultOf(ending_.kind));
    if (ending_.kind == Kind::kPowerFailure) report_.faults.Draw(Fault::kTornWrite);
  }

  static Fault FaultOf(Kind kind) {
    switch (kind) {
      case Kind::kPowerFailure:
        return Fault::kPowerFailure;
      case Kind::kZombie:
        return Fault::kZombieWriter;
      case Kind::kRestart:
        return Fault::kRestart;
      case Kind::kFullDisk:
        return Fault::kFullDisk;
      default:
        return Fault::kKill;
    }
  }

  static bool IsLate(const arrow::Status& status) {
    return status.message().find("execution.checkpointing.timeout") != std::string::npos;
  }

  bool Passes(const arrow::Status& status) const {
    return IsLate(status) ||
           std::any_of(faults_->passing_errors.begin(), faults_->passing_errors.end(),
                       [&](const std::string& text) { return status.message().find(text) != std::string::npos; });
  }

  /// Whether a life is over, as it was meant to, before its job is.
  bool Over(const arrow::Status& status) {
    if (faults_ == nullptr) return false;
    if (crashed_ || life_->disk()->off()) return true;
    if (status.ok()) return ending_.kind == Kind::kRestart && life_->job()->incomplete();
    const bool full = ending_.kind == Kind::kFullDisk && life_->disk()->events().full > 0 &&
                      status.message().find("No space left on device") != std::string::npos;
    return full || Passes(status);
  }

  bool MayRefuse() const {
    return faults_ != nullptr && !life_->disk()->off() && life_->disk()->events().lost_syncs > 0;
  }

  /// Buries the life, or not quite; gives the disk that the next one finds.
  std::unique_ptr<io::SimulatedDisk> EndLife(const arrow::Status& status) {
    const bool crashed = std::exchange(crashed_, false) || life_->disk()->off();
    Tell(crashed, status);
    CountLate(status);
    // A job that ends by itself tidies up.
    if (!crashed) life_->Drop();
    // A zombie counts when it does something.
    const bool as_drawn = crashed || status.ok() || !Passes(status);
    if (as_drawn && ending_.kind != Kind::kZombie) report_.faults.Fire(FaultOf(ending_.kind));
    if (crashed && ending_.before_commit) report_.faults.Fire(Fault::kCrashBeforeCommit);
    const bool power_failed = crashed && ending_.kind == Kind::kPowerFailure;
    auto disk = power_failed ? life_->disk()->AfterPowerFailure() : life_->disk()->AfterKill();
    slow_checkpoints_ += life_->slow_background();
    if (crashed && ending_.kind == Kind::kZombie && life_->job() != nullptr) {
      zombies_.push_back({std::move(life_)});
    } else {
      life_.reset();
    }
    return disk;
  }

  void CountLate(const arrow::Status& status) {
    if (life_->job() == nullptr || options_.checkpoints.timeout_micros == 0) return;
    report_.faults.Fire(Fault::kLateCheckpoint, life_->job()->checkpoint_metrics().failed + (IsLate(status) ? 1 : 0));
  }

  /// For whoever reads of a run that failed.
  void Tell(bool crashed, const arrow::Status& status) {
    const bool started = life_->job() != nullptr;
    told_ += fmt::format(
        "\n    life {} of {} workers {}: ", report_.lives, options_.workers,
        !started ? "that did not start" : "from checkpoint " + std::to_string(life_->job()->resumed_checkpoint()));
    told_ += crashed ? NameOf(FaultOf(ending_.kind)) : status.ok() ? "stopped" : status.message();
    told_ += fmt::format(" after {} steps, {} checkpoints{}", trace_.steps,
                         started ? life_->job()->checkpoint_metrics().completed : 0,
                         crashed && ending_.before_commit ? ", the last not committed" : "");
  }

  void ChangeWorkers() {
    if (simulation_.workers != 0) return;
    const int before = std::exchange(options_.workers, 1 + chooser_.Choose(4));
    report_.faults.Draw(Fault::kOtherWorkers);
    if (before != options_.workers) report_.faults.Fire(Fault::kOtherWorkers);
  }

  // Steps.

  arrow::Status Loop() {
    int64_t quiet_jumps = 0;
    while (!life_->ended()) {
      if (!zombies_.empty() && chooser_.OneIn(4)) ActZombie();
      const std::vector<int> ready = life_->Ready();
      if (ready.empty()) {
        if (++quiet_jumps > simulation_.quiet_jumps_max) {
          if (simulation_.stop_after_steps >= 0 && !life_->job()->stop_requested()) {
            life_->job()->RequestStop();
            quiet_jumps = 0;
            continue;
          }
          return arrow::Status::UnknownError("stuck after ", trace_.steps, " steps:\n", life_->job()->Describe());
        }
        clock_.Advance(std::max<int64_t>(life_->next_deadline() - clock_.SteadyMicros(), 0));
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(const bool progress, life_->Act(chooser_.Pick(ready), [this] { return GoesOn(); }));
      if (progress) quiet_jumps = 0;
      if (faults_ != nullptr && Crashes()) return arrow::Status::OK();
      if (trace_.steps > simulation_.steps_max)
        return arrow::Status::UnknownError("not done after ", trace_.steps, " steps:\n", life_->job()->Describe());
      MoveClock();
    }
    return arrow::Status::OK();
  }

  /// Asked before each step.
  bool GoesOn() {
    if (trace_.steps == simulation_.stop_after_steps) life_->job()->RequestStop();
    if (ending_.at_step < 0 || trace_.steps < ending_.at_step) return true;
    if (ending_.kind == Kind::kRestart) {
      life_->job()->RequestStop();
      return true;
    }
    return false;
  }

  bool Crashes() {
    const bool dies = ending_.kind != Kind::kRestart;
    crashed_ = dies && ending_.at_step >= 0 && trace_.steps >= ending_.at_step;
    const int64_t completed = life_->job()->checkpoint_metrics().completed;
    if (ending_.before_commit && completed > std::exchange(checkpoints_seen_, completed) &&
        ending_.checkpoints_skip-- == 0)
      crashed_ = true;
    return crashed_ || life_->disk()->off();
  }

  void ActZombie() {
    Zombie& zombie = zombies_[static_cast<size_t>(chooser_.Choose(static_cast<int>(zombies_.size())))];
    const std::vector<int> ready = zombie.life->Ready();
    if (ready.empty()) return;
    // Whatever becomes of it: it is only to do no harm.
    const auto acted = zombie.life->Act(chooser_.Pick(ready), [] { return true; });
    const bool alive = acted.ok() && *acted && zombie.life->job()->control()->status().ok();
    if (alive && !std::exchange(zombie.acted, true)) report_.faults.Fire(Fault::kZombieWriter);
  }

  void FinishZombies() {
    for (int turn = 0; turn < kLastZombieTurns && !zombies_.empty(); ++turn) {
      ActZombie();
      clock_.Advance(chooser_.Choose(10'000));
    }
  }

  void MoveClock() {
    const int draw = chooser_.Choose(256);
    if (draw == 0)
      clock_.Advance(chooser_.Choose(2'000'000));
    else if (draw < 32)
      clock_.Advance(chooser_.Choose(8'000));
  }

  SimulationReport Report() {
    report_.steps = trace_.steps;
    report_.trace = trace_.hash;
    report_.drawn = Drawn();
    if (life_->job() != nullptr) {
      report_.metrics = life_->job()->Metrics();
      report_.checkpoints = life_->job()->checkpoint_metrics().completed;
    }
    if (faults_ == nullptr) return std::move(report_);
    life_->Drop();
    const io::DiskEvents& events = life_->disk()->events();
    report_.faults.Fire(Fault::kTornWrite, events.torn_writes);
    report_.faults.Fire(Fault::kLostSync, events.lost_syncs);
    report_.faults.Fire(Fault::kSlowDisk, events.slow + slow_checkpoints_ + life_->slow_background());
    faults_->disk = life_->disk()->AfterKill();
    return std::move(report_);
  }

  arrow::Status Named(const arrow::Status& status) const {
    return status.WithMessage("simulation seed ", simulation_.seed, " (", Drawn(), "): ", status.message());
  }

  std::string Drawn() const {
    return fmt::format(
        "{} workers, {} rows a batch, {} messages a channel, {} batches read ahead, pieces of {} bytes, "
        "blocks of {} bytes{}",
        options_.workers, options_.batch_rows, options_.channel_capacity, options_.read_ahead_batches,
        options_.read_sizes.piece_bytes, options_.read_sizes.block_bytes, told_);
  }

  const SimulationOptions simulation_;
  FaultOptions* const faults_;  ///< null: none
  SeededChooser chooser_;
  ManualClock clock_;
  JobOptions options_;
  SimulatedTrace trace_;
  std::vector<Zombie> zombies_;
  std::unique_ptr<SimulatedLife> life_;
  int lives_ = 1;  ///< at most
  bool slow_ = false;
  bool late_ = false;
  bool lies_ = false;
  Ending ending_;
  bool crashed_ = false;
  int64_t checkpoints_seen_ = 0;  ///< completed, when it was last looked
  int64_t slow_checkpoints_ = 0;
  std::string told_;  ///< of the lives that are over, a line each
  SimulationReport report_;
};

}  // namespace

arrow::Result<SimulationReport> Simulate(const plan::PhysicalPlan& plan, JobOptions options,
                                         const SimulationOptions& simulation) {
  return Simulation(std::move(options), simulation).Run(plan);
}

}  // namespace tidemark::runtime
