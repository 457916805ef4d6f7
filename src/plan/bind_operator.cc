// SPDX-License-Identifier: Apache-2.0
// Binds operators: arithmetic, comparisons, AND / OR / NOT, BETWEEN, IN lists, LIKE and the IS tests.
#include <fmt/format.h>

#include <algorithm>

#include "plan/bind_call.h"
#include "plan/bind_expression.h"
#include "plan/bind_literal.h"
#include "plan/bind_type.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

namespace {

bool IsComparison(sql::BinaryOperator op) {
  return op >= sql::BinaryOperator::kEqual && op <= sql::BinaryOperator::kIsNotDistinctFrom;
}

const sql::ConstructorExpression* AsRow(const sql::Expression& expression) {
  const auto* constructor = expression.TryAs<sql::ConstructorExpression>();
  const bool row =
      constructor != nullptr && constructor->constructor == sql::ConstructorKind::kRow && !constructor->query;
  return row ? constructor : nullptr;
}

/// Whether a list's item of type `from` is cast to the type of the operand.
bool IsCastToOperand(const DataType& from, const DataType& operand) {
  if (from.kind() == operand.kind()) return false;
  if (operand.is_character()) return from.is_numeric() || from.is_datetime();
  if (operand.is_numeric()) return from.is_numeric() || from.is_character();
  if (operand.kind() == TypeKind::kBoolean) return from.is_character();
  return operand.is_timestamp() && from.is_timestamp();
}

/// Items of another type are cast to the operand's, whatever they lose: 1 IN (1.1) is TRUE. (By "=" the values are
/// compared, and text with numbers not at all.)
std::vector<ExpressionPtr> AsOperandType(std::vector<ExpressionPtr> items, ExpressionPtr* operand) {
  DataType type = (*operand)->type();
  const bool to_text = type.is_character() && std::any_of(items.begin(), items.end(), [&](const ExpressionPtr& item) {
                         return IsCastToOperand(item->type(), type);
                       });
  if (to_text) {
    type = DataType::String();
    *operand = CastTo(*operand, type);
  }
  for (ExpressionPtr& item : items) {
    const bool is_null = item->kind() == Expression::Kind::kLiteral && !item->literal()->is_valid;
    if (is_null && type.is_datetime()) item = NullLiteral(type);
    if (IsCastToOperand(item->type(), type)) item = CastTo(std::move(item), type);
  }
  return items;
}

/// `a IN (x, y, ...)` as one call, where every item is a constant of the operand's own type.
arrow::Result<ExpressionPtr> MakeInCall(const ExpressionPtr& operand, const std::vector<ExpressionPtr>& items,
                                        sql::SourceRange range) {
  constexpr size_t kItemsMin = 3;
  const expr::ScalarFunction* function = expr::FunctionRegistry::BuiltIn().Find("IN");
  if (function == nullptr || items.size() < kItemsMin || operand->type().is_nested()) return nullptr;
  for (const ExpressionPtr& item : items) {
    if (item->kind() != Expression::Kind::kLiteral) return nullptr;
  }
  std::vector<ExpressionPtr> args = {operand};
  args.insert(args.end(), items.begin(), items.end());
  return MakeCall(*function, std::move(args), range);
}

/// A condition that is not NULL itself: beside AND, OR and NOT that has no type.
arrow::Result<ExpressionPtr> AsTypedCondition(ExpressionPtr expression, sql::SourceRange range,
                                              const std::string& clause) {
  if (expression->type().kind() == TypeKind::kNull)
    return sql::SqlError(range, clause + " does not take a NULL without a type", "Write CAST(NULL AS BOOLEAN).");
  return AsCondition(std::move(expression), range, clause);
}

}  // namespace

arrow::Result<ExpressionPtr> ExpressionBinder::BindUnary(const sql::UnaryExpression& unary) {
  if (unary.op == sql::UnaryOperator::kRunning || unary.op == sql::UnaryOperator::kFinal) {
    return sql::SqlError(unary.range, "RUNNING and FINAL stand only in MEASURES of MATCH_RECOGNIZE");
  }
  if (unary.op == sql::UnaryOperator::kNot) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, Bind(*unary.operand));
    ARROW_ASSIGN_OR_RAISE(condition, AsTypedCondition(std::move(condition), unary.operand->range, "NOT"));
    return MakeNot(std::move(condition), unary.range);
  }
  const bool minus = unary.op == sql::UnaryOperator::kMinus;
  if (const auto* literal = unary.operand->TryAs<sql::Literal>();
      minus && literal != nullptr && literal->type == sql::LiteralType::kExactNumeric) {
    return BindNumber("-" + literal->text, unary.range);
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand, Bind(*unary.operand));
  const DataType& type = operand->type();
  if (!type.is_numeric() && !type.is_interval()) {
    return sql::SqlError(unary.range, fmt::format("Cannot apply {} to {}", minus ? "-" : "+", TypeText(type)),
                         "It takes a number or an interval.");
  }
  if (!minus) return operand;
  if (ExpressionPtr literal = NegatedLiteral(*operand)) return literal;
  return MakeNamedCall("-", {std::move(operand)}, unary.range);
}

