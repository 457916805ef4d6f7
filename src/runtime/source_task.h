// SPDX-License-Identifier: Apache-2.0
// SourceTask: reads one worker's share of a table, computes its columns, stamps rows with their split's watermark, and
// hands both down. Which row is late is decided here, by the order of rows in their split (see SplitBoard).
#pragma once

#include <arrow/result.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/source_positions.h"
#include "expr/evaluator.h"
#include "plan/physical_plan.h"
#include "runtime/alignment.h"
#include "runtime/dead_letters.h"
#include "runtime/head.h"
#include "runtime/replay_clock.h"
#include "runtime/split_board.h"

namespace tidemark::runtime {

struct SourceTaskOptions {
  int worker = 0;
  int64_t idle_timeout_micros = 0;  ///< 0: splits are never idle
  /// Batches decoded ahead of their turn before the task stops reading (SplitBoard, "turn").
  int64_t read_ahead_batches = 64;
  int32_t table = RowOrigin::kUnknown;       ///< for the origins of rows that may be late; unknown: nobody wants them
  AlignmentGroup* alignment = nullptr;       ///< null: reads as fast as it can
  int64_t max_drift_ms = 0;                  ///< ahead of the slowest of the group
  DeadLetterWriter* dead_letters = nullptr;  ///< what the source was given; outlives the task
  ReplayClock* replay = nullptr;             ///< rows wait for their time; null: they do not
  connectors::SourcePositions start;  ///< of all workers' sources, as the source was given them; empty: the beginning
};

class SourceTask final : public Head {
 public:
  /// `node`, `board`, `metrics`, `functions` and `site` outlive the task. `board` is null when the node has no
  /// watermark: then rows pass as they come.
  static arrow::Result<std::unique_ptr<SourceTask>> Make(const plan::SourceNode& node,
                                                         std::unique_ptr<connectors::Source> source, SplitBoard* board,
                                                         const SourceTaskOptions& options,
                                                         const expr::FunctionContext* functions,
                                                         exec::OperatorMetrics* metrics, FailureSite* site);

  /// Tells the board of the splits that exist now. Once, before any worker runs.
  void AnnounceSplits(int64_t now_micros);

  arrow::Result<HeadStep> Step(int64_t now_micros) override;
  bool done() const override { return done_; }
  void Stop() override { stopping_ = true; }
  Outlet* outlet() override { return &outlet_; }
  std::string Describe() const override;
  /// Rows that are stamped, and so part of the board, go out first.
  arrow::Result<bool> Pass(int64_t checkpoint) override;
  /// The positions of what was handed down; worker 0's task keeps the board for all.
  arrow::Status Save(state::StateSnapshot::Part* part) const override;
  /// Nothing: source, board and task are made with what they need.
  arrow::Status Restore(const state::StateReader&) override { return arrow::Status::OK(); }

  /// Remembers how far it is in the checkpoint that is being taken, and tells its source when that is complete.
  void NoteCheckpoint() { noted_positions_ = positions_; }
  arrow::Status CheckpointCompleted();

  const connectors::SourceMetrics& metrics() const { return source_->metrics(); }

 private:
  /// Decoded and computed, not yet stamped.
  struct Unstamped {
    connectors::Poll poll;
    std::vector<DeadLetterWriter::Letter> letters;  ///< read with these rows
    std::vector<EventTimeMs> watermarks;
    std::vector<EventTimeMs> rowtimes;
  };
  /// Stamped, not yet handed down. Stamping is quick and goes in the order of the split, so that a worker whose turn
  /// others wait for stamps first and hands down later.
  struct Stamped {
    Batch batch;
    EventTimeMs promise = kMinWatermark;  ///< the table's watermark before these rows were stamped
  };
  enum class Stamping {
    kDone,    ///< all rows were stamped
    kPartly,  ///< the first of them; the others' time has not come
    kNotYet,  ///< another piece has the turn, or the time of no row has come
  };

  SourceTask(const plan::SourceNode& node, std::unique_ptr<connectors::Source> source, SplitBoard* board,
             const SourceTaskOptions& options, exec::OperatorMetrics* metrics, FailureSite* site)
      : node_(node),
        source_(std::move(source)),
        board_(board),
        options_(options),
        outlet_(metrics),
        site_(site),
        positions_(options.start) {
    source_->MarkBegin(&positions_);
  }

  arrow::Result<HeadStep> StepUnlabelled(int64_t now_micros);
  arrow::Result<HeadStep> Read(int64_t now_micros);
  void SkipHandedOn(Unstamped* unstamped);
  void NoteHandedOn(Unstamped& unstamped, int64_t rows, bool all);
  bool WaitsForOthers(int64_t now_micros);
  void TellBoard(int64_t now_micros);
  bool MarkSilent(int64_t now_micros);
  std::shared_ptr<const std::vector<RowOrigin>> OriginsOf(const connectors::Poll& poll, int64_t first_number,
                                                          int64_t count) const;
  arrow::Status Compute(Unstamped* unstamped);
  arrow::Status Take(Unstamped unstamped, int64_t now_micros);
  Stamping Stamp(Unstamped& unstamped, int64_t now_micros);
  int64_t CountDueRows(const Unstamped& unstamped, int64_t now_micros);
  void StampHeld(int64_t now_micros);
  bool StampHeldOf(std::deque<Unstamped>* batches, int64_t now_micros);
  bool ReadsOnFirst(int64_t now_micros) const;
  arrow::Status EmitStamped();
  arrow::Result<bool> EmitProgress();
  arrow::Status Finish(bool complete);

  const plan::SourceNode& node_;
  std::unique_ptr<connectors::Source> source_;
  SplitBoard* board_;
  const SourceTaskOptions options_;
  std::unique_ptr<expr::Evaluator> outputs_;    // null: the columns read are the output
  std::unique_ptr<expr::Evaluator> watermark_;  // null without board
  Outlet outlet_;
  FailureSite* site_;
  connectors::SourcePositions positions_;
  connectors::SourcePositions noted_positions_;  ///< in the checkpoint that was taken last
  /// Of pieces that were begun before the job was resumed: what was handed on then and comes again now.
  std::map<std::pair<connectors::SplitId, int64_t>, connectors::PiecePosition> to_skip_;
  std::vector<DeadLetterWriter::Letter> due_letters_;  ///< their turn has come in this step

  std::map<connectors::SplitId, std::deque<Unstamped>> held_;
  int64_t held_batches_ = 0;  // in held_
  std::deque<Stamped> stamped_;
  std::optional<connectors::SplitId> turn_;  // the split in the middle of whose piece stamping stopped
  bool at_read_ahead_limit_ = false;
  int64_t splits_version_ = 0;
  uint64_t stamped_version_ = 0;  // of the board, when no held batch had its turn
  uint64_t emitted_version_ = 0;  // of the board, when its progress was last handed down
  int64_t next_poll_micros_ = 0;
  int64_t next_told_micros_ = 0;          // when the board is told again what is pending
  std::set<connectors::SplitId> paused_;  // ahead of others in the alignment group
  int64_t due_micros_ = 0;                // when the next row's time comes, while replaying
  bool source_ended_ = false;
  bool stopping_ = false;
  bool done_ = false;
};

}  // namespace tidemark::runtime
