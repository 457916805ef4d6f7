// SPDX-License-Identifier: Apache-2.0
// Grammar of expressions: operators by precedence climbing, and what stands between them.

#include <array>

#include "sql/diagnostic.h"
#include "sql/keywords.h"
#include "sql/parser_rules.h"
#include "sql/printer_rules.h"

namespace tidemark::sql::internal {

namespace {

struct InfixOperator {
  std::string_view symbol;
  BinaryOperator op;
  int precedence;
};

constexpr auto kInfixOperators = std::to_array<InfixOperator>({
    {"=", BinaryOperator::kEqual, kPrecedenceComparison},
    {"<>", BinaryOperator::kNotEqual, kPrecedenceComparison},
    {"<=", BinaryOperator::kLessOrEqual, kPrecedenceComparison},
    {">=", BinaryOperator::kGreaterOrEqual, kPrecedenceComparison},
    {"<", BinaryOperator::kLess, kPrecedenceComparison},
    {">", BinaryOperator::kGreater, kPrecedenceComparison},
    {"+", BinaryOperator::kAdd, kPrecedenceAdd},
    {"-", BinaryOperator::kSubtract, kPrecedenceAdd},
    {"*", BinaryOperator::kMultiply, kPrecedenceMultiply},
    {"/", BinaryOperator::kDivide, kPrecedenceMultiply},
    {"%", BinaryOperator::kModulo, kPrecedenceMultiply},
    {"||", BinaryOperator::kConcat, kPrecedenceMultiply},
});

const InfixOperator* FindInfix(const TokenCursor& cursor) {
  const Token& token = cursor.Peek();
  if (token.kind != TokenKind::kSymbol) return nullptr;
  for (const InfixOperator& entry : kInfixOperators) {
    if (token.text == entry.symbol) return &entry;
  }
  return nullptr;
}

arrow::Result<ExpressionPtr> ParseUnary(TokenCursor& cursor, UnaryOperator op, int precedence) {
  auto unary = std::make_unique<UnaryExpression>();
  unary->op = op;
  unary->op_range = cursor.Take().range;
  ARROW_ASSIGN_OR_RAISE(unary->operand, ParseOperators(cursor, precedence));
  SetRange(cursor, unary->op_range.begin, unary.get());
  return ExpressionPtr(std::move(unary));
}

arrow::Result<ExpressionPtr> ParseCase(TokenCursor& cursor) {
  auto node = std::make_unique<CaseExpression>();
  const SourceRange case_range = cursor.Take().range;
  if (!cursor.Is("WHEN")) {
    ARROW_ASSIGN_OR_RAISE(node->operand, ParseAnyExpression(cursor));
  }
  ARROW_RETURN_NOT_OK(cursor.Expect("WHEN"));
  do {
    WhenClause when;
    ARROW_ASSIGN_OR_RAISE(when.conditions, ParseExpressionList(cursor));
    if (!node->operand && when.conditions.size() > 1) {
      return SyntaxError(when.conditions[1]->range, "A CASE without an operand takes one condition in each WHEN");
    }
    ARROW_RETURN_NOT_OK(cursor.Expect("THEN"));
    ARROW_ASSIGN_OR_RAISE(when.result, ParseAnyExpression(cursor));
    node->whens.push_back(std::move(when));
  } while (cursor.Accept("WHEN"));
  if (cursor.Accept("ELSE")) {
    ARROW_ASSIGN_OR_RAISE(node->otherwise, ParseAnyExpression(cursor));
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing("END", case_range));
  SetRange(cursor, case_range.begin, node.get());
  return ExpressionPtr(std::move(node));
}

arrow::Result<ExpressionPtr> WrapQuery(TokenCursor& cursor, size_t begin, QueryPtr query) {
  auto node = std::make_unique<SubqueryExpression>();
  node->query = std::move(query);
  SetRange(cursor, begin, node.get());
  return ExpressionPtr(std::move(node));
}

/// `(a - b) DAY TO SECOND` becomes a call of "-" with the unit as its third argument; the cursor is behind the
/// parenthesis. Anything else stays as it is.
arrow::Status ParseDifferenceUnit(TokenCursor& cursor, ExpressionPtr* expression) {
  const Token& token = cursor.Peek();
  const auto unit = token.kind == TokenKind::kWord ? TimeUnitFromName(token.upper) : std::nullopt;
  if (!unit || *unit < TimeUnit::kSecond || *unit > TimeUnit::kYear) return arrow::Status::OK();
  auto* difference = (*expression)->TryAs<BinaryExpression>();
  if (difference == nullptr || difference->op != BinaryOperator::kSubtract) {
    if (!IsReservedWord(token.upper)) return arrow::Status::OK();  // an alias
    return SyntaxError(token.range, "A unit of time stands behind a difference of two times",
                       "Write (a - b) " + token.upper + ", or `" + token.text + "` to use it as a name.");
  }
  auto symbol = std::make_unique<Symbol>();
  ARROW_ASSIGN_OR_RAISE(const IntervalQualifier qualifier, ParseIntervalQualifier(cursor));
  WriteIntervalQualifier(qualifier, &symbol->name);
  symbol->time_unit = qualifier.start;
  symbol->range = qualifier.range;
  auto call = std::make_unique<FunctionCall>();
  call->name.parts.push_back({"-", difference->op_range, false});
  call->name.range = difference->op_range;
  call->arguments.push_back({std::nullopt, std::move(difference->left)});
  call->arguments.push_back({std::nullopt, std::move(difference->right)});
  call->arguments.push_back({std::nullopt, std::move(symbol)});
  *expression = std::move(call);
  return arrow::Status::OK();
}

/// `(expression)`, `(a, b)` which is a row, `(SELECT ...)`, `((SELECT ...) UNION ...)`; the cursor is at `(`.
arrow::Result<ExpressionPtr> ParseParenthesized(TokenCursor& cursor) {
  const SourceRange open = cursor.Take().range;
  if (BeginsQuery(cursor)) {
    ARROW_ASSIGN_OR_RAISE(QueryPtr query, ParseWholeQuery(cursor));
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
    return WrapQuery(cursor, open.begin, std::move(query));
  }
  const size_t first_begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr first, ParseAnyExpression(cursor));
  if (first->Is<SubqueryExpression>() && ContinuesQuery(cursor)) {
    ARROW_ASSIGN_OR_RAISE(QueryPtr query,
                          ParseQueryAfter(cursor, std::move(first->As<SubqueryExpression>().query), first_begin));
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
    return WrapQuery(cursor, open.begin, std::move(query));
  }
  if (!cursor.Is(",")) {
    cursor.Note(",");
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
    ARROW_RETURN_NOT_OK(ParseDifferenceUnit(cursor, &first));
    SetRange(cursor, open.begin, first.get());
    return first;
  }
  auto row = std::make_unique<ConstructorExpression>();
  row->constructor = ConstructorKind::kRow;
  row->elements.push_back(std::move(first));
  while (cursor.Accept(",")) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr element, ParseAnyExpression(cursor));
    row->elements.push_back(std::move(element));
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  SetRange(cursor, open.begin, row.get());
  return ExpressionPtr(std::move(row));
}

