// SPDX-License-Identifier: Apache-2.0
// CommonType and MergedType: Flink has two rules for the type of several values, one in its planner ("least restrictive
// type") and one for the arguments of its functions.
#include "catalog/common_type.h"

#include <arrow/status.h>

#include <algorithm>
#include <optional>

namespace tidemark {
namespace {

enum class Rule { kLeastRestrictive, kMerge };

DataType CommonApproximate(const DataType& a, const DataType& b, Rule rule) {
  if (rule == Rule::kLeastRestrictive && a.is_approximate() && b.is_approximate()) return a;
  if (rule == Rule::kMerge && a.kind() == TypeKind::kDecimal) return b;
  // A FLOAT holds neither an exact decimal nor a DOUBLE.
  const bool both_fit_float = a.kind() != TypeKind::kDouble && b.kind() != TypeKind::kDouble &&
                              a.kind() != TypeKind::kDecimal && b.kind() != TypeKind::kDecimal;
  return both_fit_float ? DataType::Float() : DataType::Double();
}

DataType CommonNumeric(const DataType& a, const DataType& b, Rule rule) {
  if (a.is_approximate() || b.is_approximate()) return CommonApproximate(a, b, rule);
  if (a.is_integer() && b.is_integer()) return a.kind() >= b.kind() ? a : b;
  const DataType left = AsDecimalType(a);
  const DataType right = AsDecimalType(b);
  const int32_t scale = std::max(left.scale(), right.scale());
  const int32_t integral = std::max(left.precision() - left.scale(), right.precision() - right.scale());
  // Too many digits: those before the point are kept.
  const int32_t precision = std::min(integral + scale, DataType::kMaxDecimalPrecision);
  return DataType::Decimal(precision, std::min(scale, precision - integral));
}

DataType CommonCharacter(const DataType& a, const DataType& b) {
  if (a.kind() == TypeKind::kChar && b.kind() == TypeKind::kChar && a.length() == b.length()) return a;
  return DataType::VarChar(std::max(a.length(), b.length()));
}

DataType CommonBinary(const DataType& a, const DataType& b) {
  if (a.kind() == TypeKind::kBinary && b.kind() == TypeKind::kBinary && a.length() == b.length()) return a;
  return DataType::VarBinary(std::max(a.length(), b.length()));
}

std::optional<DataType> CommonDatetime(const DataType& a, const DataType& b, Rule rule) {
  if (a.kind() == TypeKind::kTime || b.kind() == TypeKind::kTime) {
    if (a.kind() != b.kind()) return std::nullopt;
    return DataType::Time(std::max(a.precision(), b.precision()));
  }
  if (a.kind() == TypeKind::kDate && b.kind() == TypeKind::kDate) return DataType::Date();
  const bool date = a.kind() == TypeKind::kDate || b.kind() == TypeKind::kDate;
  const bool instant = a.kind() == TypeKind::kTimestampLtz || b.kind() == TypeKind::kTimestampLtz;
  if (date && (instant || rule == Rule::kLeastRestrictive)) return std::nullopt;
  // precision() of DATE is 0.
  const int32_t precision = std::max(a.precision(), b.precision());
  if (rule == Rule::kLeastRestrictive) {
    // Of the first kind when both are equally precise, else of the second, as Flink's planner has it.
    const TypeKind kind = a.precision() == b.precision() ? a.kind() : b.kind();
    return kind == TypeKind::kTimestampLtz ? DataType::TimestampLtz(precision) : DataType::Timestamp(precision);
  }
  return instant ? DataType::TimestampLtz(precision) : DataType::Timestamp(precision);
}

std::optional<DataType> Common(const DataType& a, const DataType& b, Rule rule);

std::optional<DataType> CommonNested(const DataType& a, const DataType& b, Rule rule) {
  if (a.kind() != b.kind() || a.fields().size() != b.fields().size()) return std::nullopt;
  std::vector<Field> fields;
  for (size_t i = 0; i < a.fields().size(); ++i) {
    auto type = Common(a.fields()[i].type, b.fields()[i].type, rule);
    if (!type) return std::nullopt;
    fields.push_back({a.fields()[i].name, std::move(*type)});
  }
  switch (a.kind()) {
    case TypeKind::kArray:
      return DataType::Array(fields[0].type);
    case TypeKind::kMultiset:
      return DataType::Multiset(fields[0].type);
    case TypeKind::kMap:
      return DataType::Map(fields[0].type, fields[1].type);
    default:
      return DataType::Row(std::move(fields));
  }
}

std::optional<DataType> CommonIgnoringNull(const DataType& a, const DataType& b, Rule rule) {
  if (a.kind() == TypeKind::kNull) return b;
  if (b.kind() == TypeKind::kNull) return a;
  if (a.is_numeric() && b.is_numeric()) return CommonNumeric(a, b, rule);
  if (a.is_character() && b.is_character()) return CommonCharacter(a, b);
  if (a.is_binary() && b.is_binary()) return CommonBinary(a, b);
  if (a.is_datetime() && b.is_datetime()) return CommonDatetime(a, b, rule);
  if (a.is_nested()) return CommonNested(a, b, rule);
  if (a.kind() == b.kind()) return a;
  return std::nullopt;
}

std::optional<DataType> Common(const DataType& a, const DataType& b, Rule rule) {
  auto type = CommonIgnoringNull(a, b, rule);
  if (!type) return std::nullopt;
  const TimeAttribute attribute = a.time_attribute() == b.time_attribute() ? a.time_attribute() : TimeAttribute::kNone;
  return type->WithNullable(a.nullable() || b.nullable()).WithTimeAttribute(attribute);
}

arrow::Result<DataType> CommonOf(const std::vector<DataType>& types, Rule rule) {
  if (types.empty()) return arrow::Status::TypeError("No types to find a common type of");
  DataType common = types[0];
  for (size_t i = 1; i < types.size(); ++i) {
    auto next = Common(common, types[i], rule);
    if (!next) {
      return arrow::Status::TypeError("No common type of ", common.ToString(), " and ", types[i].ToString());
    }
    common = std::move(*next);
  }
  return common;
}

}  // namespace

arrow::Result<DataType> CommonType(const std::vector<DataType>& types) {
  return CommonOf(types, Rule::kLeastRestrictive);
}

arrow::Result<DataType> MergedType(const std::vector<DataType>& types) { return CommonOf(types, Rule::kMerge); }

DataType AsDecimalType(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTinyInt:
      return DataType::Decimal(3, 0);
    case TypeKind::kSmallInt:
      return DataType::Decimal(5, 0);
    case TypeKind::kInt:
      return DataType::Decimal(10, 0);
    case TypeKind::kBigInt:
      return DataType::Decimal(19, 0);
    default:
      return type;
  }
}

}  // namespace tidemark
