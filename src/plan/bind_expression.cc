// SPDX-License-Identifier: Apache-2.0
// Binds scalar expressions: dispatch, names, fields, casts and constructors.
#include "plan/bind_expression.h"

#include <arrow/scalar.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "expr/evaluator.h"
#include "plan/bind_call.h"
#include "plan/bind_literal.h"
#include "plan/bind_type.h"
#include "plan/placeholder.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {

using expr::Expression;
using expr::ExpressionPtr;

std::string UpperCaseName(const std::string& name) {
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  return upper;
}

arrow::Result<ExpressionPtr> AsCondition(ExpressionPtr expression, sql::SourceRange range, const std::string& clause) {
  if (expression->type().kind() == TypeKind::kNull) return CastTo(std::move(expression), DataType::Boolean());
  if (expression->type().kind() == TypeKind::kBoolean) return expression;
  std::string hint = "Compare it with something";
  if (expression->type().is_numeric()) hint += ", such as ... <> 0";
  if (expression->type().is_character()) hint += ", such as ... = 'text'";
  return sql::SqlError(
      range, fmt::format("{} needs a condition (BOOLEAN), not {}", clause, TypeText(expression->type())), hint + ".");
}

arrow::Result<ExpressionPtr> MakeField(ExpressionPtr base, const sql::Identifier& name) {
  const DataType type = base->type();
  if (type.kind() != TypeKind::kRow) {
    return sql::SqlError(name.range, fmt::format("No field '{}': {} has no fields", name.value, TypeText(type)),
                         "Only a ROW has fields; a MAP is read as map['key'], an ARRAY as array[1].");
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < type.fields().size(); ++i) {
    const Field& field = type.fields()[i];
    if (field.name == name.value) {
      const bool nullable = field.type.nullable() || type.nullable();
      return Expression::Field(std::move(base), static_cast<int>(i), field.type.WithNullable(nullable));
    }
    names.push_back(field.name);
  }
  std::string hint = sql::DidYouMean(name.value, names);
  if (hint.empty()) hint = "The ROW is " + TypeText(type) + ".";
  return sql::SqlError(name.range, "Unknown field: " + name.value, hint);
}

arrow::Result<std::vector<ExpressionPtr>> ExpressionBinder::BindAll(
    const std::vector<sql::ExpressionPtr>& expressions) {
  std::vector<ExpressionPtr> bound;
  for (const auto& expression : expressions) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr one, Bind(*expression));
    bound.push_back(std::move(one));
  }
  return bound;
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindCondition(const sql::Expression& expression) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr condition, Bind(expression));
  return AsCondition(std::move(condition), expression.range, clause_);
}

sql::SourceRange ExpressionBinder::PlaceOf(const Expression& column) const {
  for (const auto& [expression, range] : places_) {
    if (expression.get() == &column) return range;
  }
  return {};
}

