// SPDX-License-Identifier: Apache-2.0
// Places in a SQL text. Every token and every node of the syntax tree carries one, so that any later stage can
// point at the text that an error is about.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidemark::sql {

/// A half-open range of byte offsets into the whole text that was given to the parser (the script, not the single
/// statement). A default-constructed range means "no place known".
struct SourceRange {
  size_t begin = 0;
  size_t end = 0;

  bool empty() const { return begin == end; }
  bool operator==(const SourceRange&) const = default;
};

/// The smallest range that covers both; an empty range does not widen the other.
SourceRange Cover(SourceRange first, SourceRange second);

/// A place as people count it: both start at 1; the column counts characters (Unicode code points), not bytes.
struct LineColumn {
  size_t line = 1;
  size_t column = 1;

  bool operator==(const LineColumn&) const = default;
};

/// Line and column of a byte offset; an offset beyond the end of the text gives the place after the last character.
LineColumn LocateOffset(std::string_view text, size_t offset);

/// The piece of the text that the range covers, clipped to the text.
std::string_view TextOf(std::string_view text, SourceRange range);

}  // namespace tidemark::sql
