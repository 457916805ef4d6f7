// SPDX-License-Identifier: Apache-2.0
// WorkerCheckpoint: one worker's way through a checkpoint (see CheckpointCoordinator).
#pragma once

#include <arrow/result.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/background.h"
#include "runtime/checkpoint_coordinator.h"
#include "runtime/worker.h"

namespace tidemark::runtime {

/// One thread. Commits of sinks that wait for somebody run in another one, while the worker goes on
/// (Sink::CommitsApart).
class WorkerCheckpoint {
 public:
  /// Everything outlives it. `background`: where commits run that run apart; null: in a thread of the worker's own.
  WorkerCheckpoint(int worker, Dataflow* dataflow, CheckpointCoordinator* coordinator, JobControl* control,
                   Background* background);

  /// Does what can be done now without waiting. True when something was.
  arrow::Result<bool> Step(int64_t now_micros);

  /// The stage stands behind the barrier, or a sink has no room before the next checkpoint, of which this worker has
  /// not heard, is complete and committed: its head must not be stepped.
  bool Holds(size_t stage) const {
    return stopped_ || (number_ != 0 ? static_cast<bool>(stage_passed_[stage]) : !SinksHaveRoom());
  }
  bool under_way() const { return number_ != 0; }

  /// Hands over a piece of what is still to be saved. True when there was some. Called between steps of the heads.
  arrow::Result<bool> SaveMore();

 private:
  arrow::Result<bool> LetThrough();
  arrow::Status SendBarriers();
  arrow::Status Flush();
  arrow::Status BeginSave();
  arrow::Status BeginCommit();
  void CommitApart(const std::vector<OpenSink*>& sinks);
  arrow::Status FinishCommit();
  bool SinksHaveRoom() const;
  void HandOver();

  const int worker_;
  Dataflow* dataflow_;
  CheckpointCoordinator* coordinator_;
  JobControl* control_;
  Background* background_;
  int64_t last_;          ///< the last checkpoint that this worker took part in
  int64_t committed_;     ///< the last one whose results it committed
  int64_t number_ = 0;    ///< of the one under way; 0: none
  bool stopped_ = false;  ///< nothing follows the checkpoint that was taken last
  bool passed_ = false;
  bool saved_ = false;
  state::StateSnapshot saving_;      ///< what each part wrote and was not yet handed over
  std::optional<size_t> saving_at_;  ///< the part that is to hand over more; none: nothing is left
  std::vector<bool> stage_passed_;
  std::vector<bool> sender_passed_;
  bool committing_ = false;
  // Of the background until commits_done_.
  arrow::Status commit_status_;
  std::string commit_label_;  ///< of the sink that failed
  std::atomic<bool> commits_done_{false};
  std::unique_ptr<ThreadBackground> thread_;  ///< first to go: it finishes what it has begun
};

}  // namespace tidemark::runtime
