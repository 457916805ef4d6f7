// SPDX-License-Identifier: Apache-2.0
// Binding constant SQL expressions without a planner, and checking files of them.
#include "expr/function_cases_testing.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <map>

#include "expr/evaluator.h"
#include "expr/expression_testing.h"
#include "expr/functions/json_arguments.h"
#include "expr/functions/utf16.h"
#include "sql/parser.h"

namespace tidemark::expr {
namespace {

std::string UpperCase(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return text;
}

ExpressionPtr TextLiteral(const std::string& text) {
  return Expression::Literal(arrow::MakeScalar(text),
                             DataType::Char(static_cast<int32_t>(Utf16Length(text))).NotNull());
}

class Binder {
 public:
  explicit Binder(const std::string& sql) : sql_(sql) {}

  arrow::Result<ExpressionPtr> Bind(const sql::Expression& node) {
    if (const auto* literal = node.TryAs<sql::Literal>()) return BindLiteral(*literal, false);
    if (const auto* symbol = node.TryAs<sql::Symbol>()) return TextLiteral(symbol->name);
    if (const auto* unary = node.TryAs<sql::UnaryExpression>()) return BindUnary(*unary);
    if (const auto* cast = node.TryAs<sql::CastExpression>()) {
      ARROW_ASSIGN_OR_RAISE(auto operand, Bind(*cast->operand));
      const DataType type = TypeOf(TypeText(*cast->type)).WithNullable(operand->type().nullable());
      ARROW_RETURN_NOT_OK(CheckCast(operand->type(), type));
      return Expression::Cast(std::move(operand), type, cast->is_try);
    }
    if (const auto* constructor = node.TryAs<sql::ConstructorExpression>()) {
      constexpr const char* kNames[] = {"ARRAY", "MAP", "MULTISET", "ROW"};
      return BindCall(kNames[static_cast<int>(constructor->constructor)], constructor->elements);
    }
    if (const auto* binary = node.TryAs<sql::BinaryExpression>()) {
      ARROW_ASSIGN_OR_RAISE(auto left, Bind(*binary->left));
      ARROW_ASSIGN_OR_RAISE(auto right, Bind(*binary->right));
      return TryCallOf(sql::BinaryOperatorName(binary->op), {std::move(left), std::move(right)});
    }
    if (const auto* is = node.TryAs<sql::IsExpression>()) return BindIs(*is);
    if (const auto* call = node.TryAs<sql::FunctionCall>()) return BindFunction(*call);
    return arrow::Status::NotImplemented("Cannot bind in a test: ", sql_);
  }

 private:
  std::string Text(const sql::SourceRange& range) const { return sql_.substr(range.begin, range.end - range.begin); }

  std::string TypeText(const sql::TypeName& type) const {
    std::string text = UpperCase(Text(type.range));
    for (size_t at; (at = text.find("INTEGER")) != std::string::npos;) text.replace(at, 7, "INT");
    return text;
  }

  arrow::Result<ExpressionPtr> BindUnary(const sql::UnaryExpression& unary) {
    const auto* literal = unary.operand->TryAs<sql::Literal>();
    if (unary.op == sql::UnaryOperator::kMinus && literal != nullptr) return BindLiteral(*literal, true);
    ARROW_ASSIGN_OR_RAISE(auto operand, Bind(*unary.operand));
    if (unary.op == sql::UnaryOperator::kNot) return TryCallOf("NOT", {std::move(operand)});
    return TryCallOf("-", {std::move(operand)});
  }

  static arrow::Result<ExpressionPtr> BindLiteral(const sql::Literal& literal, bool negative) {
    const std::string text = (negative ? "-" : "") + literal.text;
    switch (literal.type) {
      case sql::LiteralType::kNull:
        return Expression::Literal(std::make_shared<arrow::NullScalar>(), DataType::Null());
      case sql::LiteralType::kUnknown:
        return Literal("BOOLEAN", "NULL");
      case sql::LiteralType::kBoolean:
        return Literal("BOOLEAN", text);
      case sql::LiteralType::kExactNumeric:
        return BindExact(literal.text, text);
      case sql::LiteralType::kApproximateNumeric:
        return Literal("DOUBLE", text);
      case sql::LiteralType::kString:
        return TextLiteral(text);
      case sql::LiteralType::kBinary:
        return BindBinary(text);
      case sql::LiteralType::kDate:
        return Literal("DATE", text);
      case sql::LiteralType::kTime:
        return Literal("TIME(0)", text);
      case sql::LiteralType::kTimestamp: {
        const size_t point = text.find('.');
        const size_t digits = point == std::string::npos ? 0 : text.size() - point - 1;
        return Literal("TIMESTAMP(" + std::to_string(digits) + ")", text);
      }
      default:
        return arrow::Status::NotImplemented("Cannot bind literal: ", text);
    }
  }

  static arrow::Result<ExpressionPtr> BindExact(const std::string& digits, const std::string& text) {
    const size_t point = digits.find('.');
    if (point == std::string::npos) {
      const bool fits_int =
          digits.size() < 10 || (digits.size() == 10 && std::stoll(text) <= std::numeric_limits<int32_t>::max() &&
                                 std::stoll(text) >= std::numeric_limits<int32_t>::min());
      return Literal(fits_int ? "INT" : "BIGINT", text);
    }
    return Literal(
        "DECIMAL(" + std::to_string(digits.size() - 1) + ", " + std::to_string(digits.size() - point - 1) + ")", text);
  }