/// ARRAY[a, b], MAP[k, v], MULTISET[a], ARRAY(SELECT ...); the cursor is at the word.
arrow::Result<ExpressionPtr> ParseConstructor(TokenCursor& cursor, ConstructorKind kind) {
  auto node = std::make_unique<ConstructorExpression>();
  node->constructor = kind;
  const Token& word = cursor.Take();
  const SourceRange open = cursor.Take().range;
  const bool is_list = TextOf(cursor.text(), open) == "[";
  const std::string_view close = is_list ? "]" : ")";
  if (!is_list && BeginsQuery(cursor)) {
    ARROW_ASSIGN_OR_RAISE(node->query, ParseWholeQuery(cursor));
  } else if (!cursor.Is(close)) {
    ARROW_ASSIGN_OR_RAISE(node->elements, ParseExpressionList(cursor));
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(close, open));
  SetRange(cursor, word.range.begin, node.get());
  if (kind == ConstructorKind::kMap && node->elements.size() % 2 != 0) {
    return SyntaxError(node->range, "A MAP needs a value for every key", "Write MAP[key1, value1, key2, value2].");
  }
  return ExpressionPtr(std::move(node));
}

/// The constructor whose word and opening bracket are at the cursor, if any.
std::optional<ConstructorKind> FindConstructor(const TokenCursor& cursor) {
  struct Entry {
    std::string_view word;
    ConstructorKind kind;
  };
  static constexpr Entry kEntries[] = {
      {"ARRAY", ConstructorKind::kArray}, {"MAP", ConstructorKind::kMap}, {"MULTISET", ConstructorKind::kMultiset}};
  for (const Entry& entry : kEntries) {
    if (cursor.Is(entry.word) && (cursor.Is("[", 1) || cursor.Is("(", 1))) return entry.kind;
  }
  if (cursor.AreNext({"ROW", "("})) return ConstructorKind::kRow;
  return std::nullopt;
}

