// SPDX-License-Identifier: Apache-2.0
// The entry points of the parser.

#include "sql/parser.h"

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql {

namespace {

using internal::TokenCursor;

arrow::Status CheckText(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.text_size_max) {
    return ToStatus({DiagnosticCode::kLimit,
                     "The SQL text is larger than " + std::to_string(limits.text_size_max) + " bytes",
                     {},
                     ""});
  }
  const size_t invalid = FindInvalidUtf8(text);
  if (invalid == std::string_view::npos) return arrow::Status::OK();
  return SyntaxError({invalid, invalid + 1}, "This byte is not valid UTF-8", "Save the file in the encoding UTF-8.");
}

arrow::Status ExpectEndOfStatement(TokenCursor& cursor) {
  if (cursor.Accept(";") || cursor.AtEnd()) return arrow::Status::OK();
  return cursor.Unexpected(internal::kEndOfStatement);
}

arrow::Status ExpectEndOfText(TokenCursor& cursor) {
  if (cursor.AtEnd()) return arrow::Status::OK();
  return cursor.Unexpected("the end of the text");
}

template <typename Node>
arrow::Result<Node> ParseAll(std::string_view text, const ParseLimits& limits,
                             arrow::Result<Node> (*rule)(TokenCursor&)) {
  ARROW_RETURN_NOT_OK(CheckText(text, limits));
  TokenCursor cursor(text, limits);
  ARROW_ASSIGN_OR_RAISE(Node node, rule(cursor));
  ARROW_RETURN_NOT_OK(ExpectEndOfText(cursor));
  return node;
}

}  // namespace

arrow::Result<std::vector<StatementPtr>> ParseScript(std::string_view text, const ParseLimits& limits) {
  ARROW_RETURN_NOT_OK(CheckText(text, limits));
  TokenCursor cursor(text, limits);
  std::vector<StatementPtr> statements;
  while (true) {
    while (cursor.Is(";")) cursor.Take();
    if (cursor.AtEnd()) return statements;
    ARROW_ASSIGN_OR_RAISE(StatementPtr statement, internal::ParseOneStatement(cursor));
    statements.push_back(std::move(statement));
    ARROW_RETURN_NOT_OK(ExpectEndOfStatement(cursor));
  }
}

arrow::Result<StatementPtr> ParseStatement(std::string_view text, const ParseLimits& limits) {
  ARROW_RETURN_NOT_OK(CheckText(text, limits));
  TokenCursor cursor(text, limits);
  ARROW_ASSIGN_OR_RAISE(StatementPtr statement, internal::ParseOneStatement(cursor));
  ARROW_RETURN_NOT_OK(ExpectEndOfStatement(cursor));
  ARROW_RETURN_NOT_OK(ExpectEndOfText(cursor));
  return statement;
}

arrow::Result<ExpressionPtr> ParseExpression(std::string_view text, const ParseLimits& limits) {
  return ParseAll<ExpressionPtr>(text, limits, internal::ParseAnyExpression);
}

arrow::Result<QueryPtr> ParseQuery(std::string_view text, const ParseLimits& limits) {
  return ParseAll<QueryPtr>(text, limits, internal::ParseWholeQuery);
}

arrow::Result<TypeNamePtr> ParseTypeName(std::string_view text, const ParseLimits& limits) {
  return ParseAll<TypeNamePtr>(text, limits, [](TokenCursor& cursor) { return internal::ParseType(cursor, true); });
}

}  // namespace tidemark::sql
