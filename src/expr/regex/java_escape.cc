// SPDX-License-Identifier: Apache-2.0
// Translating characters and escapes.
#include "expr/regex/java_escape.h"

#include <algorithm>
#include <charconv>

#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

constexpr std::string_view kLineBreak = "(?:\\r\\n|[\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}])";

bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

}  // namespace

arrow::Status EscapeTranslator::Refuse(const std::string& what) {
  return arrow::Status::NotImplemented("Regular expressions with ", what, " are not supported yet");
}

void EscapeTranslator::Literal() {
  const char c = pattern_[at_];
  if (flags_.ignore_case && IsLetter(c)) {
    Emit(std::string("[") + c + OtherCase(c) + "]", 1);
  } else {
    Copy(Utf8Width(c));
  }
}

void EscapeTranslator::Emit(std::string_view text, size_t consumed) {
  out_.re2 += text;
  at_ += consumed;
}
/// A set of characters, written as it must stand in or outside of a class.
arrow::Status EscapeTranslator::EmitSet(const CharacterSet& set, bool negated, bool in_class, size_t consumed) {
  if (in_class) {
    Emit(negated ? set.others : set.members, consumed);
  } else {
    Emit(std::string(negated ? "[^" : "[") + std::string(set.members) + "]", consumed);
  }
  return arrow::Status::OK();
}
/// A character by its code.
void EscapeTranslator::EmitCode(uint32_t code, bool in_class, size_t consumed) {
  const char letter = code < 0x80 ? static_cast<char>(code) : '\0';
  if (flags_.ignore_case && IsLetter(letter) && !in_class) {
    return Emit(std::string("[") + letter + OtherCase(letter) + "]", consumed);
  }
  // Of a range only the ends would get their other case.
  const bool alone = !out_.re2.ends_with('-') && Peek(consumed) != '-';
  if (flags_.ignore_case && IsLetter(letter) && in_class && alone) out_.re2 += OtherCase(letter);
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof(digits), code, 16).ptr;
  Emit("\\x{" + std::string(digits, end) + "}", consumed);
}

/// At '\\'.
arrow::Status EscapeTranslator::Escape(bool in_class) {
  const char c = Peek(1);
  switch (c) {
    case '\0':
      invalid_ = true;
      return arrow::Status::OK();
    case 'd':
    case 'D':
    case 'w':
    case 'W':
    case 't':
    case 'n':
    case 'r':
    case 'f':
    case 'a':
      Copy(2);
      return arrow::Status::OK();
    case 's':
      return EmitSet(kSpaceSet, false, in_class, 2);
    case 'S':
      return EmitSet(kSpaceSet, true, in_class, 2);
    case 'h':
      return EmitSet(kHorizontalSet, false, in_class, 2);
    case 'H':
      return EmitSet(kHorizontalSet, true, in_class, 2);
    case 'v':
      return EmitSet(kVerticalSet, false, in_class, 2);
    case 'V':
      return EmitSet(kVerticalSet, true, in_class, 2);
    case 'e':
      Emit("\\x1B", 2);
      return arrow::Status::OK();
    case 'p':
    case 'P':
      return Property(in_class);
    case 'Q':
      return Quoted();
    case 'u':
      return Unit(in_class);
    case 'x':
      return Hex(in_class);
    case '0':
      return Octal(in_class);
    case 'c':
      return Control(in_class);
    default:
      return OtherEscape(c, in_class);
  }
}

/// What depends on its place, and what means itself.
arrow::Status EscapeTranslator::OtherEscape(char c, bool in_class) {
  if (!in_class && (c == 'b' || c == 'B' || c == 'A' || c == 'z')) {
    Copy(2);
    return arrow::Status::OK();
  }
  if (!in_class && c == 'R') {
    Emit(kLineBreak, 2);
    return arrow::Status::OK();
  }
  if (!in_class && IsDigit(c)) return Refuse("back references");
  if (!in_class && (c == 'k' || c == 'G' || c == 'Z' || c == 'X' || c == 'N')) return Refuse(std::string("\\") + c);
  if (IsLetter(c) || IsDigit(c)) {
    invalid_ = true;
    return arrow::Status::OK();
  }
  if (c < 0) {
    // To RE2 only ASCII can be escaped.
    ++at_;
    Literal();
  } else {
    Copy(2);
  }
  return arrow::Status::OK();
}

