// SPDX-License-Identifier: Apache-2.0
// UTF-8 text counted and cut in UTF-16 units, where a function has to agree with Java's String positions: characters
// beyond U+FFFF count two.
#pragma once

#include <cstdint>
#include <string_view>

#include "expr/utf8.h"

namespace tidemark::expr {

inline int64_t Utf16Length(std::string_view text) {
  int64_t units = 0;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xC0) != 0x80 ? (byte >= 0xF0 ? 2 : 1) : 0;
  }
  return units;
}

/// Where a text is cut.
struct Utf16Cut {
  size_t bytes = 0;     ///< length of the whole characters before the cut
  bool halved = false;  ///< the next character is cut in the middle; Java then writes '?' for either half
};

/// The cut after `units` units, or the end.
inline Utf16Cut CutUtf16(std::string_view text, int64_t units) {
  Utf16Cut cut;
  while (units > 0 && cut.bytes < text.size()) {
    const size_t width = Utf8Width(text[cut.bytes]);
    if (width == 4 && units == 1) {
      cut.halved = true;
      return cut;
    }
    units -= width == 4 ? 2 : 1;
    cut.bytes += width;
  }
  if (cut.bytes > text.size()) cut.bytes = text.size();
  return cut;
}

}  // namespace tidemark::expr