arrow::Result<ExpressionPtr> ParseExists(TokenCursor& cursor) {
  auto node = std::make_unique<ExistsExpression>();
  const size_t begin = cursor.Take().range.begin;
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  if (!BeginsQuery(cursor) && !cursor.Is("(")) return cursor.Unexpected("a query");
  ARROW_ASSIGN_OR_RAISE(node->query, ParseWholeQuery(cursor));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  SetRange(cursor, begin, node.get());
  return ExpressionPtr(std::move(node));
}

/// CURRENT_DATE and its kin: functions without parentheses.
bool IsNiladicFunction(const Token& token) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"CURRENT_CATALOG", "CURRENT_DATE", "CURRENT_DEFAULT_TRANSFORM_GROUP", "CURRENT_PATH", "CURRENT_ROLE",
       "CURRENT_SCHEMA", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "LOCALTIME", "LOCALTIMESTAMP",
       "SESSION_USER", "SYSTEM_USER", "USER"});
  if (token.kind != TokenKind::kWord) return false;
  for (std::string_view name : kNames) {
    if (token.upper == name) return true;
  }
  return false;
}

ExpressionPtr ParseNiladic(TokenCursor& cursor) {
  auto call = std::make_unique<FunctionCall>();
  const Token& token = cursor.Take();
  call->name.parts.push_back({token.text, token.range, false});
  call->name.range = token.range;
  call->range = token.range;
  call->without_parentheses = true;
  return call;
}

/// True for a reserved word that names a function when `(` follows: COUNT, LEFT, DATE ...
bool IsCallableReservedWord(const TokenCursor& cursor) {
  const Token& token = cursor.Peek();
  if (token.kind != TokenKind::kWord || !cursor.Is("(", 1)) return false;
  return !IsStructuralWord(token.upper) || token.upper == "LEFT";
}

/// A column, `t.*`, or a call; the cursor is at a name.
arrow::Result<ExpressionPtr> ParseNameOrCall(TokenCursor& cursor) {
  Name name;
  const Token& first = cursor.TakeName();
  name.parts.push_back({first.text, first.range, first.kind == TokenKind::kQuotedName});
  while (cursor.Is(".")) {
    if (cursor.Is("*", 1)) {
      cursor.Take();
      cursor.Take();
      auto star = std::make_unique<Star>();
      name.range = {first.range.begin, name.parts.back().range.end};
      star->qualifier = std::move(name);
      SetRange(cursor, first.range.begin, star.get());
      return ExpressionPtr(std::move(star));
    }
    cursor.Take();
    ARROW_ASSIGN_OR_RAISE(Identifier part, ParseLenientIdentifier(cursor, "a name"));
    name.parts.push_back(std::move(part));
  }
  SetRange(cursor, first.range.begin, &name);
  if (cursor.Is("(")) return ParseCall(cursor, std::move(name));
  auto column = std::make_unique<ColumnRef>();
  column->range = name.range;
  column->name = std::move(name);
  return ExpressionPtr(std::move(column));
}

