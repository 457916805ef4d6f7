// SPDX-License-Identifier: Apache-2.0
// Checks that text is UTF-8, block by block ahead of its reader, so that the common case costs next to nothing and one
// bad byte costs only its own line.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidemark::formats {

bool IsUtf8(std::string_view bytes);

/// Walks along with a reader of lines. Blocks are small enough to be still in the cache when they are read.
class Utf8Gate {
 public:
  /// New bytes, which end at `end` with the end of a line.
  void Start(const char* begin, const char* end) {
    checked_until_ = begin;
    end_ = end;
  }
  /// The line at `line` need not be looked at: all around it is valid. REQUIRES: lines are asked for in order.
  bool Passes(const char* line) {
    if (line >= checked_until_) CheckBlock(line);
    return block_is_valid_;
  }

 private:
  void CheckBlock(const char* line);

  const char* checked_until_ = nullptr;
  const char* end_ = nullptr;
  bool block_is_valid_ = true;
};

}  // namespace tidemark::formats
