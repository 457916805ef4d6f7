// SPDX-License-Identifier: Apache-2.0
// SplitBoard: how far each split of one table has come, on whichever worker it is read. All workers of a job that read
// the table share one board, so that they agree on the table's watermark and on which row is late.
#pragma once

#include <arrow/status.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/event_time.h"
#include "connectors/connector.h"
#include "runtime/job_control.h"
#include "state/operator_state.h"

namespace tidemark::runtime {

/// The table's watermark and idleness at one moment.
struct TableProgress {
  EventTimeMs watermark = kMinWatermark;
  bool idle = false;
};

/// One split, for people who ask what holds a job back. Times of the steady clock.
struct SplitReport {
  std::string name;
  EventTimeMs watermark = kMinWatermark;  ///< the running watermark (see SplitBoard); the minimum: no row so far
  int64_t since_micros = 0;               ///< when it rose last, or the split became known
  int64_t rows = 0;                       ///< stamped so far
  std::optional<int64_t> pending_rows;    ///< known to be there and not read, as of a moment ago
  bool idle = false;                      ///< holds nothing back: silent for the idle timeout, or never written
  bool never_written = false;
};

/// The splits of one table at one moment.
struct TableReport {
  EventTimeMs watermark = kMinWatermark;  ///< the table watermark
  bool idle = false;
  int64_t ended_splits = 0;
  std::vector<SplitReport> splits;  ///< those that have not ended, by name
};

/// How far the rows of one split have been stamped.
struct SplitProgress {
  EventTimeMs running_watermark = kMinWatermark;
  int64_t rows = 0;
};

/// Words. The *running watermark* of a split is the highest value of its WATERMARK expression over the rows stamped so
/// far. The rows of a split are stamped in its order: a row of piece k only when all rows of pieces < k are (a *turn*).
/// The *table watermark* M is the minimum of the running watermarks of the splits that are neither ended nor idle; it
/// never falls. A split that is known but unread counts with kMinWatermark, so M waits for it. When every split is idle
/// (the table is) or has ended, M is the highest running watermark there was: in which order they fell silent or ended
/// does not matter.
///
/// Invariants:
/// 1. A stamp (the running watermark just before the row) depends only on the rows before it in its split, not on which
///    worker read them, when, or in what batches. Exception, and by clock: a split that was idle, or was found while
///    the job runs, continues from M, because windows up to M may be gone.
/// 2. Every row not yet stamped lies behind its split's stamped prefix, so it is above M or will carry a stamp that
///    says it is late. A worker therefore may promise M to its consumers when it has handed on every row that it
///    stamped itself; and as long as some wait, the M there was before the first of them was stamped. Rows that others
///    stamped are covered by the others' promises; receivers take the minimum.
/// 3. Exactly one worker has the turn of a split. It alone raises the split's running watermark.
/// 4. No piece waits for ever: a worker that ended, or that holds a later piece of the same split, will never give an
///    earlier one (pieces are read in ascending order); when that is so of all workers, the missing pieces count as
///    empty. And when every worker has read ahead as far as it may and waits, all may read on.
///
/// Example: file F, 3 pieces; worker A reads 0 and 2, worker B reads 1. B decodes piece 1 while A reads piece 0, but
/// B's rows are stamped only when A published the end of piece 0, from the running watermark that A left. So A, which
/// sees that B waits, stamps as it reads, and hands its rows on when it can read no further ahead.
///
/// Thread-safe; every call is a short critical section, a few per batch.
class SplitBoard {
 public:
  /// `control`: wakes the workers when the board changes. Outlives the board.
  explicit SplitBoard(JobControl* control);

  /// Makes splits known; those already known, or ended, are passed over. Splits that exist when the job starts must be
  /// added before any worker runs.
  void AddSplits(const std::vector<connectors::SplitId>& splits, int64_t now_micros);

  /// Whether rows of `piece` may be stamped now, and from where to go on. With `has_rows` the
  /// split is idle no more. An unknown split becomes known.
  std::optional<SplitProgress> Turn(connectors::SplitId split, int64_t piece, bool has_rows, int64_t now_micros);

