// SPDX-License-Identifier: Apache-2.0
// The character sets of java.util.regex (\s, \h, \p{Alpha}, \p{IsWhite_Space} ...) in RE2's syntax. Internal to the
// translation of patterns.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::expr {

/// A set as it stands inside a class, and all other characters.
struct CharacterSet {
  std::string_view members;
  std::string_view others;
};

/// The end of a line, as Java knows it (\n, \r\n, \r, U+0085, U+2028, U+2029).
inline constexpr std::string_view kLineTerminator = "\\r\\n|[\\n\\r\\x{85}\\x{2028}\\x{2029}]";

inline constexpr CharacterSet kSpaceSet = {"\\t\\n\\x0B\\f\\r ", "[:^space:]"};
inline constexpr CharacterSet kHorizontalSet = {
    " \\t\\x{A0}\\x{1680}\\x{180e}\\x{2000}-\\x{200a}\\x{202f}\\x{205f}\\x{3000}",
    "\\x00-\\x08\\x0A-\\x1F!-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{180D}\\x{180F}-\\x{1FFF}\\x{200B}-\\x{202E}"
    "\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{10FFFF}"};
inline constexpr CharacterSet kVerticalSet = {"\\n\\x0B\\f\\r\\x{85}\\x{2028}\\x{2029}",
                                              "\\x00-\\x09\\x0E-\\x{84}\\x{86}-\\x{2027}\\x{202A}-\\x{10FFFF}"};

/// What \p{name} means in Java.
struct CharacterProperty {
  enum class Kind { kSet, kRe2, kInvalid, kUnsupported };
  Kind kind = Kind::kInvalid;
  CharacterSet set;       ///< kSet
  std::string_view name;  ///< kRe2: what RE2 calls it
};

CharacterProperty FindCharacterProperty(std::string_view name);

/// The same where upper and lower case are one.
CharacterProperty IgnoringCase(std::string_view name, const CharacterProperty& property);

}  // namespace tidemark::expr
