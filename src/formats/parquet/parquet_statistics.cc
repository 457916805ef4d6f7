// SPDX-License-Identifier: Apache-2.0
// Row group pruning for integers, floating point numbers, text, dates and timestamps.
#include "formats/parquet/parquet_statistics.h"

#include <arrow/scalar.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/statistics.h>

#include <optional>
#include <string_view>

namespace tidemark::formats {
namespace {

using Op = StatisticsFilter::Op;

/// Whether a value between `low` and `high` may fulfil `<op> value`.
template <typename T>
bool RangeMayMatch(const T& low, const T& high, Op op, const T& value) {
  switch (op) {
    case Op::kEqual: return !(value < low) && !(high < value);
    case Op::kLess: return low < value;
    case Op::kLessEqual: return !(value < low);
    case Op::kGreater: return value < high;
    case Op::kGreaterEqual: return !(high < value);
    default: return true;
  }
}

int64_t UnitsPerSecond(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND: return 1;
    case arrow::TimeUnit::MILLI: return 1'000;
    case arrow::TimeUnit::MICRO: return 1'000'000;
    case arrow::TimeUnit::NANO: return 1'000'000'000;
  }
  return 1;
}

std::optional<int64_t> StoredUnitsPerSecond(const parquet::LogicalType& type) {
  if (!type.is_timestamp()) return std::nullopt;
  switch (static_cast<const parquet::TimestampLogicalType&>(type).time_unit()) {
    case parquet::LogicalType::TimeUnit::MILLIS: return 1'000;
    case parquet::LogicalType::TimeUnit::MICROS: return 1'000'000;
    case parquet::LogicalType::TimeUnit::NANOS: return 1'000'000'000;
    default: return std::nullopt;
  }
}

/// The filter's value as the column's physical integers; nullopt where the two do not compare exactly.
std::optional<int64_t> AsStoredInteger(const arrow::Scalar& value, const parquet::ColumnDescriptor& column) {
  const auto& logical = *column.logical_type();
  switch (value.type->id()) {
    case arrow::Type::INT8: return static_cast<const arrow::Int8Scalar&>(value).value;
    case arrow::Type::INT16: return static_cast<const arrow::Int16Scalar&>(value).value;
    case arrow::Type::INT32: return static_cast<const arrow::Int32Scalar&>(value).value;
    case arrow::Type::INT64: return static_cast<const arrow::Int64Scalar&>(value).value;
    case arrow::Type::DATE32: return static_cast<const arrow::Date32Scalar&>(value).value;
    case arrow::Type::TIMESTAMP: {
      const auto stored = StoredUnitsPerSecond(logical);
      const int64_t own = UnitsPerSecond(static_cast<const arrow::TimestampType&>(*value.type).unit());
      const int64_t units = static_cast<const arrow::TimestampScalar&>(value).value;
      // A coarser stored unit would need rounding that depends on the operator: then nothing is ruled out.
      int64_t scaled = 0;
      if (!stored || *stored < own || __builtin_mul_overflow(units, *stored / own, &scaled)) return std::nullopt;
      return scaled;
    }
    default: return std::nullopt;
  }
}

bool PlainInteger(const parquet::LogicalType& type) {
  return type.is_none() || type.is_timestamp() || type.is_date() ||
         (type.is_int() && static_cast<const parquet::IntLogicalType&>(type).is_signed());
}

bool MayMatch(const parquet::Statistics& statistics, const parquet::ColumnDescriptor& column, const StatisticsFilter& filter) {
  if (filter.op == Op::kIsNull) return !statistics.HasNullCount() || statistics.null_count() > 0;
  if (!statistics.HasMinMax()) return filter.op == Op::kIsNotNull || !statistics.HasNullCount() || statistics.num_values() > 0;
  if (filter.op == Op::kIsNotNull || !filter.value || !filter.value->is_valid) return true;
  const auto& value = *filter.value;
  switch (column.physical_type()) {
    case parquet::Type::INT32: {
      const auto wanted = AsStoredInteger(value, column);
      const auto& typed = static_cast<const parquet::Int32Statistics&>(statistics);
      return !wanted || !PlainInteger(*column.logical_type()) || RangeMayMatch<int64_t>(typed.min(), typed.max(), filter.op, *wanted);
    }
    case parquet::Type::INT64: {
      const auto wanted = AsStoredInteger(value, column);
      const auto& typed = static_cast<const parquet::Int64Statistics&>(statistics);
      return !wanted || !PlainInteger(*column.logical_type()) || RangeMayMatch<int64_t>(typed.min(), typed.max(), filter.op, *wanted);
    }
    case parquet::Type::DOUBLE: {
      if (value.type->id() != arrow::Type::DOUBLE) return true;
      const auto& typed = static_cast<const parquet::DoubleStatistics&>(statistics);
      return RangeMayMatch(typed.min(), typed.max(), filter.op, static_cast<const arrow::DoubleScalar&>(value).value);
    }
    case parquet::Type::BYTE_ARRAY: {
      if (value.type->id() != arrow::Type::STRING || !column.logical_type()->is_string()) return true;
      const auto& typed = static_cast<const parquet::ByteArrayStatistics&>(statistics);
      const auto view = [](const parquet::ByteArray& bytes) {
        return std::string_view(reinterpret_cast<const char*>(bytes.ptr), bytes.len);
      };
      return RangeMayMatch(view(typed.min()), view(typed.max()), filter.op, static_cast<const arrow::StringScalar&>(value).view());
    }
    default: return true;
  }
}

}  // namespace

bool RowGroupMayMatch(const parquet::FileMetaData& metadata, int row_group, const std::vector<StatisticsFilter>& filters) {
  const auto group = metadata.RowGroup(row_group);
  for (const auto& filter : filters) {
    const int column = metadata.schema()->ColumnIndex(filter.column);
    if (column < 0) continue;
    const auto chunk = group->ColumnChunk(column);
    const auto statistics = chunk->is_stats_set() ? chunk->statistics() : nullptr;
    if (statistics != nullptr && !MayMatch(*statistics, *metadata.schema()->Column(column), filter)) return false;
  }
  return true;
}

}  // namespace tidemark::formats
