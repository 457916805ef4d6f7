// SPDX-License-Identifier: Apache-2.0
// Grammar of MATCH_RECOGNIZE.

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

arrow::Result<PatternPtr> ParseAlternation(TokenCursor& cursor);

PatternPtr MakePattern(PatternKind kind) {
  auto pattern = std::make_unique<Pattern>();
  pattern->kind = kind;
  return pattern;
}

/// `{- pattern -}`; the lexer gives the symbols one by one.
arrow::Result<PatternPtr> ParseExclusion(TokenCursor& cursor) {
  PatternPtr pattern = MakePattern(PatternKind::kExclude);
  const size_t begin = cursor.Take().range.begin;
  cursor.Take();
  ARROW_ASSIGN_OR_RAISE(PatternPtr inner, ParseAlternation(cursor));
  pattern->children.push_back(std::move(inner));
  ARROW_RETURN_NOT_OK(cursor.ExpectAll({"-", "}"}));
  SetRange(cursor, begin, pattern.get());
  return pattern;
}

/// PERMUTE(A, B); the cursor is at the word.
arrow::Result<PatternPtr> ParsePermute(TokenCursor& cursor) {
  PatternPtr pattern = MakePattern(PatternKind::kPermute);
  const size_t begin = cursor.Take().range.begin;
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  do {
    ARROW_ASSIGN_OR_RAISE(PatternPtr child, ParseAlternation(cursor));
    pattern->children.push_back(std::move(child));
  } while (cursor.Accept(","));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  SetRange(cursor, begin, pattern.get());
  return pattern;
}

arrow::Result<PatternPtr> ParsePatternPrimary(TokenCursor& cursor) {
  const SourceRange begin = cursor.Peek().range;
  if (cursor.AreNext({"{", "-"})) return ParseExclusion(cursor);
  if (cursor.Is("PERMUTE")) return ParsePermute(cursor);
  if (cursor.Is("(")) {
    cursor.Take();
    ARROW_ASSIGN_OR_RAISE(PatternPtr inner, ParseAlternation(cursor));
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", begin));
    return inner;
  }
  PatternPtr pattern = MakePattern(PatternKind::kVariable);
  if (cursor.Is("^") || cursor.Is("$")) {
    pattern->kind = cursor.Take().text == "^" ? PatternKind::kStart : PatternKind::kEnd;
  } else {
    ARROW_ASSIGN_OR_RAISE(pattern->variable, ParseIdentifier(cursor, "the name of a pattern variable"));
  }
  SetRange(cursor, begin.begin, pattern.get());
  return pattern;
}

/// {n}, {n,}, {,m}, {n,m}; the cursor is at `{`.
arrow::Status ParseRepeatBounds(TokenCursor& cursor, Pattern* repeat) {
  const SourceRange open = cursor.Take().range;
  const bool has_minimum = !cursor.Is(",");
  repeat->count_min = 0;
  if (has_minimum) {
    ARROW_ASSIGN_OR_RAISE(repeat->count_min, ParseSmallNumber(cursor, "a number of rows"));
  }
  repeat->count_max = repeat->count_min;
  if (cursor.Accept(",")) {
    repeat->count_max.reset();
    if (!has_minimum || !cursor.Is("}")) {
      ARROW_ASSIGN_OR_RAISE(repeat->count_max, ParseSmallNumber(cursor, "a number of rows"));
    }
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing("}", open));
  if (repeat->count_max && *repeat->count_max < repeat->count_min) {
    return SyntaxError(cursor.RangeFrom(open.begin), "The larger number of repetitions stands second");
  }
  return arrow::Status::OK();
}

