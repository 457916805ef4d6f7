// SPDX-License-Identifier: Apache-2.0
// Looking around in the tokens, for hints.

#include "sql/hint_context.h"

#include <algorithm>

#include "sql/keywords.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

bool Noted(const TokenCursor& cursor, std::string_view what) {
  return std::ranges::find(cursor.notes(), what) != cursor.notes().end();
}

std::string WordBefore(const TokenCursor& cursor, size_t back) {
  return cursor.HasPrevious(back) ? cursor.Previous(back).upper : "";
}

bool IsSymbolBefore(const TokenCursor& cursor, std::string_view symbol, size_t back) {
  return cursor.HasPrevious(back) && cursor.Previous(back).kind == TokenKind::kSymbol &&
         cursor.Previous(back).text == symbol;
}

bool IsNumber(const Token& token) {
  return token.kind == TokenKind::kExactNumber || token.kind == TokenKind::kApproximateNumber;
}

bool EndsStatement(const TokenCursor& cursor, size_t ahead) {
  return cursor.Peek(ahead).kind == TokenKind::kEnd || cursor.Is(";", ahead);
}

std::string Repeatable(const TokenCursor& cursor, size_t begin, size_t end) {
  constexpr size_t kRepeatedLengthMax = 40;
  if (begin >= end || end - begin > kRepeatedLengthMax) return "";
  const std::string_view piece = TextOf(cursor.text(), {begin, end});
  return piece.find('\n') == std::string_view::npos ? std::string(piece) : "";
}

std::string ListAt(const TokenCursor& cursor, size_t ahead) {
  size_t end = ahead;
  const auto is_item = [&](size_t at) {
    const Token& token = cursor.Peek(at);
    return IsNumber(token) || token.kind == TokenKind::kString || IsName(token);
  };
  while (is_item(end) && cursor.Is(",", end + 1) && is_item(end + 2)) end += 2;
  if (!is_item(end)) return "";
  return Repeatable(cursor, cursor.Peek(ahead).range.begin, cursor.Peek(end).range.end);
}

size_t OpenParenthesis(const TokenCursor& cursor, size_t back) {
  constexpr size_t kTokensMax = 100;
  int closed = 0;
  for (; back <= kTokensMax && cursor.HasPrevious(back); ++back) {
    if (IsSymbolBefore(cursor, ")", back)) ++closed;
    if (IsSymbolBefore(cursor, "(", back) && --closed < 0) return back;
  }
  return 0;
}

std::string FileHint(std::string_view name) {
  std::string format = "parquet";
  const std::string upper = ToUpperAscii(name);
  if (upper.find("CSV") != std::string::npos) format = "csv";
  if (upper.find("JSON") != std::string::npos) format = "json";
  return "Files are tables: CREATE TABLE t (...) WITH ('connector' = 'filesystem', 'path' = '...', 'format' = '" +
         format + "').";
}

}  // namespace tidemark::sql::internal
