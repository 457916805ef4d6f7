// SPDX-License-Identifier: Apache-2.0
// The characters of a Java pattern: as they are, and behind a backslash. Internal to the translation of patterns.
#pragma once

#include <arrow/status.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "expr/regex/java_character_sets.h"
#include "expr/regex/java_pattern.h"

namespace tidemark::expr {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/// The other case of an ASCII letter.
constexpr char OtherCase(char letter) { return static_cast<char>(letter ^ 0x20); }

/// What (?...) turns on and off.
struct PatternFlags {
  bool dot_all = false;
  bool ignore_case = false;
  bool multiline = false;
  /// The case of letters beyond ASCII is ignored too.
  bool unicode_case = false;
  /// Blanks and what follows a # are no part of the pattern.
  bool comments = false;
};

/// Reads a pattern from left to right and writes RE2's. Its methods take what stands at `at_`; what Java calls invalid
/// sets `invalid_`.
class EscapeTranslator {
 protected:
  explicit EscapeTranslator(std::string_view pattern) : pattern_(pattern) {}

  static arrow::Status Refuse(const std::string& what);

  char Peek(size_t ahead) const { return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0'; }
  void Emit(std::string_view text, size_t consumed);
  void Copy(size_t length) { Emit(pattern_.substr(at_, length), length); }
  /// A character that stands for itself, in both cases where the case does not count. As in Java, only ASCII letters
  /// have one.
  void Literal();
  /// At a backslash.
  arrow::Status Escape(bool in_class);

  const std::string_view pattern_;
  size_t at_ = 0;
  JavaPattern out_;
  PatternFlags flags_;
  int groups_ = 0;
  bool invalid_ = false;

 private:
  arrow::Status OtherEscape(char c, bool in_class);
  arrow::Status EmitSet(const CharacterSet& set, bool negated, bool in_class, size_t consumed);
  void EmitCode(uint32_t code, bool in_class, size_t consumed);
  arrow::Status Property(bool in_class);
  arrow::Status Quoted();
  std::optional<uint32_t> HexNumber(size_t from, size_t digits) const;
  arrow::Status Hex(bool in_class);
  arrow::Status Unit(bool in_class);
  arrow::Status Octal(bool in_class);
  arrow::Status Control(bool in_class);
};

}  // namespace tidemark::expr
