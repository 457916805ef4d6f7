// SPDX-License-Identifier: Apache-2.0
// Grammar of literals: numbers, strings, booleans, dates and times, intervals.

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

ExpressionPtr MakeLiteral(TokenCursor& cursor, LiteralType type, std::string text) {
  auto literal = std::make_unique<Literal>();
  literal->range = cursor.Take().range;
  literal->type = type;
  literal->text = std::move(text);
  return literal;
}

/// 'text', and standard SQL's pieces on several lines: 'a' <newline> 'b'.
ExpressionPtr ParseStringLiteral(TokenCursor& cursor) {
  auto literal = std::make_unique<Literal>();
  literal->type = LiteralType::kString;
  const Token& first = cursor.Take();
  literal->text = first.text;
  literal->range = first.range;
  while (cursor.Peek().kind == TokenKind::kString) {
    const SourceRange gap = {literal->range.end, cursor.Peek().range.begin};
    if (TextOf(cursor.text(), gap).find('\n') == std::string_view::npos) break;
    const Token& piece = cursor.Take();
    literal->text += piece.text;
    literal->range.end = piece.range.end;
  }
  return literal;
}

/// DATE '...', TIME '...', TIMESTAMP [WITH LOCAL TIME ZONE] '...', if one is at the cursor.
arrow::Result<ExpressionPtr> ParseTemporalLiteralIfAny(TokenCursor& cursor) {
  LiteralType type;
  size_t words = 1;
  if (cursor.Is("DATE")) {
    type = LiteralType::kDate;
  } else if (cursor.Is("TIME")) {
    type = LiteralType::kTime;
  } else if (cursor.AreNext({"TIMESTAMP", "WITH", "LOCAL", "TIME", "ZONE"})) {
    type = LiteralType::kTimestampLtz;
    words = 5;
  } else if (cursor.Is("TIMESTAMP")) {
    type = LiteralType::kTimestamp;
  } else if (cursor.Is("TIMESTAMP_LTZ") && cursor.Peek(1).kind == TokenKind::kString) {
    return SyntaxError(cursor.Peek().range, "There are no literals of type TIMESTAMP_LTZ",
                       "Write CAST(TIMESTAMP '...' AS TIMESTAMP_LTZ(3)).");
  } else {
    return nullptr;
  }
  if (cursor.Peek(words).kind != TokenKind::kString) return nullptr;
  const size_t begin = cursor.Peek().range.begin;
  for (size_t i = 0; i < words; ++i) cursor.Take();
  ExpressionPtr literal = MakeLiteral(cursor, type, cursor.Peek().text);
  SetRange(cursor, begin, literal.get());
  return literal;
}

}  // namespace

arrow::Result<ExpressionPtr> ParseIntervalLiteral(TokenCursor& cursor) {
  auto literal = std::make_unique<Literal>();
  literal->type = LiteralType::kInterval;
  const size_t begin = cursor.Take().range.begin;
  if (cursor.Is("+") || cursor.Is("-")) literal->negative = cursor.Take().text == "-";
  const Token& value = cursor.Peek();
  if (value.kind == TokenKind::kExactNumber) {
    return SyntaxError(value.range, "The value of an interval is a string",
                       "Write INTERVAL '" + value.text + "' " + cursor.Peek(1).upper + ".");
  }
  ARROW_ASSIGN_OR_RAISE(StringValue text, ParseString(cursor, "the value of the interval in quotes"));
  literal->text = std::move(text.value);
  ARROW_ASSIGN_OR_RAISE(literal->interval, ParseIntervalQualifier(cursor));
  SetRange(cursor, begin, literal.get());
  return ExpressionPtr(std::move(literal));
}

arrow::Result<ExpressionPtr> ParseLiteralIfAny(TokenCursor& cursor) {
  const Token& token = cursor.Peek();
  switch (token.kind) {
    case TokenKind::kExactNumber:
      return MakeLiteral(cursor, LiteralType::kExactNumeric, token.text);
    case TokenKind::kApproximateNumber:
      return MakeLiteral(cursor, LiteralType::kApproximateNumeric, token.text);
    case TokenKind::kString:
      return ParseStringLiteral(cursor);
    case TokenKind::kBinary:
      return MakeLiteral(cursor, LiteralType::kBinary, token.text);
    case TokenKind::kWord:
      break;
    default:
      return nullptr;
  }
  if (cursor.Is("NULL")) return MakeLiteral(cursor, LiteralType::kNull, "");
  if (cursor.Is("TRUE") || cursor.Is("FALSE")) return MakeLiteral(cursor, LiteralType::kBoolean, token.upper);
  if (cursor.Is("UNKNOWN")) return MakeLiteral(cursor, LiteralType::kUnknown, "");
  if (cursor.Is("INTERVAL")) return ParseIntervalLiteral(cursor);
  return ParseTemporalLiteralIfAny(cursor);
}

}  // namespace tidemark::sql::internal
