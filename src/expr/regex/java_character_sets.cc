// SPDX-License-Identifier: Apache-2.0
// Looking up \p{name}.
#include "expr/regex/java_character_sets.h"

#include <algorithm>
#include <array>

namespace tidemark::expr {
namespace {

struct NamedSet {
  std::string_view name;
  CharacterSet set;
};

/// POSIX names, ASCII only as in Java.
constexpr std::array<NamedSet, 13> kAsciiSets = {{{"Lower", {"a-z", "[:^lower:]"}},
                                                  {"Upper", {"A-Z", "[:^upper:]"}},
                                                  {"ASCII", {"\\x00-\\x7F", "[:^ascii:]"}},
                                                  {"Alpha", {"a-zA-Z", "[:^alpha:]"}},
                                                  {"Digit", {"0-9", "[:^digit:]"}},
                                                  {"Alnum", {"a-zA-Z0-9", "[:^alnum:]"}},
                                                  {"Punct", {"!-/:-@\\[-`{-~", "[:^punct:]"}},
                                                  {"Graph", {"!-~", "[:^graph:]"}},
                                                  {"Print", {" -~", "[:^print:]"}},
                                                  {"Blank", {" \\t", "[:^blank:]"}},
                                                  {"Cntrl", {"\\x00-\\x1F\\x7F", "[:^cntrl:]"}},
                                                  {"XDigit", {"0-9a-fA-F", "[:^xdigit:]"}},
                                                  {"Space", kSpaceSet}}};

constexpr CharacterSet kWhiteSpace = {
    "\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}",
    "\\x00-\\x08\\x0E-\\x1F!-\\x{84}\\x{86}-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}"
    "\\x{202A}-\\x{202E}\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{10FFFF}"};

struct Alias {
  std::string_view java;
  std::string_view re2;
};

/// Properties that are a general category.
constexpr std::array<Alias, 8> kAliases = {{{"IsLetter", "L"},
                                            {"IsDigit", "Nd"},
                                            {"IsPunctuation", "P"},
                                            {"IsControl", "Cc"},
                                            {"javaLetter", "L"},
                                            {"javaDigit", "Nd"},
                                            {"javaISOControl", "Cc"},
                                            {"javaTitleCase", "Lt"}}};

/// Properties that RE2 has not, or not as they are.
constexpr std::array<std::string_view, 9> kUnsupportedProperties = {
    "IsAlphabetic",   "IsUppercase",   "IsLowercase",
    "IsTitlecase",    "IsIdeographic", "IsHex_Digit",
    "IsJoin_Control", "IsAssigned",    "IsNoncharacter_Code_Point"};

constexpr std::array<std::string_view, 36> kCategories = {
    "C",  "Cc", "Cf", "Co", "Cs", "L",  "Ll", "Lm", "Lo", "Lt", "Lu", "M",  "Mc", "Me", "Mn", "N",  "Nd", "Nl",
    "No", "P",  "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S",  "Sc", "Sk", "Sm", "So", "Z",  "Zl", "Zp", "Zs"};

template <size_t kCount>
bool Contains(const std::array<std::string_view, kCount>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

CharacterProperty FindCharacterProperty(std::string_view name) {
  using Kind = CharacterProperty::Kind;
  for (const NamedSet& ascii : kAsciiSets) {
    if (ascii.name == name) return {Kind::kSet, ascii.set, {}};
  }
  if (name == "IsWhite_Space" || name == "IsWhiteSpace") return {Kind::kSet, kWhiteSpace, {}};
  for (const Alias& alias : kAliases) {
    if (alias.java == name) return {Kind::kRe2, {}, alias.re2};
  }
  if (Contains(kCategories, name)) return {Kind::kRe2, {}, name};
  if (Contains(kUnsupportedProperties, name) || name.starts_with("In") || name.starts_with("java") ||
      name.find('=') != std::string_view::npos || name == "Cn" || name == "LC" || name == "LD" || name == "L1" ||
      name == "all") {
    return {Kind::kUnsupported, {}, {}};
  }
  // "Is" and a category or a script.
  if (name.starts_with("Is")) return {Kind::kRe2, {}, name.substr(2)};
  return {Kind::kInvalid, {}, {}};
}

CharacterProperty IgnoringCase(std::string_view name, const CharacterProperty& property) {
  if (name == "Lower" || name == "Upper") return FindCharacterProperty("Alpha");
  if (property.kind != CharacterProperty::Kind::kRe2) return property;
  if (property.name == "Lu" || property.name == "Ll" || property.name == "Lt") {
    return {CharacterProperty::Kind::kUnsupported, {}, {}};
  }
  return property;
}

}  // namespace tidemark::expr
