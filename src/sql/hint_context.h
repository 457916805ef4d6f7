// SPDX-License-Identifier: Apache-2.0
// What the rules for hints (syntax_hints, dialect_hints, dialect_operators) see of the text around the cursor, and the
// words that they share.
#pragma once

#include <string>
#include <string_view>

#include "sql/token_cursor.h"

namespace tidemark::sql::internal {

/// Whether the parser noted that it would have taken this at the cursor.
bool Noted(const TokenCursor& cursor, std::string_view what);
/// The word `back` places before the cursor in upper case; empty when something else stands there.
std::string WordBefore(const TokenCursor& cursor, size_t back = 1);
bool IsSymbolBefore(const TokenCursor& cursor, std::string_view symbol, size_t back = 1);
bool IsNumber(const Token& token);
/// Whether the statement ends at the token `ahead` places from the cursor.
bool EndsStatement(const TokenCursor& cursor, size_t ahead = 0);
/// A piece of the text for a hint to repeat; empty when it is too long for that or goes over several lines.
std::string Repeatable(const TokenCursor& cursor, size_t begin, size_t end);
/// The literals and names with commas between them that begin `ahead` places from the cursor, as written: "1, 2".
std::string ListAt(const TokenCursor& cursor, size_t ahead);
/// How far back the '(' stands that is open before the token `back` places before the cursor; 0 when it is far away.
size_t OpenParenthesis(const TokenCursor& cursor, size_t back = 1);
/// What to write for a file of this name, format or function that reads it.
std::string FileHint(std::string_view name);

inline constexpr std::string_view kNoTemplates =
    "Templates are not part of SQL: run the tool that fills them in first, or write what they stand for.";
inline constexpr std::string_view kCommentForm = "A comment begins with '--', or stands between '/*' and '*/'.";

}  // namespace tidemark::sql::internal
