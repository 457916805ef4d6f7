// SPDX-License-Identifier: Apache-2.0
// Counting workers through the steps of a checkpoint.
#include "runtime/checkpoint_coordinator.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace tidemark::runtime {
namespace {

/// For the person whose job has failed.
arrow::Status WithWayOut(const arrow::Status& failure) {
  return failure.WithMessage(failure.message(),
                             ". Mend that (of a full disk: make room), and run the same command again: it goes on from "
                             "the newest checkpoint. execution.checkpointing.tolerable-failed-checkpoints lets a job "
                             "go on without one");
}

}  // namespace

CheckpointCoordinator::CheckpointCoordinator(CheckpointSettings settings, state::CheckpointStore* store,
                                             JobControl* control, Clock* clock, Background* background)
    : settings_(std::move(settings)),
      store_(store),
      control_(control),
      clock_(clock),
      background_(background),
      requested_(settings_.last_number),
      passed_(settings_.last_number * kPassedUnit),
      completed_(settings_.last_number),
      committed_(control->workers()),
      chain_(settings_.chain) {}

void CheckpointCoordinator::RequestWhenDue(int64_t now_micros) {
  if (due_micros_.load(std::memory_order_relaxed) < 0) due_micros_.store(now_micros + settings_.interval_micros);
  if (under_way_.load(std::memory_order_acquire)) return GiveUpWhenLate(now_micros);
  if (last_.load(std::memory_order_relaxed)) return;
  if (savepoints_.waiting()) {
    // Of the job's last checkpoint all workers know before any of them takes part in it.
    if (savepoints_.Begin().stop) last_.store(true, std::memory_order_release);
  } else if (now_micros < due_micros_.load(std::memory_order_relaxed)) {
    return;
  }
  Request(now_micros);
  if (last_.load(std::memory_order_relaxed)) control_->RequestStop();
}

void CheckpointCoordinator::RequestEarly() {
  if (under_way()) return;
  if (!may_hurry_.load(std::memory_order_relaxed)) {
    if (settings_.warn && !told_to_wait_.exchange(true)) {
      settings_.warn(
          "The job waits for a checkpoint that succeeds: its tables have no room for more results (of Kafka: "
          "'tidemark.checkpoint-buffer')");
    }
    return;
  }
  if (due_micros_.exchange(0, std::memory_order_relaxed) == 0) return;
  control_->WakeAll();
}

int64_t CheckpointCoordinator::MicrosUntilDue(int64_t now_micros) const {
  constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  const int64_t due = due_micros_.load(std::memory_order_relaxed);
  if (under_way_.load(std::memory_order_acquire)) {
    // Once all have passed, it is for the background to give it up.
    const bool may_be_late = late_micros() != kNever && !all_passed(requested()) && !is_given_up(requested());
    return may_be_late ? std::max<int64_t>(late_micros() - now_micros, 0) : kNever;
  }
  if (due < 0 || last_.load(std::memory_order_relaxed)) return kNever;
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
  passed_.store((requested() + 1) * kPassedUnit, std::memory_order_release);
  saved_.store(0, std::memory_order_relaxed);
  acknowledged_.store(0, std::memory_order_relaxed);
  committed_.store(0, std::memory_order_relaxed);
  requested_micros_.store(now_micros, std::memory_order_relaxed);
  changes_only_.store(ChangesSuffice(), std::memory_order_relaxed);
  due_micros_.store(now_micros + settings_.interval_micros, std::memory_order_relaxed);
  requested_.fetch_add(1, std::memory_order_release);
  control_->WakeAll();
}

void CheckpointCoordinator::Pass(int64_t number) {
  int64_t passed = passed_.load(std::memory_order_acquire);
  do {
    if (passed < number * kPassedUnit || is_given_up(number)) return;
  } while (!passed_.compare_exchange_weak(passed, passed + 1, std::memory_order_acq_rel));
  if (all_passed(number)) control_->WakeAll();
}

