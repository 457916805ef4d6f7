// SPDX-License-Identifier: Apache-2.0
// Row groups against filters, by minimum, maximum and NULL count.
#include "formats/parquet/row_group_filter.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <parquet/arrow/reader.h>
#include <parquet/statistics.h>

#include <algorithm>

namespace tidemark::formats {
namespace {

using Op = plan::PushedFilter::Op;
using ScalarPtr = std::shared_ptr<arrow::Scalar>;

/// `left <function> right`; true as well when it cannot be told.
bool MayHold(const char* function, const ScalarPtr& left, const ScalarPtr& right) {
  const auto result = arrow::compute::CallFunction(function, {arrow::Datum(left), arrow::Datum(right)});
  if (!result.ok() || !result->scalar()->is_valid) return true;
  return static_cast<const arrow::BooleanScalar&>(*result->scalar()).value;
}

/// Some value between `min` and `max` may pass.
bool RangeMayMatch(Op op, const ScalarPtr& min, const ScalarPtr& max, const ScalarPtr& value) {
  switch (op) {
    case Op::kEqual:
      return MayHold("less_equal", min, value) && MayHold("greater_equal", max, value);
    case Op::kLess:
      return MayHold("less", min, value);
    case Op::kLessEqual:
      return MayHold("less_equal", min, value);
    case Op::kGreater:
      return MayHold("greater", max, value);
    case Op::kGreaterEqual:
      return MayHold("greater_equal", max, value);
    case Op::kIsNull:
    case Op::kIsNotNull:
      return true;
  }
  return true;
}

/// Whether the file's values and the table's are ordered alike, so that the file's bounds may be cast.
bool SameOrder(const arrow::DataType& from, const DataType& to, const std::string& wall_clock_zone) {
  if (to.is_integer()) return arrow::is_integer(from.id());
  if (to.is_approximate()) return arrow::is_floating(from.id());
  if (to.kind() == TypeKind::kDecimal) {
    return arrow::is_decimal(from.id()) && static_cast<const arrow::DecimalType&>(from).scale() == to.scale();
  }
  if (to.is_character()) return from.id() == arrow::Type::STRING;
  if (to.kind() == TypeKind::kDate) return from.id() == arrow::Type::DATE32;
  if (to.kind() == TypeKind::kBoolean) return from.id() == arrow::Type::BOOL;
  if (to.is_timestamp() && from.id() == arrow::Type::TIMESTAMP) {
    // Instants shown in a zone with summer time are not ordered like their wall clocks.
    const bool instants = !static_cast<const arrow::TimestampType&>(from).timezone().empty();
    return to.kind() == TypeKind::kTimestampLtz || !instants || wall_clock_zone == "UTC";
  }
  return false;
}

/// A bound of the file as a value of the filter's type; null when it cannot be. Times are cut, downwards for both.
ScalarPtr AsFilterType(const ScalarPtr& bound, const std::shared_ptr<arrow::DataType>& type) {
  arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(type);
  options.allow_time_truncate = true;
  const auto cast = arrow::compute::Cast(arrow::Datum(bound), options);
  return cast.ok() ? cast->scalar() : nullptr;
}

bool ColumnMayMatch(const parquet::Statistics& statistics, int64_t rows, const plan::PushedFilter& filter) {
  if (statistics.HasNullCount()) {
    if (filter.op == Op::kIsNull) return statistics.null_count() > 0;
    // NULL passes no comparison.
    if (statistics.null_count() == rows) return false;
  }
  if (filter.op == Op::kIsNull || filter.op == Op::kIsNotNull || !statistics.HasMinMax() || !filter.value ||
      !filter.value->is_valid)
    return true;
  ScalarPtr min;
  ScalarPtr max;
  if (!parquet::arrow::StatisticsAsScalars(statistics, &min, &max).ok()) return true;
  min = AsFilterType(min, filter.value->type);
  max = AsFilterType(max, filter.value->type);
  return !min || !max || RangeMayMatch(filter.op, min, max, filter.value);
}

}  // namespace

bool RowGroupMayMatch(const parquet::FileMetaData& metadata, const parquet::arrow::SchemaManifest& manifest,
                      int row_group, const std::vector<plan::PushedFilter>& filters, const Schema& physical_schema,
                      const std::string& wall_clock_zone) {
  if (filters.empty()) return true;
  const auto group = metadata.RowGroup(row_group);
  for (const auto& filter : filters) {
    const auto column = std::find_if(physical_schema.begin(), physical_schema.end(),
                                     [&](const Field& field) { return field.name == filter.column; });
    if (column == physical_schema.end()) continue;
    const auto field = std::find_if(manifest.schema_fields.begin(), manifest.schema_fields.end(),
                                    [&](const auto& candidate) { return candidate.field->name() == filter.column; });
    if (field == manifest.schema_fields.end()) {
      // All NULL.
      if (filter.op != Op::kIsNull) return false;
      continue;
    }
    if (!field->is_leaf() || !SameOrder(*field->field->type(), column->type, wall_clock_zone)) continue;
    const auto chunk = group->ColumnChunk(field->column_index);
    const auto statistics = chunk->statistics();
    if (statistics && !ColumnMayMatch(*statistics, group->num_rows(), filter)) return false;
  }
  return true;
}

}  // namespace tidemark::formats
