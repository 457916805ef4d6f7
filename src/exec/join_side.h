// SPDX-License-Identifier: Apache-2.0
// JoinSide: the rows of one input of a regular join, by whole row and by join key.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "catalog/data_type.h"
#include "columnar/batch.h"
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

/// One thread. Rows keep their address until Settle removes those with count 0.
class JoinSide {
 public:
  JoinSide(const Schema& schema, std::vector<int> key_columns, const std::vector<bool>& null_safe);

  /// The JoinRow of each row of the batch, made with count 0 where it was not there; null for a row whose key has a
  /// NULL that nothing equals.
  arrow::Status FindOrInsert(const Batch& batch, std::vector<JoinRow*>* rows);

  /// For each row of a batch of the *other* side, whose join keys are `other_keys`: the first of the rows here with
  /// that key, or null. Rows with count 0 may be among them.
  arrow::Status FindMatches(const Batch& other_batch, const std::vector<int>& other_keys,
                            std::vector<JoinRow*>* heads) const;

  /// Removes the given rows if their count is 0. Call it after a batch with the rows FindOrInsert gave.
  void Settle(std::vector<JoinRow*> rows);

  /// The columns of rows, in order.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Columns(const std::vector<JoinRow*>& rows) const;
  /// Every row with count > 0, in order of arrival.
  std::vector<JoinRow*> Rows() const;

  /// All rows with their counts and matches as `table`; those of one join key in order of arrival.
  arrow::Status Save(std::string_view table, const state::RowOwner& owner, int64_t rows_max,
                     state::StateWriter& out) const;
  /// REQUIRES: no row is there yet.
  arrow::Status Restore(std::string_view table, const state::StateReader& in);

  int64_t size() const { return rows_->size(); }
  int64_t memory_bytes() const { return rows_->memory_bytes() + keys_->memory_bytes(); }
  /// A row whose key has a NULL in a column that is not null-safe matches nothing.
  std::vector<bool> Unmatchable(const Batch& batch, const std::vector<int>& key_columns) const;

 private:
  /// All rows, key by key, the oldest of each key first.
  std::vector<JoinRow*> RowsByKey() const;

  const state::ArrowTypes types_;
  std::vector<int> key_columns_;
  std::vector<bool> null_safe_;
  std::unique_ptr<state::KeyedTable> rows_;  ///< whole row -> JoinRow
  std::unique_ptr<state::KeyedTable> keys_;  ///< join key -> JoinRow* head
};

}  // namespace tidemark::exec
