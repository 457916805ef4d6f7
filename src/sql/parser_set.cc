// SPDX-License-Identifier: Apache-2.0
// Grammar of SET and RESET, in quotes (`SET 'key' = 'value'`) and without (`SET key = value`).

#include <cctype>

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

bool AtStatementEnd(const TokenCursor& cursor) { return cursor.AtEnd() || cursor.Is(";"); }

/// The text from here to `=` or the end of the statement, as it stands there: keys and values without quotes have
/// dots, dashes, slashes and spaces in them. They end with their line, lest a missing `;` swallow the next statement.
arrow::Result<StringValue> ParseBareText(TokenCursor& cursor, bool stop_at_equals, std::string_view what) {
  const SourceRange first = cursor.Peek().range;
  SourceRange range = first;
  size_t count = 0;
  while (!AtStatementEnd(cursor) && !(stop_at_equals && cursor.Is("="))) {
    // `1gb` is no token of a query, and a fine value.
    const bool is_size = std::isdigit(static_cast<unsigned char>(TextOf(cursor.text(), cursor.Peek().range)[0])) != 0;
    if (cursor.Peek().kind == TokenKind::kError && !is_size) return cursor.Unexpected();
    const std::string_view gap = TextOf(cursor.text(), {range.end, cursor.Peek().range.begin});
    if (count > 0 && gap.find('\n') != std::string_view::npos) {
      cursor.Note(kEndOfStatement);
      return cursor.Unexpected();
    }
    range.end = cursor.Take().range.end;
    ++count;
  }
  if (count == 0) return cursor.Unexpected(what);
  return StringValue{std::string(TextOf(cursor.text(), range)), range};
}

/// A string in quotes, or bare text.
arrow::Result<StringValue> ParseSetting(TokenCursor& cursor, bool is_key, std::string_view what) {
  const Token& token = cursor.Peek();
  const bool ends_behind = cursor.Peek(1).kind == TokenKind::kEnd || cursor.Is(";", 1) || cursor.Is("=", 1);
  if (token.kind == TokenKind::kString && ends_behind) return ParseString(cursor, what);
  if (token.kind == TokenKind::kString) {
    cursor.Take();
    for (std::string_view note : {is_key ? std::string_view("=") : kEndOfStatement}) cursor.Note(note);
    return cursor.Unexpected();
  }
  return ParseBareText(cursor, is_key, what);
}

}  // namespace

arrow::Result<StatementPtr> ParseSet(TokenCursor& cursor) {
  auto node = std::make_unique<SetStatement>();
  cursor.Take();
  if (AtStatementEnd(cursor)) return StatementPtr(std::move(node));
  Option option;
  ARROW_ASSIGN_OR_RAISE(option.key, ParseSetting(cursor, true, "the name of an option"));
  ARROW_RETURN_NOT_OK(cursor.Expect("="));
  ARROW_ASSIGN_OR_RAISE(option.value, ParseSetting(cursor, false, "the value of the option"));
  node->option = std::move(option);
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseReset(TokenCursor& cursor) {
  auto node = std::make_unique<ResetStatement>();
  cursor.Take();
  if (AtStatementEnd(cursor)) return StatementPtr(std::move(node));
  ARROW_ASSIGN_OR_RAISE(node->key, ParseSetting(cursor, true, "the name of an option"));
  return StatementPtr(std::move(node));
}

}  // namespace tidemark::sql::internal
