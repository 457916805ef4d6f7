// SPDX-License-Identifier: Apache-2.0
// JoinRowsLog: one side of an insert-only join as a log in checkpoints. Rows never change and are numbered as they
// come, so a checkpoint gets those behind the last one that the one before has.
//
// Where it matters whether a row has come out with a match (rows that come out without one too), that changes once in a
// row's life: it is said beside the row, or later in a log of the numbers of rows that have matched since.
#pragma once

#include <arrow/result.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "exec/join_rows.h"
#include "exec/operator.h"

namespace tidemark::exec {

/// The logs of one side.
struct JoinLogTables {
  /// The row, and a BOOLEAN, whether it has matched. Once it held those of which this matters, too.
  std::string_view rows;
  /// The row, whether it had matched when it was saved, and its number, which no other row of any worker has.
  std::string_view numbered;
  /// The columns that say which worker a row is on, and its number: it has matched.
  std::string_view matched;

  std::array<std::string_view, 3> all() const { return {rows, numbered, matched}; }
};
inline constexpr JoinLogTables kJoinLogs[2] = {{"left-log", "left-numbered-log", "left-matched-log"},
                                               {"right-log", "right-numbered-log", "right-matched-log"}};

/// Calls `visit` with all rows of a side's logs: their columns, the flags, and the numbers (null: they have none).
using LoggedRowsVisitor =
    std::function<arrow::Status(const Batch& rows, const std::vector<bool>& matched, const int64_t* numbers)>;
arrow::Status VisitLoggedRows(const state::StateReader& in, const JoinLogTables& tables, const state::ArrowTypes& types,
                              const LoggedRowsVisitor& visit);

/// One thread.
class JoinRowsLog {
 public:
  /// `rows` and `tables` outlive the log.
  JoinRowsLog(JoinRows* rows, const JoinLogTables& tables) : rows_(*rows), tables_(tables) {}

  /// `owner`: of the rows. `context` outlives the log.
  void Open(state::RowOwner owner, const OperatorContext& context);

  /// The row has matched for the first time.
  void SetMatched(int64_t row) {
    rows_.set_matched(row);
    if (row < logged_) changed_.push_back(row);
  }

  // See Operator.
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out);
  arrow::Result<bool> SaveMore(int64_t rows);
  /// All rows are about to be removed.
  arrow::Status BeforeClear();
  /// Adds the rows of the log to those that are there.
  arrow::Status Restore(const state::StateReader& in);

  int64_t memory_bytes() const {
    return static_cast<int64_t>((changed_.capacity() + saved_changes_.capacity()) * sizeof(int64_t));
  }

 private:
  int64_t NumberOf(int64_t row) const;
  arrow::Status WriteRows(int64_t begin, int64_t end);
  /// Of flags that had been set on older rows.
  arrow::Status WriteMatched(size_t begin, size_t end);

  JoinRows& rows_;
  const JoinLogTables& tables_;
  state::RowOwner owner_;
  const OperatorContext* context_ = nullptr;
  int64_t logged_ = 0;            ///< rows that the last checkpoint has
  std::vector<int64_t> changed_;  ///< of these, the rows that have matched since
  bool restarts_ = false;         ///< what earlier checkpoints have counts no more

  // The checkpoint under way.
  state::StateWriter* out_ = nullptr;
  int64_t next_ = 0;
  int64_t end_ = 0;  ///< it has the rows before this one
  std::vector<int64_t> saved_changes_;
  size_t next_change_ = 0;
};

}  // namespace tidemark::exec
