// SPDX-License-Identifier: Apache-2.0
// ShownRows: what a live view remembers of a result.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/result_writer.h"
#include "columnar/batch.h"

namespace tidemark::cli {

/// Rows as text, and what is said below them.
struct ShownTable {
  std::vector<std::vector<std::string>> rows;
  std::string last_lines;
};

/// Takes a result batch by batch. One thread at a time.
class ShownRows {
 public:
  virtual ~ShownRows() = default;
  /// `rows_max`: as many rows as can be asked for before the next Add.
  virtual arrow::Status Add(const Batch& batch, size_t rows_max) = 0;
  /// At most `rows_max` rows. `ended`: nothing more will come.
  virtual arrow::Result<ShownTable> Table(size_t rows_max, bool ended) const = 0;
  /// Rows of the result so far.
  virtual int64_t count() const = 0;
};

/// Of a result that takes nothing back: the newest rows, in the order in which they came. Keeps no others.
std::unique_ptr<ShownRows> ShowNewestRows(const ResultWriterOptions& options);

/// The rows that the changes so far add up to, sorted by their text. Keeps all of them.
std::unique_ptr<ShownRows> ShowCurrentRows(const ResultWriterOptions& options);

}  // namespace tidemark::cli