int64_t CheckpointCoordinator::late_micros() const {
  if (settings_.timeout_micros == 0) return std::numeric_limits<int64_t>::max();
  return requested_micros_.load(std::memory_order_relaxed) + settings_.timeout_micros;
}

void CheckpointCoordinator::GiveUpWhenLate(int64_t now_micros) {
  if (now_micros < late_micros()) return;
  const int64_t number = requested();
  int64_t passed = passed_.load(std::memory_order_acquire);
  do {
    if (all_passed(number) || is_given_up(number)) return;
  } while (!passed_.compare_exchange_weak(passed, (number + 1) * kPassedUnit - 1, std::memory_order_acq_rel));
  background_->Run([this] {
    if (control_->failed()) return;
    Fail(TookTooLong());
    if (!control_->failed()) GiveUp();
  });
  control_->WakeAll();
}

arrow::Status CheckpointCoordinator::CheckTime() {
  if (clock_->SteadyMicros() < late_micros()) return arrow::Status::OK();
  if (writer_) store_->Discard(std::move(writer_));
  return TookTooLong();
}

arrow::Status CheckpointCoordinator::TookTooLong() const {
  return arrow::Status::IOError("it was not complete within ", settings_.timeout_micros / 1000,
                                " ms (execution.checkpointing.timeout)");
}

bool CheckpointCoordinator::is_savepoint() const {
  const auto savepoint = savepoints_.under_way();
  return savepoint && savepoint->target.empty();
}

bool CheckpointCoordinator::ChangesSuffice() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  // A savepoint needs nothing but itself, and may be moved away: nothing builds on it.
  if (chain_.empty() || chain_.back().savepoint || savepoints_.under_way()) return false;
  if (chain_.size() >= kChainMax) return false;
  int64_t changed_bytes = 0;
  for (size_t i = 1; i < chain_.size(); ++i) changed_bytes += chain_[i].size_bytes();
  return changed_bytes < chain_.front().size_bytes();
}

void CheckpointCoordinator::NoteSaved() {
  if (saved_.fetch_add(1, std::memory_order_acq_rel) + 1 < control_->workers()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    metrics_.last_pause_micros = clock_->SteadyMicros() - requested_micros_.load(std::memory_order_relaxed);
  }
  control_->WakeAll();
}

void CheckpointCoordinator::Add(int worker, state::StateSnapshot piece) {
  const int64_t bytes = piece.memory_bytes();
  waiting_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  background_->Run([this, worker, bytes, shared = std::make_shared<const state::StateSnapshot>(std::move(piece))] {
    Write(worker, *shared, bytes);
  });
}

void CheckpointCoordinator::Acknowledge() {
  if (acknowledged_.fetch_add(1, std::memory_order_acq_rel) + 1 < control_->workers()) return;
  background_->Run([this] { Complete(); });
}

void CheckpointCoordinator::Write(int worker, const state::StateSnapshot& piece, int64_t bytes) {
  const bool was_congested = is_congested();
  if (!control_->failed() && failure_.ok()) {
    arrow::Status status = CheckTime();
    if (status.ok()) status = TryWrite(worker, piece);
    if (!status.ok()) Fail(status);
  }
  waiting_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  if (was_congested && !is_congested()) control_->WakeAll();
}

arrow::Status CheckpointCoordinator::TryBegin() {
  if (writer_) return arrow::Status::OK();
  return store_->Begin(requested(), is_savepoint(), control_->workers()).Value(&writer_);
}

arrow::Status CheckpointCoordinator::TryWrite(int worker, const state::StateSnapshot& piece) {
  ARROW_RETURN_NOT_OK(TryBegin());
  return writer_->Add(worker, piece);
}

