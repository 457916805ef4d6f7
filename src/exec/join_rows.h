// SPDX-License-Identifier: Apache-2.0
// JoinRows: one input of an insert-only join, kept column by column, with the rows of each join key chained.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "columnar/row_chunks.h"
#include "state/keyed_table.h"
#include "state/state_columns.h"

namespace tidemark::exec {

/// The rows of a batch that could match a row of the other side: a NULL in a key column that is not null-safe equals
/// nothing. Null: all of them.
std::unique_ptr<std::vector<int32_t>> MatchableRows(const Batch& batch, const std::vector<int>& key_columns,
                                                    const std::vector<bool>& null_safe);

/// Rows are numbered in order of arrival. One thread.
class JoinRows {
 public:
  static constexpr int64_t kNone = -1;

  /// `keeps_matched`: there is a flag for each row, whether it has matched.
  JoinRows(const Schema& schema, std::vector<int> key_columns, std::vector<bool> null_safe, bool keeps_matched);

  /// Adds all rows of a batch; those that can match nothing are not found later. Returns the number of the first.
  arrow::Result<int64_t> Add(const Batch& batch);

  /// The candidates for the rows of a batch of the other side: pairs of a position in the batch and a row here, by
  /// position, then in order of arrival. Starts with row `*next` of the batch, stops at about `pairs_max` pairs, and
  /// sets `*next` to the first row that is left.
  struct Pairs {
    std::vector<int32_t> probes;
    std::vector<int64_t> rows;
  };
  /// Looks up the keys of a whole batch; FindPairs then walks the chains.
  arrow::Status Lookup(const Batch& batch, const std::vector<int>& batch_keys);
  void FindPairs(int64_t pairs_max, int64_t* next, Pairs* pairs) const;

  /// The columns of rows; NULLs for kNone.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Columns(const std::vector<int64_t>& rows) const {
    return rows_.Gather(rows);
  }
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Columns(const std::vector<int64_t>& rows,
                                                                    const std::vector<int>& columns) const {
    return rows_.Gather(rows, columns);
  }

  bool keeps_matched() const { return keeps_matched_; }
  bool matched(int64_t row) const { return matched_[row] != 0; }
  void set_matched(int64_t row) { matched_[row] = mark_; }
  void Clear();

  /// A checkpoint begins: flags that are set from now on are none of its. REQUIRES: since the last call, TakeMatched
  /// was called for all rows whose flags had been set before that.
  void BeginEpoch() { mark_ = mark_ == kEvenEpoch ? kOddEpoch : kEvenEpoch; }
  /// Whether the row had matched when the epoch began.
  bool TakeMatched(int64_t row) {
    if (matched_[row] == kNever || matched_[row] == mark_) return false;
    matched_[row] = kLongAgo;
    return true;
  }

  /// All rows in order of arrival as `table`, with their flags.
  arrow::Status Save(std::string_view table, const state::RowOwner& owner, int64_t rows_max,
                     state::StateWriter& out) const;
  /// Rows begin to end - 1.
  arrow::Result<Batch> Range(int64_t begin, int64_t end) const;
  /// Adds the rows of a table that Save wrote.
  arrow::Status Restore(std::string_view table, const state::StateReader& in);

  const state::ArrowTypes& types() const { return types_; }
  int64_t size() const { return rows_.size(); }
  int64_t memory_bytes() const;

 private:
  /// The rows of a key: numbers of the first and the last, plus 1; 0: none.
  struct Chain {
    int64_t first;
    int64_t last;
  };
  static Chain* ChainOf(uint8_t* payload) { return reinterpret_cast<Chain*>(payload); }

  /// When a row has matched first.
  enum When : uint8_t { kNever, kLongAgo, kEvenEpoch, kOddEpoch };

  const state::ArrowTypes types_;
  const std::vector<int> key_columns_;
  const std::vector<bool> null_safe_;
  const bool keeps_matched_;
  std::unique_ptr<state::KeyedTable> keys_;  ///< payload: Chain
  RowChunks rows_;
  std::vector<int64_t> next_;     ///< for each row the next of its key, plus 1; 0: none
  std::vector<uint8_t> matched_;  ///< a When for each row; empty unless keeps_matched_
  uint8_t mark_ = kLongAgo;       ///< of flags that are set now

  std::vector<int64_t> heads_;  ///< of the last Lookup: for each row of the batch its first candidate, or kNone
  std::vector<uint8_t*> payloads_;
  std::vector<int32_t> created_;
};

}  // namespace tidemark::exec
