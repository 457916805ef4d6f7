// SPDX-License-Identifier: Apache-2.0
// Widths by ranges of code points.
#include "cli/display_width.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace tidemark::cli {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};
constexpr Range kZero[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};
constexpr Range kWide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
                           {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};

struct Character {
  size_t bytes;
  size_t columns;
};

Character CharacterAt(std::string_view text, size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  uint32_t code = length == 1 ? lead : lead & (0xFFu >> (length + 1));
  const size_t bytes = std::min(length, text.size() - i);
  for (size_t k = 1; k < bytes; ++k) code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
  const auto contains = [code](const Range& range) { return code >= range.first && code <= range.last; };
  if (std::any_of(std::begin(kZero), std::end(kZero), contains)) return {bytes, 0};
  return {bytes, std::any_of(std::begin(kWide), std::end(kWide), contains) ? size_t{2} : size_t{1}};
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const Character character = CharacterAt(text, i);
    width += character.columns;
    i += character.bytes;
  }
  return width;
}

std::string CutLines(std::string_view text, size_t columns) {
  std::string cut;
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    const Character character = CharacterAt(text, i);
    if (text[i] == '\n') {
      cut += '\n';
      width = 0;
    } else {
      width += character.columns;
      if (width <= columns) cut += text.substr(i, character.bytes);
    }
    i += character.bytes;
  }
  return cut;
}

}  // namespace tidemark::cli
