// SPDX-License-Identifier: Apache-2.0
// DataType: Flink SQL's data types (Flink 2.2 documentation, "Data Types") and how each lies in Arrow.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tidemark {

enum class TypeKind {
  kNull,  ///< the type of a bare NULL literal
  kBoolean,
  kTinyInt,
  kSmallInt,
  kInt,
  kBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kChar,
  kVarChar,  ///< STRING is VARCHAR(2147483647)
  kBinary,
  kVarBinary,  ///< BYTES is VARBINARY(2147483647)
  kDate,
  kTime,
  kTimestamp,     ///< TIMESTAMP(p) WITHOUT TIME ZONE: a wall clock reading
  kTimestampLtz,  ///< TIMESTAMP_LTZ(p): an instant, shown in `table.local-time-zone`
  kIntervalYearMonth,
  kIntervalDayTime,
  kArray,
  kMap,
  kMultiset,
  kRow,
};

/// Whether a TIMESTAMP / TIMESTAMP_LTZ column may drive event-time or processing-time operators. It travels through
/// projections that only pass or rename the column and is lost by every function, cast, join and aggregation.
enum class TimeAttribute : uint8_t { kNone, kRowtime, kProctime };

struct Field;

/// A data type, NULLability included. A small value: copy it freely. Immutable but by assignment.
///
/// Layout in Arrow (see ToArrow):
///   BOOLEAN bool; TINYINT..BIGINT int8..int64; FLOAT float32; DOUBLE float64; DECIMAL(p,s) decimal128(p,s);
///   CHAR/VARCHAR utf8; BINARY/VARBINARY binary; DATE date32; TIME time32(ms);
///   TIMESTAMP(p) and TIMESTAMP_LTZ(p): timestamp in ms for p <= 3, us for p <= 6, ns for p <= 9 (LTZ with zone "UTC");
///   INTERVAL YEAR TO MONTH month_interval (int32 months); INTERVAL DAY TO SECOND duration(ms);
///   ARRAY list; MAP map; MULTISET map<element, int32>; ROW struct; NULL null.
class DataType {
 public:
  static constexpr int32_t kMaxLength = 2147483647;
  static constexpr int32_t kMaxDecimalPrecision = 38;

  DataType() = default;  // NULL type

  static DataType Null() { return DataType(); }
  static DataType Boolean() { return DataType(TypeKind::kBoolean); }
  static DataType TinyInt() { return DataType(TypeKind::kTinyInt); }
  static DataType SmallInt() { return DataType(TypeKind::kSmallInt); }
  static DataType Int() { return DataType(TypeKind::kInt); }
  static DataType BigInt() { return DataType(TypeKind::kBigInt); }
  static DataType Float() { return DataType(TypeKind::kFloat); }
  static DataType Double() { return DataType(TypeKind::kDouble); }
  static DataType Decimal(int32_t precision, int32_t scale);
  static DataType Char(int32_t length);
  static DataType VarChar(int32_t length);
  static DataType String() { return VarChar(kMaxLength); }
  static DataType Binary(int32_t length);
  static DataType VarBinary(int32_t length);
  static DataType Bytes() { return VarBinary(kMaxLength); }
  static DataType Date() { return DataType(TypeKind::kDate); }
  static DataType Time(int32_t precision = 0);
  static DataType Timestamp(int32_t precision = 6);
  static DataType TimestampLtz(int32_t precision = 6);
  static DataType IntervalYearMonth() { return DataType(TypeKind::kIntervalYearMonth); }
  static DataType IntervalDayTime() { return DataType(TypeKind::kIntervalDayTime); }
  static DataType Array(DataType element);
  static DataType Map(DataType key, DataType value);
  static DataType Multiset(DataType element);
  static DataType Row(std::vector<Field> fields);

  TypeKind kind() const { return kind_; }
  bool nullable() const { return nullable_; }
  DataType WithNullable(bool nullable) const;
  DataType NotNull() const { return WithNullable(false); }