  /// REQUIRES: the caller has the turn, and has stamped the rows that led to `progress`.
  void Publish(int worker, connectors::SplitId split, SplitProgress progress, bool piece_end, bool split_end);

  /// `worker` has decoded rows of `piece`, the earliest piece of the split it waits with; or waits no more (nullopt).
  void SetHeld(int worker, connectors::SplitId split, std::optional<int64_t> piece);

  /// Whether another worker has rows of a later piece of the split and waits for the turn. `worker` has it.
  bool OthersWait(int worker, connectors::SplitId split) const;

  /// `worker` waits with as many rows as it may hold. True when it may read on all the same (invariant 4).
  bool MayReadOn(int worker);
  void BelowReadAheadLimit(int worker);

  /// Each of these splits is caught up to its end; those silent for `timeout_micros` fall idle. A table without any
  /// active split is treated like a caught-up split.
  void MarkCaughtUp(int worker, const std::vector<connectors::SplitId>& splits, int64_t now_micros,
                    int64_t timeout_micros);

  /// Each of these has never held a record. Such a split falls idle a short while after the table's first rows,
  /// whatever the idle timeout: it may be that all splits are being written for the first time just now.
  void MarkNeverWritten(int worker, const std::vector<connectors::SplitId>& splits, int64_t now_micros);

  /// What is told of splits beside their rows.
  void SetName(connectors::SplitId split, std::string name);
  void SetPending(connectors::SplitId split, int64_t rows);
  /// The number as text, where no name was told.
  std::string NameOf(connectors::SplitId split) const;
  TableReport Report() const;

  /// The running watermark of the split that holds the table back; none while none does.
  std::optional<EventTimeMs> Slowest() const;
  /// None: unknown, ended, or idle.
  std::optional<EventTimeMs> RunningOf(connectors::SplitId split) const;

  /// `worker` will read nothing more.
  void EndWorker(int worker);

  /// The whole board, for a checkpoint. Call it while no worker stamps rows.
  arrow::Status Save(state::StateWriter& out) const;
  /// Before any split is added: those that come again go on where they were, those that had ended stay so.
  arrow::Status Restore(const state::StateReader& in);

  /// Changes whenever progress() or anybody's turn may have changed. Cheap.
  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  TableProgress progress() const;
  std::string Describe() const;

 private:
  struct Split {
    EventTimeMs running = kMinWatermark;
    int64_t rows = 0;
    int64_t next_piece = 0;
    bool idle = false;
    bool never_written = false;
    int64_t last_rows_micros = 0;
    int64_t risen_micros = 0;  // when `running` rose last
    std::optional<int64_t> pending_rows;
    std::map<int, int64_t> held;  // worker to piece
  };
  Split& AddSplit(connectors::SplitId id, int64_t now_micros);
  void EndSplit(connectors::SplitId id);
  void Hold(EventTimeMs watermark) { holding_.insert(watermark); }
  void LetGo(EventTimeMs watermark) { holding_.erase(holding_.find(watermark)); }
  void Recompute();
  void SkipAbandonedPieces(Split& split);
  bool AllAtLimit() const;
  void Changed(int worker);

  JobControl* control_;
  std::atomic<uint64_t> version_{1};
  mutable std::mutex mutex_;  // guards all below
  std::unordered_map<connectors::SplitId, Split> active_;
  std::unordered_map<connectors::SplitId, Split> resumed_;  // of a checkpoint, not yet active again
  std::unordered_set<connectors::SplitId> ended_;
  std::unordered_map<connectors::SplitId, std::string> names_;
  std::multiset<EventTimeMs> holding_;  // running watermarks of active splits that are not idle
  std::vector<bool> worker_ended_;
  std::vector<bool> at_limit_;
  EventTimeMs watermark_ = kMinWatermark;
  EventTimeMs highest_running_ = kMinWatermark;  // of all splits there ever were
  bool idle_ = false;
  bool quiet_without_splits_ = false;
  int64_t last_rows_micros_ = 0;
  int64_t first_rows_micros_ = -1;  // -1: the table had no row since the job started
};

}  // namespace tidemark::runtime
