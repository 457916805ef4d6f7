// SPDX-License-Identifier: Apache-2.0
// Printing of data types: one spelling for each, `INT ARRAY` becomes ARRAY<INT>.

#include "sql/printer.h"
#include "sql/printer_rules.h"

namespace tidemark::sql {

namespace internal {

namespace {

const char* TypeWord(TypeKind kind) {
  switch (kind) {
    case TypeKind::kChar:
      return "CHAR";
    case TypeKind::kVarchar:
      return "VARCHAR";
    case TypeKind::kString:
      return "STRING";
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kBinary:
      return "BINARY";
    case TypeKind::kVarbinary:
      return "VARBINARY";
    case TypeKind::kBytes:
      return "BYTES";
    case TypeKind::kDecimal:
      return "DECIMAL";
    case TypeKind::kTinyint:
      return "TINYINT";
    case TypeKind::kSmallint:
      return "SMALLINT";
    case TypeKind::kInt:
      return "INT";
    case TypeKind::kBigint:
      return "BIGINT";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return "TIME";
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz:
      return "TIMESTAMP";
    case TypeKind::kTimestampLtz:
      return "TIMESTAMP_LTZ";
    case TypeKind::kInterval:
      return "INTERVAL";
    case TypeKind::kArray:
      return "ARRAY";
    case TypeKind::kMultiset:
      return "MULTISET";
    case TypeKind::kMap:
      return "MAP";
    case TypeKind::kRow:
      return "ROW";
    case TypeKind::kStructured:
      return "STRUCTURED";
    case TypeKind::kRaw:
      return "RAW";
    case TypeKind::kVariant:
      return "VARIANT";
    case TypeKind::kNamed:
      break;
  }
  return "";
}

void WriteField(const TypeField& field, std::string* out) {
  WriteIdentifier(field.name, out);
  *out += ' ';
  WriteType(*field.type, out);
  if (!field.comment) return;
  *out += ' ';
  WriteString(*field.comment, out);
}

/// `<...>` of collections, ROW and STRUCTURED.
void WriteAngleBrackets(const TypeName& type, std::string* out) {
  *out += '<';
  WriteList(type.children, out, [out](const TypeNamePtr& child) { WriteType(*child, out); });
  if (type.class_name) {
    WriteString(*type.class_name, out);
    if (!type.fields.empty()) *out += ", ";
  }
  WriteList(type.fields, out, [out](const TypeField& field) { WriteField(field, out); });
  *out += '>';
}

void WritePrecision(const TypeName& type, std::string* out) {
  if (!type.precision) return;
  *out += '(' + std::to_string(*type.precision);
  if (type.scale) *out += ", " + std::to_string(*type.scale);
  *out += ')';
}

}  // namespace

void WriteIntervalQualifier(const IntervalQualifier& qualifier, std::string* out) {
  *out += TimeUnitName(qualifier.start);
  const bool fraction_of_start = !qualifier.end && qualifier.fractional_precision;
  if (qualifier.leading_precision) {
    *out += '(' + std::to_string(*qualifier.leading_precision);
    if (fraction_of_start) *out += ", " + std::to_string(*qualifier.fractional_precision);
    *out += ')';
  }
  if (!qualifier.end) return;
  *out += std::string(" TO ") + TimeUnitName(*qualifier.end);
  if (qualifier.fractional_precision) *out += '(' + std::to_string(*qualifier.fractional_precision) + ')';
}

void WriteType(const TypeName& type, std::string* out) {
  *out += TypeWord(type.kind);
  switch (type.kind) {
    case TypeKind::kNamed:
      WriteName(type.name, out);
      break;
    case TypeKind::kInterval:
      *out += ' ';
      WriteIntervalQualifier(*type.interval, out);
      break;
    case TypeKind::kArray:
    case TypeKind::kMultiset:
    case TypeKind::kMap:
    case TypeKind::kRow:
    case TypeKind::kStructured:
      WriteAngleBrackets(type, out);
      break;
    case TypeKind::kRaw:
      *out += '(';
      WriteString(*type.class_name, out);
      *out += ", ";
      WriteString(*type.serializer, out);
      *out += ')';
      break;
    default:
      WritePrecision(type, out);
      break;
  }
  if (type.kind == TypeKind::kTimestampTz) *out += " WITH TIME ZONE";
  if (!type.nullable) *out += " NOT NULL";
}

}  // namespace internal

std::string ToSql(const TypeName& type) {
  std::string out;
  internal::WriteType(type, &out);
  return out;
}

}  // namespace tidemark::sql
