// SPDX-License-Identifier: Apache-2.0
// JoinSide: the rows of one input of a regular join, by whole row and by join key.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "exec/join_side_log.h"
#include "exec/operator.h"
#include "exec/state_ttl.h"
#include "state/keyed_table.h"
#include "state/state_columns.h"

namespace tidemark::exec {

/// A distinct row of one side. Equal rows are one JoinRow with a count.
struct JoinRow {
  int64_t count;    ///< how often the row is there now; 0: about to be removed
  int64_t matches;  ///< rows of the other side (with their counts) that it joins with; kept for preserved sides only
  JoinRow* next;    ///< among the rows with the same join key
  JoinRow* previous;
  JoinRow** head;  ///< of that list, in the key's payload
};

/// The payload of a join key.
struct JoinKey {
  JoinRow* head;      ///< null only where is_stored
  uint8_t is_stored;  ///< the store has rows of the key, be they out of date
  uint8_t is_used;    ///< it was looked up again after it had been made or loaded
};

class JoinSideStore;

/// One thread. Rows keep their address until Settle removes those with count 0. Behind a JoinRow lie the time of its
/// last write, where there is a time-to-live, and a ChangeMark, where there are checkpoints.
class JoinSide {
 public:
  /// `ttl_ms`: as long as a row is kept after it was written last (with its count, or NoteWritten); 0: for ever.
  JoinSide(const Schema& schema, std::vector<int> key_columns, const std::vector<bool>& null_safe, int64_t ttl_ms);
  ~JoinSide();
  JoinSide(JoinSide&&) noexcept;

  /// `log`: the name of the side's log in checkpoints, where there are some. `owner`: of the rows. `context` and this
  /// object stay where they are.
  void Open(const OperatorContext& context, std::string log, state::RowOwner owner);

  /// From now on rows may be moved to disk, all of a join key together (join_side_store.h). `side`: which of the two
  /// this is. `key_groups`: see StoreKeys.
  void SpillTo(const OperatorContext& context, int side, std::vector<int> key_groups);
  JoinSideStore* store() { return store_.get(); }
  const JoinSideStore* store() const { return store_.get(); }

  /// The JoinRow of each row of the batch, made with count 0 where it was not there or was expired; null for a row
  /// whose key has a NULL that nothing equals. They count as written now.
  arrow::Status FindOrInsert(const Batch& batch, std::vector<JoinRow*>* rows);

  /// For each row of a batch of the *other* side, whose join keys are `other_keys`: the first of the rows here with
  /// that key, or null. Rows with count 0, and expired ones, may be among them.
  arrow::Status FindMatches(const Batch& other_batch, const std::vector<int>& other_keys, std::vector<JoinRow*>* heads);

  bool has_ttl() const { return ttl_.is_on(); }
  /// A batch begins: what is expired is so by the time now.
  void ReadClock() { ttl_.ReadClock(); }
  bool IsExpired(const JoinRow& row) const {
    return ttl_.is_on() && ttl_.IsExpired(WrittenMs(reinterpret_cast<const uint8_t*>(&row), sizeof(JoinRow)));
  }
  /// The matches of some of these rows, which FindMatches gave, are about to change.
  arrow::Status BeforeMatching(const std::vector<JoinRow*>& rows);
  /// The matches of one of them do. It is written now.
  void NoteMatched(JoinRow* row) {
    auto* payload = reinterpret_cast<uint8_t*>(row);
    if (log_) log_->log().NoteChanged(std::span(&payload, 1));
    NoteWritten(row);
  }
  /// Drops expired rows, some of them at a time: after each batch and now and then while none comes. True: some of
  /// those on disk went. REQUIRES: all rows are settled.
  arrow::Result<bool> DropExpired();

  /// Removes the given rows if their count is 0. Call it after a batch with the rows FindOrInsert gave.
  arrow::Status Settle(std::vector<JoinRow*> rows);

  /// The columns of rows, in order.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Columns(const std::vector<JoinRow*>& rows) const;
  /// Every row with count > 0, in order of arrival.
  std::vector<JoinRow*> Rows() const;

  /// All rows with their counts and matches as `table`; those of one join key in order of arrival.
  arrow::Status Save(std::string_view table, const state::RowOwner& owner, int64_t rows_max,
                     state::StateWriter& out) const;
  /// Takes in what Save or BeginSave wrote. Calls `after_piece`, which may move rows to disk, after each piece.
  /// REQUIRES: no row is there yet.
  arrow::Status Restore(std::string_view table, const state::StateReader& in,
                        const std::function<arrow::Status()>& after_piece);

  // See Operator. Only where there are checkpoints.
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) {
    return log_->log().BeginSave(changes_only, out);
  }
  arrow::Result<bool> SaveMore(int64_t rows) { return log_->log().SaveMore(rows); }

  int64_t size() const { return rows_->size(); }
  int64_t memory_bytes() const { return rows_->memory_bytes() + keys_->memory_bytes(); }
  /// What checkpoints take beside the rows.
  int64_t log_bytes() const;
  /// A row whose key has a NULL in a column that is not null-safe matches nothing.
  std::vector<bool> Unmatchable(const Batch& batch, const std::vector<int>& key_columns) const;

 private:
  friend class JoinSideLog;
  friend class JoinSideStore;

  /// FindOrInsert among the rows in memory. Those that are not null go to found_, too.
  arrow::Status FindOrInsertInMemory(const Batch& batch, std::vector<JoinRow*>* rows);
  /// All rows, key by key, the oldest of each key first.
  std::vector<JoinRow*> RowsByKey() const;

  void NoteWritten(JoinRow* row) {
    if (ttl_.is_on()) SetWrittenMs(reinterpret_cast<uint8_t*>(row), sizeof(JoinRow), ttl_.now_ms());
  }
  /// Removes rows for good.
  arrow::Status Remove(const std::vector<uint8_t*>& rows);
  /// Takes rows out of the tables.
  void Erase(const std::vector<uint8_t*>& rows);

  EntryLogForm LogForm(std::string name, state::RowOwner owner) const;
  ChangeMark& MarkOf(JoinRow* row) const {
    return *reinterpret_cast<ChangeMark*>(reinterpret_cast<uint8_t*>(row + 1) + ttl_.entry_bytes());
  }

  const Schema schema_;
  const state::ArrowTypes types_;
  std::vector<int> key_columns_;
  std::vector<bool> null_safe_;
  StateTtl ttl_;
  TableSweep row_sweep_;
  TableSweep key_sweep_;
  std::unique_ptr<state::KeyedTable> rows_;  ///< whole row -> JoinRow, and what lies behind it
  std::unique_ptr<state::KeyedTable> keys_;  ///< join key -> JoinKey
  std::unique_ptr<JoinSideStore> store_;     ///< null: all rows stay in memory
  std::unique_ptr<JoinSideLog> log_;         ///< null: there are no checkpoints
  std::vector<uint8_t*> found_;              ///< by the last FindOrInsertInMemory
};

}  // namespace tidemark::exec
