// SPDX-License-Identifier: Apache-2.0
// Layout of framed text tables.
#include "cli/text_table.h"

#include <algorithm>

#include "cli/display_width.h"
#include "cli/result_writer.h"

namespace tidemark::cli {
namespace {

/// A cell takes one line of a terminal: line ends and other control characters are shown as escapes.
std::string OneLine(const std::string& text) {
  std::string line;
  for (char c : text) {
    if (c == '\n')
      line += "\\n";
    else if (c == '\r')
      line += "\\r";
    else if (c == '\t')
      line += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20)
      line += '?';
    else
      line += c;
  }
  return line;
}

}  // namespace

TextTable::TextTable(const Schema& schema, TextOutput* output) : output_(output) {
  for (const auto& field : schema) {
    names_.push_back(field.name);
    right_aligned_.push_back(field.type.is_numeric());
    widths_.push_back(DisplayWidth(field.name));
  }
}

arrow::Status TextTable::AddRow(std::vector<std::string> cells) {
  ++rows_;
  for (auto& cell : cells) cell = OneLine(cell);
  held_.push_back(std::move(cells));
  return held_.size() >= kRowsForWidths || head_written_ ? Flush() : arrow::Status::OK();
}

arrow::Status TextTable::Flush() {
  if (!head_written_) ARROW_RETURN_NOT_OK(WriteHead());
  std::string text;
  for (const auto& row : held_) text += Line(row, false);
  held_.clear();
  return output_->Write(text);
}

arrow::Status TextTable::WriteHead() {
  for (const auto& row : held_) {
    for (size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], DisplayWidth(row[i]));
  }
  head_written_ = true;
  return output_->Write(Rule() + Line(names_, true) + Rule());
}

arrow::Status TextTable::Finish() { return Finish(std::to_string(rows_) + (rows_ == 1 ? " row\n" : " rows\n")); }

arrow::Status TextTable::Finish(const std::string& last_lines) {
  ARROW_RETURN_NOT_OK(Flush());
  return output_->Write(Rule() + last_lines);
}

std::string TextTable::Rule() const {
  std::string rule = "+";
  for (size_t width : widths_) rule += std::string(width + 2, '-') + "+";
  return rule + "\n";
}

std::string TextTable::Line(const std::vector<std::string>& cells, bool is_head) const {
  std::string line = "|";
  for (size_t i = 0; i < cells.size(); ++i) {
    const size_t width = DisplayWidth(cells[i]);
    const std::string padding(widths_[i] > width ? widths_[i] - width : 0, ' ');
    line += " " + (right_aligned_[i] && !is_head ? padding + cells[i] : cells[i] + padding) + " |";
  }
  return line + "\n";
}

}  // namespace tidemark::cli
