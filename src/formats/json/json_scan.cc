// SPDX-License-Identifier: Apache-2.0
// Passing over JSON values and reading strings with escapes.
#include "formats/json/json_scan.h"

#include <bitset>

namespace tidemark::formats::json {
namespace {

constexpr int kMaxDepth = 1000;

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The value of four hexadecimal digits; -1 when they are not.
int32_t ReadHex4(const char* text) {
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(text[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

void AppendUtf8(uint32_t code, char** out) {
  char*& at = *out;
  if (code < 0x80) {
    *at++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *at++ = static_cast<char>(0xC0 | code >> 6);
    *at++ = static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *at++ = static_cast<char>(0xE0 | code >> 12);
    *at++ = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    *at++ = static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *at++ = static_cast<char>(0xF0 | code >> 18);
    *at++ = static_cast<char>(0x80 | (code >> 12 & 0x3F));
    *at++ = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    *at++ = static_cast<char>(0x80 | (code & 0x3F));
  }
}

const char* Fail(const char* at, const char* why, const char** error_at, const char** reason) {
  *error_at = at;
  *reason = why;
  return nullptr;
}

const char* StringProblem(const char* at) {
  if (*at == '\n') return "the string does not end";
  return *at == '\\' ? "this is no escape sequence" : "a control character must be escaped in a string";
}

/// A scalar: string, number, true, false, null.
const char* SkipScalar(const char* text, const char** error_at, const char** reason) {
  switch (*text) {
    case '"':
      return SkipString(text, error_at, reason);
    case 't':
      if (std::memcmp(text, "true", 4) == 0) return text + 4;
      break;
    case 'f':
      if (std::memcmp(text, "false", 5) == 0) return text + 5;
      break;
    case 'n':
      if (std::memcmp(text, "null", 4) == 0) return text + 4;
      break;
    case '\n':
      return Fail(text, "the record ends here, in the middle", error_at, reason);
    default: {
      bool integer = false;
      if (const char* end = FindNumberEnd(text, &integer)) return end;
    }
  }
  return Fail(text, "a value was expected here", error_at, reason);
}

/// The key and colon before a value; `text` is after white space.
const char* SkipKey(const char* text, const char** error_at, const char** reason) {
  if (*text != '"') return Fail(text, "a field name in quotes was expected here", error_at, reason);
  text = SkipString(text, error_at, reason);
  if (text == nullptr) return nullptr;
  text = SkipSpace(text);
  if (*text != ':') return Fail(text, "':' was expected here", error_at, reason);
  return SkipSpace(text + 1);
}

}  // namespace

const char* SkipString(const char* text, const char** error_at, const char** reason) {
  ++text;
  while (true) {
    text = FindSpecial(text);
    if (*text == '"') return text + 1;
    char scratch[4];
    char* out = scratch;
    const char* after = *text == '\\' ? ReadEscape(text, &out) : nullptr;
    if (after == nullptr) return Fail(text, StringProblem(text), error_at, reason);
    text = after;
  }
}

const char* ReadEscape(const char* text, char** out) {
  switch (text[1]) {
    case '"':
      *(*out)++ = '"';
      return text + 2;
    case '\\':
      *(*out)++ = '\\';
      return text + 2;
    case '/':
      *(*out)++ = '/';
      return text + 2;
    case 'b':
      *(*out)++ = '\b';
      return text + 2;
    case 'f':
      *(*out)++ = '\f';
      return text + 2;
    case 'n':
      *(*out)++ = '\n';
      return text + 2;
    case 'r':
      *(*out)++ = '\r';
      return text + 2;
    case 't':
      *(*out)++ = '\t';
      return text + 2;
    case 'u':
      break;
    default:
      return nullptr;
  }
  const int32_t unit = ReadHex4(text + 2);
  if (unit < 0) return nullptr;
  text += 6;
  if (unit < 0xD800 || unit > 0xDFFF) {
    AppendUtf8(static_cast<uint32_t>(unit), out);
    return text;
  }
  if (unit < 0xDC00 && text[0] == '\\' && text[1] == 'u') {
    const int32_t low = ReadHex4(text + 2);
    if (low >= 0xDC00 && low <= 0xDFFF) {
      AppendUtf8(0x10000 + (static_cast<uint32_t>(unit - 0xD800) << 10) + static_cast<uint32_t>(low - 0xDC00), out);
      return text + 6;
    }
  }
  *(*out)++ = '?';
  return text;
}

const char* ReadString(const char* text, std::string* out, const char** error_at, const char** reason) {
  ++text;
  while (true) {
    const char* special = FindSpecial(text);
    out->append(text, special);
    text = special;
    if (*text == '"') return text + 1;
    char scratch[4];
    char* end = scratch;
    const char* after = *text == '\\' ? ReadEscape(text, &end) : nullptr;
    if (after == nullptr) return Fail(text, StringProblem(text), error_at, reason);
    out->append(scratch, end);
    text = after;
  }
}

const char* FindNumberEnd(const char* text, bool* integer) {
  *integer = true;
  if (*text == '-') ++text;
  if (*text == '0') {
    ++text;
  } else {
    if (!IsDigit(*text)) return nullptr;
    while (IsDigit(*text)) ++text;
  }
  if (*text == '.') {
    *integer = false;
    ++text;
    if (!IsDigit(*text)) return nullptr;
    while (IsDigit(*text)) ++text;
  }
  if (*text == 'e' || *text == 'E') {
    *integer = false;
    ++text;
    if (*text == '+' || *text == '-') ++text;
    if (!IsDigit(*text)) return nullptr;
    while (IsDigit(*text)) ++text;
  }
  return text;
}

const char* SkipValue(const char* text, const char** error_at, const char** reason) {
  if (*text != '{' && *text != '[') return SkipScalar(text, error_at, reason);
  std::bitset<kMaxDepth> is_object;  // of the open containers, outermost first
  int depth = 0;
  while (true) {
    // At the start of a value.
    if (*text == '{' || *text == '[') {
      if (depth == kMaxDepth) return Fail(text, "nested deeper than 1000 levels", error_at, reason);
      const bool object = *text == '{';
      is_object[depth++] = object;
      text = SkipSpace(text + 1);
      if (*text != (object ? '}' : ']')) {
        if (object) text = SkipKey(text, error_at, reason);
        if (text == nullptr) return nullptr;
        continue;
      }
    } else {
      text = SkipScalar(text, error_at, reason);
      if (text == nullptr) return nullptr;
      text = SkipSpace(text);
    }
    // After a value: close what ends here, or go on to the next one.
    while (true) {
      const bool object = is_object[depth - 1];
      if (*text == ',') break;
      if (*text != (object ? '}' : ']')) {
        return Fail(text, object ? "',' or '}' was expected here" : "',' or ']' was expected here", error_at, reason);
      }
      ++text;
      if (--depth == 0) return text;
      text = SkipSpace(text);
    }
    text = SkipSpace(text + 1);
    if (is_object[depth - 1]) text = SkipKey(text, error_at, reason);
    if (text == nullptr) return nullptr;
  }
}

void AppendCompact(std::string_view text, std::string* out) {
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      const char* error_at = nullptr;
      const char* reason = nullptr;
      const char* begin = text.data() + at;
      const char* end = SkipString(begin, &error_at, &reason);
      out->append(begin, end);
      at = static_cast<size_t>(end - text.data());
      continue;
    }
    if (!IsSpace(c)) *out += c;
    ++at;
  }
}

}  // namespace tidemark::formats::json
