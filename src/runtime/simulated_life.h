// SPDX-License-Identifier: Apache-2.0
// SimulatedLife: one run of a job under the simulator, with its background thread and its disk, from the start until it
// ends, fails or is killed. A job that is killed and resumed has several.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "io/simulated_disk.h"
#include "runtime/background.h"
#include "runtime/job.h"
#include "runtime/seeded_chooser.h"

namespace tidemark::runtime {

/// Work waits until the simulator turns to it.
class SimulatedBackground final : public Background {
 public:
  /// `delay_micros` gives how long each piece of work is under way at least. Both outlive it.
  SimulatedBackground(Clock* clock, std::function<int64_t()> delay_micros)
      : clock_(clock), delay_micros_(std::move(delay_micros)) {}
  void Run(std::function<void()> work) override {
    waiting_.push_back({std::move(work), clock_->SteadyMicros() + delay_micros_()});
  }
  bool idle() const { return waiting_.empty(); }
  /// When the next piece may be done. REQUIRES: !idle().
  int64_t due_micros() const { return waiting_.front().due_micros; }
  /// REQUIRES: !idle().
  void RunOne();

 private:
  struct Piece {
    std::function<void()> work;
    int64_t due_micros;
  };
  Clock* clock_;
  std::function<int64_t()> delay_micros_;
  std::deque<Piece> waiting_;
};

/// A hash of all steps and their results, and how many there were.
struct SimulatedTrace {
  int64_t steps = 0;
  uint64_t hash = 0;
  void Note(int worker, StepResult::State state);
};

class SimulatedLife {
 public:
  /// `disk` null: none but JobOptions::files. The others outlive it.
  SimulatedLife(std::unique_ptr<io::SimulatedDisk> disk, ManualClock* clock, SeededChooser* chooser,
                SimulatedTrace* trace);

  /// How long work in the background may be under way; 0: it may be done at once.
  void set_slow_background(int64_t micros_max) { background_micros_max_ = micros_max; }
  /// Pieces of work in the background that took long.
  int64_t slow_background() const { return slow_background_; }

  arrow::Status Start(const plan::PhysicalPlan& plan, JobOptions options);
  Job* job() { return job_.get(); }
  io::SimulatedDisk* disk() { return disk_.get(); }
  /// Ends the job as its process would that comes to its end. The disk stays.
  void Drop() { job_.reset(); }

  /// Every worker is done.
  bool ended() const;
  /// Who could do something now: workers, and the background as the number after theirs.
  std::vector<int> Ready();
  /// When somebody could at the latest.
  int64_t next_deadline() const;
  /// Lets one of them do a few steps, as long as `goes_on` says so before each. True when something was done. Work that
  /// nobody woke a worker for is an error.
  arrow::Result<bool> Act(int actor, const std::function<bool()>& goes_on);

 private:
  struct Turn {
    bool done = false;
    bool waiting = false;
    int64_t deadline = 0;       // of a waiting worker
    bool awaits_clock = false;  // of a waiting worker
  };
  int64_t DrawDelay();

  ManualClock* const clock_;
  SeededChooser* const chooser_;
  SimulatedTrace* const trace_;
  int64_t background_micros_max_ = 0;
  int64_t slow_background_ = 0;
  // The job goes first.
  std::unique_ptr<io::SimulatedDisk> disk_;
  SimulatedBackground background_;
  std::unique_ptr<Job> job_;
  std::vector<Turn> turns_;
};

}  // namespace tidemark::runtime
