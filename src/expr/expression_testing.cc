// SPDX-License-Identifier: Apache-2.0
// Building and running expressions in tests.
#include "expr/expression_testing.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "expr/evaluator.h"

namespace tidemark::expr {
namespace {

[[noreturn]] void Abort(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::abort();
}

template <typename T>
T OrAbort(arrow::Result<T> result) {
  if (!result.ok()) Abort(result.status().ToString());
  return *std::move(result);
}

/// Reads the grammar of types from left to right.
class TypeReader {
 public:
  explicit TypeReader(const std::string& text) : text_(text) {}

  DataType Read() {
    DataType type = ReadBase();
    if (TakeWord("NOT NULL")) type = type.NotNull();
    return type;
  }
  void ExpectEnd() {
    SkipBlanks();
    if (at_ != text_.size()) Abort("Cannot read type: " + text_);
  }
  /// What stands behind the type and one blank.
  std::string Rest() const { return at_ < text_.size() ? text_.substr(at_ + 1) : ""; }

 private:
  DataType ReadBase() {
    struct Plain {
      const char* name;
      DataType type;
    };
    for (const auto& plain :
         {Plain{"BOOLEAN", DataType::Boolean()}, Plain{"TINYINT", DataType::TinyInt()},
          Plain{"SMALLINT", DataType::SmallInt()}, Plain{"INTERVAL MONTH", DataType::IntervalYearMonth()},
          Plain{"INTERVAL SECOND", DataType::IntervalDayTime()}, Plain{"INT", DataType::Int()},
          Plain{"BIGINT", DataType::BigInt()}, Plain{"FLOAT", DataType::Float()}, Plain{"DOUBLE", DataType::Double()},
          Plain{"STRING", DataType::String()}, Plain{"BYTES", DataType::Bytes()}, Plain{"DATE", DataType::Date()},
          Plain{"NULL", DataType::Null()}}) {
      if (TakeWord(plain.name)) return plain.type;
    }
    if (TakeWord("DECIMAL")) {
      const auto [precision, scale] = TwoNumbers(10, 0);
      return DataType::Decimal(precision, scale);
    }
    if (TakeWord("CHAR")) return DataType::Char(TwoNumbers(1, 0).first);
    if (TakeWord("VARCHAR")) return DataType::VarChar(TwoNumbers(1, 0).first);
    if (TakeWord("BINARY")) return DataType::Binary(TwoNumbers(1, 0).first);
    if (TakeWord("VARBINARY")) return DataType::VarBinary(TwoNumbers(1, 0).first);
    if (TakeWord("TIMESTAMP_LTZ")) return DataType::TimestampLtz(TwoNumbers(6, 0).first);
    if (TakeWord("TIMESTAMP")) return DataType::Timestamp(TwoNumbers(6, 0).first);
    if (TakeWord("TIME")) return DataType::Time(TwoNumbers(0, 0).first);
    if (TakeWord("ARRAY<")) return Closed(DataType::Array(Read()));
    if (TakeWord("MULTISET<")) return Closed(DataType::Multiset(Read()));
    if (TakeWord("MAP<")) {
      DataType key = Read();
      Expect(",");
      return Closed(DataType::Map(std::move(key), Read()));
    }
    if (TakeWord("ROW<")) return ReadRow();
    Abort("Cannot read type: " + text_);
  }

  DataType ReadRow() {
    std::vector<Field> fields;
    do {
      SkipBlanks();
      std::string name;
      while (at_ < text_.size() && text_[at_] != ' ') name += text_[at_++];
      fields.push_back({name, Read()});
    } while (TakeWord(","));
    return Closed(DataType::Row(std::move(fields)));
  }

  DataType Closed(DataType type) {
    Expect(">");
    return type;
  }

  std::pair<int32_t, int32_t> TwoNumbers(int32_t first, int32_t second) {
    if (!TakeWord("(")) return {first, second};
    first = Number();
    if (TakeWord(",")) second = Number();
    Expect(")");
    return {first, second};
  }

  int32_t Number() {
    SkipBlanks();
    int32_t value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') value = value * 10 + (text_[at_++] - '0');
    return value;
  }

