// SPDX-License-Identifier: Apache-2.0
// The forms of string literals: 'it''s', N'..', _utf8'..', U&'\00E9' UESCAPE '!', E'\n', X'0AFF'.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sql/source_range.h"

namespace tidemark::sql {

/// What was read at one place of the text; `end` is the offset behind the literal even when there is an error.
struct StringLiteral {
  std::string value;
  bool is_binary = false;
  size_t end = 0;
  /// Empty when the literal is well formed.
  std::string error;
  std::string hint;
  SourceRange error_range;
};

/// Length of the prefix in front of the opening quote (`U&`, `N`, `X`, `E`, `_charset`) when the text begins with a
/// prefixed string literal.
std::optional<size_t> StringPrefixLength(std::string_view text);

/// Reads the literal that begins at `begin` with the given prefix (maybe empty) and an opening quote behind it.
StringLiteral ReadStringLiteral(std::string_view text, size_t begin, std::string_view prefix);

/// The code point as UTF-8.
void AppendUtf8(uint32_t code_point, std::string* out);

}  // namespace tidemark::sql
