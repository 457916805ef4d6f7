// SPDX-License-Identifier: Apache-2.0
// OperatorState: what an operator keeps, as rows of named tables: the form in which state goes into a checkpoint and
// comes back from one, on as many workers as the resumed job has.
#pragma once

#include <arrow/result.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/event_time.h"
#include "columnar/batch.h"

namespace tidemark::state {

/// Which workers of a resumed job are given a row.
struct RowOwner {
  enum class Kind {
    kKey,          ///< the worker that owns the key group of the key columns (see KeyGroups)
    kOneWorker,    ///< one worker: the same as before where there still is one of its number
    kEveryWorker,  ///< all of them: facts that hold for the operator as a whole
  };
  Kind kind = Kind::kOneWorker;
  std::vector<int> key_columns;  ///< kKey only: positions in the rows. They are the columns the input is exchanged by

  static RowOwner Key(std::vector<int> columns) { return {Kind::kKey, std::move(columns)}; }
  static RowOwner OneWorker() { return {Kind::kOneWorker, {}}; }
  static RowOwner EveryWorker() { return {Kind::kEveryWorker, {}}; }
};

/// Is given rows of a table.
using RowVisitor = std::function<arrow::Status(Batch rows)>;

/// Takes the state of one operator of one worker. One thread.
class StateWriter {
 public:
  virtual ~StateWriter() = default;
  /// Adds rows to a table. All calls for one table agree in `owner` and in the columns' types. Row kinds, watermarks
  /// and numbers are not kept: make columns of those that matter. The order of rows is kept. `rows` may be empty.
  virtual arrow::Status Write(std::string_view table, const Batch& rows, const RowOwner& owner) = 0;
  /// The same for a table that is a log: a checkpoint may hold only the rows that were added since the one before, and
  /// the reader gets them all, the oldest first. What a later row means for an earlier one is the operator's affair.
  /// All calls for one table are of the same of the two functions.
  virtual arrow::Status WriteChanges(std::string_view table, const Batch& rows, const RowOwner& owner) = 0;
  /// Before the first WriteChanges of a checkpoint: what earlier ones hold of the table counts no more.
  virtual arrow::Status RestartLog(std::string_view table) = 0;
};

/// Gives one operator of one worker the state that is its own now. Rows that several workers wrote come one worker's
/// after the other's. One thread.
class StateReader {
 public:
  virtual ~StateReader() = default;
  /// The tables that were written with at least one row, by name. Those whose names begin with "runtime." are not the
  /// operator's and left out.
  virtual std::vector<std::string> tables() const = 0;
  /// Calls `visit` with the rows of a table, batch by batch; not at all when nobody wrote any. Batches are not empty.
  /// Of a log no more than a piece is in memory at a time. Stops at the first error, which it returns.
  virtual arrow::Status Visit(std::string_view table, const RowVisitor& visit) const = 0;
  /// All of them at once.
  arrow::Result<std::vector<Batch>> Read(std::string_view table) const;
  /// About how many different keys a log has, where that is known: room can be made for them at once. 0: unknown.
  virtual int64_t ExpectedKeys(std::string_view /*log*/) const { return 0; }
  /// The merged watermark of the operator's inputs at the checkpoint: what Advance said last.
  virtual EventTimeMs watermark() const = 0;
};

}  // namespace tidemark::state
