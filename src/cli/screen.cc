// SPDX-License-Identifier: Apache-2.0
// Drawing with ANSI escape codes.
#include "cli/screen.h"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "cli/display_width.h"

namespace tidemark::cli {
namespace {

size_t CountLines(const std::string& text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

TerminalSize SizeOfTerminal(int descriptor) {
  winsize known{};
  TerminalSize size;
  if (ioctl(descriptor, TIOCGWINSZ, &known) != 0) return size;
  if (known.ws_row > 0) size.lines = known.ws_row;
  if (known.ws_col > 0) size.columns = known.ws_col;
  return size;
}

arrow::Status Screen::Draw(const std::string& text) {
  const TerminalSize size = size_();
  std::string shown = CutLines(text, size.columns);
  const size_t lines_max = std::max<size_t>(size.lines, 2) - 1;  // the cursor stands on the last
  size_t begin = 0;
  for (size_t lines = CountLines(shown); lines > lines_max; --lines) begin = shown.find('\n', begin) + 1;
  shown.erase(0, begin);
  const std::string back = BackToBegin();
  drawn_lines_ = CountLines(shown);
  return output_->Write(back + shown);
}

arrow::Status Screen::Leave(const std::string& text) {
  const std::string back = BackToBegin();
  drawn_lines_ = 0;
  return output_->Write(back + text);
}

std::string Screen::BackToBegin() const {
  return drawn_lines_ > 0 ? fmt::format("\x1b[{}A\r\x1b[J", drawn_lines_) : "";
}

}  // namespace tidemark::cli