arrow::Result<ExpressionPtr> ExpressionBinder::Bind(const sql::Expression& expression) {
  using sql::ExpressionKind;
  switch (expression.kind) {
    case ExpressionKind::kLiteral:
      return BindLiteral(expression.As<sql::Literal>());
    case ExpressionKind::kColumnRef:
      return BindColumn(expression.As<sql::ColumnRef>());
    case ExpressionKind::kUnary:
      return BindUnary(expression.As<sql::UnaryExpression>());
    case ExpressionKind::kBinary:
      return BindBinary(expression.As<sql::BinaryExpression>());
    case ExpressionKind::kLogical:
      return BindLogical(expression.As<sql::LogicalExpression>());
    case ExpressionKind::kFunctionCall:
      return BindFunctionCall(expression.As<sql::FunctionCall>());
    case ExpressionKind::kCast:
      return BindCast(expression.As<sql::CastExpression>());
    case ExpressionKind::kCase:
      return BindCase(expression.As<sql::CaseExpression>());
    case ExpressionKind::kBetween:
      return BindBetween(expression.As<sql::BetweenExpression>());
    case ExpressionKind::kInList:
      return BindInList(expression.As<sql::InListExpression>());
    case ExpressionKind::kLike:
      return BindLike(expression.As<sql::LikeExpression>());
    case ExpressionKind::kIs:
      return BindIs(expression.As<sql::IsExpression>());
    case ExpressionKind::kConstructor:
      return BindConstructor(expression.As<sql::ConstructorExpression>());
    case ExpressionKind::kSubscript:
      return BindSubscript(expression.As<sql::SubscriptExpression>());
    case ExpressionKind::kFieldAccess:
      return BindFieldAccess(expression.As<sql::FieldAccess>());
    case ExpressionKind::kSubquery:
      return BindSubquery(expression.As<sql::SubqueryExpression>());
    case ExpressionKind::kSymbol: {
      const auto& symbol = expression.As<sql::Symbol>();
      return StringLiteral(symbol.time_unit ? sql::TimeUnitName(*symbol.time_unit) : symbol.name);
    }
    case ExpressionKind::kStar:
      return sql::SqlError(expression.range, "* stands only in the SELECT list and in COUNT(*)", "Name the columns.");
    case ExpressionKind::kInQuery:
    case ExpressionKind::kExists:
    case ExpressionKind::kQuantified:
      return BindTest(expression);
    case ExpressionKind::kTableArgument:
      return sql::SqlError(expression.range, "A table stands only in the arguments of a table function",
                           "Write it in FROM: FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)).");
    case ExpressionKind::kDescriptor:
      return sql::SqlError(expression.range, "DESCRIPTOR stands only in the arguments of a table function",
                           "Write it in FROM: FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)).");
  }
  return arrow::Status::UnknownError("Expression of an unknown kind");
}

ExpressionPtr ExpressionBinder::Placed(const ExpressionPtr& expression, sql::SourceRange range) {
  // A fresh reference each time, so that its address tells its place.
  auto placed = Rewrite(expression, [&](const ExpressionPtr& node) -> arrow::Result<ExpressionPtr> {
    if (node->kind() != Expression::Kind::kColumn) return nullptr;
    ExpressionPtr column = Expression::Column(node->column_index(), node->type(), node->column_name());
    places_.emplace_back(column, range);
    return column;
  });
  return *placed;  // the replacer never fails
}

namespace {

bool IsOuterRelation(const std::string& name, const Scope& scope) {
  for (const Scope* outer = scope.outer; outer != nullptr; outer = outer->outer) {
    if (outer->FindRelation({name}) != nullptr) return true;
  }
  return false;
}

}  // namespace