arrow::Result<PatternPtr> ParseRepeat(TokenCursor& cursor) {
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(PatternPtr inner, ParsePatternPrimary(cursor));
  const bool has_bounds = cursor.Is("{") && !cursor.Is("-", 1);
  if (!has_bounds && !cursor.Is("*") && !cursor.Is("+") && !cursor.Is("?")) return inner;
  PatternPtr repeat = MakePattern(PatternKind::kRepeat);
  if (has_bounds) {
    ARROW_RETURN_NOT_OK(ParseRepeatBounds(cursor, repeat.get()));
  } else {
    const std::string& symbol = cursor.Take().text;
    repeat->count_min = symbol == "+" ? 1 : 0;
    if (symbol != "?") repeat->count_max.reset();
  }
  if (cursor.Is("?")) {
    cursor.Take();
    repeat->reluctant = true;
  }
  repeat->children.push_back(std::move(inner));
  SetRange(cursor, begin, repeat.get());
  return repeat;
}

bool BeginsPatternFactor(const TokenCursor& cursor) {
  return IsName(cursor.Peek()) || cursor.Is("(") || cursor.Is("{") || cursor.Is("^") || cursor.Is("$") ||
         cursor.Is("PERMUTE");
}

arrow::Result<PatternPtr> ParseSequence(TokenCursor& cursor) {
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(PatternPtr first, ParseRepeat(cursor));
  if (!BeginsPatternFactor(cursor)) return first;
  PatternPtr sequence = MakePattern(PatternKind::kSequence);
  sequence->children.push_back(std::move(first));
  while (BeginsPatternFactor(cursor)) {
    ARROW_ASSIGN_OR_RAISE(PatternPtr next, ParseRepeat(cursor));
    sequence->children.push_back(std::move(next));
  }
  SetRange(cursor, begin, sequence.get());
  return sequence;
}

arrow::Result<PatternPtr> ParseAlternation(TokenCursor& cursor) {
  NestingScope scope(cursor);
  ARROW_RETURN_NOT_OK(cursor.Deepen());
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(PatternPtr first, ParseSequence(cursor));
  if (!cursor.Is("|")) return first;
  PatternPtr alternation = MakePattern(PatternKind::kAlternation);
  alternation->children.push_back(std::move(first));
  while (cursor.Accept("|")) {
    ARROW_ASSIGN_OR_RAISE(PatternPtr next, ParseSequence(cursor));
    alternation->children.push_back(std::move(next));
  }
  SetRange(cursor, begin, alternation.get());
  return alternation;
}

arrow::Status ParseMeasures(TokenCursor& cursor, MatchRecognizeRef* match) {
  do {
    PatternMeasure measure;
    ARROW_ASSIGN_OR_RAISE(measure.expression, ParseAnyExpression(cursor));
    ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
    ARROW_ASSIGN_OR_RAISE(measure.name, ParseLenientIdentifier(cursor, "a name"));
    match->measures.push_back(std::move(measure));
  } while (cursor.Accept(","));
  return arrow::Status::OK();
}

/// ONE ROW PER MATCH, ALL ROWS PER MATCH
arrow::Status ParseRowsPerMatch(TokenCursor& cursor, MatchRecognizeRef* match) {
  if (cursor.Accept("ONE")) {
    match->rows_per_match = RowsPerMatch::kOneRow;
    return cursor.ExpectAll({"ROW", "PER", "MATCH"});
  }
  if (!cursor.Accept("ALL")) return arrow::Status::OK();
  match->rows_per_match = RowsPerMatch::kAllRows;
  return cursor.ExpectAll({"ROWS", "PER", "MATCH"});
}

