// SPDX-License-Identifier: Apache-2.0
// WorkerCheckpoint: one worker's way through a checkpoint (see CheckpointCoordinator).
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/checkpoint_coordinator.h"
#include "runtime/worker.h"

namespace tidemark::runtime {

/// One thread.
class WorkerCheckpoint {
 public:
  /// Everything outlives it.
  WorkerCheckpoint(int worker, Dataflow* dataflow, CheckpointCoordinator* coordinator);

  /// Does what can be done now without waiting. True when something was.
  arrow::Result<bool> Step(int64_t now_micros);

  /// The stage stands behind the barrier: its head must not be stepped.
  bool Holds(size_t stage) const { return stopped_ || (number_ != 0 && stage_passed_[stage]); }
  bool under_way() const { return number_ != 0; }

  /// Hands over a piece of what is still to be saved. True when there was some. Called between steps of the heads.
  arrow::Result<bool> SaveMore();

 private:
  arrow::Result<bool> LetThrough();
  arrow::Status SendBarriers();
  arrow::Status Flush();
  arrow::Status BeginSave();
  void HandOver();

  const int worker_;
  Dataflow* dataflow_;
  CheckpointCoordinator* coordinator_;
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
};

}  // namespace tidemark::runtime
