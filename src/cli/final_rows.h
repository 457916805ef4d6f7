// SPDX-License-Identifier: Apache-2.0
// FinalRows: the table that a changelog adds up to.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <vector>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "state/keyed_table.h"

namespace tidemark::cli {

/// Applies a changelog row by row and gives the rows that remain. Equal rows are counted. One thread.
class FinalRows {
 public:
  explicit FinalRows(const Schema& schema);

  arrow::Status Apply(const Batch& batch);
  /// The remaining rows in the order in which each first came, in batches of at most `batch_rows`.
  arrow::Result<std::vector<Batch>> Rows(int64_t batch_rows) const;
  int64_t size() const { return size_; }

 private:
  std::unique_ptr<state::KeyedTable> counts_;  ///< whole row -> int64 count
  int64_t size_ = 0;
  bool has_columns_;
};

}  // namespace tidemark::cli