arrow::Result<ExpressionPtr> ExpressionBinder::BindColumn(const sql::ColumnRef& column) {
  if (extension_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, extension_->BindColumn(column));
    if (bound) return bound;
  }
  ARROW_ASSIGN_OR_RAISE(auto found, scope_.Find(column.name));
  if (!found) return BindOuterColumn(column.name);
  // `dept.id` is of the outer query's table `dept`, also where there is a column of that name here, without fields.
  const bool has_no_fields =
      found->parts < column.name.parts.size() && found->expression->type().kind() != TypeKind::kRow;
  if (has_no_fields && IsOuterRelation(column.name.parts[0].value, scope_)) return BindOuterColumn(column.name);
  ExpressionPtr expression = Placed(found->expression, column.range);
  for (size_t i = found->parts; i < column.name.parts.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(expression, MakeField(std::move(expression), column.name.parts[i]));
  }
  return expression;
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindOuterColumn(const sql::Name& name) {
  for (const Scope* outer = scope_.outer; outer != nullptr; outer = outer->outer) {
    ARROW_ASSIGN_OR_RAISE(auto found, outer->Find(name));
    if (!found) continue;
    const Expression& column = *found->expression;
    const bool simple = outer == scope_.outer && found->parts == name.parts.size() && IsInputColumn(column);
    if (!outer_allowed_ || !simple) {
      return sql::NotSupportedYet(
          name.range, "A column of the outer query in this place of a subquery",
          "Only conditions of the subquery's WHERE, joined by AND, may use the outer query's columns; "
          "a join says the same.");
    }
    return Placed(MakePlaceholder(Placeholder::kOuter, column.column_index(), column.type(), column.column_name()),
                  name.range);
  }
  if (select_items_ != nullptr && name.parts.size() == 1) {
    for (const sql::SelectItem& item : *select_items_) {
      if (!item.alias || item.alias->value != name.parts[0].value) continue;
      return sql::SqlError(name.range, "Unknown column: " + name.parts[0].value,
                           fmt::format("'{}' is an alias of the SELECT list, which {} cannot use: write {} again.",
                                       name.parts[0].value, clause_, sql::ToSql(*item.expression)));
    }
  }
  return UnknownColumn(name, scope_, environment_);
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindFieldAccess(const sql::FieldAccess& access) {
  if (access.is_star) {
    return sql::SqlError(access.range, ".* stands only in the SELECT list", "Name the field.");
  }
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr base, Bind(*access.base));
  return MakeField(std::move(base), access.field);
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindSubscript(const sql::SubscriptExpression& subscript) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr base, Bind(*subscript.base));
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr index, Bind(*subscript.index));
  const DataType& type = base->type();
  if (type.kind() == TypeKind::kRow) {
    const auto* literal = subscript.index->TryAs<sql::Literal>();
    if (literal != nullptr && literal->type == sql::LiteralType::kString) {
      return MakeField(std::move(base), {literal->text, literal->range});
    }
    const auto fields = static_cast<int32_t>(type.fields().size());
    int32_t position = 0;
    if (index->kind() == Expression::Kind::kLiteral && index->type().kind() == TypeKind::kInt) {
      position = static_cast<const arrow::Int32Scalar&>(*index->literal()).value;
    }
    if (position < 1 || position > fields) {
      return sql::SqlError(subscript.index->range, fmt::format("A ROW is read by a constant from 1 to {}", fields));
    }
    return MakeField(std::move(base), {type.fields()[position - 1].name, subscript.index->range});
  }
  if (type.kind() != TypeKind::kArray && type.kind() != TypeKind::kMap) {
    return sql::SqlError(subscript.range,
                         fmt::format("[...] reads an element of an ARRAY, MAP or ROW, not of {}", TypeText(type)));
  }
  return MakeNamedCall("ITEM", {std::move(base), std::move(index)}, subscript.range);
}

