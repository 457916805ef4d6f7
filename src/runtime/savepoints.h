// SPDX-License-Identifier: Apache-2.0
// Savepoints: what users ask a running job for, and what became of it.
#pragma once

#include <arrow/result.h>

#include <atomic>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <string>

#include "state/checkpoint_store.h"

namespace tidemark::runtime {

struct SavepointRequest {
  /// Folder that takes a copy; empty: the savepoint lies with the job's checkpoints. A copy is made of a checkpoint
  /// that also lies there, so that the job goes on from its newest one whoever asks for copies.
  std::string target;
  bool stop = false;  ///< the job stops with the savepoint, which is the last of its checkpoints
};

/// Requests wait here for their turn. Thread-safe.
class Savepoints {
 public:
  using Outcome = arrow::Result<state::CheckpointManifest>;

  static constexpr size_t kWaitingMax = 16;

  /// The outcome comes when the savepoint is on disk, or when none will come.
  std::future<Outcome> Ask(SavepointRequest request);

  /// Whether one was asked for and not begun.
  bool waiting() const { return waiting_.load(std::memory_order_acquire); }
  /// The checkpoint that is requested now is this savepoint. REQUIRES: waiting, none under way.
  SavepointRequest Begin();
  std::optional<SavepointRequest> under_way() const;
  /// REQUIRES: one under way.
  void Finish(Outcome outcome);
  /// The job ends: whatever was not finished never will be.
  void Close(const arrow::Status& why);

  /// The folder of the savepoint that the job stopped with, as it was asked to; empty: there is none.
  std::string stopped_with() const;
  /// Why there is none although the job has stopped for one. OK: it has not, or there is one.
  arrow::Status failed_stop() const;

 private:
  struct Asked {
    SavepointRequest request;
    std::promise<Outcome> outcome;
  };

  mutable std::mutex mutex_;  // guards all below
  std::deque<Asked> asked_;
  std::optional<Asked> under_way_;
  std::string stopped_with_;
  arrow::Status failed_stop_;
  arrow::Status closed_;  // not OK: why there are no more
  std::atomic<bool> waiting_{false};
};

}  // namespace tidemark::runtime
