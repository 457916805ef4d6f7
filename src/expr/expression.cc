// SPDX-License-Identifier: Apache-2.0
// Making, comparing, printing and rewriting bound expressions.
#include "expr/expression.h"

#include <arrow/array/util.h>
#include <arrow/scalar.h>

#include <algorithm>
#include <cassert>
#include <set>
#include <span>

#include "expr/evaluator.h"
#include "expr/function.h"

namespace tidemark::expr {
namespace {

bool AnyChildNullable(const std::vector<ExpressionPtr>& children) {
  return std::any_of(children.begin(), children.end(), [](const auto& child) { return child->type().nullable(); });
}

DataType LogicalType(const std::vector<ExpressionPtr>& children) {
  return DataType::Boolean().WithNullable(AnyChildNullable(children));
}

/// "+", "<=", "LIKE", "IS DISTINCT FROM": written between its operands.
bool IsInfix(const std::string& name) {
  const bool symbol = !name.empty() && name.find_first_not_of("+-*/%=<>!|") == std::string::npos;
  return symbol || name == "LIKE" || name == "NOT LIKE" || name == "SIMILAR TO" || name == "NOT SIMILAR TO" ||
         name == "IS DISTINCT FROM" || name == "IS NOT DISTINCT FROM";
}

bool IsPatternMatch(const std::string& name) { return name.ends_with("LIKE") || name.ends_with("SIMILAR TO"); }

bool IsPostfix(const std::string& name) { return name.starts_with("IS ") && !IsInfix(name); }

std::string QuotedText(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

/// In one unit where it is a whole number of it: INTERVAL '5' SECOND. Else with all its fields, as `text` has them.
std::string IntervalText(const arrow::Scalar& interval, const std::string& text, const DataType& type) {
  struct Unit {
    int64_t size;
    const char* name;
  };
  static constexpr Unit kMonths[] = {{12, "YEAR"}, {1, "MONTH"}};
  static constexpr Unit kMillis[] = {{86'400'000, "DAY"}, {3'600'000, "HOUR"}, {60'000, "MINUTE"}, {1000, "SECOND"}};
  const auto in_one_unit = [&](auto units) -> std::string {
    const auto value = interval.CastTo(arrow::int64());
    if (!value.ok()) return "";
    const int64_t amount = static_cast<const arrow::Int64Scalar&>(**value).value;
    for (const Unit& unit : units) {
      if (amount != 0 && amount % unit.size == 0)
        return "INTERVAL '" + std::to_string(amount / unit.size) + "' " + unit.name;
    }
    return "";
  };
  const bool months = type.kind() == TypeKind::kIntervalYearMonth;
  const std::string short_text = months ? in_one_unit(std::span(kMonths)) : in_one_unit(std::span(kMillis));
  if (!short_text.empty()) return short_text;
  return "INTERVAL '" + text + (months ? "' YEAR TO MONTH" : "' DAY TO SECOND");
}

std::string LiteralTextOf(const Expression& literal) {
  const DataType& type = literal.type();
  if (!literal.literal()->is_valid) return "NULL";
  auto array = arrow::MakeArrayFromScalar(*literal.literal(), 1);
  if (!array.ok()) return literal.literal()->ToString();
  static const FunctionContext kContext;
  const std::string text = FormatValue(**array, 0, type, kContext);
  if (type.is_character()) return QuotedText(text);
  if (type.is_numeric() || type.kind() == TypeKind::kBoolean || type.is_binary() || type.is_nested()) return text;
  if (type.is_interval()) return IntervalText(*literal.literal(), text, type);
  const char* keyword = type.kind() == TypeKind::kDate        ? "DATE "
                        : type.kind() == TypeKind::kTime      ? "TIME "
                        : type.kind() == TypeKind::kTimestamp ? "TIMESTAMP "
                                                              : "TIMESTAMP_LTZ ";
  return keyword + QuotedText(text);
}

std::string Joined(const std::vector<ExpressionPtr>& children, const std::string& separator) {
  std::string text;
  for (size_t i = 0; i < children.size(); ++i) text += (i > 0 ? separator : "") + children[i]->ToString();
  return text;
}

std::string CallText(const Expression& call) {
  const std::string& name = call.function()->name;
  const auto& args = call.children();
  if (IsInfix(name) && args.size() == 2) return "(" + Joined(args, " " + name + " ") + ")";
  if (name == "-" && args.size() == 3)
    return "(" + args[0]->ToString() + " - " + args[1]->ToString() + ") " + args[2]->literal()->ToString();
  if (IsInfix(name) && args.size() == 1) return name + args[0]->ToString();
  if (IsPatternMatch(name) && args.size() == 3) {
    return "(" + args[0]->ToString() + " " + name + " " + args[1]->ToString() + " ESCAPE " + args[2]->ToString() + ")";
  }
  if (IsPostfix(name) && args.size() == 1) return "(" + args[0]->ToString() + " " + name + ")";
  if (name == "NOT" && args.size() == 1) return "NOT " + args[0]->ToString();
  if (name == "ITEM" && args.size() == 2) return args[0]->ToString() + "[" + args[1]->ToString() + "]";
  if (name == "ARRAY" || name == "MAP") return name + "[" + Joined(args, ", ") + "]";
  if (name == "IN" && args.size() > 1) {
    return "(" + args[0]->ToString() + " IN (" + Joined({args.begin() + 1, args.end()}, ", ") + "))";
  }
  return name + "(" + Joined(args, ", ") + ")";
}

std::string CaseText(const Expression& expression) {
  const auto& children = expression.children();
  std::string text = "CASE";
  for (size_t i = 0; i + 1 < children.size(); i += 2) {
    text += " WHEN " + children[i]->ToString() + " THEN " + children[i + 1]->ToString();
  }
  if (children.size() % 2 == 1) text += " ELSE " + children.back()->ToString();
  return text + " END";
}

void CollectColumns(const Expression& expression, std::set<int>* columns) {
  if (expression.kind() == Expression::Kind::kColumn) columns->insert(expression.column_index());
  for (const auto& child : expression.children()) CollectColumns(*child, columns);
}

}  // namespace

ExpressionPtr Expression::Column(int index, DataType type, std::string name) {
  assert(index >= 0);
  std::shared_ptr<Expression> made(new Expression());
  made->kind_ = Kind::kColumn;
  made->type_ = std::move(type);
  made->index_ = index;
  made->name_ = std::move(name);
  return made;
}

ExpressionPtr Expression::Literal(std::shared_ptr<arrow::Scalar> value, DataType type) {
  assert(value != nullptr);
  std::shared_ptr<Expression> made(new Expression());
  made->kind_ = Kind::kLiteral;
  made->type_ = std::move(type);
  made->literal_ = std::move(value);
  return made;
}

ExpressionPtr Expression::Call(const ScalarFunction* function, std::vector<ExpressionPtr> args, DataType type) {
  assert(function != nullptr);
  std::shared_ptr<Expression> made(new Expression());
  made->kind_ = Kind::kCall;
  made->type_ = std::move(type);
  made->function_ = function;
  made->children_ = std::move(args);
  return made;
}

ExpressionPtr Expression::Cast(ExpressionPtr child, DataType type, bool is_try) {
  assert(child != nullptr);
  std::shared_ptr<Expression> made(new Expression());
  made->kind_ = Kind::kCast;
  made->type_ = std::move(type);
  made->children_.push_back(std::move(child));
  made->is_try_ = is_try;
  return made;
}

ExpressionPtr Expression::And(std::vector<ExpressionPtr> children) {
  assert(!children.empty());
  if (children.size() == 1) return children[0];
  std::shared_ptr<Expression> made(new Expression());
  made->kind_ = Kind::kAnd;
  made->type_ = LogicalType(children);
  made->children_ = std::move(children);
  return made;
}

ExpressionPtr Expression::Or(std::vector<ExpressionPtr> children) {
  assert(!children.empty());
  if (children.size() == 1) return children[0];
  std::shared_ptr<Expression> made(new Expression());
  made->kind_ = Kind::kOr;
  made->type_ = LogicalType(children);
  made->children_ = std::move(children);
  return made;
}

ExpressionPtr Expression::Case(std::vector<ExpressionPtr> children, DataType type) {
  assert(children.size() >= 3 && children.size() % 2 == 1);
  std::shared_ptr<Expression> made(new Expression());
  made->kind_ = Kind::kCase;
  made->type_ = std::move(type);
  made->children_ = std::move(children);
  return made;
}

ExpressionPtr Expression::Coalesce(std::vector<ExpressionPtr> children, DataType type) {
  assert(!children.empty());
  std::shared_ptr<Expression> made(new Expression());
  made->kind_ = Kind::kCoalesce;
  made->type_ = std::move(type);
  made->children_ = std::move(children);
  return made;
}

ExpressionPtr Expression::Field(ExpressionPtr child, int field_index, DataType type) {
  assert(child->type().kind() == TypeKind::kRow);
  assert(field_index >= 0 && field_index < static_cast<int>(child->type().fields().size()));
  std::shared_ptr<Expression> made(new Expression());
  made->kind_ = Kind::kField;
  made->type_ = std::move(type);
  made->index_ = field_index;
  made->children_.push_back(std::move(child));
  return made;
}

bool Expression::deterministic() const {
  if (kind_ == Kind::kCall && !function_->deterministic) return false;
  return std::all_of(children_.begin(), children_.end(), [](const auto& child) { return child->deterministic(); });
}

std::string Expression::ToString() const {
  switch (kind_) {
    case Kind::kColumn:
      return name_.empty() ? "$" + std::to_string(index_) : name_;
    case Kind::kLiteral:
      return LiteralTextOf(*this);
    case Kind::kCall:
      return CallText(*this);
    case Kind::kCast:
      return (is_try_ ? "TRY_CAST(" : "CAST(") + children_[0]->ToString() + " AS " +
             type_.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone).ToString() + ")";
    case Kind::kAnd:
      return "(" + Joined(children_, " AND ") + ")";
    case Kind::kOr:
      return "(" + Joined(children_, " OR ") + ")";
    case Kind::kCase:
      return CaseText(*this);
    case Kind::kCoalesce:
      return "COALESCE(" + Joined(children_, ", ") + ")";
    case Kind::kField:
      return children_[0]->ToString() + "." + children_[0]->type().fields()[index_].name;
  }
  return "?";
}

bool Expression::Equals(const Expression& other) const {
  if (this == &other) return true;
  if (kind_ != other.kind_ || !(type_ == other.type_) || index_ != other.index_ || function_ != other.function_ ||
      is_try_ != other.is_try_ || children_.size() != other.children_.size()) {
    return false;
  }
  // Bitwise equality for doubles: 0.0 and -0.0 are different constants, NaN is one.
  if (kind_ == Kind::kLiteral &&
      !literal_->Equals(*other.literal_, arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false))) {
    return false;
  }
  for (size_t i = 0; i < children_.size(); ++i) {
    if (!children_[i]->Equals(*other.children_[i])) return false;
  }
  return true;
}

std::vector<int> ReferencedColumns(const Expression& expression) {
  std::set<int> columns;
  CollectColumns(expression, &columns);
  return {columns.begin(), columns.end()};
}

size_t CountNodes(const Expression& expression, const std::vector<ExpressionPtr>& replacements, size_t max) {
  if (expression.kind() == Expression::Kind::kColumn) {
    const auto index = static_cast<size_t>(expression.column_index());
    const bool is_replaced = index < replacements.size() && replacements[index];
    return is_replaced ? CountNodes(*replacements[index], {}, max) : 1;
  }
  size_t count = 1;
  for (const auto& child : expression.children()) {
    if (count >= max) break;
    count += CountNodes(*child, replacements, max - count);
  }
  return std::min(count, max);
}

ExpressionPtr ReplaceColumns(const ExpressionPtr& expression, const std::vector<ExpressionPtr>& replacements) {
  using Kind = Expression::Kind;
  if (expression->kind() == Kind::kColumn) {
    const auto index = static_cast<size_t>(expression->column_index());
    return index < replacements.size() && replacements[index] ? replacements[index] : expression;
  }
  std::vector<ExpressionPtr> children;
  bool changed = false;
  for (const auto& child : expression->children()) {
    children.push_back(ReplaceColumns(child, replacements));
    changed |= children.back() != child;
  }
  if (!changed) return expression;
  switch (expression->kind()) {
    case Kind::kCall:
      return Expression::Call(expression->function(), std::move(children), expression->type());
    case Kind::kCast:
      return Expression::Cast(children[0], expression->type(), expression->is_try());
    case Kind::kAnd:
      return Expression::And(std::move(children));
    case Kind::kOr:
      return Expression::Or(std::move(children));
    case Kind::kCase:
      return Expression::Case(std::move(children), expression->type());
    case Kind::kCoalesce:
      return Expression::Coalesce(std::move(children), expression->type());
    case Kind::kField:
      return Expression::Field(children[0], expression->field_index(), expression->type());
    case Kind::kColumn:
    case Kind::kLiteral:
      break;
  }
  return expression;
}

}  // namespace tidemark::expr
