// SPDX-License-Identifier: Apache-2.0
// Printing of predicates: BETWEEN, IN, ANY and ALL, LIKE, IS.

#include "sql/parser_rules.h"
#include "sql/printer_rules.h"

namespace tidemark::sql::internal {

namespace {

void WriteBetween(const BetweenExpression& between, std::string* out) {
  WriteExpression(*between.operand, kPrecedenceBetween, out);
  *out += between.negated ? " NOT BETWEEN " : " BETWEEN ";
  if (between.symmetry == BetweenSymmetry::kSymmetric) *out += "SYMMETRIC ";
  if (between.symmetry == BetweenSymmetry::kAsymmetric) *out += "ASYMMETRIC ";
  WriteExpression(*between.low, kPrecedenceBetween + 1, out);
  *out += " AND ";
  WriteExpression(*between.high, kPrecedenceBetween + 1, out);
}

void WriteIn(const Expression& operand, bool negated, const std::vector<ExpressionPtr>* items, const Query* query,
             std::string* out) {
  WriteExpression(operand, kPrecedenceBetween, out);
  *out += negated ? " NOT IN " : " IN ";
  if (query != nullptr) return WriteSubquery(*query, out);
  *out += '(';
  WriteExpressions(*items, out);
  *out += ')';
}

void WriteQuantified(const QuantifiedExpression& node, std::string* out) {
  WriteExpression(*node.operand, kPrecedenceComparison, out);
  *out += std::string(" ") + BinaryOperatorName(node.op);
  *out += node.quantifier == ComparisonQuantifier::kAll ? " ALL " : " ANY ";
  if (node.query) return WriteSubquery(*node.query, out);
  *out += '(';
  WriteExpressions(node.items, out);
  *out += ')';
}

void WriteLike(const LikeExpression& like, std::string* out) {
  WriteExpression(*like.operand, kPrecedenceBetween, out);
  if (like.negated) *out += " NOT";
  *out += like.like_kind == LikeKind::kLike ? " LIKE " : " SIMILAR TO ";
  WriteExpression(*like.pattern, kPrecedenceBetween + 1, out);
  if (!like.escape) return;
  *out += " ESCAPE ";
  WriteExpression(*like.escape, kPrecedenceBetween + 1, out);
}

const char* IsTestWords(IsTest test) {
  switch (test) {
    case IsTest::kNull:
      return "NULL";
    case IsTest::kTrue:
      return "TRUE";
    case IsTest::kFalse:
      return "FALSE";
    case IsTest::kUnknown:
      return "UNKNOWN";
    case IsTest::kJsonValue:
      return "JSON";
    case IsTest::kJsonObject:
      return "JSON OBJECT";
    case IsTest::kJsonArray:
      return "JSON ARRAY";
    case IsTest::kJsonScalar:
      return "JSON SCALAR";
    case IsTest::kASet:
      return "A SET";
    case IsTest::kEmpty:
      return "EMPTY";
  }
  return "?";
}

void WriteIs(const IsExpression& node, std::string* out) {
  WriteExpression(*node.operand, kPrecedenceIs, out);
  *out += node.negated ? " IS NOT " : " IS ";
  *out += IsTestWords(node.test);
}

}  // namespace

void WritePredicate(const Expression& node, std::string* out) {
  switch (node.kind) {
    case ExpressionKind::kBetween:
      return WriteBetween(node.As<BetweenExpression>(), out);
    case ExpressionKind::kInList: {
      const auto& in = node.As<InListExpression>();
      return WriteIn(*in.operand, in.negated, &in.items, nullptr, out);
    }
    case ExpressionKind::kInQuery: {
      const auto& in = node.As<InQueryExpression>();
      return WriteIn(*in.operand, in.negated, nullptr, in.query.get(), out);
    }
    case ExpressionKind::kQuantified:
      return WriteQuantified(node.As<QuantifiedExpression>(), out);
    case ExpressionKind::kLike:
      return WriteLike(node.As<LikeExpression>(), out);
    default:
      return WriteIs(node.As<IsExpression>(), out);
  }
}

}  // namespace tidemark::sql::internal
