// SPDX-License-Identifier: Apache-2.0
// Checking and repairing UTF-8.
#include "expr/utf8.h"

namespace tidemark::expr {

void AppendUtf8(uint32_t code, std::string* out) {
  const auto continuation = [&](int shift) { *out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    *out += static_cast<char>(code);
  } else if (code < 0x800) {
    *out += static_cast<char>(0xC0 | code >> 6);
    continuation(0);
  } else if (code < 0x10000) {
    *out += static_cast<char>(0xE0 | code >> 12);
    continuation(6);
    continuation(0);
  } else {
    *out += static_cast<char>(0xF0 | code >> 18);
    continuation(12);
    continuation(6);
    continuation(0);
  }
}
namespace {

struct Lead {
  size_t width;
  // The allowed range of the second byte rules out overlong forms, surrogates and code points beyond U+10FFFF.
  unsigned char second_least;
  unsigned char second_most;
};

Lead LeadOf(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2 || byte > 0xF4) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte < 0xF0)
    return {3, byte == 0xE0 ? static_cast<unsigned char>(0xA0) : static_cast<unsigned char>(0x80),
            byte == 0xED ? static_cast<unsigned char>(0x9F) : static_cast<unsigned char>(0xBF)};
  return {4, byte == 0xF0 ? static_cast<unsigned char>(0x90) : static_cast<unsigned char>(0x80),
          byte == 0xF4 ? static_cast<unsigned char>(0x8F) : static_cast<unsigned char>(0xBF)};
}

/// How many bytes at the front begin a character correctly, and whether they make a whole one.
size_t WellFormed(std::string_view text, bool* whole) {
  const Lead lead = LeadOf(static_cast<unsigned char>(text[0]));
  *whole = false;
  if (lead.width == 0) return 1;
  for (size_t i = 1; i < lead.width; ++i) {
    const unsigned char least = i == 1 ? lead.second_least : 0x80;
    const unsigned char most = i == 1 ? lead.second_most : 0xBF;
    if (i >= text.size() || static_cast<unsigned char>(text[i]) < least || static_cast<unsigned char>(text[i]) > most)
      return i;
  }
  *whole = true;
  return lead.width;
}

}  // namespace

size_t ValidUtf8Prefix(std::string_view text) {
  if (text.empty()) return 0;
  bool whole = false;
  const size_t length = WellFormed(text, &whole);
  return whole ? length : 0;
}

std::string RepairUtf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  while (!text.empty()) {
    bool whole = false;
    const size_t length = WellFormed(text, &whole);
    repaired += whole ? text.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(length);
  }
  return repaired;
}

}  // namespace tidemark::expr