void CheckpointCoordinator::Complete() {
  if (control_->failed()) return;
  if (!failure_.ok()) return GiveUp();
  const auto written = TryComplete();
  if (!written.ok()) {
    Fail(written.status());
    return control_->failed() ? void() : GiveUp();
  }
  failed_in_a_row_ = 0;
  may_hurry_.store(true, std::memory_order_relaxed);
  told_to_wait_.store(false, std::memory_order_relaxed);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!changes_only()) chain_.clear();
    chain_.push_back(*written);
    ++metrics_.completed;
    metrics_.last_number = written->number;
    metrics_.last_size_bytes = written->size_bytes();
    metrics_.last_duration_micros = clock_->SteadyMicros() - requested_micros_.load(std::memory_order_relaxed);
  }
  if (savepoints_.under_way()) FinishSavepoint(*written);
  completed_.store(written->number, std::memory_order_release);
  control_->WakeAll();
}

void CheckpointCoordinator::FinishSavepoint(const state::CheckpointManifest& written) {
  const SavepointRequest request = *savepoints_.under_way();
  if (request.target.empty()) return savepoints_.Finish(written);
  savepoints_.Finish(state::CheckpointStore::CopySavepoint(store_->files(), written, request.target));
}

arrow::Result<state::CheckpointManifest> CheckpointCoordinator::TryComplete() {
  state::CheckpointManifest manifest;
  manifest.number = requested();
  manifest.job_id = settings_.job_id;
  manifest.finished = finished_.load(std::memory_order_relaxed);
  manifest.savepoint = is_savepoint();
  manifest.program_version = settings_.program_version;
  manifest.parts = settings_.parts;
  manifest.taken_at_micros = clock_->NowMicros();
  manifest.duration_micros = clock_->SteadyMicros() - requested_micros_.load(std::memory_order_relaxed);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    manifest.pause_micros = metrics_.last_pause_micros;
    for (const auto& base : chain_) {
      if (!changes_only()) break;
      manifest.bases.push_back(base.number);
      manifest.base_runs.push_back(base.run);
    }
  }
  ARROW_RETURN_NOT_OK(TryBegin());  // nobody may have had anything to hand over
  // Up to here it can still be too late: with the manifest it is complete.
  ARROW_RETURN_NOT_OK(writer_->Finish());
  ARROW_RETURN_NOT_OK(CheckTime());
  const auto writer = std::move(writer_);
  return store_->Complete(writer.get(), std::move(manifest));
}

void CheckpointCoordinator::Fail(const arrow::Status& status) {
  const arrow::Status failure =
      status.WithMessage("Checkpoint ", requested(), " could not be written: ", status.message());
  const bool tolerable = savepoints_.under_way() || failed_in_a_row_ < settings_.tolerable_failures;
  // Another run has the job, or: the last one has nobody to come after it.
  if (!tolerable || status.IsCancelled() || last_.load(std::memory_order_relaxed)) {
    return control_->Fail(status.IsCancelled() ? failure : WithWayOut(failure));
  }
  failure_ = failure;
  writer_.reset();
}

void CheckpointCoordinator::GiveUp() {
  const arrow::Status failure = std::exchange(failure_, arrow::Status::OK());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    chain_.clear();  // what has changed since then was not written
    ++metrics_.failed;
  }
  if (savepoints_.under_way()) {
    savepoints_.Finish(failure);
  } else {
    ++failed_in_a_row_;
    if (settings_.warn) settings_.warn(failure.message() + ". The job goes on, with the next one in its place");
  }
  // Not at once: while barriers are up sources stand, and the job is to get on even where none gets through in time.
  due_micros_.store(clock_->SteadyMicros() + settings_.interval_micros, std::memory_order_relaxed);
  may_hurry_.store(false, std::memory_order_relaxed);
  under_way_.store(false, std::memory_order_release);
  control_->WakeAll();
}

void CheckpointCoordinator::Commit() {
  if (committed_.fetch_add(1, std::memory_order_acq_rel) + 1 < control_->workers()) return;
  if (last_.load(std::memory_order_relaxed)) {
    const std::lock_guard<std::mutex> lock(mutex_);
    // Without the mark the results are committed once more, which changes nothing.
    (void)store_->MarkCommitted(chain_.back());
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
