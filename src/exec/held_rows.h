// SPDX-License-Identifier: Apache-2.0
// HeldRows: rows that wait until every row that came before them in their split must be here.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "state/state_columns.h"

namespace tidemark::exec {

/// Rows of one split reach an operator through several workers, in any order. Where order matters (a row behind its
/// watermark may touch a session that is complete already, and the rows that completed it may still be under way), a
/// row waits here: once the operator's watermark has passed the row's own, all rows before it have arrived.
class HeldRows {
 public:
  /// `watermarks`: of each row, at least the one it brought along. `times`: its event time.
  void Add(Batch rows, std::vector<EventTimeMs> watermarks, const std::vector<EventTimeMs>& times);
  /// Takes the rows whose watermark lies below `limit`, in the order of their watermarks and then of their splits (of
  /// their arrival, where they have no numbers), each with its watermark as Batch::row_watermarks. May be none.
  arrow::Result<Batch> TakeBefore(EventTimeMs limit);

  /// Writes all rows, each with its place in the order. `owner`: of whole rows.
  arrow::Status Save(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const;
  /// `types`: those of the rows' columns. REQUIRES: no row waits yet.
  arrow::Status Restore(const state::ArrowTypes& types, const state::StateReader& in);

  int64_t size() const { return static_cast<int64_t>(order_.size()); }
  int64_t memory_bytes() const { return bytes_ + size() * static_cast<int64_t>(sizeof(Place)); }

 private:
  struct Place {
    EventTimeMs watermark;
    int64_t number;
    EventTimeMs time;  ///< rows of different splits may agree in all else; 0 without numbers
    int32_t row;       ///< in all batches, one after the other
  };
  std::vector<Batch> batches_;
  std::vector<Place> order_;
  int64_t bytes_ = 0;
};

}  // namespace tidemark::exec
