// SPDX-License-Identifier: Apache-2.0
// Head: where data enters a stage of a worker: a source, constant rows, or the receiving side of an exchange.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <limits>
#include <string>

#include "runtime/flow.h"
#include "state/state_snapshot.h"

namespace tidemark::runtime {

/// Picks one of several equally good ways to go on. The simulator draws from its seed; in production there is none, and
/// what is first in order is taken.
class Chooser {
 public:
  virtual ~Chooser() = default;
  /// A number in [0, options). REQUIRES: options >= 1.
  virtual int Choose(int options) = 0;
};

/// What a head did with its turn.
struct HeadStep {
  bool progress = false;
  /// Without progress: ask again after this long even if nobody wakes the worker.
  int64_t retry_micros = std::numeric_limits<int64_t>::max();
};

/// A part of a worker that a checkpoint keeps.
class Checkpointed {
 public:
  virtual ~Checkpointed() = default;
  /// Everything that a new one needs to go on from here. Called while the worker stands still, and changes nothing.
  virtual arrow::Status Save(state::StateSnapshot::Part* part) const = 0;
  /// As Save, but what takes long may be left to SaveMore, which is called between steps until it returns true (see
  /// exec::Operator::BeginSave). `part` stays until then; the tables in it are taken away between calls.
  virtual arrow::Status BeginSave(bool changes_only, state::StateSnapshot::Part* part) {
    (void)changes_only;
    return Save(part);
  }
  virtual arrow::Result<bool> SaveMore(int64_t rows) {
    (void)rows;
    return true;
  }
  /// Once, before the first step.
  virtual arrow::Status Restore(const state::StateReader& in) = 0;
  /// When all parts are restored, in the order of the dataflow: tells those below what they had been told.
  virtual arrow::Status Resume(const state::StateReader& in) = 0;
};

class Head : public Checkpointed {
 public:
  /// Takes in one batch or message, if there is one, and hands it down its outlet. Called only while every exchange
  /// below has room. `now_micros`: the clock's steady time.
  virtual arrow::Result<HeadStep> Step(int64_t now_micros) = 0;
  /// The end was handed down; Step need not be called again.
  virtual bool done() const = 0;
  /// The job is to stop: read no more, and end.
  virtual void Stop() {}
  virtual Outlet* outlet() = 0;
  /// The checkpoint was given up, as were all before it that were not taken: nothing waits for its barriers any more.
  virtual void PassOver(int64_t /*checkpoint*/) {}
  /// The checkpoint's barrier goes through here now: all that was handed down belongs to it, and Step is not called
  /// before it is taken. False: what belongs to it has not all come.
  virtual arrow::Result<bool> Pass(int64_t checkpoint) {
    (void)checkpoint;
    return true;
  }
  arrow::Status Resume(const state::StateReader& in) override { return outlet()->Resume(in); }
  /// One line on what it holds and waits for: for a deadlock report.
  virtual std::string Describe() const = 0;
};

}  // namespace tidemark::runtime
