// SPDX-License-Identifier: Apache-2.0
// Grammar of FROM: tables, subqueries, table functions, UNNEST, joins, temporal joins.

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

arrow::Result<TableRefPtr> ParseJoins(TokenCursor& cursor);

/// `TABLE(f(...))`; the cursor is at TABLE.
arrow::Result<TableRefPtr> ParseTableFunction(TokenCursor& cursor, bool lateral) {
  auto table = std::make_unique<TableFunctionRef>();
  table->lateral = lateral;
  cursor.Take();
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  ARROW_ASSIGN_OR_RAISE(Name name, ParseName(cursor, "the name of a table function"));
  if (!cursor.Is("(")) return cursor.Unexpected("(");
  ARROW_ASSIGN_OR_RAISE(table->call, ParseCall(cursor, std::move(name)));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  return TableRefPtr(std::move(table));
}

/// `UNNEST(a, b) [WITH ORDINALITY]`; the cursor is at UNNEST.
arrow::Result<TableRefPtr> ParseUnnest(TokenCursor& cursor, bool lateral) {
  auto table = std::make_unique<UnnestRef>();
  table->lateral = lateral;
  cursor.Take();
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  ARROW_ASSIGN_OR_RAISE(table->expressions, ParseExpressionList(cursor));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  if (cursor.AreNext({"WITH", "ORDINALITY"})) {
    cursor.Take();
    cursor.Take();
    table->with_ordinality = true;
  }
  return TableRefPtr(std::move(table));
}

