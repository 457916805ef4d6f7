// SPDX-License-Identifier: Apache-2.0
// Data types as written in SQL text: `DECIMAL(10, 2) NOT NULL`, `ROW<a INT, b STRING>`, `MAP<STRING, BIGINT>`.
// They are names, not the types of the engine: ranges of precision and the like are checked where they are bound.
#pragma once

#include <cstdint>

#include "sql/ast_node.h"

namespace tidemark::sql {

/// Units of intervals, EXTRACT, CEIL/FLOOR, TIMESTAMPADD/DIFF.
enum class TimeUnit {
  kNanosecond,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  kDayOfWeek,
  kDayOfYear,
  kIsoDayOfWeek,
  kIsoYear,
  kEpoch,
};

/// The SQL keyword of a unit: "SECOND", "DOW", "EPOCH" ...
const char* TimeUnitName(TimeUnit unit);

/// The unit a keyword names, singular or plural, in any case ("day", "DAYS", "SQL_TSI_DAY"); nullopt if none.
std::optional<TimeUnit> TimeUnitFromName(std::string_view name);

/// `DAY`, `DAY(3) TO SECOND(6)`, `YEAR TO MONTH`. Units are kYear, kQuarter, kMonth, kWeek, kDay, kHour, kMinute or
/// kSecond.
struct IntervalQualifier {
  TimeUnit start = TimeUnit::kSecond;
  std::optional<TimeUnit> end;
  std::optional<int32_t> leading_precision;
  std::optional<int32_t> fractional_precision;
  SourceRange range;
};

enum class TypeKind {
  kChar,
  kVarchar,
  kString,
  kBoolean,
  kBinary,
  kVarbinary,
  kBytes,
  kDecimal,
  kTinyint,
  kSmallint,
  kInt,
  kBigint,
  kFloat,
  kDouble,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kTimestampLtz,
  kInterval,
  kArray,
  kMultiset,
  kMap,
  kRow,
  kStructured,
  kRaw,
  kVariant,
  /// Any other name: a user-defined type.
  kNamed,
};

/// One field of ROW<...> and STRUCTURED<...>.
struct TypeField {
  Identifier name;
  TypeNamePtr type;
  std::optional<StringValue> comment;
};

/// A type as written. Fields beyond `kind` are set only where the comment says so.
struct TypeName {
  TypeKind kind = TypeKind::kNamed;
  SourceRange range;
  /// `NOT NULL` makes it false. Written `NULL` and nothing both mean true.
  bool nullable = true;
  /// Length of CHAR/VARCHAR/BINARY/VARBINARY; precision of DECIMAL, TIME and the TIMESTAMPs.
  std::optional<int32_t> precision;
  /// Scale of DECIMAL.
  std::optional<int32_t> scale;
  /// Element of ARRAY and MULTISET; key and value of MAP.
  std::vector<TypeNamePtr> children;
  /// Fields of ROW and STRUCTURED.
  std::vector<TypeField> fields;
  /// Qualifier of INTERVAL.
  std::optional<IntervalQualifier> interval;
  /// Name of a user-defined type (kNamed).
  Name name;
  /// Class name of STRUCTURED and RAW.
  std::optional<StringValue> class_name;
  /// Serializer snapshot of RAW.
  std::optional<StringValue> serializer;
};

}  // namespace tidemark::sql
