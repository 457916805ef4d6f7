// SPDX-License-Identifier: Apache-2.0
// CheckpointCoordinator: how the workers of a job agree on a checkpoint, and who writes it.
//
// One checkpoint is under way at a time, in five steps:
//   1. requested: every worker lets a barrier through its inputs and stops reading behind it. Exchanges carry it on, so
//      when it has passed all heads of all workers, no row is on the way between them.
//   2. passed by all: each worker saves its sources, prepared results and small operators, as pointers to data that
//      never changes where possible; large operators note what there is.
//   3. saved by all: workers go on. Between batches each one hands over the rest of what large operators had then,
//   piece
//      by piece. The background writes each piece as it comes; workers hand over no more while too much waits there.
//   4. acknowledged by all, when everything was handed over: the background writes the manifest.
//   5. completed, when it is on disk: each worker commits the results that were prepared.
// The next one is requested when all have committed. A checkpoint that cannot be written fails the job, which can be
// resumed from the one before; unless that is to be tolerated: then the next one holds everything, and with it become
// visible the results that were prepared for both. A savepoint that fails is its user's matter alone.
//
// One that takes longer than it may is given up and counts as failed: before step 2 is over, workers take down the
// barriers and go on; after that, nothing more is written, and there is no manifest.
//
// A checkpoint holds only what changed since the one before, its last base, as long as such changes add up to less than
// the first base; else it holds everything, as does the first one of a job that is new, or goes on from a savepoint or
// with another number of workers, and a savepoint.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runtime/background.h"
#include "runtime/job_control.h"
#include "runtime/savepoints.h"
#include "state/checkpoint_store.h"

namespace tidemark::runtime {

struct CheckpointSettings {
  int64_t interval_micros = 10'000'000;
  int64_t timeout_micros = 0;  ///< from the request to the manifest; 0: however long it takes
  int64_t last_number = 0;     ///< the greatest that is taken
  int tolerable_failures = 0;  ///< checkpoints in a row that may fail
  std::string job_id;
  std::string program_version;
  std::vector<state::StatefulPart> parts;
  /// The checkpoint that all workers went on from, behind its bases, where the next one may build on it; else empty.
  std::vector<state::CheckpointManifest> chain;
  std::function<void(const std::string& message)> warn;  ///< of failures that are tolerated; null: nobody is told
};

/// What is known of checkpoints so far, for progress and metrics.
struct CheckpointMetrics {
  int64_t completed = 0;
  int64_t failed = 0;
  int64_t last_number = 0;
  int64_t last_size_bytes = 0;
  int64_t last_duration_micros = 0;
  int64_t last_pause_micros = 0;  ///< from the request until workers went on: they stood still for some of that time
};

/// Thread-safe. Everything given outlives the coordinator; `background` finishes before it goes.
class CheckpointCoordinator {
 public:
  CheckpointCoordinator(CheckpointSettings settings, state::CheckpointStore* store, JobControl* control, Clock* clock,
                        Background* background);

  // Of worker 0, which keeps the time for all.
  void RequestWhenDue(int64_t now_micros);
  /// Until the next call of RequestWhenDue can do something; the largest number when none will for now.
  int64_t MicrosUntilDue(int64_t now_micros) const;
  /// Asks for the job's last checkpoint, unless one is under way; then it must be called again. `finished`: all input
  /// was read to its end, else the job is to stop there.
  void RequestLast(bool finished);

  /// Of any worker: the next checkpoint should not wait until it is due, as too much waits for it. After one that
  /// failed it does, and whoever the job belongs to is told that it stands.
  void RequestEarly();

