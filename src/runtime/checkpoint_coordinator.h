// SPDX-License-Identifier: Apache-2.0
// CheckpointCoordinator: how the workers of a job agree on a checkpoint, and who writes it.
//
// One checkpoint is under way at a time, in four steps:
//   1. requested: every worker lets a barrier through its inputs and stops reading behind it. Exchanges carry it on, so
//      when it has passed all heads of all workers, no row is on the way between them.
//   2. passed: each worker saves its operators, sources and prepared results, as pointers to data that never changes
//      where possible, and acknowledges.
//   3. acknowledged by all: workers go on. The checkpoint is written in the background.
//   4. completed, when its manifest is on disk: each worker commits the results that were prepared.
// The next one is requested when all have committed. A checkpoint that cannot be written fails the job, which can be
// resumed from the one before.
#pragma once

#include <atomic>
#include <cstdint>
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
  int64_t last_number = 0;  ///< of the checkpoint that the job was resumed from
  std::string job_id;
  std::string program_version;
  std::vector<state::StatefulPart> parts;
};

/// What is known of checkpoints so far, for progress and metrics.
struct CheckpointMetrics {
  int64_t completed = 0;
  int64_t last_number = 0;
  int64_t last_size_bytes = 0;
  int64_t last_duration_micros = 0;
  int64_t last_pause_micros = 0;  ///< from the request until workers went on
};

/// Thread-safe. Everything given outlives the coordinator; `background` finishes before it goes.
class CheckpointCoordinator {
 public:
  CheckpointCoordinator(CheckpointSettings settings, state::CheckpointStore* store, JobControl* control, Clock* clock,
                        Background* background);

  // Of worker 0, which keeps the time for all.
  void RequestWhenDue(int64_t now_micros);
  /// Until the next call of RequestWhenDue can do something; the largest number while a checkpoint is under way.
  int64_t MicrosUntilDue(int64_t now_micros) const;
  /// Asks for the job's last checkpoint, unless one is under way; then it must be called again. `finished`: all input
  /// was read to its end, else the job is to stop there.
  void RequestLast(bool finished);

  // Of each worker, in this order. `number`: of the checkpoint under way.
  int64_t requested() const { return requested_.load(std::memory_order_acquire); }
  void Pass();
  bool all_passed() const { return passed_.load(std::memory_order_acquire) == control_->workers(); }
  void Acknowledge(int worker, state::StateSnapshot snapshot);
  bool all_acknowledged() const { return acknowledged_.load(std::memory_order_acquire) == control_->workers(); }
  /// No other checkpoint follows the one that was requested last.
  bool is_last() const { return last_.load(std::memory_order_acquire); }
  int64_t completed() const { return completed_.load(std::memory_order_acquire); }
  void Commit();
  /// Everything is in the last checkpoint and committed.
  bool all_done() const { return all_done_.load(std::memory_order_acquire); }

  CheckpointMetrics metrics() const;
  /// Savepoints that users ask for: each is the next checkpoint that can be.
  Savepoints& savepoints() { return savepoints_; }

 private:
  void Request(int64_t now_micros);
  void Write();
  void FinishSavepoint(const state::CheckpointManifest& written);

  const CheckpointSettings settings_;
  state::CheckpointStore* store_;
  JobControl* control_;
  Clock* clock_;
  Background* background_;

  std::atomic<int64_t> requested_;
  std::atomic<int> passed_{0};
  std::atomic<int> acknowledged_{0};
  std::atomic<int64_t> completed_;
  std::atomic<int> committed_;
  std::atomic<bool> under_way_{false};
  std::atomic<bool> last_{false};      // the one under way is the last
  std::atomic<bool> finished_{false};  // and ends the job for good
  std::atomic<bool> all_done_{false};
  std::atomic<int64_t> due_micros_{-1};  // -1: not yet known
  std::atomic<int64_t> requested_micros_{0};
  Savepoints savepoints_;

  mutable std::mutex mutex_;
  std::vector<state::StateSnapshot> snapshots_;  // guarded by mutex_
  CheckpointMetrics metrics_;                    // guarded by mutex_
  state::CheckpointManifest newest_;             // guarded by mutex_
};

}  // namespace tidemark::runtime
