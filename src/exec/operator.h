// SPDX-License-Identifier: Apache-2.0
// Operator: turns batches into batches. One small interface that every operator of the plan implements.
#pragma once

#include <arrow/result.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/event_time.h"
#include "base/memory_budget.h"
#include "columnar/batch.h"
#include "expr/function.h"
#include "state/operator_state.h"
#include "state/spill_space.h"

namespace tidemark::exec {

/// Where an operator's results go. Valid only during the call it is handed to.
class Emitter {
 public:
  virtual ~Emitter() = default;
  virtual arrow::Status Emit(Batch batch) = 0;
  /// Tells everything downstream that no row with a time at or below `watermark` follows (late rows aside).
  virtual arrow::Status EmitWatermark(EventTimeMs watermark) = 0;
};

/// Counters of an operator. Written by its worker, read by the progress line and metrics: relaxed atomics. The runtime
/// counts rows_in, rows_out and the watermark; the operator the rest.
struct OperatorMetrics {
  std::atomic<int64_t> rows_in{0};
  std::atomic<int64_t> rows_out{0};
  std::atomic<int64_t> late_rows_dropped{0};
  std::atomic<int64_t> state_rows{0};
  std::atomic<int64_t> state_bytes{0};       ///< in memory
  std::atomic<int64_t> state_disk_bytes{0};  ///< on disk, about
  std::atomic<int64_t> state_expired{0};     ///< rows of state dropped so far at the end of their time-to-live
  std::atomic<int64_t> watermark{kMinWatermark};
};

/// Rows that came too late, once for each window missed.
struct LateRows {
  enum class Reason {
    kWindow,   ///< the window, or every session that the row could be part of, is complete
    kInstant,  ///< rows are given in the order of their times, and those after the row's have been: no window
  };
  Reason reason = Reason::kWindow;
  int input = 0;                           ///< of the operator
  Batch rows;                              ///< as the operator received them
  std::vector<EventTimeMs> watermarks;     ///< the watermark that had passed, per row
  std::vector<EventTimeMs> window_starts;  ///< the window missed, per row; a session's would have been
  std::vector<EventTimeMs> window_ends;
};

/// Takes late rows where the user asked to keep them (a late table). Belongs to the operator's worker.
class LateRowSink {
 public:
  virtual ~LateRowSink() = default;
  virtual arrow::Status Add(const LateRows& late) = 0;
};

/// What an operator may use. Outlives the operator.
struct OperatorContext {
  const expr::FunctionContext* functions = nullptr;
  Clock* clock = nullptr;
  MemoryBudget* memory = nullptr;
  state::SpillSpace* spill = nullptr;  ///< null: state stays in memory
  OperatorMetrics* metrics = nullptr;
  bool checkpointed = false;         ///< BeginSave is going to be called now and then
  LateRowSink* late_rows = nullptr;  ///< null: late rows are only counted
  std::string label;                 ///< the plan node's label, for errors
  int number = 0;                    ///< of the operator in its job: names its state in `spill`
  int worker = 0;
  int workers = 1;
  int64_t batch_rows = 8192;  ///< results are emitted in batches of about this many rows
};

/// One operator instance of one worker. One thread calls it; it never blocks, sleeps, or reads a clock other than the
/// context's. Order of calls: Open, then Push / Advance / Tick in any order, Finish (or, when the job is stopped,
/// Flush) once after the last Push.
class Operator {
 public:
  virtual ~Operator() = default;

  virtual arrow::Status Open(const OperatorContext& context) {
    context_ = &context;
    return arrow::Status::OK();
  }

  /// Takes a batch from input `input` (0, or 0..n-1 for joins and unions).
  virtual arrow::Status Push(int input, Batch batch, Emitter& out) = 0;

  /// Event time of the merged inputs moved to `watermark` (rises strictly; never kMaxWatermark, see Finish). Emits
  /// what became complete, then forwards the watermark. Default: forward.
  virtual arrow::Status Advance(EventTimeMs watermark, Emitter& out) { return out.EmitWatermark(watermark); }

  /// Called when no input is at hand and at least every few milliseconds: emit what a mini-batch held back.
  virtual arrow::Status Tick(Emitter& out) {
    (void)out;
    return arrow::Status::OK();
  }

  /// Hand on what was held back only for speed: a checkpoint is about to be taken, or the job is stopped, so that some
  /// input ends before its end and no Finish comes. Default: as Tick.
  virtual arrow::Status Flush(Emitter& out) { return Tick(out); }

  /// All inputs have ended: emit the rest (complete every window, as a watermark of +infinity does). The runtime
  /// passes the end on afterwards. Default: nothing.
  virtual arrow::Status Finish(Emitter& out) {
    (void)out;
    return arrow::Status::OK();
  }

  /// Writes everything that a new instance needs to go on from here (see Restore). Called between the other calls, just
  /// after Flush. What a mini-batch still holds back is state. Emits nothing and changes nothing.
  virtual arrow::Status Save(state::StateWriter& out) const {
    (void)out;
    return arrow::Status::NotImplemented("checkpoints of this operator are not supported yet");
  }

  /// Save in two parts, so that the pause does not grow with the state: what is small is written now, the rest by
  /// SaveMore between the calls that follow, as it is now: what is about to change before its turn is written first.
  /// `changes_only`: tables written with WriteChanges get only what changed since the last BeginSave or, at the first
  /// one after Restore, since then; never set at the first one of a new job. `out` stays until SaveMore has returned
  /// true. Default: Save.
  virtual arrow::Status BeginSave(bool changes_only, state::StateWriter& out) {
    (void)changes_only;
    return Save(out);
  }

  /// After BeginSave, until it returns true: writes some more, about `rows` rows.
  virtual arrow::Result<bool> SaveMore(int64_t rows) {
    (void)rows;
    return true;
  }

  /// Takes in what instances of the same operator on all workers wrote, as far as it belongs to this worker. Called
  /// once, just after Open. Inputs that had ended then will end again, so whether they had is not state. Afterwards the
  /// operator behaves as the old ones would have: watermarks at or below `in.watermark()` do not come again.
  virtual arrow::Status Restore(const state::StateReader& in) {
    (void)in;
    return arrow::Status::NotImplemented("checkpoints of this operator are not supported yet");
  }

  /// Input `input` has ended while others go on. Default: nothing.
  virtual arrow::Status FinishInput(int input, Emitter& out) {
    (void)input;
    (void)out;
    return arrow::Status::OK();
  }

 protected:
  const OperatorContext& context() const { return *context_; }

 private:
  const OperatorContext* context_ = nullptr;
};

/// An operator whose results depend on the batch at hand alone.
class StatelessOperator : public Operator {
 public:
  arrow::Status Save(state::StateWriter&) const final { return arrow::Status::OK(); }
  arrow::Status Restore(const state::StateReader&) final { return arrow::Status::OK(); }
};

}  // namespace tidemark::exec
