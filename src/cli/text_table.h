// SPDX-License-Identifier: Apache-2.0
// Rows of text cells as a table with a frame, for terminals.
#pragma once

#include <arrow/result.h>

#include <string>
#include <vector>

#include "catalog/data_type.h"

namespace tidemark::cli {

class TextOutput;

/// Gathers rows to find the column widths, then writes. A long result is written as it comes, with the widths of its
/// first rows, so that memory stays bounded. Numbers stand right, the rest left. One thread.
class TextTable {
 public:
  /// Rows that decide the widths before anything is written.
  static constexpr size_t kRowsForWidths = 10000;

  TextTable(const Schema& schema, TextOutput* output);
  arrow::Status AddRow(std::vector<std::string> cells);
  /// Writes what is left, the frame's foot, and how many rows there were.
  arrow::Status Finish();
  /// The same, with `last_lines` in place of the number of rows.
  arrow::Status Finish(const std::string& last_lines);

 private:
  arrow::Status WriteHead();
  arrow::Status Flush();
  std::string Rule() const;
  std::string Line(const std::vector<std::string>& cells, bool is_head) const;

  std::vector<std::string> names_;
  std::vector<bool> right_aligned_;
  std::vector<size_t> widths_;
  std::vector<std::vector<std::string>> held_;
  TextOutput* output_;
  bool head_written_ = false;
  int64_t rows_ = 0;
};

}  // namespace tidemark::cli
