// SPDX-License-Identifier: Apache-2.0
// LogTombstones: the entries that a log says are gone, with the generation in which they went.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "state/keyed_table.h"
#include "state/operator_state.h"

namespace tidemark::exec {

/// A row of an entry may be read before it is known that the entry went later: such entries are erased at the end. One
/// thread.
class LogTombstones {
 public:
  /// Rows begin with the key; `generation_column` says where the generation stands, and behind it whether the row says
  /// that the entry is gone. `log`: its name, for errors; outlives the object.
  LogTombstones(const std::string& log, const std::vector<DataType>& key_types, state::KeyCodec::Floats key_floats,
                size_t generation_column);

  /// Takes in what the rows say of entries that are gone. Invalid for generations that cannot be.
  arrow::Status Add(const Batch& rows);
  /// The rows that say what an entry is, and are younger than its last removal as far as that was read.
  arrow::Result<std::vector<int32_t>> Alive(const Batch& rows);
  /// Calls `visit` with the keys and, in a column behind them, the generations, in pieces.
  arrow::Status VisitKeys(int64_t rows_max, const state::RowVisitor& visit) const;

  uint32_t greatest_generation() const { return greatest_; }
  int64_t memory_bytes() const { return table_->memory_bytes(); }

 private:
  state::KeyedTable::Columns KeysOf(const Batch& rows) const {
    return state::KeyedTable::Columns(rows.columns).first(num_keys_);
  }
  bool IsRemoved(const Batch& rows, int64_t row) const;

  const std::string& log_;
  const size_t num_keys_;
  const size_t generation_column_;
  std::unique_ptr<state::KeyedTable> table_;  ///< payload: the generation
  uint32_t greatest_ = 0;
};

}  // namespace tidemark::exec
