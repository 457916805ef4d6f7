// SPDX-License-Identifier: Apache-2.0
// Names of the enumerations of the syntax tree, as SQL writes them.

#include <array>
#include <cstdio>
#include <cstdlib>

#include "sql/ast.h"
#include "sql/keywords.h"

namespace tidemark::sql {

namespace {

struct UnitName {
  TimeUnit unit;
  const char* name;
};

constexpr auto kUnitNames = std::to_array<UnitName>({
    {TimeUnit::kNanosecond, "NANOSECOND"},
    {TimeUnit::kMicrosecond, "MICROSECOND"},
    {TimeUnit::kMillisecond, "MILLISECOND"},
    {TimeUnit::kSecond, "SECOND"},
    {TimeUnit::kMinute, "MINUTE"},
    {TimeUnit::kHour, "HOUR"},
    {TimeUnit::kDay, "DAY"},
    {TimeUnit::kWeek, "WEEK"},
    {TimeUnit::kMonth, "MONTH"},
    {TimeUnit::kQuarter, "QUARTER"},
    {TimeUnit::kYear, "YEAR"},
    {TimeUnit::kDecade, "DECADE"},
    {TimeUnit::kCentury, "CENTURY"},
    {TimeUnit::kMillennium, "MILLENNIUM"},
    {TimeUnit::kDayOfWeek, "DOW"},
    {TimeUnit::kDayOfYear, "DOY"},
    {TimeUnit::kIsoDayOfWeek, "ISODOW"},
    {TimeUnit::kIsoYear, "ISOYEAR"},
    {TimeUnit::kEpoch, "EPOCH"},
});

}  // namespace

namespace internal {

void FailNodeCast(const char* wanted) {
  std::fprintf(stderr, "tidemark: a syntax node is not the %s it was taken for\n", wanted);
  std::abort();
}

}  // namespace internal

std::string Name::ToString() const {
  std::string joined;
  for (const Identifier& part : parts) {
    if (!joined.empty()) joined += '.';
    joined += part.value;
  }
  return joined;
}

const char* TimeUnitName(TimeUnit unit) {
  for (const UnitName& entry : kUnitNames) {
    if (entry.unit == unit) return entry.name;
  }
  return "?";
}

std::optional<TimeUnit> TimeUnitFromName(std::string_view name) {
  static constexpr std::string_view kTsiPrefix = "SQL_TSI_";
  std::string upper = ToUpperAscii(name);
  if (upper.starts_with(kTsiPrefix)) upper.erase(0, kTsiPrefix.size());
  if (upper == "FRAC_SECOND") return TimeUnit::kNanosecond;
  if (upper == "DAYOFWEEK") return TimeUnit::kDayOfWeek;
  if (upper == "DAYOFYEAR") return TimeUnit::kDayOfYear;
  for (const UnitName& entry : kUnitNames) {
    const std::string_view singular = entry.name;
    const bool is_plural = upper.size() == singular.size() + 1 && upper.starts_with(singular) && upper.back() == 'S';
    if (upper == singular || is_plural) return entry.unit;
  }
  return std::nullopt;
}

const char* BinaryOperatorName(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kAdd:
      return "+";
    case BinaryOperator::kSubtract:
      return "-";
    case BinaryOperator::kMultiply:
      return "*";
    case BinaryOperator::kDivide:
      return "/";
    case BinaryOperator::kModulo:
      return "%";
    case BinaryOperator::kConcat:
      return "||";
    case BinaryOperator::kEqual:
      return "=";
    case BinaryOperator::kNotEqual:
      return "<>";
    case BinaryOperator::kLess:
      return "<";
    case BinaryOperator::kLessOrEqual:
      return "<=";
    case BinaryOperator::kGreater:
      return ">";
    case BinaryOperator::kGreaterOrEqual:
      return ">=";
    case BinaryOperator::kIsDistinctFrom:
      return "IS DISTINCT FROM";
    case BinaryOperator::kIsNotDistinctFrom:
      return "IS NOT DISTINCT FROM";
    case BinaryOperator::kOverlaps:
      return "OVERLAPS";
    case BinaryOperator::kMultisetUnion:
      return "MULTISET UNION DISTINCT";
    case BinaryOperator::kMultisetUnionAll:
      return "MULTISET UNION ALL";
    case BinaryOperator::kMultisetIntersect:
      return "MULTISET INTERSECT DISTINCT";
    case BinaryOperator::kMultisetIntersectAll:
      return "MULTISET INTERSECT ALL";
    case BinaryOperator::kMultisetExcept:
      return "MULTISET EXCEPT DISTINCT";
    case BinaryOperator::kMultisetExceptAll:
      return "MULTISET EXCEPT ALL";
    case BinaryOperator::kMemberOf:
      return "MEMBER OF";
    case BinaryOperator::kSubmultisetOf:
      return "SUBMULTISET OF";
  }
  return "?";
}

const char* ObjectTypeName(ObjectType type) {
  switch (type) {
    case ObjectType::kTable:
      return "TABLE";
    case ObjectType::kView:
      return "VIEW";
    case ObjectType::kMaterializedTable:
      return "MATERIALIZED TABLE";
    case ObjectType::kFunction:
      return "FUNCTION";
    case ObjectType::kDatabase:
      return "DATABASE";
    case ObjectType::kCatalog:
      return "CATALOG";
    case ObjectType::kModel:
      return "MODEL";
    case ObjectType::kJob:
      return "JOB";
  }
  return "?";
}

}  // namespace tidemark::sql