  // Of each worker, in this order. `number`: of the checkpoint under way.
  int64_t requested() const { return requested_.load(std::memory_order_acquire); }
  /// The one under way holds changes only.
  bool changes_only() const { return changes_only_.load(std::memory_order_relaxed); }
  void Pass(int64_t number);
  bool all_passed(int64_t number) const {
    return passed_.load(std::memory_order_acquire) == number * kPassedUnit + control_->workers();
  }
  /// The checkpoint was given up before all had passed. A worker that has not saved for it takes down its barriers.
  bool is_given_up(int64_t number) const {
    return passed_.load(std::memory_order_acquire) >= (number + 1) * kPassedUnit - 1;
  }
  /// Hands over some of the worker's state.
  void Add(int worker, state::StateSnapshot piece);
  /// No more state should be handed over now. WakeAll follows when it may be.
  bool is_congested() const { return waiting_bytes_.load(std::memory_order_relaxed) > kWaitingBytesMax; }
  void NoteSaved();
  bool all_saved() const { return saved_.load(std::memory_order_acquire) == control_->workers(); }
  /// All of the worker's state was handed over.
  void Acknowledge();
  /// No other checkpoint follows the one that was requested last.
  bool is_last() const { return last_.load(std::memory_order_acquire); }
  int64_t completed() const { return completed_.load(std::memory_order_acquire); }
  /// One was requested, and is neither committed by all nor given up.
  bool under_way() const { return under_way_.load(std::memory_order_acquire); }
  /// The one under way is complete, and some worker has not committed yet.
  bool is_committing() const { return under_way() && completed() == requested(); }
  void Commit();
  /// Everything is in the last checkpoint and committed.
  bool all_done() const { return all_done_.load(std::memory_order_acquire); }

  CheckpointMetrics metrics() const;
  /// Savepoints that users ask for: each is the next checkpoint that can be.
  Savepoints& savepoints() { return savepoints_; }

 private:
  static constexpr int64_t kWaitingBytesMax = int64_t{64} << 20;
  static constexpr int64_t kPassedUnit = 1024;  // more than there are workers
  /// Who resumes opens each file of a chain.
  static constexpr size_t kChainMax = 100;

  void Request(int64_t now_micros);
  void GiveUpWhenLate(int64_t now_micros);
  /// When the one under way is given up; the largest number: never.
  int64_t late_micros() const;
  /// Of the background: its thread, one call after the other.
  void Write(int worker, const state::StateSnapshot& piece, int64_t bytes);
  arrow::Status TryBegin();
  arrow::Status TryWrite(int worker, const state::StateSnapshot& piece);
  void Complete();
  arrow::Result<state::CheckpointManifest> TryComplete();
  /// The one under way has taken longer than it may: an error, and nothing is left of it.
  arrow::Status CheckTime();
  arrow::Status TookTooLong() const;
  void Fail(const arrow::Status& status);
  void GiveUp();
  void FinishSavepoint(const state::CheckpointManifest& written);
  bool ChangesSuffice() const;
  /// The checkpoint under way lies in a savepoint's folder.
  bool is_savepoint() const;

  const CheckpointSettings settings_;
  state::CheckpointStore* store_;
  JobControl* control_;
  Clock* clock_;
  Background* background_;

  std::atomic<int64_t> requested_;
  // The number of the checkpoint, times kPassedUnit, and how many workers have passed it; all ones: it is given up.
  std::atomic<int64_t> passed_;
  std::atomic<int> saved_{0};
  std::atomic<int> acknowledged_{0};
  std::atomic<bool> changes_only_{false};
  std::atomic<int64_t> waiting_bytes_{0};  // handed over and not yet written
  std::atomic<int64_t> completed_;
  std::atomic<int> committed_;
  std::atomic<bool> under_way_{false};
  std::atomic<bool> last_{false};      // the one under way is the last
  std::atomic<bool> finished_{false};  // and ends the job for good
  std::atomic<bool> all_done_{false};
  std::atomic<int64_t> due_micros_{-1};  // -1: not yet known
  std::atomic<bool> may_hurry_{true};    // the last one did not fail
  std::atomic<bool> told_to_wait_{false};
  std::atomic<int64_t> requested_micros_{0};
  Savepoints savepoints_;

  // Of the background.
  std::unique_ptr<state::CheckpointWriter> writer_;
  arrow::Status failure_;  // of the one under way, which is tolerated
  int failed_in_a_row_ = 0;

  mutable std::mutex mutex_;
  CheckpointMetrics metrics_;                     // guarded by mutex_
  std::vector<state::CheckpointManifest> chain_;  // guarded by mutex_: the newest and its bases, oldest first
};

}  // namespace tidemark::runtime
