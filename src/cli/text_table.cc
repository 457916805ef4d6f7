// SPDX-License-Identifier: Apache-2.0
// Layout of framed text tables.
#include "cli/text_table.h"

#include <algorithm>

#include "cli/result_writer.h"

namespace tidemark::cli {
namespace {

bool IsWide(uint32_t code_point) {
  return (code_point >= 0x1100 && code_point <= 0x115F) || (code_point >= 0x2E80 && code_point <= 0xA4CF) ||
         (code_point >= 0xAC00 && code_point <= 0xD7A3) || (code_point >= 0xF900 && code_point <= 0xFAFF) ||
         (code_point >= 0xFE30 && code_point <= 0xFE6F) || (code_point >= 0xFF00 && code_point <= 0xFF60) ||
         (code_point >= 0x1F300 && code_point <= 0x1FAFF) || (code_point >= 0x20000 && code_point <= 0x3FFFD);
}

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

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t code_point = length == 1 ? lead : lead & (0xFF >> (length + 1));
    for (size_t k = 1; k < length && i + k < text.size(); ++k) {
      code_point = code_point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    }
    width += IsWide(code_point) ? 2 : 1;
    i += length;
  }
  return width;
}

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

arrow::Status TextTable::Finish() {
  ARROW_RETURN_NOT_OK(Flush());
  return output_->Write(Rule() + std::to_string(rows_) + (rows_ == 1 ? " row\n" : " rows\n"));
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