/// `(SELECT ...)`, `((SELECT ...) UNION ...)`, `(a JOIN b ON ...)`; the cursor is at `(`.
arrow::Result<TableRefPtr> ParseParenthesized(TokenCursor& cursor, bool lateral) {
  NestingScope scope(cursor);
  ARROW_RETURN_NOT_OK(cursor.Deepen());
  const SourceRange open = cursor.Take().range;
  auto derived = std::make_unique<DerivedTable>();
  derived->lateral = lateral;
  if (BeginsQuery(cursor)) {
    ARROW_ASSIGN_OR_RAISE(derived->query, ParseWholeQuery(cursor));
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
    return TableRefPtr(std::move(derived));
  }
  const size_t begin = cursor.Peek().range.begin;
  const bool may_be_query = cursor.Is("(");
  ARROW_ASSIGN_OR_RAISE(TableRefPtr inner, ParseJoins(cursor));
  auto* inner_derived = inner->TryAs<DerivedTable>();
  if (may_be_query && inner_derived != nullptr && !inner_derived->alias && ContinuesQuery(cursor)) {
    ARROW_ASSIGN_OR_RAISE(derived->query, ParseQueryAfter(cursor, std::move(inner_derived->query), begin));
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
    return TableRefPtr(std::move(derived));
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  if (lateral) {
    return SyntaxError(cursor.RangeFrom(open.begin), "LATERAL needs a query or a table function");
  }
  return inner;
}

arrow::Result<TableRefPtr> ParseNamed(TokenCursor& cursor) {
  ARROW_ASSIGN_OR_RAISE(Name name, ParseName(cursor, "a table name"));
  if (cursor.Is("(")) {
    auto function = std::make_unique<TableFunctionRef>();
    ARROW_ASSIGN_OR_RAISE(function->call, ParseCall(cursor, std::move(name)));
    return TableRefPtr(std::move(function));
  }
  auto table = std::make_unique<NamedTable>();
  table->name = std::move(name);
  ARROW_ASSIGN_OR_RAISE(table->hints, ParseHints(cursor));
  return TableRefPtr(std::move(table));
}

arrow::Status ParseSystemTime(TokenCursor& cursor, TableRef* table) {
  const SourceRange range = cursor.Take().range;
  ARROW_RETURN_NOT_OK(cursor.ExpectAll({"SYSTEM_TIME", "AS", "OF"}));
  ARROW_ASSIGN_OR_RAISE(table->system_time, ParseAnyExpression(cursor));
  if (table->Is<NamedTable>()) return arrow::Status::OK();
  return SyntaxError(range, "FOR SYSTEM_TIME AS OF needs a table",
                     "Make the query a view, and name the view in the join.");
}

/// TABLESAMPLE BERNOULLI | SYSTEM (percentage) [REPEATABLE (seed)]
arrow::Status ParseSample(TokenCursor& cursor, TableRef* table) {
  TableSample sample;
  const size_t begin = cursor.Previous().range.begin;
  sample.bernoulli = cursor.Accept("BERNOULLI");
  if (!sample.bernoulli) ARROW_RETURN_NOT_OK(cursor.Expect("SYSTEM"));
  SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  if (cursor.Peek().kind != TokenKind::kExactNumber) return cursor.Unexpected("a percentage");
  sample.percentage = cursor.Take().text;
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  if (cursor.Accept("REPEATABLE")) {
    open = cursor.Peek().range;
    ARROW_RETURN_NOT_OK(cursor.Expect("("));
    if (cursor.Peek().kind != TokenKind::kExactNumber) return cursor.Unexpected("a seed");
    sample.repeatable_seed = cursor.Take().text;
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  }
  SetRange(cursor, begin, &sample);
  table->sample = std::move(sample);
  return arrow::Status::OK();
}

/// What may follow a table that is no join: system time, MATCH_RECOGNIZE, alias, sample.
arrow::Result<TableRefPtr> ParseTableSuffixes(TokenCursor& cursor, TableRefPtr table, size_t begin) {
  if (table->Is<JoinRef>()) return table;
  if (cursor.AreNext({"FOR", "SYSTEM_TIME"})) ARROW_RETURN_NOT_OK(ParseSystemTime(cursor, table.get()));
  for (std::string_view word : {"PIVOT", "UNPIVOT"}) {
    if (cursor.Is(word)) return NotSupportedYet(cursor.Peek().range, word);
  }
  if (!cursor.Is("MATCH_RECOGNIZE")) {
    ARROW_RETURN_NOT_OK(ParseTableAlias(cursor, &table->alias, &table->column_aliases));
  }
  SetRange(cursor, begin, table.get());
  if (cursor.Is("MATCH_RECOGNIZE")) {
    ARROW_ASSIGN_OR_RAISE(table, ParseMatchRecognize(cursor, std::move(table)));
    ARROW_RETURN_NOT_OK(ParseTableAlias(cursor, &table->alias, &table->column_aliases));
  }
  if (cursor.Accept("TABLESAMPLE")) ARROW_RETURN_NOT_OK(ParseSample(cursor, table.get()));
  SetRange(cursor, begin, table.get());
  return table;
}

arrow::Result<TableRefPtr> ParseTable(TokenCursor& cursor) {
  const size_t begin = cursor.Peek().range.begin;
  const bool lateral = cursor.Accept("LATERAL");
  TableRefPtr table;
  if (cursor.AreNext({"TABLE", "("})) {
    ARROW_ASSIGN_OR_RAISE(table, ParseTableFunction(cursor, lateral));
  } else if (cursor.Is("UNNEST")) {
    ARROW_ASSIGN_OR_RAISE(table, ParseUnnest(cursor, lateral));
  } else if (cursor.Is("(")) {
    ARROW_ASSIGN_OR_RAISE(table, ParseParenthesized(cursor, lateral));
  } else if (lateral) {
    for (std::string_view word : {"TABLE", "UNNEST"}) cursor.Note(word);
    return cursor.Unexpected("a query in parentheses");
  } else {
    ARROW_ASSIGN_OR_RAISE(table, ParseNamed(cursor));
  }
  return ParseTableSuffixes(cursor, std::move(table), begin);
}

/// The words of a join operator, if one is at the cursor; false when there is none.
arrow::Result<bool> TakeJoinOperator(TokenCursor& cursor, JoinRef* join) {
  const size_t begin = cursor.Peek().range.begin;
  for (std::string_view word : {"JOIN", "LEFT", "RIGHT", "FULL", "CROSS"}) cursor.Note(word);
  join->natural = cursor.Is("NATURAL");
  if (join->natural) cursor.Take();
  if (cursor.Is("JOIN") || cursor.Is("INNER")) {
    if (cursor.Is("INNER")) cursor.Take();
  } else if (cursor.Is("LEFT") || cursor.Is("RIGHT") || cursor.Is("FULL")) {
    const std::string& side = cursor.Take().upper;
    join->type = side == "LEFT" ? JoinType::kLeft : side == "RIGHT" ? JoinType::kRight : JoinType::kFull;
    cursor.Accept("OUTER");
  } else if (cursor.Is("CROSS") && !join->natural) {
    cursor.Take();
    join->type = JoinType::kCross;
  } else if (!join->natural) {
    return false;
  }
  ARROW_RETURN_NOT_OK(cursor.Expect("JOIN"));
  join->op_range = cursor.RangeFrom(begin);
  return true;
}

arrow::Status ParseJoinCondition(TokenCursor& cursor, JoinRef* join) {
  if (join->natural || join->type == JoinType::kCross) return arrow::Status::OK();
  if (cursor.Accept("ON")) {
    ARROW_ASSIGN_OR_RAISE(join->condition, ParseAnyExpression(cursor));
    return arrow::Status::OK();
  }
  if (cursor.Accept("USING")) {
    ARROW_ASSIGN_OR_RAISE(join->using_columns, ParseColumnList(cursor));
    return arrow::Status::OK();
  }
  const bool clause_follows = cursor.AtEnd() || cursor.Is(";") || cursor.Is(")") || cursor.Is("WHERE") ||
                              cursor.Is("GROUP") || cursor.Is("JOIN") || cursor.Is(",");
  if (!clause_follows) return cursor.Unexpected();
  return SyntaxError(join->op_range, "This join has no condition",
                     "Write ON and a condition behind the second table, or CROSS JOIN for all pairs.");
}

arrow::Result<TableRefPtr> ParseJoins(TokenCursor& cursor) {
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(TableRefPtr left, ParseTable(cursor));
  while (true) {
    auto join = std::make_unique<JoinRef>();
    ARROW_ASSIGN_OR_RAISE(const bool is_join, TakeJoinOperator(cursor, join.get()));
    if (!is_join) return left;
    ARROW_RETURN_NOT_OK(cursor.Deepen());
    ARROW_RETURN_NOT_OK(cursor.Heighten());
    join->left = std::move(left);
    ARROW_ASSIGN_OR_RAISE(join->right, ParseTable(cursor));
    ARROW_RETURN_NOT_OK(ParseJoinCondition(cursor, join.get()));
    SetRange(cursor, begin, join.get());
    left = std::move(join);
  }
}

}  // namespace

arrow::Result<TableRefPtr> ParseFrom(TokenCursor& cursor) {
  NestingScope scope(cursor);
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(TableRefPtr left, ParseJoins(cursor));
  while (cursor.Accept(",")) {
    ARROW_RETURN_NOT_OK(cursor.Deepen());
    ARROW_RETURN_NOT_OK(cursor.Heighten());
    auto join = std::make_unique<JoinRef>();
    join->type = JoinType::kComma;
    join->op_range = cursor.Previous().range;
    join->left = std::move(left);
    ARROW_ASSIGN_OR_RAISE(join->right, ParseJoins(cursor));
    SetRange(cursor, begin, join.get());
    left = std::move(join);
  }
  return left;
}

}  // namespace tidemark::sql::internal
