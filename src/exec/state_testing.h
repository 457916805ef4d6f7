// SPDX-License-Identifier: Apache-2.0
// Operators that stop and go on elsewhere: saved state in memory, and runs of an operator on several workers that are
// cut in the middle.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exec/operator.h"
#include "exec/picture_testing.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// What the operators of all workers of one node wrote. Rows go through Arrow's file format and back, as on a disk.
class MemoryState {
 public:
  explicit MemoryState(int workers) : writers_(workers) {}

  state::StateWriter& writer(int worker) { return writers_[worker]; }
  /// What belongs to one of `workers` workers. The object outlives the reader.
  std::unique_ptr<state::StateReader> reader(int worker, int workers, EventTimeMs watermark) const;

  int64_t rows() const;
  /// Changes every batch of every table, for tests of damaged state.
  void ForEachBatch(const std::function<void(const std::string& table, Batch* batch)>& change);

 private:
  struct Table {
    state::RowOwner owner;
    std::vector<Batch> batches;
  };
  class Writer final : public state::StateWriter {
   public:
    arrow::Status Write(std::string_view table, const Batch& rows, const state::RowOwner& owner) override;
    arrow::Status WriteChanges(std::string_view table, const Batch& rows, const state::RowOwner& owner) override {
      return Write(table, rows, owner);
    }
    arrow::Status RestartLog(std::string_view table) override {
      tables.erase(std::string(table));
      return arrow::Status::OK();
    }
    std::map<std::string, Table> tables;
  };
  class Reader;

  std::deque<Writer> writers_;
};

/// One thing that happens to an operator.
struct Event {
  enum class Kind { kPush, kAdvance, kTick, kSleep };
  Kind kind = Kind::kPush;
  int input = 0;
  Batch batch;
  EventTimeMs watermark = 0;
  int64_t sleep_ms = 0;  ///< by which the clock is turned
};

/// An operator of any kind with a life of events.
struct StateCase {
  std::string name;
  plan::PhysicalPtr node;
  std::function<arrow::Result<std::unique_ptr<Operator>>()> make;
  std::vector<Event> events;
  /// What comes out does not depend on hash tables or addresses: the text is compared, not only the table.
  bool exact = true;
  int64_t batch_rows = 7;
  /// The runs that are cut keep what is beyond so many bytes in a store; 0: all is in memory, as in the run to compare.
  int64_t spill_from_bytes = 0;
  /// State is written by BeginSave, as logs, instead of by Save.
  bool logged = false;
  /// The operator's own number of rows is the same after Restore.
  bool same_state_rows = true;
};

/// A node with its operator, as MakeOperator makes it.
StateCase CaseOf(std::string name, plan::PhysicalPtr node, std::vector<Event> events);

/// Expects that a run that is cut at two random places, where what some workers saved is restored by others, gives what
/// a run of one worker gives that is not cut. Several times, with several numbers of workers.
void ExpectGoesOnEverywhere(const StateCase& test, uint64_t seed);

/// Damages saved state in many ways. Restore, and what comes after, may fail but must not crash.
void ExpectSurvivesDamage(const StateCase& test, uint64_t seed);

}  // namespace tidemark::exec
