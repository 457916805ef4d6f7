// SPDX-License-Identifier: Apache-2.0
// Grammar of names, options and hints: the small constructs that all statements share.

#include <charconv>

#include "sql/diagnostic.h"
#include "sql/keywords.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

Identifier MakeIdentifier(const Token& token) {
  return {token.text, token.range, token.kind == TokenKind::kQuotedName};
}

/// `'key'` or `'value'` of an option; numbers and bare words get a hint, as people write them often.
arrow::Result<StringValue> ParseOptionString(TokenCursor& cursor, std::string_view what) {
  const Token& token = cursor.Peek();
  const bool is_bare = token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedName ||
                       token.kind == TokenKind::kExactNumber || token.kind == TokenKind::kApproximateNumber;
  if (is_bare && !IsStructuralWord(token.upper)) {
    return SyntaxError(token.range, "Unexpected " + DescribeToken(token) + ": expected " + std::string(what),
                       "Names and values of options are strings: write '" + token.text + "'.");
  }
  return ParseString(cursor, what);
}

arrow::Result<HintArgument> ParseHintArgument(TokenCursor& cursor) {
  HintArgument argument;
  const Token& token = cursor.Peek();
  const bool is_string = token.kind == TokenKind::kString;
  const bool is_number = token.kind == TokenKind::kExactNumber;
  if (!is_string && !is_number && token.kind != TokenKind::kWord && token.kind != TokenKind::kQuotedName) {
    return cursor.Unexpected("a string or a name");
  }
  argument.is_identifier = !is_string;
  argument.value = {token.text, token.range};
  cursor.Take();
  while (argument.is_identifier && cursor.Accept(".")) {
    ARROW_ASSIGN_OR_RAISE(Identifier part, ParseLenientIdentifier(cursor, "a name"));
    argument.value.value += "." + part.value;
    argument.value.range.end = part.range.end;
  }
  if (cursor.Accept("=")) {
    argument.key = std::move(argument.value);
    ARROW_ASSIGN_OR_RAISE(argument.value, ParseString(cursor, "a value in quotes"));
    argument.is_identifier = false;
  }
  return argument;
}

arrow::Result<Hint> ParseOneHint(TokenCursor& cursor) {
  Hint hint;
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(hint.name, ParseIdentifier(cursor, "the name of a hint"));
  const SourceRange open = cursor.Peek().range;
  if (cursor.Accept("(") && !cursor.Accept(")")) {
    do {
      ARROW_ASSIGN_OR_RAISE(HintArgument argument, ParseHintArgument(cursor));
      hint.arguments.push_back(std::move(argument));
    } while (cursor.Accept(","));
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  }
  SetRange(cursor, begin, &hint);
  return hint;
}

}  // namespace

bool IsName(const Token& token) {
  return token.kind == TokenKind::kQuotedName || (token.kind == TokenKind::kWord && !IsReservedWord(token.upper));
}

arrow::Result<Identifier> ParseIdentifier(TokenCursor& cursor, std::string_view what) {
  if (!IsName(cursor.Peek())) return cursor.Unexpected(what);
  return MakeIdentifier(cursor.TakeName());
}

arrow::Result<Identifier> ParseLenientIdentifier(TokenCursor& cursor, std::string_view what) {
  const Token& token = cursor.Peek();
  const bool follows_dot = cursor.HasPrevious() && cursor.Previous().text == ".";
  const bool usable_word = token.kind == TokenKind::kWord && (follows_dot || !IsStructuralWord(token.upper));
  if (!usable_word && token.kind != TokenKind::kQuotedName) return cursor.Unexpected(what);
  return MakeIdentifier(cursor.TakeName());
}

arrow::Result<Name> ParseName(TokenCursor& cursor, std::string_view what) {
  Name name;
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(Identifier first, ParseIdentifier(cursor, what));
  name.parts.push_back(std::move(first));
  while (cursor.Accept(".")) {
    ARROW_ASSIGN_OR_RAISE(Identifier part, ParseLenientIdentifier(cursor, "a name"));
    name.parts.push_back(std::move(part));
  }
  SetRange(cursor, begin, &name);
  return name;
}

arrow::Result<std::vector<Identifier>> ParseColumnList(TokenCursor& cursor) {
  std::vector<Identifier> columns;
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  do {
    ARROW_ASSIGN_OR_RAISE(Identifier column, ParseIdentifier(cursor, "a column name"));
    columns.push_back(std::move(column));
  } while (cursor.Accept(","));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  return columns;
}

