// SPDX-License-Identifier: Apache-2.0
// Lives of operators with checkpoints of changes that are written while they go on, and with crashes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "exec/picture_testing.h"
#include "exec/state_testing.h"
#include "state/state_snapshot.h"

namespace tidemark::exec {

/// The state in a chain of checkpoints, as CheckpointStore::Load gives it.
class CheckpointChain {
 public:
  void Add(const state::StateSnapshot::Part& newest);
  std::unique_ptr<state::StateReader> Reader(int worker = 0, int workers = 1) const;
  /// Rows of logs that were added so far.
  int64_t rows() const { return rows_; }

 private:
  state::StateSnapshot all_;
  int64_t rows_ = 0;
};

/// Saves everything, or what has changed, into `chain`.
void SaveInto(OperatorPicture* op, bool changes_only, CheckpointChain* chain);

/// Expects that a checkpoint of changes has all rows that an operator took from tables which `op` wrote by Save, as
/// earlier versions of the program did for checkpoints.
void ExpectLogsWhatTablesHad(const std::function<std::unique_ptr<OperatorPicture>()>& make, OperatorPicture* op,
                             EventTimeMs watermark);

/// Expects that what expires in `op`, which keeps some of its state on disk and forgets what was not written for 600
/// ms, is in no later checkpoint of changes: so that it stays gone from `lasting`, where nothing expires.
void ExpectExpiredStaysGone(OperatorPicture* op, OperatorPicture* lasting);

/// A life drawn from a seed: an operator is killed now and then, and goes on from the newest complete checkpoint.
class CheckpointedLife {
 public:
  /// A seed of a life without checkpoints and crashes.
  static constexpr uint64_t kUndisturbed = 0;

  /// `events` outlive the object.
  CheckpointedLife(std::function<std::unique_ptr<OperatorPicture>()> make, const std::vector<Event>& events,
                   uint64_t seed)
      : make_(std::move(make)), events_(events), is_disturbed_(seed != kUndisturbed), random_(seed) {}

  /// What is in the table at the end.
  std::map<std::string, int64_t> Run();

 private:
  void Disturb();
  arrow::Status Apply(const Event& event);
  std::map<std::string, int64_t> TableNow();
  void Begin();
  void SaveMore();
  void Restart();

  const std::function<std::unique_ptr<OperatorPicture>()> make_;
  const std::vector<Event>& events_;
  const bool is_disturbed_;
  std::mt19937_64 random_;
  int crashes_ = 0;

  std::unique_ptr<state::StateSnapshot::Part> part_;  ///< of the checkpoint under way; outlives the operator
  std::unique_ptr<state::StateWriter> writer_;
  std::unique_ptr<OperatorPicture> op_;
  size_t at_ = 0;
  EventTimeMs watermark_ = kMinWatermark;
  int64_t now_ms_ = 0;
  std::map<std::string, int64_t> table_;  ///< what came out before op_
  bool is_chain_ = false;                 ///< there is a complete checkpoint, which the next may build on

  size_t saved_at_ = 0;
  int64_t saved_now_ms_ = 0;
  std::map<std::string, int64_t> saved_table_;
  CheckpointChain chain_;
  std::optional<size_t> resume_at_;
  int64_t resume_now_ms_ = 0;
  std::map<std::string, int64_t> resume_table_;
};

}  // namespace tidemark::exec
