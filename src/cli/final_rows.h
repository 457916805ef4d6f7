// SPDX-License-Identifier: Apache-2.0
// FinalRows: the table that a changelog adds up to.
#pragma once

#include <arrow/result.h>

#include <functional>
#include <memory>
#include <vector>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "state/keyed_table.h"

namespace tidemark::cli {

/// Applies a changelog row by row and gives the rows that remain. Equal rows are counted. One thread.
class FinalRows {
 public:
  /// Rows that were taken back leave a trace, which keeps the order of what comes again, unless they are forgotten:
  /// then memory is that of the rows that remain, in any order.
  enum class Removed { kKeepTheirPlace, kForgotten };

  explicit FinalRows(const Schema& schema, Removed removed = Removed::kKeepTheirPlace);

  arrow::Status Apply(const Batch& batch);
  /// The remaining rows in the order in which each first came, in batches of at most `batch_rows`.
  arrow::Result<std::vector<Batch>> Rows(int64_t batch_rows) const;
  /// The same, each batch as soon as it is made.
  arrow::Status Visit(int64_t batch_rows, const std::function<arrow::Status(Batch)>& visit) const;
  int64_t size() const { return size_; }

 private:
  void Forget(std::vector<uint8_t*> payloads);

  std::unique_ptr<state::KeyedTable> counts_;  ///< whole row -> int64 count
  int64_t size_ = 0;
  bool has_columns_;
  Removed removed_;
};

}  // namespace tidemark::cli