  /// DECIMAL precision; TIME / TIMESTAMP fraction digits; CHAR / VARCHAR / BINARY / VARBINARY length.
  int32_t precision() const { return precision_; }
  int32_t length() const { return precision_; }
  /// DECIMAL scale.
  int32_t scale() const { return scale_; }

  TimeAttribute time_attribute() const { return time_attribute_; }
  bool is_rowtime() const { return time_attribute_ == TimeAttribute::kRowtime; }
  bool is_proctime() const { return time_attribute_ == TimeAttribute::kProctime; }
  DataType WithTimeAttribute(TimeAttribute attribute) const;

  /// ROW: its fields. ARRAY / MULTISET: one field "element". MAP: "key" and "value". Others: empty.
  const std::vector<Field>& fields() const;
  const DataType& element() const;    ///< REQUIRES: ARRAY or MULTISET
  const DataType& map_key() const;    ///< REQUIRES: MAP
  const DataType& map_value() const;  ///< REQUIRES: MAP

  bool is_integer() const { return kind_ >= TypeKind::kTinyInt && kind_ <= TypeKind::kBigInt; }
  bool is_approximate() const { return kind_ == TypeKind::kFloat || kind_ == TypeKind::kDouble; }
  bool is_exact_numeric() const { return is_integer() || kind_ == TypeKind::kDecimal; }
  bool is_numeric() const { return is_exact_numeric() || is_approximate(); }
  bool is_character() const { return kind_ == TypeKind::kChar || kind_ == TypeKind::kVarChar; }
  bool is_binary() const { return kind_ == TypeKind::kBinary || kind_ == TypeKind::kVarBinary; }
  bool is_timestamp() const { return kind_ == TypeKind::kTimestamp || kind_ == TypeKind::kTimestampLtz; }
  bool is_datetime() const { return is_timestamp() || kind_ == TypeKind::kDate || kind_ == TypeKind::kTime; }
  bool is_interval() const { return kind_ == TypeKind::kIntervalYearMonth || kind_ == TypeKind::kIntervalDayTime; }
  bool is_nested() const { return kind_ >= TypeKind::kArray; }

  /// As Flink prints it: "BIGINT NOT NULL", "DECIMAL(10, 2)", "ROW<`a` INT, `b` STRING>", "TIMESTAMP(3) *ROWTIME*".
  std::string ToString() const;
  /// The same with VARCHAR(2147483647) and VARBINARY(2147483647) for STRING and BYTES, as SHOW CREATE TABLE prints.
  std::string ToSerializableString() const;

  std::shared_ptr<arrow::DataType> ToArrow() const;

  /// Equal in everything but the time attribute.
  bool operator==(const DataType& other) const;
  /// Equal, ignoring NULLability at every level and the time attribute.
  bool EqualsIgnoringNullability(const DataType& other) const;

 private:
  explicit DataType(TypeKind kind) : kind_(kind) {}

  TypeKind kind_ = TypeKind::kNull;
  bool nullable_ = true;
  TimeAttribute time_attribute_ = TimeAttribute::kNone;
  int32_t precision_ = 0;
  int32_t scale_ = 0;
  std::shared_ptr<const std::vector<Field>> fields_;
};

/// A named field of a ROW, or a column of a table.
struct Field {
  std::string name;
  DataType type;
};

/// The columns of a relation, in order.
using Schema = std::vector<Field>;

/// The Arrow schema with the same names and types.
std::shared_ptr<arrow::Schema> ToArrowSchema(const Schema& schema);

/// The type that the values of CASE, UNION, VALUES, ARRAY and MAP are brought to (Flink's "least restrictive type"):
/// numeric promotion, DECIMAL widening, CHAR to VARCHAR, the first of FLOAT and DOUBLE, nested types field by field;
/// nullable if any is. TypeError when there is none. (Functions: MergedType in common_type.h.)
arrow::Result<DataType> CommonType(const std::vector<DataType>& types);

}  // namespace tidemark
