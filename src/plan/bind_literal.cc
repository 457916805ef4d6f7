// SPDX-License-Identifier: Apache-2.0
// From literals to typed constants, with Flink's types.
#include "plan/bind_literal.h"

#include <arrow/buffer.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "plan/datetime_text.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;

template <typename ScalarType, typename Value>
ExpressionPtr Constant(Value value, const DataType& type) {
  return Expression::Literal(std::make_shared<ScalarType>(value, type.ToArrow()), type.NotNull());
}

arrow::Result<ExpressionPtr> BindApproximateNumeric(const sql::Literal& literal) {
  double value = 0;
  const std::string& text = literal.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Too small a number is zero.
  const bool tiny = error == std::errc::result_out_of_range && text.find('-') != std::string::npos;
  if ((error != std::errc() && !tiny) || end != text.data() + text.size()) {
    return sql::SqlError(literal.range, "Number beyond the range of DOUBLE: " + text);
  }
  return Constant<arrow::DoubleScalar>(value, DataType::Double());
}

int HexDigit(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

arrow::Result<ExpressionPtr> BindBinary(const sql::Literal& literal) {
  if (literal.text.size() % 2 != 0) {
    return sql::SqlError(literal.range, "A binary literal needs an even number of hex digits",
                         "Two digits make a byte: X'0AFF'.");
  }
  std::string bytes;
  for (size_t i = 0; i < literal.text.size(); i += 2) {
    bytes.push_back(static_cast<char>(HexDigit(literal.text[i]) * 16 + HexDigit(literal.text[i + 1])));
  }
  const DataType type = DataType::Binary(static_cast<int32_t>(bytes.size())).NotNull();
  return Expression::Literal(std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString(std::move(bytes))), type);
}

arrow::Status BadDatetime(const sql::Literal& literal, const char* what, const char* form) {
  return sql::SqlError(literal.range, fmt::format("Invalid {} literal: '{}'", what, literal.text),
                       fmt::format("Write {}.", form));
}

arrow::Result<ExpressionPtr> BindDate(const sql::Literal& literal) {
  const auto days = ParseDateText(literal.text);
  if (!days) return BadDatetime(literal, "DATE", "DATE 'yyyy-MM-dd'");
  return Constant<arrow::Date32Scalar>(*days, DataType::Date());
}

arrow::Result<ExpressionPtr> BindTime(const sql::Literal& literal) {
  const auto time = ParseTimeText(literal.text);
  if (!time) return BadDatetime(literal, "TIME", "TIME 'HH:mm:ss[.fff]'");
  // As in Flink, a fraction counts in comparisons but is not shown: the type is TIME(0).
  const auto millis = static_cast<int32_t>(time->nanos_of_day / 1000000);
  return Constant<arrow::Time32Scalar>(millis, DataType::Time(0));
}

arrow::Result<ExpressionPtr> BindTimestamp(const sql::Literal& literal) {
  const auto timestamp = ParseTimestampText(literal.text);
  if (!timestamp) return BadDatetime(literal, "TIMESTAMP", "TIMESTAMP 'yyyy-MM-dd HH:mm:ss[.fffffffff]'");
  if (literal.type == sql::LiteralType::kTimestampLtz) {
    // Which instant it is depends on the session's time zone, which CAST knows.
    return Expression::Cast(StringLiteral(literal.text), DataType::TimestampLtz(timestamp->digits).NotNull(), false);
  }
  const DataType type = DataType::Timestamp(timestamp->digits);
  int64_t value = 0;
  bool overflow = false;
  if (timestamp->digits <= 3) {
    value = timestamp->days * 86400000 + timestamp->nanos_of_day / 1000000;
  } else if (timestamp->digits <= 6) {
    value = timestamp->days * 86400000000 + timestamp->nanos_of_day / 1000;
  } else {
    overflow = __builtin_mul_overflow(timestamp->days, int64_t{86400000000000}, &value);
    overflow |= __builtin_add_overflow(value, timestamp->nanos_of_day, &value);
  }
  if (overflow) {
    return sql::SqlError(literal.range, "TIMESTAMP literal out of range: '" + literal.text + "'",
                         "With more than six fraction digits only the years 1678 to 2261 can be held.");
  }
  return Constant<arrow::TimestampScalar>(value, type);
}

arrow::Result<ExpressionPtr> BindInterval(const sql::Literal& literal) {
  ARROW_ASSIGN_OR_RAISE(const IntervalValue interval, ParseInterval(literal));
  if (interval.months) {
    return Constant<arrow::MonthIntervalScalar>(static_cast<int32_t>(interval.value), DataType::IntervalYearMonth());
  }
  return Constant<arrow::DurationScalar>(interval.value, DataType::IntervalDayTime());
}

}  // namespace