/// AFTER MATCH SKIP ...
arrow::Status ParseAfterMatch(TokenCursor& cursor, AfterMatch* after) {
  const size_t begin = cursor.Peek().range.begin;
  if (!cursor.Accept("AFTER")) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(cursor.ExpectAll({"MATCH", "SKIP"}));
  if (cursor.Accept("PAST")) {
    after->kind = AfterMatchKind::kPastLastRow;
    ARROW_RETURN_NOT_OK(cursor.ExpectAll({"LAST", "ROW"}));
  } else {
    ARROW_RETURN_NOT_OK(cursor.Expect("TO"));
    if (cursor.Accept("NEXT")) {
      after->kind = AfterMatchKind::kToNextRow;
      ARROW_RETURN_NOT_OK(cursor.Expect("ROW"));
    } else {
      // FIRST and LAST are no reserved words, but a variable of that name cannot be followed by another.
      const bool first = cursor.Is("FIRST") && IsName(cursor.Peek(1));
      const bool last = cursor.Is("LAST") && IsName(cursor.Peek(1));
      if (first || last) cursor.Take();
      after->kind = first ? AfterMatchKind::kToFirst : AfterMatchKind::kToLast;
      ARROW_ASSIGN_OR_RAISE(after->variable, ParseIdentifier(cursor, "the name of a pattern variable"));
    }
  }
  SetRange(cursor, begin, after);
  return arrow::Status::OK();
}

arrow::Status ParseSubsets(TokenCursor& cursor, MatchRecognizeRef* match) {
  do {
    PatternSubset subset;
    ARROW_ASSIGN_OR_RAISE(subset.name, ParseIdentifier(cursor, "the name of a subset"));
    ARROW_RETURN_NOT_OK(cursor.Expect("="));
    ARROW_ASSIGN_OR_RAISE(subset.variables, ParseColumnList(cursor));
    match->subsets.push_back(std::move(subset));
  } while (cursor.Accept(","));
  return arrow::Status::OK();
}

arrow::Status ParseDefinitions(TokenCursor& cursor, MatchRecognizeRef* match) {
  do {
    PatternDefinition definition;
    ARROW_ASSIGN_OR_RAISE(definition.variable, ParseIdentifier(cursor, "the name of a pattern variable"));
    ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
    ARROW_ASSIGN_OR_RAISE(definition.condition, ParseAnyExpression(cursor));
    match->definitions.push_back(std::move(definition));
  } while (cursor.Accept(","));
  return arrow::Status::OK();
}

/// Everything between the parentheses.
arrow::Status ParseMatchClauses(TokenCursor& cursor, MatchRecognizeRef* match) {
  if (cursor.Accept("PARTITION")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
    ARROW_ASSIGN_OR_RAISE(match->partition_by, ParseExpressionList(cursor));
  }
  if (cursor.Accept("ORDER")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
    ARROW_ASSIGN_OR_RAISE(match->order_by, ParseOrderItems(cursor));
  }
  if (cursor.Accept("MEASURES")) ARROW_RETURN_NOT_OK(ParseMeasures(cursor, match));
  ARROW_RETURN_NOT_OK(ParseRowsPerMatch(cursor, match));
  ARROW_RETURN_NOT_OK(ParseAfterMatch(cursor, &match->after_match));
  ARROW_RETURN_NOT_OK(cursor.Expect("PATTERN"));
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  ARROW_ASSIGN_OR_RAISE(match->pattern, ParseAlternation(cursor));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  if (cursor.Accept("WITHIN")) {
    if (!cursor.Is("INTERVAL")) return cursor.Unexpected("INTERVAL");
    ARROW_ASSIGN_OR_RAISE(match->within, ParseIntervalLiteral(cursor));
  }
  if (cursor.Accept("SUBSET")) ARROW_RETURN_NOT_OK(ParseSubsets(cursor, match));
  ARROW_RETURN_NOT_OK(cursor.Expect("DEFINE"));
  return ParseDefinitions(cursor, match);
}

}  // namespace

arrow::Result<TableRefPtr> ParseMatchRecognize(TokenCursor& cursor, TableRefPtr input) {
  auto match = std::make_unique<MatchRecognizeRef>();
  const size_t begin = input->range.begin;
  match->input = std::move(input);
  cursor.Take();
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  ARROW_RETURN_NOT_OK(ParseMatchClauses(cursor, match.get()));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  SetRange(cursor, begin, match.get());
  return TableRefPtr(std::move(match));
}

}  // namespace tidemark::sql::internal