/// What SQL has and tidemark does not; nothing when the cursor is at something else.
arrow::Status CheckUnsupported(const TokenCursor& cursor) {
  const SourceRange range = cursor.Peek().range;
  if (cursor.AreNext({"UNIQUE", "("})) return NotSupportedYet(range, "The UNIQUE predicate");
  if (cursor.AreNext({"PERIOD", "("})) return NotSupportedYet(range, "A period value");
  if (cursor.AreNext({"CURSOR", "("})) return NotSupportedYet(range, "A cursor argument");
  if (cursor.AreNext({"NEXT", "VALUE", "FOR"})) return NotSupportedYet(range, "A sequence");
  // {fn f(a)}, {d '2026-01-01'}; other braces are of other dialects.
  if (cursor.Is("{") && cursor.Peek(1).kind == TokenKind::kWord)
    return NotSupportedYet(range, "The JDBC escape syntax {...}");
  return arrow::Status::OK();
}

arrow::Result<ExpressionPtr> ParsePrimary(TokenCursor& cursor) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr literal, ParseLiteralIfAny(cursor));
  if (literal) return literal;
  ARROW_RETURN_NOT_OK(CheckUnsupported(cursor));
  if (cursor.Is("(")) return ParseParenthesized(cursor);
  if (cursor.Is("CASE")) return ParseCase(cursor);
  if (cursor.Is("EXISTS")) return ParseExists(cursor);
  if (const auto constructor = FindConstructor(cursor)) return ParseConstructor(cursor, *constructor);
  if (IsJsonCall(cursor)) return ParseJsonCall(cursor);
  if (IsSpecialCall(cursor)) return ParseSpecialCall(cursor);
  if (IsNiladicFunction(cursor.Peek()) && !cursor.Is("(", 1)) return ParseNiladic(cursor);
  if (IsName(cursor.Peek()) || IsCallableReservedWord(cursor)) return ParseNameOrCall(cursor);
  return cursor.Unexpected("an expression");
}

/// `[index]` and `.field` behind a primary expression.
arrow::Result<ExpressionPtr> ParsePostfix(TokenCursor& cursor, ExpressionPtr base) {
  const size_t begin = base->range.begin;
  while (cursor.Is("[") || cursor.Is(".")) {
    ARROW_RETURN_NOT_OK(cursor.Deepen());
    ARROW_RETURN_NOT_OK(cursor.Heighten());
    const SourceRange open = cursor.Take().range;
    if (TextOf(cursor.text(), open) == "[") {
      auto subscript = std::make_unique<SubscriptExpression>();
      subscript->base = std::move(base);
      ARROW_ASSIGN_OR_RAISE(subscript->index, ParseAnyExpression(cursor));
      ARROW_RETURN_NOT_OK(cursor.ExpectClosing("]", open));
      base = std::move(subscript);
    } else {
      auto access = std::make_unique<FieldAccess>();
      access->base = std::move(base);
      access->is_star = cursor.Is("*");
      if (access->is_star) {
        cursor.Take();
      } else {
        ARROW_ASSIGN_OR_RAISE(access->field, ParseLenientIdentifier(cursor, "a field name"));
      }
      base = std::move(access);
    }
    SetRange(cursor, begin, base.get());
  }
  return base;
}

arrow::Result<ExpressionPtr> ParsePrefix(TokenCursor& cursor) {
  if (cursor.Is("NOT")) return ParseUnary(cursor, UnaryOperator::kNot, kPrecedenceNot);
  if (cursor.Is("-")) return ParseUnary(cursor, UnaryOperator::kMinus, kPrecedenceUnary);
  if (cursor.Is("+")) return ParseUnary(cursor, UnaryOperator::kPlus, kPrecedenceUnary);
  if (cursor.Is("RUNNING")) return ParseUnary(cursor, UnaryOperator::kRunning, kPrecedenceUnary);
  // FINAL is no reserved word: `FINAL LAST(A.x)` in MATCH_RECOGNIZE, but also a column named final.
  const bool operand_follows = !cursor.Peek(1).upper.empty() && !IsStructuralWord(cursor.Peek(1).upper) &&
                               (cursor.Is("(", 2) || cursor.Is(".", 2));
  if (cursor.Is("FINAL") && operand_follows) return ParseUnary(cursor, UnaryOperator::kFinal, kPrecedenceUnary);
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr primary, ParsePrimary(cursor));
  return ParsePostfix(cursor, std::move(primary));
}