arrow::Result<ExpressionPtr> BindLiteral(const sql::Literal& literal) {
  switch (literal.type) {
    case sql::LiteralType::kNull:
      return NullLiteral(DataType::Null());
    case sql::LiteralType::kUnknown:
      return NullLiteral(DataType::Boolean());
    case sql::LiteralType::kBoolean:
      return BooleanLiteral(literal.text == "TRUE");
    case sql::LiteralType::kExactNumeric:
      return BindNumber(literal.text, literal.range);
    case sql::LiteralType::kApproximateNumeric:
      return BindApproximateNumeric(literal);
    case sql::LiteralType::kString:
      return StringLiteral(literal.text);
    case sql::LiteralType::kBinary:
      return BindBinary(literal);
    case sql::LiteralType::kDate:
      return BindDate(literal);
    case sql::LiteralType::kTime:
      return BindTime(literal);
    case sql::LiteralType::kTimestamp:
    case sql::LiteralType::kTimestampLtz:
      return BindTimestamp(literal);
    case sql::LiteralType::kInterval:
      return BindInterval(literal);
  }
  return arrow::Status::UnknownError("Literal of an unknown kind");
}

arrow::Result<ExpressionPtr> BindNumber(const std::string& written, sql::SourceRange range) {
  const std::string text = written.back() == '.' ? written.substr(0, written.size() - 1) : written;
  if (text.find('.') == std::string::npos) {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      return sql::SqlError(range, "Number out of the range of BIGINT: " + text,
                           "Write it with a point (" + text + ".0) for a DECIMAL, or as a DOUBLE (1e20).");
    }
    if (value == static_cast<int32_t>(value)) return IntLiteral(static_cast<int32_t>(value));
    return BigIntLiteral(value);
  }
  arrow::Decimal128 value;
  int32_t precision = 0;
  int32_t scale = 0;
  const arrow::Status status = arrow::Decimal128::FromString(text, &value, &precision, &scale);
  // The digits of a literal, without its point, are a BIGINT at most.
  int64_t unscaled = 0;
  if (!status.ok() || scale > DataType::kMaxDecimalPrecision || !value.ToInteger(&unscaled).ok()) {
    return sql::SqlError(
        range, "Number with too many digits: " + text,
        "CAST a text ('" + text +
            "') to DECIMAL for more than 18 digits; write it as a DOUBLE (1e3) if it need not be exact.");
  }
  // Every digit written counts: 0.05 is a DECIMAL(3, 2).
  const auto digits = std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const DataType type =
      DataType::Decimal(static_cast<int32_t>(std::min<int64_t>(digits, DataType::kMaxDecimalPrecision)), scale);
  return Constant<arrow::Decimal128Scalar>(value, type);
}

ExpressionPtr StringLiteral(const std::string& text) {
  // The length counts UTF-16 units: characters beyond U+FFFF are two.
  const auto length = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }) +
                      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xF8) == 0xF0; });
  return Expression::Literal(std::make_shared<arrow::StringScalar>(text),
                             DataType::Char(static_cast<int32_t>(length)).NotNull());
}

ExpressionPtr IntLiteral(int32_t value) { return Constant<arrow::Int32Scalar>(value, DataType::Int()); }

ExpressionPtr BigIntLiteral(int64_t value) { return Constant<arrow::Int64Scalar>(value, DataType::BigInt()); }

ExpressionPtr BooleanLiteral(bool value) {
  return Expression::Literal(std::make_shared<arrow::BooleanScalar>(value), DataType::Boolean().NotNull());
}

ExpressionPtr NullLiteral(const DataType& type) {
  return Expression::Literal(arrow::MakeNullScalar(type.ToArrow()),
                             type.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone));
}

ExpressionPtr NegatedLiteral(const Expression& literal) {
  if (literal.kind() != Expression::Kind::kLiteral || !literal.literal()->is_valid) return nullptr;
  const arrow::Scalar& value = *literal.literal();
  switch (literal.type().kind()) {
    case TypeKind::kInt:
      return Constant<arrow::Int32Scalar>(-static_cast<const arrow::Int32Scalar&>(value).value, literal.type());
    case TypeKind::kBigInt:
      return Constant<arrow::Int64Scalar>(-static_cast<const arrow::Int64Scalar&>(value).value, literal.type());
    case TypeKind::kDouble:
      // As in Flink, where a literal is a decimal number first, there is no negative zero among them.
      return Constant<arrow::DoubleScalar>(0.0 - static_cast<const arrow::DoubleScalar&>(value).value, literal.type());
    case TypeKind::kDecimal:
      return Constant<arrow::Decimal128Scalar>(-static_cast<const arrow::Decimal128Scalar&>(value).value,
                                               literal.type());
    case TypeKind::kIntervalYearMonth:
      return Constant<arrow::MonthIntervalScalar>(-static_cast<const arrow::MonthIntervalScalar&>(value).value,
                                                  literal.type());
    case TypeKind::kIntervalDayTime:
      return Constant<arrow::DurationScalar>(-static_cast<const arrow::DurationScalar&>(value).value, literal.type());
    default:
      return nullptr;
  }
}

}  // namespace tidemark::plan