/// \p{Name}, \P{Name}, \pL.
arrow::Status EscapeTranslator::Property(bool in_class) {
  const bool negated = Peek(1) == 'P';
  const bool braced = Peek(2) == '{';
  const size_t end = braced ? pattern_.find('}', at_) : at_ + 2;
  if (end >= pattern_.size()) {
    invalid_ = true;
    return arrow::Status::OK();
  }
  const std::string_view name = braced ? pattern_.substr(at_ + 3, end - at_ - 3) : pattern_.substr(end, 1);
  CharacterProperty property = FindCharacterProperty(name);
  if (flags_.ignore_case) property = IgnoringCase(name, property);
  switch (property.kind) {
    case CharacterProperty::Kind::kInvalid:
      invalid_ = true;
      return arrow::Status::OK();
    case CharacterProperty::Kind::kUnsupported:
      return Refuse("\\p{" + std::string(name) + "}");
    case CharacterProperty::Kind::kSet:
      return EmitSet(property.set, negated, in_class, end + 1 - at_);
    default:
      // RE2 refuses scripts that it does not know.
      Emit(std::string(negated ? "\\P{" : "\\p{") + std::string(property.name) + "}", end + 1 - at_);
      return arrow::Status::OK();
  }
}

/// \Q...\E
arrow::Status EscapeTranslator::Quoted() {
  const size_t end = std::min(pattern_.find("\\E", at_ + 2), pattern_.size());
  for (at_ += 2; at_ < end;) {
    const char c = pattern_[at_];
    if (c >= 0 && !IsLetter(c) && !IsDigit(c)) out_.re2.push_back('\\');
    Literal();
  }
  at_ = std::min(end + 2, pattern_.size());
  return arrow::Status::OK();
}

/// The hexadecimal number at [`from`, `from` + `digits`); nullopt when it is none.
std::optional<uint32_t> EscapeTranslator::HexNumber(size_t from, size_t digits) const {
  if (digits == 0 || digits > 8 || from + digits > pattern_.size()) return std::nullopt;
  uint32_t code = 0;
  for (size_t i = from; i < from + digits; ++i) {
    if (!IsHex(pattern_[i])) return std::nullopt;
  }
  std::from_chars(pattern_.data() + from, pattern_.data() + from + digits, code, 16);
  return code;
}

/// \xhh, \x{h...h}
arrow::Status EscapeTranslator::Hex(bool in_class) {
  const bool braced = Peek(2) == '{';
  const size_t end = braced ? pattern_.find('}', at_) : at_ + 4;
  const size_t from = at_ + (braced ? 3 : 2);
  const auto code = end == std::string_view::npos ? std::nullopt : HexNumber(from, end - from);
  invalid_ = !code || *code > 0x10FFFF;
  if (!invalid_) EmitCode(*code, in_class, end + (braced ? 1 : 0) - at_);
  return arrow::Status::OK();
}

/// \uhhhh; two halves of a character are one.
arrow::Status EscapeTranslator::Unit(bool in_class) {
  const auto code = HexNumber(at_ + 2, 4);
  const bool high = code && *code >= 0xD800 && *code < 0xDC00;
  const auto next = high && Peek(6) == '\\' && Peek(7) == 'u' ? HexNumber(at_ + 8, 4) : std::nullopt;
  if (next && *next >= 0xDC00 && *next < 0xE000) {
    EmitCode(0x10000 + ((*code - 0xD800) << 10) + (*next - 0xDC00), in_class, 12);
  } else if (code) {
    EmitCode(*code, in_class, 6);
  } else {
    invalid_ = true;
  }
  return arrow::Status::OK();
}

/// \0n, \0nn, \0mnn
arrow::Status EscapeTranslator::Octal(bool in_class) {
  size_t length = 2;
  uint32_t value = 0;
  while (length < 5 && Peek(length) >= '0' && Peek(length) <= '7' && value * 8 + (Peek(length) - '0') <= 0377) {
    value = value * 8 + static_cast<uint32_t>(Peek(length) - '0');
    ++length;
  }
  invalid_ = length == 2;
  if (!invalid_) EmitCode(value, in_class, length);
  return arrow::Status::OK();
}

/// \cX
arrow::Status EscapeTranslator::Control(bool in_class) {
  invalid_ = Peek(2) == '\0';
  if (!invalid_) EmitCode((static_cast<unsigned char>(Peek(2)) ^ 64u) & 0x7F, in_class, 3);
  return arrow::Status::OK();
}

}  // namespace tidemark::expr
