// SPDX-License-Identifier: Apache-2.0
// Grammar of predicates and the other operators that are words: IS, IN, BETWEEN, LIKE, OVERLAPS, MULTISET UNION ...

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

/// IS [NOT] NULL | TRUE | ... | DISTINCT FROM; the cursor is at IS.
arrow::Result<ExpressionPtr> ParseIs(TokenCursor& cursor, ExpressionPtr operand) {
  struct Entry {
    std::string_view word;
    IsTest test;
  };
  static constexpr Entry kEntries[] = {
      {"NULL", IsTest::kNull},   {"TRUE", IsTest::kTrue},      {"FALSE", IsTest::kFalse}, {"UNKNOWN", IsTest::kUnknown},
      {"EMPTY", IsTest::kEmpty}, {"JSON", IsTest::kJsonValue}, {"A", IsTest::kASet}};
  static constexpr Entry kJsonEntries[] = {{"VALUE", IsTest::kJsonValue},
                                           {"OBJECT", IsTest::kJsonObject},
                                           {"ARRAY", IsTest::kJsonArray},
                                           {"SCALAR", IsTest::kJsonScalar}};
  const size_t begin = operand->range.begin;
  const SourceRange is_range = cursor.Take().range;
  const bool negated = cursor.Accept("NOT");
  if (cursor.Accept("DISTINCT")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("FROM"));
    auto node = std::make_unique<BinaryExpression>();
    node->op = negated ? BinaryOperator::kIsNotDistinctFrom : BinaryOperator::kIsDistinctFrom;
    node->op_range = cursor.RangeFrom(is_range.begin);
    node->left = std::move(operand);
    ARROW_ASSIGN_OR_RAISE(node->right, ParseOperators(cursor, kPrecedenceIs + 1));
    SetRange(cursor, begin, node.get());
    return ExpressionPtr(std::move(node));
  }
  auto node = std::make_unique<IsExpression>();
  node->negated = negated;
  node->operand = std::move(operand);
  for (const Entry& entry : kEntries) {
    if (!cursor.Accept(entry.word)) continue;
    node->test = entry.test;
    if (entry.test == IsTest::kASet) ARROW_RETURN_NOT_OK(cursor.Expect("SET"));
    if (entry.test == IsTest::kJsonValue) {
      for (const Entry& json : kJsonEntries) {
        if (!cursor.Is(json.word)) continue;
        cursor.Take();
        node->test = json.test;
        break;
      }
    }
    SetRange(cursor, begin, node.get());
    return ExpressionPtr(std::move(node));
  }
  return cursor.Unexpected();
}

/// The list or query in the parentheses of IN, ANY, ALL: fills one of the two.
arrow::Status ParseListOrQuery(TokenCursor& cursor, std::vector<ExpressionPtr>* items, QueryPtr* query) {
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  if (BeginsQuery(cursor)) {
    ARROW_ASSIGN_OR_RAISE(*query, ParseWholeQuery(cursor));
    return cursor.ExpectClosing(")", open);
  }
  if (cursor.Is(")")) return cursor.Unexpected("an expression");
  const size_t begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr first, ParseAnyExpression(cursor));
  if (first->Is<SubqueryExpression>() && !cursor.Is(",")) {
    *query = std::move(first->As<SubqueryExpression>().query);
    if (ContinuesQuery(cursor)) {
      ARROW_ASSIGN_OR_RAISE(*query, ParseQueryAfter(cursor, std::move(*query), begin));
    }
    return cursor.ExpectClosing(")", open);
  }
  items->push_back(std::move(first));
  while (cursor.Accept(",")) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr item, ParseAnyExpression(cursor));
    items->push_back(std::move(item));
  }
  return cursor.ExpectClosing(")", open);
}