arrow::Result<ExpressionPtr> ExpressionBinder::CompareRows(const sql::ConstructorExpression& left,
                                                           const sql::ConstructorExpression& right,
                                                           const std::string& op, sql::SourceRange range) {
  if (left.elements.size() != right.elements.size()) {
    return sql::SqlError(
        range, fmt::format("Rows of {} and {} values are compared", left.elements.size(), right.elements.size()),
        "Both sides must have as many values.");
  }
  if (op != "=" && op != "<>") return sql::NotSupportedYet(range, "The comparison of rows by " + op);
  std::vector<ExpressionPtr> parts;
  for (size_t i = 0; i < left.elements.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr a, Bind(*left.elements[i]));
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr b, Bind(*right.elements[i]));
    if (a->type().is_approximate() && b->type().is_approximate() && a->type().kind() != b->type().kind()) {
      a = CastTo(std::move(a), DataType::Double());
      b = CastTo(std::move(b), DataType::Double());
    }
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr part, MakeBinary(op, std::move(a), std::move(b), range));
    parts.push_back(std::move(part));
  }
  return op == "=" ? MakeAnd(std::move(parts)) : MakeOr(std::move(parts));
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindBinary(const sql::BinaryExpression& binary) {
  if (binary.op == sql::BinaryOperator::kOverlaps) {
    std::vector<ExpressionPtr> ends;
    for (const auto* period : {AsRow(*binary.left), AsRow(*binary.right)}) {
      if (period == nullptr) continue;
      for (const auto& end : period->elements) {
        ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, Bind(*end));
        ends.push_back(std::move(bound));
      }
    }
    return MakeNamedCall("OVERLAPS", std::move(ends), binary.range);
  }
  if (binary.op > sql::BinaryOperator::kOverlaps) {
    return sql::NotSupportedYet(binary.range, sql::BinaryOperatorName(binary.op));
  }
  const std::string op = sql::BinaryOperatorName(binary.op);
  if (IsComparison(binary.op)) {
    const auto* left_row = AsRow(*binary.left);
    const auto* right_row = AsRow(*binary.right);
    if (left_row != nullptr && right_row != nullptr) return CompareRows(*left_row, *right_row, op, binary.range);
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr left, Bind(*binary.left));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr right, Bind(*binary.right));
  return MakeBinary(op, std::move(left), std::move(right), binary.range);
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindLogical(const sql::LogicalExpression& logical) {
  const bool is_and = logical.op == sql::LogicalOperator::kAnd;
  std::vector<ExpressionPtr> operands;
  for (const auto& operand : logical.operands) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, Bind(*operand));
    ARROW_ASSIGN_OR_RAISE(bound, AsTypedCondition(std::move(bound), operand->range, is_and ? "AND" : "OR"));
    operands.push_back(std::move(bound));
  }
  return is_and ? MakeAnd(std::move(operands)) : MakeOr(std::move(operands));
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindBetween(const sql::BetweenExpression& between) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand, Bind(*between.operand));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr low, Bind(*between.low));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr high, Bind(*between.high));
  const auto inside = [&](const ExpressionPtr& from, const ExpressionPtr& to) -> arrow::Result<ExpressionPtr> {
    ARROW_ASSIGN_OR_RAISE(auto above, MakeBinary(between.negated ? "<" : ">=", operand, from, between.range));
    ARROW_ASSIGN_OR_RAISE(auto below, MakeBinary(between.negated ? ">" : "<=", operand, to, between.range));
    std::vector<ExpressionPtr> both = {std::move(above), std::move(below)};
    return between.negated ? MakeOr(std::move(both)) : MakeAnd(std::move(both));
  };
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr straight, inside(low, high));
  if (between.symmetry != sql::BetweenSymmetry::kSymmetric) return straight;
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr swapped, inside(high, low));
  std::vector<ExpressionPtr> either = {std::move(straight), std::move(swapped)};
  return between.negated ? MakeAnd(std::move(either)) : MakeOr(std::move(either));
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindInList(const sql::InListExpression& in) {
  std::vector<ExpressionPtr> equalities;
  ExpressionPtr result;
  if (const auto* row = AsRow(*in.operand)) {
    for (const auto& item : in.items) {
      const auto* item_row = AsRow(*item);
      if (item_row == nullptr) {
        return sql::SqlError(item->range,
                             fmt::format("A row of {} values is compared with one value", row->elements.size()),
                             "Write every item as a row: (a, b) IN ((1, 2), (3, 4)).");
      }
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal, CompareRows(*row, *item_row, "=", item->range));
      equalities.push_back(std::move(equal));
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand, Bind(*in.operand));
    ARROW_ASSIGN_OR_RAISE(std::vector<ExpressionPtr> items, BindAll(in.items));
    items = AsOperandType(std::move(items), &operand);
    for (size_t i = 0; i < items.size(); ++i) {
      // Each pair is checked by itself, so that an error underlines the item that does not fit.
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr equal, MakeBinary("=", operand, items[i], in.items[i]->range));
      equalities.push_back(std::move(equal));
    }
    ARROW_ASSIGN_OR_RAISE(result, MakeInCall(operand, items, in.range));
  }
  if (!result) result = MakeOr(std::move(equalities));
  return in.negated ? MakeNot(std::move(result), in.range) : result;
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindQuantifiedList(const sql::QuantifiedExpression& quantified) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand, Bind(*quantified.operand));
  std::vector<ExpressionPtr> comparisons;
  for (const auto& item : quantified.items) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, Bind(*item));
    ARROW_ASSIGN_OR_RAISE(bound,
                          MakeBinary(sql::BinaryOperatorName(quantified.op), operand, std::move(bound), item->range));
    comparisons.push_back(std::move(bound));
  }
  const bool any = quantified.quantifier == sql::ComparisonQuantifier::kAny;
  return any ? MakeOr(std::move(comparisons)) : MakeAnd(std::move(comparisons));
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindLike(const sql::LikeExpression& like) {
  const std::string name = like.like_kind == sql::LikeKind::kLike ? "LIKE" : "SIMILAR TO";
  std::vector<ExpressionPtr> args;
  for (const sql::Expression* part : {like.operand.get(), like.pattern.get(), like.escape.get()}) {
    if (part == nullptr) continue;
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, Bind(*part));
    const DataType type = bound->type();
    if (!type.is_character() && type.kind() != TypeKind::kNull) {
      return sql::SqlError(part->range, fmt::format("{} takes text, not {}", name, TypeText(type)),
                           "Convert it with CAST(... AS STRING).");
    }
    args.push_back(std::move(bound));
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr matches, MakeNamedCall(name, std::move(args), like.range));
  return like.negated ? MakeNot(std::move(matches), like.range) : matches;
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindIs(const sql::IsExpression& is) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand, Bind(*is.operand));
  std::string test;
  switch (is.test) {
    case sql::IsTest::kNull:
      test = "NULL";
      break;
    case sql::IsTest::kTrue:
      test = "TRUE";
      break;
    case sql::IsTest::kFalse:
      test = "FALSE";
      break;
    case sql::IsTest::kUnknown:
      test = "UNKNOWN";
      break;
    case sql::IsTest::kJsonValue:
      test = "JSON VALUE";
      break;
    case sql::IsTest::kJsonObject:
      test = "JSON OBJECT";
      break;
    case sql::IsTest::kJsonArray:
      test = "JSON ARRAY";
      break;
    case sql::IsTest::kJsonScalar:
      test = "JSON SCALAR";
      break;
    case sql::IsTest::kASet:
    case sql::IsTest::kEmpty:
      return sql::NotSupportedYet(is.range, "A test of MULTISETs");
  }
  const bool of_condition =
      is.test == sql::IsTest::kTrue || is.test == sql::IsTest::kFalse || is.test == sql::IsTest::kUnknown;
  if (of_condition) {
    ARROW_ASSIGN_OR_RAISE(operand, AsTypedCondition(std::move(operand), is.operand->range, "IS " + test));
    if (is.test == sql::IsTest::kUnknown) test = "NULL";
    return MakeNamedCall((is.negated ? "IS NOT " : "IS ") + test, {std::move(operand)}, is.range);
  }
  if (is.test == sql::IsTest::kNull) {
    return MakeNamedCall(is.negated ? "IS NOT NULL" : "IS NULL", {std::move(operand)}, is.range);
  }
  if (operand->type().kind() == TypeKind::kNull)
    return sql::SqlError(is.operand->range, "A bare NULL is no text", "Write CAST(NULL AS STRING).");
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr json, MakeNamedCall("IS " + test, {std::move(operand)}, is.range));
  return is.negated ? MakeNot(std::move(json), is.range) : json;
}

}  // namespace tidemark::plan