  void SkipBlanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool TakeWord(const std::string& word) {
    const size_t before = at_;
    SkipBlanks();
    if (text_.compare(at_, word.size(), word) != 0) {
      at_ = before;
      return false;
    }
    at_ += word.size();
    return true;
  }
  void Expect(const std::string& word) {
    if (!TakeWord(word)) Abort("Cannot read type: " + text_);
  }

  const std::string& text_;
  size_t at_ = 0;
};

/// Interval texts have no CAST: months, or milliseconds.
std::shared_ptr<arrow::Scalar> IntervalScalar(const DataType& type, const std::string& value) {
  const int64_t number = std::stoll(value);
  if (type.kind() == TypeKind::kIntervalYearMonth)
    return std::make_shared<arrow::MonthIntervalScalar>(static_cast<int32_t>(number));
  return std::make_shared<arrow::DurationScalar>(number, arrow::TimeUnit::MILLI);
}

std::shared_ptr<arrow::Scalar> ScalarOf(const DataType& type, const std::string& value) {
  if (value == "NULL" || type.kind() == TypeKind::kNull) return arrow::MakeNullScalar(type.ToArrow());
  if (type.is_interval()) return IntervalScalar(type, value);
  if (type.is_nested()) {
    auto array = OrAbort(arrow::json::ArrayFromJSONString(type.ToArrow(), "[" + value + "]"));
    return OrAbort(array->GetScalar(0));
  }
  const FunctionContext utc;
  auto text = std::make_shared<arrow::StringScalar>(value);
  return OrAbort(CastValue(arrow::Datum(std::move(text)), DataType::String(), type, false, utc)).scalar();
}

}  // namespace

DataType TypeOf(const std::string& text) {
  TypeReader reader(text);
  DataType type = reader.Read();
  reader.ExpectEnd();
  return type;
}

std::shared_ptr<arrow::Array> ColumnOf(const std::string& type, const std::vector<std::string>& values) {
  const DataType data_type = TypeOf(type);
  auto builder = OrAbort(arrow::MakeBuilder(data_type.ToArrow()));
  for (const auto& value : values) {
    auto status = builder->AppendScalar(*ScalarOf(data_type, value));
    if (!status.ok()) Abort(status.ToString());
  }
  return OrAbort(builder->Finish());
}

ExpressionPtr Literal(const std::string& type, const std::string& value) {
  const DataType data_type = TypeOf(type);
  auto scalar = ScalarOf(data_type, value);
  const bool valid = scalar->is_valid;
  return Expression::Literal(std::move(scalar), data_type.WithNullable(!valid));
}

std::vector<ExpressionPtr> Literals(const std::string& text) {
  const std::string separator = " | ";
  std::vector<ExpressionPtr> literals;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    const std::string one = text.substr(at, end - at);
    TypeReader reader(one);
    const DataType type = reader.Read();
    auto scalar = ScalarOf(type, reader.Rest());
    const bool valid = scalar->is_valid;
    literals.push_back(Expression::Literal(std::move(scalar), type.WithNullable(!valid)));
    at = end + separator.size();
  }
  return literals;
}

ExpressionPtr ColumnRef(int index, const std::string& type) {
  return Expression::Column(index, TypeOf(type), "c" + std::to_string(index));
}

arrow::Result<ExpressionPtr> TryCallOf(const std::string& function, std::vector<ExpressionPtr> args) {
  const ScalarFunction* found = FunctionRegistry::BuiltIn().Find(function);
  if (found == nullptr) return arrow::Status::KeyError("No function ", function);
  std::vector<ArgumentInfo> infos;
  for (const auto& arg : args) {
    infos.push_back({arg->type(), arg->kind() == Expression::Kind::kLiteral ? arg->literal().get() : nullptr});
  }
  ARROW_ASSIGN_OR_RAISE(auto resolved, found->resolve(infos));
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i]->type() == resolved.argument_types[i]) continue;
    args[i] = Expression::Cast(args[i], resolved.argument_types[i], /*is_try=*/false);
  }
  return Expression::Call(found, std::move(args), resolved.return_type);
}

