// SPDX-License-Identifier: Apache-2.0
// Reads the body between the quotes first, then decodes it as the prefix asks.

#include "sql/string_literal.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "sql/keywords.h"

namespace tidemark::sql {

namespace {

std::optional<uint32_t> HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<uint32_t> HexNumber(std::string_view digits) {
  uint32_t number = 0;
  for (char c : digits) {
    const auto value = HexValue(c);
    if (!value) return std::nullopt;
    number = number * 16 + *value;
  }
  return digits.empty() ? std::nullopt : std::optional(number);
}

void Fail(StringLiteral* literal, SourceRange range, std::string error, std::string hint = "") {
  literal->error = std::move(error);
  literal->hint = std::move(hint);
  literal->error_range = range;
}

/// Reads up to the closing quote; '' stands for one quote, and in E'..' a backslash takes the next character with it.
bool ReadBody(std::string_view text, size_t quote, bool backslash_escapes, std::string* body, size_t* end) {
  size_t i = quote + 1;
  while (i < text.size()) {
    const char c = text[i];
    if (backslash_escapes && c == '\\' && i + 1 < text.size()) {
      body->append(text.substr(i, 2));
      i += 2;
    } else if (c != '\'') {
      *body += c;
      ++i;
    } else if (i + 1 < text.size() && text[i + 1] == '\'') {
      *body += '\'';
      i += 2;
    } else {
      *end = i + 1;
      return true;
    }
  }
  *end = text.size();
  return false;
}

void DecodeBinary(SourceRange range, StringLiteral* literal) {
  literal->is_binary = true;
  for (char c : literal->value) {
    if (!HexValue(c)) return Fail(literal, range, "A binary literal has only the digits 0-9 and A-F");
  }
  if (literal->value.size() % 2 != 0) return Fail(literal, range, "A binary literal needs an even number of digits");
  literal->value = ToUpperAscii(literal->value);
}

/// \XXXX and \+XXXXXX with `escape` in place of the backslash; the escape character twice stands for itself.
void DecodeUnicode(SourceRange range, char escape, StringLiteral* literal) {
  const std::string body = std::move(literal->value);
  literal->value.clear();
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != escape) {
      literal->value += body[i];
      continue;
    }
    if (i + 1 < body.size() && body[i + 1] == escape) {
      literal->value += escape;
      ++i;
      continue;
    }
    const bool is_long = i + 1 < body.size() && body[i + 1] == '+';
    const size_t digits_begin = i + (is_long ? 2 : 1);
    const size_t digits_count = is_long ? 6 : 4;
    if (digits_begin + digits_count > body.size()) {
      return Fail(literal, range, "Malformed Unicode escape",
                  "Write four hexadecimal digits behind the escape character.");
    }
    const auto code = HexNumber(std::string_view(body).substr(digits_begin, digits_count));
    if (!code || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) {
      return Fail(literal, range, "Malformed Unicode escape",
                  "Write four hexadecimal digits behind the escape character.");
    }
    AppendUtf8(*code, &literal->value);
    i = digits_begin + digits_count - 1;
  }
}

/// One escape of E'..' whose letter is at body[*i]; leaves *i at the last character it used.
bool DecodeBackslash(std::string_view body, size_t* i, std::string* out) {
  static constexpr std::string_view kLetters = "bfnrt\\'\"";
  static constexpr std::string_view kValues = "\b\f\n\r\t\\'\"";
  const char letter = body[*i];
  if (const size_t at = kLetters.find(letter); at != std::string_view::npos) {
    *out += kValues[at];
    return true;
  }
  if (letter != 'u') return false;
  const auto code = HexNumber(body.substr(*i + 1, 4));
  if (!code || *i + 4 >= body.size() || (*code >= 0xD800 && *code <= 0xDFFF)) return false;
  AppendUtf8(*code, out);
  *i += 4;
  return true;
}

void DecodeCStyle(SourceRange range, StringLiteral* literal) {
  const std::string body = std::move(literal->value);
  literal->value.clear();
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      literal->value += body[i];
      continue;
    }
    ++i;
    if (i >= body.size() || !DecodeBackslash(body, &i, &literal->value)) {
      return Fail(literal, range, "Unknown escape in this string", R"(E'..' knows \b \f \n \r \t \\ \' and \uXXXX.)");
    }
  }
}

size_t SkipSpaces(std::string_view text, size_t i) {
  while (i < text.size() && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r')) ++i;
  return i;
}

/// `UESCAPE '!'` behind a U&'..' literal; moves `end` behind it.
char ReadUnicodeEscapeCharacter(std::string_view text, StringLiteral* literal) {
  static constexpr std::string_view kWord = "UESCAPE";
  size_t i = SkipSpaces(text, literal->end);
  if (ToUpperAscii(text.substr(i, kWord.size())) != kWord) return '\\';
  i = SkipSpaces(text, i + kWord.size());
  if (i + 2 >= text.size() || text[i] != '\'' || text[i + 2] != '\'') return '\\';
  literal->end = i + 3;
  return text[i + 1];
}

}  // namespace

std::optional<size_t> StringPrefixLength(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const char first = ToUpperAscii(text.substr(0, 1))[0];
  if (first == 'U' && text[1] == '&' && text.size() > 2 && text[2] == '\'') return 2;
  if ((first == 'N' || first == 'X' || first == 'E') && text[1] == '\'') return 1;
  if (first != '_') return std::nullopt;
  size_t i = 1;
  while (i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '-' || text[i] == '_'))
    ++i;
  return i > 1 && i < text.size() && text[i] == '\'' ? std::optional(i) : std::nullopt;
}

StringLiteral ReadStringLiteral(std::string_view text, size_t begin, std::string_view prefix) {
  StringLiteral literal;
  const char kind = prefix.empty() ? '\0' : ToUpperAscii(prefix.substr(0, 1))[0];
  const size_t quote = begin + prefix.size();
  if (!ReadBody(text, quote, kind == 'E', &literal.value, &literal.end)) {
    Fail(&literal, {begin, std::min(text.find('\n', begin), text.size())},
         "This string is never closed: the quote that opens it has no partner",
         "Close it with '. A quote inside a string is written twice: 'it''s'.");
    return literal;
  }
  const SourceRange range = {begin, literal.end};
  if (kind == 'X') {
    DecodeBinary(range, &literal);
  } else if (kind == 'U') {
    DecodeUnicode(range, ReadUnicodeEscapeCharacter(text, &literal), &literal);
  } else if (kind == 'E') {
    DecodeCStyle(range, &literal);
  }
  return literal;
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  if (code_point < 0x80) {
    *out += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    *out += static_cast<char>(0xC0 | (code_point >> 6));
    *out += static_cast<char>(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    *out += static_cast<char>(0xE0 | (code_point >> 12));
    *out += static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code_point & 0x3F));
  } else {
    *out += static_cast<char>(0xF0 | (code_point >> 18));
    *out += static_cast<char>(0x80 | ((code_point >> 12) & 0x3F));
    *out += static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
    *out += static_cast<char>(0x80 | (code_point & 0x3F));
  }
}

}  // namespace tidemark::sql
