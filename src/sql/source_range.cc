// SPDX-License-Identifier: Apache-2.0
// Arithmetic on places in a text.

#include "sql/source_range.h"

#include <algorithm>

namespace tidemark::sql {

SourceRange Cover(SourceRange first, SourceRange second) {
  if (first.empty()) return second;
  if (second.empty()) return first;
  return {std::min(first.begin, second.begin), std::max(first.end, second.end)};
}

LineColumn LocateOffset(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  LineColumn place;
  place.line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  for (char c : before.substr(line_begin)) {
    if ((static_cast<unsigned char>(c) & 0xC0u) != 0x80u) ++place.column;
  }
  return place;
}

std::string_view TextOf(std::string_view text, SourceRange range) {
  const size_t begin = std::min(range.begin, text.size());
  const size_t end = std::clamp(range.end, begin, text.size());
  return text.substr(begin, end - begin);
}

}  // namespace tidemark::sql