  static ExpressionPtr BindBinary(const std::string& hex) {
    std::string bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2)
      bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    const auto length = static_cast<int32_t>(bytes.size());
    return Expression::Literal(std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString(std::move(bytes))),
                               DataType::Binary(length).NotNull());
  }

  arrow::Result<ExpressionPtr> BindIs(const sql::IsExpression& is) {
    const std::map<sql::IsTest, std::string> names = {{sql::IsTest::kNull, "NULL"},
                                                      {sql::IsTest::kTrue, "TRUE"},
                                                      {sql::IsTest::kFalse, "FALSE"},
                                                      {sql::IsTest::kUnknown, "UNKNOWN"},
                                                      {sql::IsTest::kJsonValue, "JSON"},
                                                      {sql::IsTest::kJsonObject, "JSON OBJECT"},
                                                      {sql::IsTest::kJsonArray, "JSON ARRAY"},
                                                      {sql::IsTest::kJsonScalar, "JSON SCALAR"}};
    ARROW_ASSIGN_OR_RAISE(auto operand, Bind(*is.operand));
    return TryCallOf(std::string(is.negated ? "IS NOT " : "IS ") + names.at(is.test), {std::move(operand)});
  }

  arrow::Result<ExpressionPtr> BindFunction(const sql::FunctionCall& call) {
    const std::string name = UpperCase(call.name.last().value);
    std::vector<ExpressionPtr> args;
    for (const JsonCallArgument& argument : JsonCallArguments(name, call)) {
      if (const auto* symbol = std::get_if<std::string>(&argument)) {
        args.push_back(TextLiteral(*symbol));
        continue;
      }
      if (std::holds_alternative<const sql::TypeName*>(argument))
        return arrow::Status::NotImplemented("RETURNING is tested in tests/functions");
      ARROW_ASSIGN_OR_RAISE(auto bound, Bind(*std::get<const sql::Expression*>(argument)));
      ARROW_ASSIGN_OR_RAISE(bound, Folded(std::move(bound)));
      args.push_back(std::move(bound));
    }
    return TryCallOf(name, std::move(args));
  }

  arrow::Result<ExpressionPtr> BindCall(const std::string& name, const std::vector<sql::ExpressionPtr>& elements) {
    std::vector<ExpressionPtr> args;
    for (const auto& element : elements) {
      ARROW_ASSIGN_OR_RAISE(args.emplace_back(), Bind(*element));
    }
    return TryCallOf(name, std::move(args));
  }

  /// A constant argument as the literal it stands for.
  static arrow::Result<ExpressionPtr> Folded(ExpressionPtr expression) {
    if (expression->kind() == Expression::Kind::kLiteral || !expression->deterministic()) return expression;
    ARROW_ASSIGN_OR_RAISE(auto value, EvaluateConstant(expression, FunctionContext()));
    return Expression::Literal(std::move(value), expression->type());
  }

  const std::string& sql_;
};

std::string Unescaped(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain.push_back(text[i]);
      continue;
    }
    const char next = text[++i];
    plain.push_back(next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next == '0' ? '\0' : next);
  }
  return plain;
}

std::string ValueOf(const ExpressionPtr& expression) {
  const bool call = expression->kind() == Expression::Kind::kCall;
  bool literals = call && expression->deterministic();
  std::vector<ExpressionPtr> args;
  for (const auto& child : call ? expression->children() : std::vector<ExpressionPtr>()) {
    // A cast that resolving has added is added again.
    const ExpressionPtr& argument = child->kind() == Expression::Kind::kCast ? child->children()[0] : child;
    literals = literals && argument->kind() == Expression::Kind::kLiteral;
    args.push_back(argument);
  }
  constexpr size_t kArgumentsMax = 6;
  if (!literals || args.empty() || args.size() > kArgumentsMax) return EvaluateText(expression);
  return EvaluateEveryWay(expression->function()->name, args);
}

void CheckCase(const std::string& sql, const std::string& type, const std::string& value) {
  const auto bound = BindSql(sql);
  if (type == "INVALID") {
    EXPECT_FALSE(bound.ok()) << "binds with type " << (bound.ok() ? (*bound)->type().ToString() : "");
    return;
  }
  if (!bound.ok()) {
    ADD_FAILURE() << bound.status().ToString();
    return;
  }
  EXPECT_EQ((*bound)->type().ToString(), type);
  const std::string actual = ValueOf(*bound);
  if (value == "ERROR") {
    EXPECT_TRUE(actual.starts_with("ERROR")) << actual;
  } else {
    EXPECT_EQ(actual, Unescaped(value));
  }
}

}  // namespace

arrow::Result<ExpressionPtr> BindSql(const std::string& sql) {
  ARROW_ASSIGN_OR_RAISE(auto parsed, sql::ParseExpression(sql));
  return Binder(sql).Bind(*parsed);
}

void CheckFunctionCases(const std::string& path) {
  std::ifstream file(path);
  ASSERT_TRUE(file.is_open()) << path;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const size_t first = line.find('\t');
    const size_t second = line.find('\t', first + 1);
    ASSERT_NE(second, std::string::npos) << path << ":" << number << ": three fields wanted";
    SCOPED_TRACE(path + ":" + std::to_string(number) + ": " + line.substr(0, first));
    CheckCase(line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1));
  }
}

}  // namespace tidemark::expr
