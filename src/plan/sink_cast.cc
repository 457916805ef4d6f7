// SPDX-License-Identifier: Apache-2.0
// The implicit casts of INSERT.
#include "plan/sink_cast.h"

namespace tidemark::plan {
namespace {

bool PartsMayBeStored(const DataType& from, const DataType& to) {
  if (from.kind() != to.kind() || from.fields().size() != to.fields().size()) return false;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    if (!MayStore(from.fields()[i].type, to.fields()[i].type)) return false;
  }
  return true;
}

}  // namespace

bool MayStore(const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kNull) return true;
  if (from.is_nested() || to.is_nested()) return PartsMayBeStored(from, to);
  switch (to.kind()) {
    case TypeKind::kVarChar:
      return from.is_character();
    case TypeKind::kVarBinary:
      return from.is_binary();
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
      return from.is_numeric();
    case TypeKind::kFloat:
      return from.is_exact_numeric() || from.kind() == TypeKind::kFloat;
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
      return from.is_integer() && from.kind() <= to.kind();
    case TypeKind::kDate:
    case TypeKind::kTime:
      return from.kind() == to.kind() || from.kind() == TypeKind::kTimestamp;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return from.is_timestamp();
    default:
      return from.kind() == to.kind();
  }
}

}  // namespace tidemark::plan