/// A number of the interval type's unit as the months or milliseconds that intervals keep.
static arrow::Result<ExpressionPtr> InUnitOf(ExpressionPtr number, const sql::TypeName& type, sql::SourceRange range) {
  const bool plain = type.interval && !type.interval->end && number->type().is_integer();
  int64_t factor = 0;
  if (plain) {
    switch (type.interval->start) {
      case sql::TimeUnit::kYear:
        factor = 12;
        break;
      case sql::TimeUnit::kMonth:
        factor = 1;
        break;
      case sql::TimeUnit::kDay:
        factor = 86'400'000;
        break;
      case sql::TimeUnit::kHour:
        factor = 3'600'000;
        break;
      case sql::TimeUnit::kMinute:
        factor = 60'000;
        break;
      case sql::TimeUnit::kSecond:
        factor = 1000;
        break;
      default:
        break;
    }
  }
  if (factor == 0)
    return sql::NotSupportedYet(range, "This cast to an interval", "Multiply an interval: n * INTERVAL '1' DAY.");
  return MakeBinary("*", CastTo(std::move(number), DataType::BigInt()), BigIntLiteral(factor), range);
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindCast(const sql::CastExpression& cast) {
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr operand, Bind(*cast.operand));
  ARROW_ASSIGN_OR_RAISE(DataType type, BindCastType(*cast.type));
  const DataType from = operand->type();
  if (from.kind() == TypeKind::kNull) return NullLiteral(type);
  const arrow::Status castable = expr::CheckCast(from, type);
  if (!castable.ok()) {
    return sql::SqlError(
        cast.range, fmt::format("Cannot cast {} to {}", TypeText(from), TypeText(type)),
        "A cast through another type may do, such as CAST(CAST(... AS STRING) AS " + TypeText(type) + ").");
  }
  type = type.WithNullable(cast.is_try || from.nullable());
  if (from.is_numeric() && type.is_interval()) {
    ARROW_ASSIGN_OR_RAISE(operand, InUnitOf(std::move(operand), *cast.type, cast.range));
  }
  return Expression::Cast(std::move(operand), type, cast.is_try);
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindConstructor(const sql::ConstructorExpression& constructor) {
  if (constructor.query) return sql::NotSupportedYet(constructor.range, "A constructor from a subquery");
  ARROW_ASSIGN_OR_RAISE(auto elements, BindAll(constructor.elements));
  switch (constructor.constructor) {
    case sql::ConstructorKind::kArray:
      return MakeNamedCall("ARRAY", std::move(elements), constructor.range);
    case sql::ConstructorKind::kMap:
      return MakeNamedCall("MAP", std::move(elements), constructor.range);
    case sql::ConstructorKind::kRow:
      return MakeNamedCall("ROW", std::move(elements), constructor.range);
    case sql::ConstructorKind::kMultiset:
      break;
  }
  return sql::NotSupportedYet(constructor.range, "A MULTISET constructor");
}

namespace {

/// What is true where `op` is false.
sql::BinaryOperator Opposite(sql::BinaryOperator op) {
  switch (op) {
    case sql::BinaryOperator::kEqual:
      return sql::BinaryOperator::kNotEqual;
    case sql::BinaryOperator::kNotEqual:
      return sql::BinaryOperator::kEqual;
    case sql::BinaryOperator::kLess:
      return sql::BinaryOperator::kGreaterOrEqual;
    case sql::BinaryOperator::kLessOrEqual:
      return sql::BinaryOperator::kGreater;
    case sql::BinaryOperator::kGreater:
      return sql::BinaryOperator::kLessOrEqual;
    case sql::BinaryOperator::kGreaterOrEqual:
      return sql::BinaryOperator::kLess;
    default:
      return op;  // the grammar has no other comparison before ANY and ALL
  }
}

}  // namespace

std::optional<SubqueryTest> AsSubqueryTest(const sql::Expression& expression) {
  SubqueryTest test;
  test.range = expression.range;
  if (const auto* exists = expression.TryAs<sql::ExistsExpression>()) {
    test.query = exists->query.get();
  } else if (const auto* in = expression.TryAs<sql::InQueryExpression>()) {
    test.operand = in->operand.get();
    test.query = in->query.get();
    test.negated = in->negated;
  } else if (const auto* quantified = expression.TryAs<sql::QuantifiedExpression>();
             quantified != nullptr && quantified->query) {
    test.operand = quantified->operand.get();
    test.query = quantified->query.get();
    test.negated = quantified->quantifier == sql::ComparisonQuantifier::kAll;
    test.comparison = test.negated ? Opposite(quantified->op) : quantified->op;
  } else {
    return std::nullopt;
  }
  return test;
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindTest(const sql::Expression& expression) {
  if (const auto* quantified = expression.TryAs<sql::QuantifiedExpression>();
      quantified != nullptr && !quantified->query) {
    return BindQuantifiedList(*quantified);
  }
  const auto test = AsSubqueryTest(expression);
  if (extension_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, extension_->BindSubqueryTest(*test, this));
    if (bound) return bound;
  }
  return sql::NotSupportedYet(expression.range, "A subquery in " + clause_);
}

arrow::Result<ExpressionPtr> ExpressionBinder::BindSubquery(const sql::SubqueryExpression& subquery) {
  if (extension_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(ExpressionPtr bound, extension_->BindScalarSubquery(subquery));
    if (bound) return bound;
  }
  return sql::NotSupportedYet(subquery.range, "A subquery in " + clause_);
}

}  // namespace tidemark::plan
