// SPDX-License-Identifier: Apache-2.0
// Counting workers through the steps of a checkpoint.
#include "runtime/checkpoint_coordinator.h"

#include <limits>
#include <utility>

namespace tidemark::runtime {

CheckpointCoordinator::CheckpointCoordinator(CheckpointSettings settings, state::CheckpointStore* store,
                                             JobControl* control, Clock* clock, Background* background)
    : settings_(std::move(settings)),
      store_(store),
      control_(control),
      clock_(clock),
      background_(background),
      requested_(settings_.last_number),
      completed_(settings_.last_number),
      committed_(control->workers()),
      snapshots_(control->workers()) {}

void CheckpointCoordinator::RequestWhenDue(int64_t now_micros) {
  if (due_micros_.load(std::memory_order_relaxed) < 0) due_micros_.store(now_micros + settings_.interval_micros);
  if (under_way_.load(std::memory_order_acquire) || last_.load(std::memory_order_relaxed)) return;
  if (savepoints_.waiting()) {
    // Of the job's last checkpoint all workers know before any of them takes part in it.
    if (savepoints_.Begin().stop) last_.store(true, std::memory_order_release);
  } else if (now_micros < due_micros_.load(std::memory_order_relaxed)) {
    return;
  }
  Request(now_micros);
  if (last_.load(std::memory_order_relaxed)) control_->RequestStop();
}

int64_t CheckpointCoordinator::MicrosUntilDue(int64_t now_micros) const {
  const int64_t due = due_micros_.load(std::memory_order_relaxed);
  if (due < 0 || under_way_.load(std::memory_order_acquire) || last_.load(std::memory_order_relaxed)) {
    return std::numeric_limits<int64_t>::max();
  }
  return due > now_micros && !savepoints_.waiting() ? due - now_micros : 0;
}

void CheckpointCoordinator::RequestLast(bool finished) {
  if (under_way_.load(std::memory_order_acquire) || last_.load(std::memory_order_relaxed)) return;
  finished_.store(finished, std::memory_order_relaxed);
  last_.store(true, std::memory_order_release);
  Request(clock_->SteadyMicros());
}

void CheckpointCoordinator::Request(int64_t now_micros) {
  under_way_.store(true, std::memory_order_release);
  passed_.store(0, std::memory_order_relaxed);
  acknowledged_.store(0, std::memory_order_relaxed);
  committed_.store(0, std::memory_order_relaxed);
  requested_micros_.store(now_micros, std::memory_order_relaxed);
  due_micros_.store(now_micros + settings_.interval_micros, std::memory_order_relaxed);
  requested_.fetch_add(1, std::memory_order_release);
  control_->WakeAll();
}

void CheckpointCoordinator::Pass() {
  passed_.fetch_add(1, std::memory_order_acq_rel);
  if (all_passed()) control_->WakeAll();
}

void CheckpointCoordinator::Acknowledge(int worker, state::StateSnapshot snapshot) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    snapshots_[worker] = std::move(snapshot);
  }
  if (acknowledged_.fetch_add(1, std::memory_order_acq_rel) + 1 < control_->workers()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    metrics_.last_pause_micros = clock_->SteadyMicros() - requested_micros_.load(std::memory_order_relaxed);
  }
  background_->Run([this] { Write(); });
  control_->WakeAll();
}

void CheckpointCoordinator::Write() {
  if (control_->failed()) return;
  std::vector<state::StateSnapshot> snapshots(control_->workers());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::swap(snapshots, snapshots_);
  }
  const int64_t now = clock_->SteadyMicros();
  state::CheckpointManifest manifest;
  manifest.number = requested();
  manifest.job_id = settings_.job_id;
  manifest.finished = finished_.load(std::memory_order_relaxed);
  manifest.program_version = settings_.program_version;
  manifest.parts = settings_.parts;
  manifest.taken_at_micros = clock_->NowMicros();
  manifest.duration_micros = now - requested_micros_.load(std::memory_order_relaxed);
  const auto savepoint = savepoints_.under_way();
  manifest.savepoint = savepoint && savepoint->target.empty();
  const auto written = store_->Write(std::move(manifest), snapshots);
  if (!written.ok()) {
    control_->Fail(written.status().WithMessage("Checkpoint ", requested(),
                                                " could not be written: ", written.status().message()));
    return;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    newest_ = *written;
    ++metrics_.completed;
    metrics_.last_number = written->number;
    metrics_.last_size_bytes = written->size_bytes();
    metrics_.last_duration_micros = clock_->SteadyMicros() - requested_micros_.load(std::memory_order_relaxed);
  }
  if (savepoint) FinishSavepoint(*written);
  completed_.store(written->number, std::memory_order_release);
  control_->WakeAll();
}

void CheckpointCoordinator::FinishSavepoint(const state::CheckpointManifest& written) {
  const SavepointRequest request = *savepoints_.under_way();
  if (request.target.empty()) return savepoints_.Finish(written);
  savepoints_.Finish(state::CheckpointStore::CopySavepoint(store_->files(), written, request.target));
}

void CheckpointCoordinator::Commit() {
  if (committed_.fetch_add(1, std::memory_order_acq_rel) + 1 < control_->workers()) return;
  if (last_.load(std::memory_order_relaxed)) {
    const std::lock_guard<std::mutex> lock(mutex_);
    // Without the mark the results are committed once more, which changes nothing.
    (void)store_->MarkCommitted(newest_);
    all_done_.store(true, std::memory_order_release);
  }
  under_way_.store(false, std::memory_order_release);
  control_->WakeAll();
}

CheckpointMetrics CheckpointCoordinator::metrics() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return metrics_;
}

}  // namespace tidemark::runtime