arrow::Result<std::vector<Name>> ParseNameList(TokenCursor& cursor, std::string_view what) {
  std::vector<Name> names;
  do {
    ARROW_ASSIGN_OR_RAISE(Name name, ParseName(cursor, what));
    names.push_back(std::move(name));
  } while (cursor.Accept(","));
  return names;
}

arrow::Status ParseTableAlias(TokenCursor& cursor, std::optional<Identifier>* alias,
                              std::vector<Identifier>* column_aliases) {
  if (cursor.Accept("AS")) {
    ARROW_ASSIGN_OR_RAISE(*alias, ParseLenientIdentifier(cursor, "a name"));
  } else if (IsName(cursor.Peek())) {
    ARROW_ASSIGN_OR_RAISE(*alias, ParseIdentifier(cursor, "a name"));
  } else {
    return arrow::Status::OK();
  }
  if (cursor.Is("(")) {
    ARROW_ASSIGN_OR_RAISE(*column_aliases, ParseColumnList(cursor));
  }
  return arrow::Status::OK();
}

arrow::Result<StringValue> ParseString(TokenCursor& cursor, std::string_view what) {
  const Token& unquoted = cursor.Peek();
  if (IsName(unquoted) || (unquoted.kind == TokenKind::kWord && !IsStructuralWord(unquoted.upper))) {
    return SyntaxError(unquoted.range, "Unexpected " + DescribeToken(unquoted) + ": expected " + std::string(what),
                       "Write it in single quotes.");
  }
  if (unquoted.kind != TokenKind::kString) return cursor.Unexpected(what);
  const Token& token = cursor.Take();
  return StringValue{token.text, token.range};
}

arrow::Result<OptionList> ParseOptions(TokenCursor& cursor) {
  OptionList options;
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  if (cursor.Accept(")")) return options;
  do {
    Option option;
    ARROW_ASSIGN_OR_RAISE(option.key, ParseOptionString(cursor, "the name of an option in quotes"));
    ARROW_RETURN_NOT_OK(cursor.Expect("="));
    ARROW_ASSIGN_OR_RAISE(option.value, ParseOptionString(cursor, "the value of the option in quotes"));
    options.push_back(std::move(option));
  } while (cursor.Accept(","));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  return options;
}

arrow::Result<std::vector<StringValue>> ParseKeys(TokenCursor& cursor) {
  std::vector<StringValue> keys;
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  if (cursor.Accept(")")) return keys;
  do {
    ARROW_ASSIGN_OR_RAISE(StringValue key, ParseOptionString(cursor, "the name of an option in quotes"));
    keys.push_back(std::move(key));
  } while (cursor.Accept(","));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  return keys;
}

arrow::Result<int32_t> ParseSmallNumber(TokenCursor& cursor, std::string_view what) {
  const Token& token = cursor.Peek();
  if (token.kind != TokenKind::kExactNumber) return cursor.Unexpected(what);
  int32_t number = 0;
  const char* const end = token.text.data() + token.text.size();
  const auto [stop, error] = std::from_chars(token.text.data(), end, number);
  if (error != std::errc() || stop != end) {
    return SyntaxError(token.range, "Expected " + std::string(what) + ", a whole number up to 2147483647");
  }
  cursor.Take();
  return number;
}

arrow::Result<std::vector<Hint>> ParseHints(TokenCursor& cursor) {
  std::vector<Hint> hints;
  while (cursor.Peek().kind == TokenKind::kHintBegin) {
    const SourceRange open = cursor.Take().range;
    do {
      ARROW_ASSIGN_OR_RAISE(Hint hint, ParseOneHint(cursor));
      hints.push_back(std::move(hint));
    } while (cursor.Accept(",") || IsName(cursor.Peek()));
    if (cursor.AtEnd()) return SyntaxError(open, "This hint is never closed", "Close it with '*/'.");
    if (cursor.Peek().kind != TokenKind::kHintEnd) return cursor.Unexpected("*/");
    cursor.Take();
  }
  return hints;
}

arrow::Result<PartitionSpec> ParsePartitionSpec(TokenCursor& cursor, bool allow_missing_values) {
  PartitionSpec spec;
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  do {
    PartitionEntry entry;
    ARROW_ASSIGN_OR_RAISE(entry.column, ParseIdentifier(cursor, "a column name"));
    if (cursor.Accept("=")) {
      ARROW_ASSIGN_OR_RAISE(entry.value, ParseOperators(cursor, kPrecedenceComparison));
    } else if (!allow_missing_values) {
      return cursor.Unexpected();
    }
    spec.push_back(std::move(entry));
  } while (cursor.Accept(","));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  return spec;
}

}  // namespace tidemark::sql::internal
