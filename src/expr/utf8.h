// SPDX-License-Identifier: Apache-2.0
// UTF-8 by code points: lengths, cutting, and the repair of invalid bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark::expr {

/// Bytes of the character that starts with `lead`; 1 for a byte that starts none.
constexpr size_t Utf8Width(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0xC0) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

/// Number of code points.
inline int64_t Utf8Length(std::string_view text) {
  int64_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

/// The first `count` code points.
inline std::string_view Utf8Prefix(std::string_view text, int64_t count) {
  size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += Utf8Width(text[at]);
  return text.substr(0, at < text.size() ? at : text.size());
}

/// Appends the character with this code point. REQUIRES: no surrogate, at most 0x10FFFF.
void AppendUtf8(uint32_t code, std::string* out);

/// Length of the valid character at the front; 0 when the bytes there are none.
size_t ValidUtf8Prefix(std::string_view text);

/// `text` with each run of bytes that is no character replaced by U+FFFD.
std::string RepairUtf8(std::string_view text);

}  // namespace tidemark::expr