arrow::Result<ExpressionPtr> ParseIn(TokenCursor& cursor, ExpressionPtr operand, bool negated) {
  const size_t begin = operand->range.begin;
  cursor.Take();
  std::vector<ExpressionPtr> items;
  QueryPtr query;
  ARROW_RETURN_NOT_OK(ParseListOrQuery(cursor, &items, &query));
  ExpressionPtr result;
  if (query) {
    auto node = std::make_unique<InQueryExpression>();
    node->operand = std::move(operand);
    node->query = std::move(query);
    node->negated = negated;
    result = std::move(node);
  } else {
    auto node = std::make_unique<InListExpression>();
    node->operand = std::move(operand);
    node->items = std::move(items);
    node->negated = negated;
    result = std::move(node);
  }
  SetRange(cursor, begin, result.get());
  return result;
}

arrow::Result<ExpressionPtr> ParseBetween(TokenCursor& cursor, ExpressionPtr operand, bool negated) {
  auto node = std::make_unique<BetweenExpression>();
  const size_t begin = operand->range.begin;
  cursor.Take();
  node->operand = std::move(operand);
  node->negated = negated;
  if (cursor.Is("SYMMETRIC")) node->symmetry = BetweenSymmetry::kSymmetric;
  if (cursor.Is("ASYMMETRIC")) node->symmetry = BetweenSymmetry::kAsymmetric;
  if (node->symmetry != BetweenSymmetry::kUnspecified) cursor.Take();
  ARROW_ASSIGN_OR_RAISE(node->low, ParseOperators(cursor, kPrecedenceBetween + 1));
  ARROW_RETURN_NOT_OK(cursor.Expect("AND"));
  ARROW_ASSIGN_OR_RAISE(node->high, ParseOperators(cursor, kPrecedenceBetween + 1));
  SetRange(cursor, begin, node.get());
  return ExpressionPtr(std::move(node));
}

arrow::Result<ExpressionPtr> ParseLike(TokenCursor& cursor, ExpressionPtr operand, bool negated) {
  auto node = std::make_unique<LikeExpression>();
  const size_t begin = operand->range.begin;
  node->like_kind = cursor.Take().upper == "LIKE" ? LikeKind::kLike : LikeKind::kSimilarTo;
  if (node->like_kind == LikeKind::kSimilarTo) ARROW_RETURN_NOT_OK(cursor.Expect("TO"));
  node->operand = std::move(operand);
  node->negated = negated;
  ARROW_ASSIGN_OR_RAISE(node->pattern, ParseOperators(cursor, kPrecedenceBetween + 1));
  if (cursor.Is("ESCAPE")) {
    cursor.Take();
    ARROW_ASSIGN_OR_RAISE(node->escape, ParseOperators(cursor, kPrecedenceBetween + 1));
  }
  SetRange(cursor, begin, node.get());
  return ExpressionPtr(std::move(node));
}

/// Reads the words of the operator (MULTISET UNION ALL, MEMBER OF ...) and says which one it is.
arrow::Result<BinaryOperator> ParseWordOperator(TokenCursor& cursor) {
  if (cursor.Accept("OVERLAPS")) return BinaryOperator::kOverlaps;
  if (cursor.Is("MEMBER")) {
    ARROW_RETURN_NOT_OK(cursor.ExpectAll({"MEMBER", "OF"}));
    return BinaryOperator::kMemberOf;
  }
  if (cursor.Is("SUBMULTISET")) {
    ARROW_RETURN_NOT_OK(cursor.ExpectAll({"SUBMULTISET", "OF"}));
    return BinaryOperator::kSubmultisetOf;
  }
  ARROW_RETURN_NOT_OK(cursor.Expect("MULTISET"));
  const bool is_union = cursor.Accept("UNION");
  const bool is_intersect = !is_union && cursor.Accept("INTERSECT");
  if (!is_union && !is_intersect) ARROW_RETURN_NOT_OK(cursor.Expect("EXCEPT"));
  // Without a word it is ALL, unlike the set operators of queries.
  const bool distinct = cursor.Accept("DISTINCT");
  if (!distinct) cursor.Accept("ALL");
  if (is_union) return distinct ? BinaryOperator::kMultisetUnion : BinaryOperator::kMultisetUnionAll;
  if (is_intersect) return distinct ? BinaryOperator::kMultisetIntersect : BinaryOperator::kMultisetIntersectAll;
  return distinct ? BinaryOperator::kMultisetExcept : BinaryOperator::kMultisetExceptAll;
}

