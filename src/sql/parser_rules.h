// SPDX-License-Identifier: Apache-2.0
// The grammar as functions: each reads one construct at the cursor and leaves the cursor behind it. What is used in
// one file only is not here. Files: parser_name (names, options), parser_type, parser_literal, parser_expression,
// parser_predicate, parser_call, parser_json, parser_query, parser_window, parser_from, parser_pattern,
// parser_statement, parser_set, parser_show, parser_ddl, parser_table, parser_alter.
#pragma once

#include <arrow/result.h>

#include "sql/ast.h"
#include "sql/token_cursor.h"

namespace tidemark::sql::internal {

/// @name Names and options (parser_name.cc)
///@{
/// True when the token can be a name without back-quotes, or is one in back-quotes.
bool IsName(const Token& token);
/// A name that needs back-quotes when it is a reserved word. `what` says what is named: "a table name".
arrow::Result<Identifier> ParseIdentifier(TokenCursor& cursor, std::string_view what);
/// A name behind AS or a dot, where any word that does not shape statements will do.
arrow::Result<Identifier> ParseLenientIdentifier(TokenCursor& cursor, std::string_view what);
/// One or more parts separated by dots.
arrow::Result<Name> ParseName(TokenCursor& cursor, std::string_view what);
/// `(a, b, c)`
arrow::Result<std::vector<Identifier>> ParseColumnList(TokenCursor& cursor);
/// `a, b, c` of compound names until something else follows.
arrow::Result<std::vector<Name>> ParseNameList(TokenCursor& cursor, std::string_view what);
/// `[AS] alias [(columns)]`; leaves the outputs alone when there is none.
arrow::Status ParseTableAlias(TokenCursor& cursor, std::optional<Identifier>* alias,
                              std::vector<Identifier>* column_aliases);
/// A 'string literal'. `what` says what it is for.
arrow::Result<StringValue> ParseString(TokenCursor& cursor, std::string_view what);
/// `('key' = 'value', ...)`, maybe empty.
arrow::Result<OptionList> ParseOptions(TokenCursor& cursor);
/// `('key', ...)`
arrow::Result<std::vector<StringValue>> ParseKeys(TokenCursor& cursor);
/// A number without sign, point or exponent that fits.
arrow::Result<int32_t> ParseSmallNumber(TokenCursor& cursor, std::string_view what);
/// `/*+ ... */`, zero or more of them.
arrow::Result<std::vector<Hint>> ParseHints(TokenCursor& cursor);
/// `(column = value, ...)`; values may be missing when `allow_missing_values`.
arrow::Result<PartitionSpec> ParsePartitionSpec(TokenCursor& cursor, bool allow_missing_values);
///@}

/// @name Types (parser_type.cc)
///@{
/// A data type; with `allow_not_null` an outer [NOT] NULL belongs to it.
arrow::Result<TypeNamePtr> ParseType(TokenCursor& cursor, bool allow_not_null);
/// `DAY(3) TO SECOND(6)`
arrow::Result<IntervalQualifier> ParseIntervalQualifier(TokenCursor& cursor);
///@}

/// @name Expressions (parser_expression.cc, parser_predicate.cc, parser_literal.cc, parser_call.cc, parser_json.cc)
///@{
/// How tightly operators bind, loosest first.
enum Precedence {
  kPrecedenceOr = 22,
  kPrecedenceAnd = 24,
  kPrecedenceNot = 26,
  kPrecedenceIs = 28,
  kPrecedenceComparison = 30,
  kPrecedenceBetween = 32,
  kPrecedenceMultisetUnion = 34,
  kPrecedenceMultisetIntersect = 36,
  kPrecedenceAdd = 40,
  kPrecedenceMultiply = 60,
  kPrecedenceUnary = 80,
  kPrecedencePrimary = 100,
};

/// Any expression whose operators bind at least as tightly as `precedence_min`.
arrow::Result<ExpressionPtr> ParseOperators(TokenCursor& cursor, int precedence_min);
/// Any expression.
arrow::Result<ExpressionPtr> ParseAnyExpression(TokenCursor& cursor);
/// `a, b, c`
arrow::Result<std::vector<ExpressionPtr>> ParseExpressionList(TokenCursor& cursor);
/// True for the words and symbols that ParsePredicate understands at the cursor (IS, [NOT] IN, LIKE, BETWEEN ...).
bool IsPredicate(const TokenCursor& cursor, int* precedence);
/// The rest of a predicate whose left operand was read.
arrow::Result<ExpressionPtr> ParsePredicate(TokenCursor& cursor, ExpressionPtr operand);
/// `= ANY (...)` and the like, whose operator was read; true when ANY, SOME or ALL follows.
bool IsQuantifier(const TokenCursor& cursor);
arrow::Result<ExpressionPtr> ParseQuantified(TokenCursor& cursor, ExpressionPtr operand, BinaryOperator op);
/// A literal if one is at the cursor, else nullptr.
arrow::Result<ExpressionPtr> ParseLiteralIfAny(TokenCursor& cursor);
/// INTERVAL '5' MINUTE
arrow::Result<ExpressionPtr> ParseIntervalLiteral(TokenCursor& cursor);
/// True for calls with a syntax of their own (CAST, TRIM, EXTRACT, JSON_VALUE ...) at the cursor.
bool IsSpecialCall(const TokenCursor& cursor);
arrow::Result<ExpressionPtr> ParseSpecialCall(TokenCursor& cursor);
bool IsJsonCall(const TokenCursor& cursor);
/// Name, parentheses and arguments of a JSON function with clauses of its own.
arrow::Result<ExpressionPtr> ParseJsonCall(TokenCursor& cursor);
/// The call of a function whose name was read; the cursor is at `(`.
arrow::Result<ExpressionPtr> ParseCall(TokenCursor& cursor, Name name);
/// What follows the parentheses of an aggregate: WITHIN GROUP, FILTER, IGNORE NULLS, OVER.
arrow::Status ParseCallSuffixes(TokenCursor& cursor, FunctionCall* call);
/// A keyword as an argument; the cursor is at it.
ExpressionPtr ParseSymbol(TokenCursor& cursor);
///@}

/// @name Queries (parser_query.cc, parser_window.cc, parser_from.cc, parser_pattern.cc)
///@{
/// True when a query without leading parentheses begins here: SELECT, WITH, VALUES, TABLE name.
bool BeginsQuery(const TokenCursor& cursor, size_t ahead = 0);
/// True when a set operator or a clause that only a whole query has follows: UNION, ORDER BY, LIMIT ...
bool ContinuesQuery(const TokenCursor& cursor);
arrow::Result<QueryPtr> ParseWholeQuery(TokenCursor& cursor);
/// A query whose first operand, in parentheses, was read already: `(SELECT ...) UNION ...`.
arrow::Result<QueryPtr> ParseQueryAfter(TokenCursor& cursor, QueryPtr first, size_t begin);
/// `a ASC NULLS LAST, b`, behind ORDER BY.
arrow::Result<std::vector<OrderItem>> ParseOrderItems(TokenCursor& cursor);
/// `w` or `(PARTITION BY ... )`, behind OVER.
arrow::Result<WindowSpec> ParseWindow(TokenCursor& cursor);
/// What stands behind FROM.
arrow::Result<TableRefPtr> ParseFrom(TokenCursor& cursor);
/// `MATCH_RECOGNIZE (...)` over the input; the cursor is at the keyword.
arrow::Result<TableRefPtr> ParseMatchRecognize(TokenCursor& cursor, TableRefPtr input);
///@}

/// @name Statements (parser_statement.cc, parser_set.cc, parser_show.cc, parser_ddl.cc, parser_table.cc,
/// parser_alter.cc)
///@{
/// One statement; does not take the `;`.
arrow::Result<StatementPtr> ParseOneStatement(TokenCursor& cursor);
arrow::Result<StatementPtr> ParseInsert(TokenCursor& cursor);
/// `[EXECUTE] STATEMENT SET BEGIN ... END`, cursor at STATEMENT; and `BEGIN STATEMENT SET; ... END`, cursor at BEGIN.
arrow::Result<StatementPtr> ParseStatementSet(TokenCursor& cursor);
arrow::Result<StatementPtr> ParseSet(TokenCursor& cursor);
arrow::Result<StatementPtr> ParseReset(TokenCursor& cursor);
arrow::Result<StatementPtr> ParseShow(TokenCursor& cursor);
arrow::Result<StatementPtr> ParseDescribe(TokenCursor& cursor);
arrow::Result<StatementPtr> ParseCreate(TokenCursor& cursor);
arrow::Result<StatementPtr> ParseDrop(TokenCursor& cursor);
arrow::Result<StatementPtr> ParseAlter(TokenCursor& cursor);
/// CREATE [TEMPORARY] TABLE and [CREATE OR] REPLACE TABLE, cursor behind TABLE.
arrow::Result<StatementPtr> ParseCreateTable(TokenCursor& cursor, bool temporary, bool create, bool replace);
arrow::Result<StatementPtr> ParseCreateMaterializedTable(TokenCursor& cursor);
/// `(columns, watermarks, constraints)`; positions (FIRST, AFTER) only where `in_alter`.
arrow::Result<TableElements> ParseTableElements(TokenCursor& cursor, bool in_alter);
/// One of them.
arrow::Status ParseTableElement(TokenCursor& cursor, bool in_alter, TableElements* elements);
/// Behind DISTRIBUTED or DISTRIBUTION.
arrow::Result<Distribution> ParseDistribution(TokenCursor& cursor);
/// `= INTERVAL '...' unit`, behind FRESHNESS.
arrow::Result<ExpressionPtr> ParseFreshness(TokenCursor& cursor);
/// `= FULL | CONTINUOUS`, behind REFRESH_MODE.
arrow::Result<RefreshMode> ParseRefreshMode(TokenCursor& cursor);
/// `LANGUAGE JAVA`, or nothing.
arrow::Result<FunctionLanguage> ParseFunctionLanguage(TokenCursor& cursor);
/// `COMMENT 'text'`, or nothing.
arrow::Result<std::optional<StringValue>> ParseComment(TokenCursor& cursor);
///@}

/// Sets the range of a node from the begin of its first token to the end of the last token taken.
template <typename Node>
void SetRange(const TokenCursor& cursor, size_t begin, Node* node) {
  node->range = cursor.RangeFrom(begin);
}

}  // namespace tidemark::sql::internal
