// SPDX-License-Identifier: Apache-2.0
// The newest rows of an insert-only result, and the current ones of an updating result.
#include "cli/shown_rows.h"

#include <arrow/array.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "cli/final_rows.h"
#include "expr/evaluator.h"

namespace tidemark::cli {
namespace {

constexpr int64_t kRowsPerBatch = 8192;

using Cells = std::vector<std::string>;

Cells FormatRow(const Batch& batch, int64_t row, const ResultWriterOptions& options) {
  Cells cells;
  for (size_t i = 0; i < batch.columns.size(); ++i) {
    cells.push_back(expr::FormatValue(*batch.columns[i], row, options.schema[i].type, *options.functions));
  }
  return cells;
}

std::string Rows(int64_t count) { return fmt::format("{} row{}", count, count == 1 ? "" : "s"); }

class NewestRows final : public ShownRows {
 public:
  explicit NewestRows(const ResultWriterOptions& options) : options_(options) {}

  arrow::Status Add(const Batch& batch, size_t rows_max) override {
    count_ += batch.num_rows;
    for (int64_t row = std::max<int64_t>(0, batch.num_rows - static_cast<int64_t>(rows_max)); row < batch.num_rows;
         ++row)
      newest_.push_back(FormatRow(batch, row, options_));
    while (newest_.size() > rows_max) newest_.pop_front();
    return arrow::Status::OK();
  }

  arrow::Result<ShownTable> Table(size_t rows_max, bool ended) const override {
    const size_t shown = std::min(rows_max, newest_.size());
    ShownTable table{{newest_.end() - static_cast<std::ptrdiff_t>(shown), newest_.end()}, ""};
    if (ended)
      table.last_lines = Rows(count_) + " in all\n";
    else if (static_cast<int64_t>(shown) < count_)
      table.last_lines = fmt::format("the newest {} of {}\n", shown, Rows(count_));
    else
      table.last_lines = Rows(count_) + "\n";
    return table;
  }

  int64_t count() const override { return count_; }

 private:
  ResultWriterOptions options_;
  std::deque<Cells> newest_;
  int64_t count_ = 0;
};

class CurrentRows final : public ShownRows {
 public:
  explicit CurrentRows(const ResultWriterOptions& options)
      : options_(options), rows_(options.schema, FinalRows::Removed::kForgotten) {}

  arrow::Status Add(const Batch& batch, size_t) override { return rows_.Apply(batch); }

  arrow::Result<ShownTable> Table(size_t rows_max, bool) const override {
    ShownTable table;
    ARROW_RETURN_NOT_OK(rows_.Visit(kRowsPerBatch, [&](const Batch& batch) {
      for (int64_t row = 0; row < batch.num_rows; ++row) table.rows.push_back(FormatRow(batch, row, options_));
      KeepFirst(rows_max, &table.rows);  // so that the text of all rows is never in memory at once
      return arrow::Status::OK();
    }));
    std::sort(table.rows.begin(), table.rows.end());
    const int64_t hidden = rows_.size() - static_cast<int64_t>(table.rows.size());
    if (hidden > 0) table.last_lines = fmt::format("... and {} more\n", hidden);
    table.last_lines += Rows(rows_.size()) + "\n";
    return table;
  }

  int64_t count() const override { return rows_.size(); }

 private:
  static void KeepFirst(size_t rows_max, std::vector<Cells>* rows) {
    if (rows->size() <= rows_max) return;
    std::nth_element(rows->begin(), rows->begin() + static_cast<std::ptrdiff_t>(rows_max), rows->end());
    rows->resize(rows_max);
  }

  ResultWriterOptions options_;
  FinalRows rows_;
};

}  // namespace

std::unique_ptr<ShownRows> ShowNewestRows(const ResultWriterOptions& options) {
  return std::make_unique<NewestRows>(options);
}

std::unique_ptr<ShownRows> ShowCurrentRows(const ResultWriterOptions& options) {
  return std::make_unique<CurrentRows>(options);
}

}  // namespace tidemark::cli
