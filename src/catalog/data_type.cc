// SPDX-License-Identifier: Apache-2.0
// How data types are made, printed, compared and laid out in Arrow. What two types have in common: common_type.cc.
#include "catalog/data_type.h"

#include <arrow/type.h>

#include <cassert>

namespace tidemark {

DataType DataType::Decimal(int32_t precision, int32_t scale) {
  DataType type(TypeKind::kDecimal);
  type.precision_ = precision;
  type.scale_ = scale;
  return type;
}

DataType DataType::Char(int32_t length) {
  DataType type(TypeKind::kChar);
  type.precision_ = length;
  return type;
}

DataType DataType::VarChar(int32_t length) {
  DataType type(TypeKind::kVarChar);
  type.precision_ = length;
  return type;
}

DataType DataType::Binary(int32_t length) {
  DataType type(TypeKind::kBinary);
  type.precision_ = length;
  return type;
}

DataType DataType::VarBinary(int32_t length) {
  DataType type(TypeKind::kVarBinary);
  type.precision_ = length;
  return type;
}

DataType DataType::Time(int32_t precision) {
  DataType type(TypeKind::kTime);
  type.precision_ = precision;
  return type;
}

DataType DataType::Timestamp(int32_t precision) {
  DataType type(TypeKind::kTimestamp);
  type.precision_ = precision;
  return type;
}

DataType DataType::TimestampLtz(int32_t precision) {
  DataType type(TypeKind::kTimestampLtz);
  type.precision_ = precision;
  return type;
}

DataType DataType::Array(DataType element) {
  DataType type(TypeKind::kArray);
  type.fields_ = std::make_shared<const std::vector<Field>>(std::vector<Field>{{"element", std::move(element)}});
  return type;
}

DataType DataType::Map(DataType key, DataType value) {
  DataType type(TypeKind::kMap);
  type.fields_ = std::make_shared<const std::vector<Field>>(
      std::vector<Field>{{"key", std::move(key)}, {"value", std::move(value)}});
  return type;
}

DataType DataType::Multiset(DataType element) {
  DataType type(TypeKind::kMultiset);
  type.fields_ = std::make_shared<const std::vector<Field>>(std::vector<Field>{{"element", std::move(element)}});
  return type;
}

DataType DataType::Row(std::vector<Field> fields) {
  DataType type(TypeKind::kRow);
  type.fields_ = std::make_shared<const std::vector<Field>>(std::move(fields));
  return type;
}

DataType DataType::WithNullable(bool nullable) const {
  DataType copy = *this;
  copy.nullable_ = nullable;
  return copy;
}

DataType DataType::WithTimeAttribute(TimeAttribute attribute) const {
  DataType copy = *this;
  copy.time_attribute_ = attribute;
  return copy;
}

const std::vector<Field>& DataType::fields() const {
  static const std::vector<Field> kNone;
  return fields_ ? *fields_ : kNone;
}

const DataType& DataType::element() const {
  assert(kind_ == TypeKind::kArray || kind_ == TypeKind::kMultiset);
  return (*fields_)[0].type;
}

const DataType& DataType::map_key() const {
  assert(kind_ == TypeKind::kMap);
  return (*fields_)[0].type;
}

const DataType& DataType::map_value() const {
  assert(kind_ == TypeKind::kMap);
  return (*fields_)[1].type;
}

namespace {

std::string WithLength(const char* name, int32_t length) {
  return std::string(name) + "(" + std::to_string(length) + ")";
}

std::string QuotedName(const std::string& name) {
  std::string quoted = "`";
  for (char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

std::string TypeText(const DataType& type, bool full_lengths) {
  return full_lengths ? type.ToSerializableString() : type.ToString();
}

std::string RowText(const std::vector<Field>& fields, bool full_lengths) {
  std::string text = "ROW<";
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += ", ";
    text += QuotedName(fields[i].name) + " " + TypeText(fields[i].type, full_lengths);
  }
  return text + ">";
}

/// The name without NOT NULL and time attribute; `full_lengths`: no short names for the longest text and bytes.
std::string BaseText(const DataType& type, bool full_lengths) {
  const bool longest = type.length() == DataType::kMaxLength && !full_lengths;
  switch (type.kind()) {
    case TypeKind::kNull:
      return "NULL";
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kTinyInt:
      return "TINYINT";
    case TypeKind::kSmallInt:
      return "SMALLINT";
    case TypeKind::kInt:
      return "INT";
    case TypeKind::kBigInt:
      return "BIGINT";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDecimal:
      return "DECIMAL(" + std::to_string(type.precision()) + ", " + std::to_string(type.scale()) + ")";
    case TypeKind::kChar:
      return WithLength("CHAR", type.length());
    case TypeKind::kVarChar:
      return longest ? "STRING" : WithLength("VARCHAR", type.length());
    case TypeKind::kBinary:
      return WithLength("BINARY", type.length());
    case TypeKind::kVarBinary:
      return longest ? "BYTES" : WithLength("VARBINARY", type.length());
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return WithLength("TIME", type.precision());
    case TypeKind::kTimestamp:
      return WithLength("TIMESTAMP", type.precision());
    case TypeKind::kTimestampLtz:
      return full_lengths ? WithLength("TIMESTAMP", type.precision()) + " WITH LOCAL TIME ZONE"
                          : WithLength("TIMESTAMP_LTZ", type.precision());
    case TypeKind::kIntervalYearMonth:
      return "INTERVAL MONTH";
    case TypeKind::kIntervalDayTime:
      return "INTERVAL SECOND(3)";
    case TypeKind::kArray:
      return "ARRAY<" + TypeText(type.element(), full_lengths) + ">";
    case TypeKind::kMap:
      return "MAP<" + TypeText(type.map_key(), full_lengths) + ", " + TypeText(type.map_value(), full_lengths) + ">";
    case TypeKind::kMultiset:
      return "MULTISET<" + TypeText(type.element(), full_lengths) + ">";
    case TypeKind::kRow:
      return RowText(type.fields(), full_lengths);
  }
  return "?";
}

arrow::TimeUnit::type UnitOfPrecision(int32_t precision) {
  if (precision <= 3) return arrow::TimeUnit::MILLI;
  return precision <= 6 ? arrow::TimeUnit::MICRO : arrow::TimeUnit::NANO;
}

bool SameFields(const DataType& a, const DataType& b, bool with_nullability) {
  const auto& left = a.fields();
  const auto& right = b.fields();
  if (&left == &right) return true;
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i].name != right[i].name) return false;
    if (with_nullability ? !(left[i].type == right[i].type) : !left[i].type.EqualsIgnoringNullability(right[i].type)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string DataType::ToSerializableString() const {
  return BaseText(*this, /*full_lengths=*/true) + (nullable_ ? "" : " NOT NULL");
}

std::string DataType::ToString() const {
  std::string text = BaseText(*this, /*full_lengths=*/false);
  if (!nullable_) text += " NOT NULL";
  if (is_rowtime()) text += " *ROWTIME*";
  if (is_proctime()) text += " *PROCTIME*";
  return text;
}

std::shared_ptr<arrow::DataType> DataType::ToArrow() const {
  switch (kind_) {
    case TypeKind::kNull:
      return arrow::null();
    case TypeKind::kBoolean:
      return arrow::boolean();
    case TypeKind::kTinyInt:
      return arrow::int8();
    case TypeKind::kSmallInt:
      return arrow::int16();
    case TypeKind::kInt:
      return arrow::int32();
    case TypeKind::kBigInt:
      return arrow::int64();
    case TypeKind::kFloat:
      return arrow::float32();
    case TypeKind::kDouble:
      return arrow::float64();
    case TypeKind::kDecimal:
      return arrow::decimal128(precision_, scale_);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return arrow::utf8();
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return arrow::binary();
    case TypeKind::kDate:
      return arrow::date32();
    case TypeKind::kTime:
      return arrow::time32(arrow::TimeUnit::MILLI);
    case TypeKind::kTimestamp:
      return arrow::timestamp(UnitOfPrecision(precision_));
    case TypeKind::kTimestampLtz:
      return arrow::timestamp(UnitOfPrecision(precision_), "UTC");
    case TypeKind::kIntervalYearMonth:
      return arrow::month_interval();
    case TypeKind::kIntervalDayTime:
      return arrow::duration(arrow::TimeUnit::MILLI);
    case TypeKind::kArray:
      return arrow::list(element().ToArrow());
    case TypeKind::kMap:
      return arrow::map(map_key().ToArrow(), map_value().ToArrow());
    case TypeKind::kMultiset:
      return arrow::map(element().ToArrow(), arrow::int32());
    case TypeKind::kRow:
      return arrow::struct_(ToArrowSchema(fields())->fields());
  }
  return arrow::null();
}

bool DataType::operator==(const DataType& other) const {
  return kind_ == other.kind_ && nullable_ == other.nullable_ && precision_ == other.precision_ &&
         scale_ == other.scale_ && SameFields(*this, other, /*with_nullability=*/true);
}

bool DataType::EqualsIgnoringNullability(const DataType& other) const {
  return kind_ == other.kind_ && precision_ == other.precision_ && scale_ == other.scale_ &&
         SameFields(*this, other, /*with_nullability=*/false);
}

std::shared_ptr<arrow::Schema> ToArrowSchema(const Schema& schema) {
  arrow::FieldVector fields;
  fields.reserve(schema.size());
  for (const auto& field : schema) fields.push_back(arrow::field(field.name, field.type.ToArrow()));
  return arrow::schema(std::move(fields));
}

}  // namespace tidemark
