// SPDX-License-Identifier: Apache-2.0
// Drawing of updating results with ANSI escape codes.
#include "cli/live_view.h"

#include <arrow/array.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/clock.h"
#include "cli/final_rows.h"
#include "cli/text_table.h"
#include "expr/evaluator.h"

namespace tidemark::cli {
namespace {

constexpr int64_t kRowsPerBatch = 8192;
constexpr int kLinesAroundRows = 7;  // the table's frame, its foot, the progress line
constexpr int kDefaultLines = 24;

int TerminalLines() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
  return known ? size.ws_row : kDefaultLines;
}

/// Collects what a TextTable writes.
class Captured final : public TextOutput {
 public:
  arrow::Status Write(std::string_view text) override {
    text_ += text;
    return arrow::Status::OK();
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

struct LiveView::State {
  ResultWriterOptions options;
  FinalRows rows;
  int64_t drawn_micros = 0;
  int64_t drawn_lines = 0;

  arrow::Result<std::vector<std::vector<std::string>>> Cells() const {
    std::vector<std::vector<std::string>> cells;
    ARROW_ASSIGN_OR_RAISE(const auto batches, rows.Rows(kRowsPerBatch));
    for (const auto& batch : batches) {
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        std::vector<std::string> line;
        for (size_t i = 0; i < batch.columns.size(); ++i) {
          line.push_back(expr::FormatValue(*batch.columns[i], row, options.schema[i].type, *options.functions));
        }
        cells.push_back(std::move(line));
      }
    }
    std::sort(cells.begin(), cells.end());
    return cells;
  }

  arrow::Status Draw(size_t rows_max) {
    ARROW_ASSIGN_OR_RAISE(auto cells, Cells());
    const size_t all = cells.size();
    if (all > rows_max) cells.resize(rows_max);
    Captured captured;
    TextTable table(options.schema, &captured);
    for (auto& line : cells) ARROW_RETURN_NOT_OK(table.AddRow(std::move(line)));
    ARROW_RETURN_NOT_OK(table.Finish());
    std::string text = captured.text();
    if (all > rows_max) text += fmt::format("... and {} rows more\n", all - rows_max);
    // Back to where the last drawing began, and away with what is below.
    std::string screen = drawn_lines > 0 ? fmt::format("\x1b[{}A\r\x1b[J", drawn_lines) : "";
    drawn_lines = std::count(text.begin(), text.end(), '\n');
    return options.output->Write(screen + text);
  }
};

LiveView::LiveView(ResultWriterOptions options) {
  FinalRows rows(options.schema);
  state_ = std::unique_ptr<State>(new State{std::move(options), std::move(rows)});
}

LiveView::~LiveView() = default;

arrow::Status LiveView::Add(const Batch& batch) {
  ARROW_RETURN_NOT_OK(state_->rows.Apply(batch));
  const int64_t now = SystemClock()->SteadyMicros();
  if (now - state_->drawn_micros < 1'000'000 / kRedrawsPerSecond) return arrow::Status::OK();
  state_->drawn_micros = now;
  return state_->Draw(static_cast<size_t>(std::max(TerminalLines() - kLinesAroundRows, 1)));
}

arrow::Status LiveView::Finish() { return state_->Draw(static_cast<size_t>(state_->rows.size()) + 1); }

int64_t LiveView::rows() const { return state_->rows.size(); }

}  // namespace tidemark::cli
