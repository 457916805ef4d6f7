// SPDX-License-Identifier: Apache-2.0
// From types as written to data types.
#include "plan/bind_type.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {
namespace {

constexpr int32_t kMaxFraction = 9;

arrow::Result<int32_t> InRange(const sql::TypeName& type, std::optional<int32_t> written, int32_t otherwise,
                               int32_t min, int32_t max, const char* what) {
  const int32_t value = written.value_or(otherwise);
  if (value >= min && value <= max) return value;
  return sql::SqlError(type.range, fmt::format("Invalid {} of {}: {}", what, sql::ToSql(type), value),
                       fmt::format("It must be between {} and {}.", min, max));
}

arrow::Result<DataType> BindDecimal(const sql::TypeName& type) {
  ARROW_ASSIGN_OR_RAISE(auto precision,
                        InRange(type, type.precision, 10, 1, DataType::kMaxDecimalPrecision, "precision"));
  ARROW_ASSIGN_OR_RAISE(auto scale, InRange(type, type.scale, 0, 0, precision, "scale"));
  return DataType::Decimal(precision, scale);
}

arrow::Result<DataType> BindRow(const sql::TypeName& type) {
  std::vector<Field> fields;
  for (const sql::TypeField& field : type.fields) {
    for (const Field& other : fields) {
      if (other.name != field.name.value) continue;
      return sql::SqlError(field.name.range, "Duplicate field in ROW: " + field.name.value);
    }
    ARROW_ASSIGN_OR_RAISE(DataType field_type, BindType(*field.type));
    fields.push_back({field.name.value, std::move(field_type)});
  }
  return DataType::Row(std::move(fields));
}

arrow::Result<DataType> BindInterval(const sql::TypeName& type) {
  if (!type.interval) return DataType::IntervalDayTime();
  switch (type.interval->start) {
    case sql::TimeUnit::kYear:
    case sql::TimeUnit::kQuarter:
    case sql::TimeUnit::kMonth:
      return DataType::IntervalYearMonth();
    default:
      return DataType::IntervalDayTime();
  }
}

arrow::Status UnknownType(const sql::TypeName& type) {
  static const std::vector<std::string> kNames = {
      "CHAR",    "VARCHAR",   "STRING",        "BOOLEAN",  "BINARY", "VARBINARY", "BYTES",  "DECIMAL",
      "TINYINT", "SMALLINT",  "INT",           "INTEGER",  "BIGINT", "FLOAT",     "DOUBLE", "DATE",
      "TIME",    "TIMESTAMP", "TIMESTAMP_LTZ", "INTERVAL", "ARRAY",  "MULTISET",  "MAP",    "ROW"};
  const std::string name = type.name.ToString();
  std::string upper = name;
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  static const std::vector<std::pair<std::string, std::string>> kOtherDialects = {{"TEXT", "STRING"},
                                                                                  {"DATETIME", "TIMESTAMP(3)"},
                                                                                  {"LONG", "BIGINT"},
                                                                                  {"INT64", "BIGINT"},
                                                                                  {"INT32", "INT"},
                                                                                  {"SHORT", "SMALLINT"},
                                                                                  {"BYTE", "TINYINT"},
                                                                                  {"UUID", "STRING"},
                                                                                  {"JSON", "STRING"},
                                                                                  {"NUMBER", "DECIMAL(38, 18)"},
                                                                                  {"FLOAT64", "DOUBLE"},
                                                                                  {"BLOB", "BYTES"},
                                                                                  {"TIMESTAMPTZ", "TIMESTAMP_LTZ(3)"},
                                                                                  {"BOOL", "BOOLEAN"}};
  std::string hint = sql::DidYouMean(upper, kNames);
  for (const auto& [other, ours] : kOtherDialects) {
    if (upper == other) hint = "Did you mean " + ours + "?";
  }
  if (hint.empty())
    hint =
        "The types are CHAR, VARCHAR, STRING, BOOLEAN, BYTES, DECIMAL, TINYINT, SMALLINT, INT, BIGINT, "
        "FLOAT, DOUBLE, DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ, ARRAY, MAP, MULTISET and ROW.";
  return sql::SqlError(type.range, "Unknown type: " + name, hint);
}

arrow::Result<DataType> BindNested(const sql::TypeName& type) {
  std::vector<DataType> children;
  for (const auto& child : type.children) {
    ARROW_ASSIGN_OR_RAISE(DataType bound, BindType(*child));
    children.push_back(std::move(bound));
  }
  switch (type.kind) {
    case sql::TypeKind::kArray:
      return DataType::Array(children[0]);
    case sql::TypeKind::kMultiset:
      return DataType::Multiset(children[0]);
    default:
      return DataType::Map(children[0], children[1]);
  }
}

arrow::Result<DataType> BindWithPrecision(const sql::TypeName& type) {
  const bool is_time = type.kind == sql::TypeKind::kTime;
  ARROW_ASSIGN_OR_RAISE(auto precision, InRange(type, type.precision, is_time ? 0 : 6, 0, kMaxFraction, "precision"));
  // As in Flink's planner, whatever precision is written.
  if (is_time) return DataType::Time(0);
  return type.kind == sql::TypeKind::kTimestamp ? DataType::Timestamp(precision) : DataType::TimestampLtz(precision);
}

arrow::Result<DataType> BindWithLength(const sql::TypeName& type) {
  // Without a length CHAR and BINARY hold one character or byte, the others any number.
  const bool fixed = type.kind == sql::TypeKind::kChar || type.kind == sql::TypeKind::kBinary;
  const int32_t unwritten = fixed ? 1 : DataType::kMaxLength;
  ARROW_ASSIGN_OR_RAISE(auto length, InRange(type, type.precision, unwritten, 1, DataType::kMaxLength, "length"));
  switch (type.kind) {
    case sql::TypeKind::kChar:
      return DataType::Char(length);
    case sql::TypeKind::kVarchar:
      return DataType::VarChar(length);
    case sql::TypeKind::kBinary:
      return DataType::Binary(length);
    default:
      return DataType::VarBinary(length);
  }
}

arrow::Result<DataType> BindIgnoringNull(const sql::TypeName& type) {
  switch (type.kind) {
    case sql::TypeKind::kChar:
    case sql::TypeKind::kVarchar:
    case sql::TypeKind::kBinary:
    case sql::TypeKind::kVarbinary:
      return BindWithLength(type);
    case sql::TypeKind::kString:
      return DataType::String();
    case sql::TypeKind::kBytes:
      return DataType::Bytes();
    case sql::TypeKind::kBoolean:
      return DataType::Boolean();
    case sql::TypeKind::kDecimal:
      return BindDecimal(type);
    case sql::TypeKind::kTinyint:
      return DataType::TinyInt();
    case sql::TypeKind::kSmallint:
      return DataType::SmallInt();
    case sql::TypeKind::kInt:
      return DataType::Int();
    case sql::TypeKind::kBigint:
      return DataType::BigInt();
    case sql::TypeKind::kFloat:
      return DataType::Float();
    case sql::TypeKind::kDouble:
      return DataType::Double();
    case sql::TypeKind::kDate:
      return DataType::Date();
    case sql::TypeKind::kTime:
    case sql::TypeKind::kTimestamp:
    case sql::TypeKind::kTimestampLtz:
      return BindWithPrecision(type);
    case sql::TypeKind::kInterval:
      return BindInterval(type);
    case sql::TypeKind::kArray:
    case sql::TypeKind::kMultiset:
    case sql::TypeKind::kMap:
      return BindNested(type);
    case sql::TypeKind::kRow:
      return BindRow(type);
    case sql::TypeKind::kNamed:
      return UnknownType(type);
    case sql::TypeKind::kTimestampTz:
      return sql::NotSupportedYet(type.range, "TIMESTAMP WITH TIME ZONE",
                                  "Flink has no such columns either; use TIMESTAMP_LTZ.");
    case sql::TypeKind::kStructured:
    case sql::TypeKind::kRaw:
    case sql::TypeKind::kVariant:
      return sql::NotSupportedYet(type.range, "The type " + sql::ToSql(type));
  }
  return UnknownType(type);
}

}  // namespace

arrow::Result<DataType> BindType(const sql::TypeName& type) {
  ARROW_ASSIGN_OR_RAISE(DataType bound, BindIgnoringNull(type));
  return bound.WithNullable(type.nullable);
}

arrow::Result<DataType> BindCastType(const sql::TypeName& type) {
  const bool timestamp = type.kind == sql::TypeKind::kTimestamp || type.kind == sql::TypeKind::kTimestampLtz;
  const int32_t most = type.kind == sql::TypeKind::kDecimal ? DataType::kMaxDecimalPrecision : kMaxFraction;
  if ((type.kind != sql::TypeKind::kDecimal && !timestamp) || type.precision.value_or(0) <= most) return BindType(type);
  sql::TypeName cut;
  cut.kind = type.kind;
  cut.range = type.range;
  cut.nullable = type.nullable;
  cut.precision = most;
  cut.scale = type.scale;
  return BindType(cut);
}

std::string TypeText(const DataType& type) {
  return type.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone).ToString();
}

}  // namespace tidemark::plan