arrow::Result<ExpressionPtr> ParseInfix(TokenCursor& cursor, const InfixOperator& entry, ExpressionPtr left) {
  auto node = std::make_unique<BinaryExpression>();
  const size_t begin = left->range.begin;
  node->op = entry.op;
  node->op_range = cursor.Take().range;
  if (entry.precedence == kPrecedenceComparison && IsQuantifier(cursor)) {
    return ParseQuantified(cursor, std::move(left), entry.op);
  }
  node->left = std::move(left);
  ARROW_ASSIGN_OR_RAISE(node->right, ParseOperators(cursor, entry.precedence + 1));
  SetRange(cursor, begin, node.get());
  return ExpressionPtr(std::move(node));
}

/// AND and OR: the whole chain becomes one node.
arrow::Result<ExpressionPtr> ParseLogical(TokenCursor& cursor, LogicalOperator op, ExpressionPtr left) {
  const std::string_view word = op == LogicalOperator::kAnd ? "AND" : "OR";
  const int precedence = op == LogicalOperator::kAnd ? kPrecedenceAnd : kPrecedenceOr;
  auto node = std::make_unique<LogicalExpression>();
  const size_t begin = left->range.begin;
  node->op = op;
  node->operands.push_back(std::move(left));
  while (cursor.Is(word)) {
    cursor.Take();
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand, ParseOperators(cursor, precedence + 1));
    node->operands.push_back(std::move(operand));
  }
  SetRange(cursor, begin, node.get());
  return ExpressionPtr(std::move(node));
}

}  // namespace

arrow::Result<ExpressionPtr> ParseOperators(TokenCursor& cursor, int precedence_min) {
  NestingScope scope(cursor);
  ARROW_RETURN_NOT_OK(cursor.Deepen());
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr left, ParsePrefix(cursor));
  while (true) {
    int precedence = 0;
    if (const InfixOperator* infix = FindInfix(cursor)) {
      if (infix->precedence < precedence_min) break;
      ARROW_ASSIGN_OR_RAISE(left, ParseInfix(cursor, *infix, std::move(left)));
    } else if (cursor.Is("AND") && kPrecedenceAnd >= precedence_min) {
      ARROW_ASSIGN_OR_RAISE(left, ParseLogical(cursor, LogicalOperator::kAnd, std::move(left)));
    } else if (cursor.Is("OR") && kPrecedenceOr >= precedence_min) {
      ARROW_ASSIGN_OR_RAISE(left, ParseLogical(cursor, LogicalOperator::kOr, std::move(left)));
    } else if (IsPredicate(cursor, &precedence) && precedence >= precedence_min) {
      ARROW_ASSIGN_OR_RAISE(left, ParsePredicate(cursor, std::move(left)));
    } else {
      break;
    }
    // The tree grows to the left with every operator.
    ARROW_RETURN_NOT_OK(cursor.Heighten());
  }
  return left;
}

arrow::Result<ExpressionPtr> ParseAnyExpression(TokenCursor& cursor) { return ParseOperators(cursor, kPrecedenceOr); }

arrow::Result<std::vector<ExpressionPtr>> ParseExpressionList(TokenCursor& cursor) {
  std::vector<ExpressionPtr> expressions;
  do {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr expression, ParseAnyExpression(cursor));
    expressions.push_back(std::move(expression));
  } while (cursor.Accept(","));
  return expressions;
}

}  // namespace tidemark::sql::internal