ExpressionPtr CallOf(const std::string& function, std::vector<ExpressionPtr> args) {
  return OrAbort(TryCallOf(function, std::move(args)));
}

ExpressionPtr CastTo(ExpressionPtr value, const std::string& type) {
  return Expression::Cast(std::move(value), TypeOf(type), /*is_try=*/false);
}

ExpressionPtr TryCastTo(ExpressionPtr value, const std::string& type) {
  return Expression::Cast(std::move(value), TypeOf(type), /*is_try=*/true);
}

std::vector<std::string> Evaluate(const ExpressionPtr& expression,
                                  const std::vector<std::shared_ptr<arrow::Array>>& columns, int64_t num_rows,
                                  const FunctionContext& context) {
  auto evaluator = Evaluator::Make({expression}, &context);
  if (!evaluator.ok()) return {"ERROR: " + evaluator.status().message()};
  auto results = (*evaluator)->Evaluate(Batch{num_rows, columns, nullptr, nullptr});
  if (!results.ok()) return {"ERROR: " + results.status().message()};
  const auto& column = *(*results)[0];
  if (auto valid = column.ValidateFull(); !valid.ok()) return {"INVALID: " + valid.ToString()};
  std::vector<std::string> texts;
  for (int64_t row = 0; row < column.length(); ++row)
    texts.push_back(FormatValue(column, row, expression->type(), context));
  return texts;
}

std::string EvaluateText(const ExpressionPtr& expression, const FunctionContext& context) {
  return Evaluate(expression, {}, 1, context)[0];
}

std::string EvaluateEveryWay(const std::string& function, const std::vector<ExpressionPtr>& literals,
                             const FunctionContext& context) {
  auto folded = TryCallOf(function, literals);
  if (!folded.ok()) return "ERROR: " + folded.status().message();
  const std::string expected = EvaluateText(*folded, context);
  // Each bit decides whether an argument is a column. Symbols must stay literals: such a mixture may not resolve.
  for (uint32_t mask = 1; mask < (1u << literals.size()); ++mask) {
    std::vector<ExpressionPtr> args;
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (size_t i = 0; i < literals.size(); ++i) {
      if ((mask >> i & 1) == 0) {
        args.push_back(literals[i]);
        continue;
      }
      auto builder = OrAbort(arrow::MakeBuilder(literals[i]->type().ToArrow()));
      const bool null = !literals[i]->literal()->is_valid;
      auto status = builder->AppendNull();
      status &= null ? builder->AppendNulls(2) : builder->AppendScalar(*literals[i]->literal(), 2);
      if (!status.ok()) Abort("Cannot build a column: " + status.ToString());
      auto column = OrAbort(builder->Finish())->Slice(1);
      args.push_back(Expression::Column(static_cast<int>(columns.size()), literals[i]->type(), "c"));
      columns.push_back(std::move(column));
    }
    auto call = TryCallOf(function, std::move(args));
    if (!call.ok() || !((*call)->type() == (*folded)->type())) continue;
    const auto values = Evaluate(*call, columns, 2, context);
    for (const auto& value : values) {
      if (value != expected) return "folded: " + expected + ", columns (" + std::to_string(mask) + "): " + value;
    }
  }
  return expected;
}

void CheckCalls(const std::vector<CallCase>& cases, const FunctionContext& context) {
  for (const auto& test : cases) {
    SCOPED_TRACE(std::string(test.function) + "(" + test.arguments + ")");
    const auto literals = Literals(test.arguments);
    const std::string expected = test.value;
    const std::string actual = EvaluateEveryWay(test.function, literals, context);
    if (expected.starts_with("ERROR")) {
      EXPECT_TRUE(actual.starts_with("ERROR")) << actual;
      EXPECT_NE(actual.find(expected.substr(std::min<size_t>(6, expected.size()))), std::string::npos) << actual;
      continue;
    }
    EXPECT_EQ(actual, expected);
    auto call = TryCallOf(test.function, literals);
    if (call.ok() && *test.type != '\0') {
      EXPECT_EQ((*call)->type().WithNullable(true).ToString(), TypeOf(test.type).ToString());
    }
  }
}

}  // namespace tidemark::expr