arrow::Result<ExpressionPtr> ParseWordBinary(TokenCursor& cursor, ExpressionPtr left, bool negated) {
  int precedence = 0;
  IsPredicate(cursor, &precedence);
  auto node = std::make_unique<BinaryExpression>();
  const size_t begin = left->range.begin;
  const size_t op_begin = cursor.Peek().range.begin;
  ARROW_ASSIGN_OR_RAISE(node->op, ParseWordOperator(cursor));
  node->op_range = cursor.RangeFrom(op_begin);
  node->left = std::move(left);
  ARROW_ASSIGN_OR_RAISE(node->right, ParseOperators(cursor, precedence + 1));
  SetRange(cursor, begin, node.get());
  if (!negated) return ExpressionPtr(std::move(node));
  auto unary = std::make_unique<UnaryExpression>();
  unary->op = UnaryOperator::kNot;
  unary->op_range = node->op_range;
  unary->range = node->range;
  unary->operand = std::move(node);
  return ExpressionPtr(std::move(unary));
}

}  // namespace

bool IsPredicate(const TokenCursor& cursor, int* precedence) {
  const size_t word = cursor.Is("NOT") ? 1 : 0;
  if (cursor.Is("IN", word) || cursor.Is("BETWEEN", word) || cursor.Is("LIKE", word) || cursor.Is("SIMILAR", word)) {
    *precedence = kPrecedenceBetween;
    return true;
  }
  if (cursor.Is("MEMBER", word) || cursor.Is("SUBMULTISET", word)) {
    *precedence = kPrecedenceComparison;
    return true;
  }
  if (word == 1) return false;
  if (cursor.Is("IS")) {
    *precedence = kPrecedenceIs;
    return true;
  }
  for (std::string_view period : {"OVERLAPS", "CONTAINS", "EQUALS", "PRECEDES", "SUCCEEDS"}) {
    *precedence = kPrecedenceComparison;
    if (cursor.Is(period)) return true;
  }
  *precedence = cursor.Is("INTERSECT", 1) ? kPrecedenceMultisetIntersect : kPrecedenceMultisetUnion;
  return cursor.Is("MULTISET") && !cursor.Is("[", 1) && !cursor.Is("(", 1);
}

arrow::Result<ExpressionPtr> ParsePredicate(TokenCursor& cursor, ExpressionPtr operand) {
  if (cursor.Is("IS")) return ParseIs(cursor, std::move(operand));
  const bool negated = cursor.Is("NOT");
  if (negated) cursor.Take();
  if (cursor.Is("IN")) return ParseIn(cursor, std::move(operand), negated);
  if (cursor.Is("BETWEEN")) return ParseBetween(cursor, std::move(operand), negated);
  if (cursor.Is("LIKE") || cursor.Is("SIMILAR")) return ParseLike(cursor, std::move(operand), negated);
  for (std::string_view period : {"CONTAINS", "EQUALS", "PRECEDES", "SUCCEEDS"}) {
    if (cursor.Is(period)) return NotSupportedYet(cursor.Peek().range, "The period predicate " + std::string(period));
  }
  return ParseWordBinary(cursor, std::move(operand), negated);
}

bool IsQuantifier(const TokenCursor& cursor) {
  return (cursor.Is("ANY") || cursor.Is("SOME") || cursor.Is("ALL")) && cursor.Is("(", 1);
}

arrow::Result<ExpressionPtr> ParseQuantified(TokenCursor& cursor, ExpressionPtr operand, BinaryOperator op) {
  auto node = std::make_unique<QuantifiedExpression>();
  const size_t begin = operand->range.begin;
  node->operand = std::move(operand);
  node->op = op;
  node->quantifier = cursor.Take().upper == "ALL" ? ComparisonQuantifier::kAll : ComparisonQuantifier::kAny;
  ARROW_RETURN_NOT_OK(ParseListOrQuery(cursor, &node->items, &node->query));
  SetRange(cursor, begin, node.get());
  return ExpressionPtr(std::move(node));
}

}  // namespace tidemark::sql::internal
