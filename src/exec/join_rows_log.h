// SPDX-License-Identifier: Apache-2.0
// JoinRowsLog: one side of an insert-only join as a log in checkpoints. Rows never change and are numbered as they
// come, so a checkpoint gets those behind the last one that the one before has.
//
// Rows of the log: the kept row, and a BOOLEAN, whether it has come out with a match. Where that matters (rows that
// come out without a match too) a checkpoint has all rows, as flags of old ones change.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "exec/join_rows.h"

namespace tidemark::exec {

/// One thread.
class JoinRowsLog {
 public:
  /// `rows` and what `table` names outlive the log.
  JoinRowsLog(JoinRows* rows, std::string_view table) : rows_(*rows), table_(table) {}

  // See Operator. `owner`: of the rows.
  arrow::Status BeginSave(bool changes_only, state::RowOwner owner, state::StateWriter& out);
  arrow::Result<bool> SaveMore(int64_t rows);
  /// All rows are about to be removed.
  arrow::Status BeforeClear();
  /// Adds the rows of the log to those that are there.
  arrow::Status Restore(const state::StateReader& in);

 private:
  JoinRows& rows_;
  const std::string_view table_;
  int64_t logged_ = 0;     ///< rows that the last checkpoint has
  bool restarts_ = false;  ///< what earlier checkpoints have counts no more

  // The checkpoint under way.
  state::StateWriter* out_ = nullptr;
  state::RowOwner owner_;
  int64_t next_ = 0;
  int64_t end_ = 0;               ///< it has the rows before this one
  std::vector<uint8_t> matched_;  ///< as they were when it began; empty: nobody asks
};

}  // namespace tidemark::exec
