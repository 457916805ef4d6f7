// SPDX-License-Identifier: Apache-2.0
// Text on a terminal that is drawn again and again in the same place.
#pragma once

#include <arrow/status.h>

#include <functional>
#include <string>

#include "cli/result_writer.h"

namespace tidemark::cli {

struct TerminalSize {
  size_t lines = 24;
  size_t columns = 80;
};

/// The size now of the terminal behind a file descriptor; the usual 24 by 80 when it does not tell.
TerminalSize SizeOfTerminal(int descriptor);

/// The lower part of a terminal. One thread.
class Screen {
 public:
  /// `output` and what `size` uses must outlive it.
  Screen(TextOutput* output, std::function<TerminalSize()> size) : output_(output), size_(std::move(size)) {}

  TerminalSize size() const { return size_(); }
  /// Replaces what was drawn before. Lines are cut at the right edge, the first ones left out that do not fit the
  /// height, so that the next drawing finds where this one began. `text` ends in a newline.
  arrow::Status Draw(const std::string& text);
  /// Replaces what was drawn before by `text`, whole, and begins anew below it.
  arrow::Status Leave(const std::string& text);

 private:
  std::string BackToBegin() const;

  TextOutput* output_;
  std::function<TerminalSize()> size_;
  size_t drawn_lines_ = 0;
};

}  // namespace tidemark::cli
