// SPDX-License-Identifier: Apache-2.0
// The order-preserving encoding of column values.
//
// Per column: one byte that puts NULLs before or behind the rest, then the value. Integers: big-endian with the sign bit
// flipped. Floats: their bits, all of them flipped when negative, else the sign bit. Text: its bytes with 0 written as
// 0 255, ended by 0 0, so that a prefix comes first. Descending: every byte of the value inverted.
#include "columnar/sort_key.h"

#include <arrow/api.h>

#include <bit>
#include <cmath>
#include <limits>

namespace tidemark {
namespace {

constexpr char kBeforeValues = 0;
constexpr char kValue = 1;
constexpr char kBehindValues = 2;

template <typename Unsigned>
void AppendBigEndian(Unsigned value, std::string* out) {
  for (int shift = static_cast<int>(sizeof(Unsigned)) * 8 - 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

template <typename Signed>
void AppendSigned(Signed value, std::string* out) {
  using Unsigned = std::make_unsigned_t<Signed>;
  AppendBigEndian(static_cast<Unsigned>(static_cast<Unsigned>(value) ^ (Unsigned{1} << (sizeof(Signed) * 8 - 1))), out);
}

template <typename Float, typename Unsigned>
void AppendFloat(Float value, std::string* out) {
  if (std::isnan(value)) value = std::numeric_limits<Float>::quiet_NaN();
  if (value == 0) value = 0;
  const auto bits = std::bit_cast<Unsigned>(value);
  const Unsigned sign = Unsigned{1} << (sizeof(Float) * 8 - 1);
  AppendBigEndian(static_cast<Unsigned>(bits & sign ? ~bits : bits | sign), out);
}

void AppendText(std::string_view text, std::string* out) {
  for (char c : text) {
    out->push_back(c);
    if (c == 0) out->push_back(static_cast<char>(255));
  }
  out->append(2, '\0');
}

/// Appends one value; false where the type has no order here.
bool AppendValue(const arrow::Array& array, int64_t row, std::string* out) {
  switch (array.type_id()) {
    case arrow::Type::BOOL: out->push_back(static_cast<const arrow::BooleanArray&>(array).Value(row) ? 1 : 0); return true;
    case arrow::Type::INT8: AppendSigned(static_cast<const arrow::Int8Array&>(array).Value(row), out); return true;
    case arrow::Type::INT16: AppendSigned(static_cast<const arrow::Int16Array&>(array).Value(row), out); return true;
    case arrow::Type::INT32: AppendSigned(static_cast<const arrow::Int32Array&>(array).Value(row), out); return true;
    case arrow::Type::INT64: AppendSigned(static_cast<const arrow::Int64Array&>(array).Value(row), out); return true;
    case arrow::Type::DATE32: AppendSigned(static_cast<const arrow::Date32Array&>(array).Value(row), out); return true;
    case arrow::Type::TIME32: AppendSigned(static_cast<const arrow::Time32Array&>(array).Value(row), out); return true;
    case arrow::Type::TIMESTAMP: AppendSigned(static_cast<const arrow::TimestampArray&>(array).Value(row), out); return true;
    case arrow::Type::DURATION: AppendSigned(static_cast<const arrow::DurationArray&>(array).Value(row), out); return true;
    case arrow::Type::INTERVAL_MONTHS:
      AppendSigned(static_cast<const arrow::MonthIntervalArray&>(array).Value(row), out);
      return true;
    case arrow::Type::FLOAT:
      AppendFloat<float, uint32_t>(static_cast<const arrow::FloatArray&>(array).Value(row), out);
      return true;
    case arrow::Type::DOUBLE:
      AppendFloat<double, uint64_t>(static_cast<const arrow::DoubleArray&>(array).Value(row), out);
      return true;
    case arrow::Type::DECIMAL128: {
      const arrow::Decimal128 value(static_cast<const arrow::Decimal128Array&>(array).GetValue(row));
      AppendSigned(value.high_bits(), out);
      AppendBigEndian(value.low_bits(), out);
      return true;
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY: AppendText(static_cast<const arrow::BinaryArray&>(array).GetView(row), out); return true;
    case arrow::Type::NA: return true;
    default: return false;
  }
}

}  // namespace

arrow::Result<SortKeys> EncodeSortKeys(const Batch& batch, const std::vector<SortColumn>& columns) {
  SortKeys keys;
  keys.offsets.reserve(batch.num_rows + 1);
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    keys.offsets.push_back(keys.bytes.size());
    for (const auto& column : columns) {
      const arrow::Array& array = *batch.columns[column.column];
      if (array.IsNull(row)) {
        keys.bytes.push_back(column.nulls_first ? kBeforeValues : kBehindValues);
        continue;
      }
      keys.bytes.push_back(kValue);
      const size_t begin = keys.bytes.size();
      if (!AppendValue(array, row, &keys.bytes)) {
        return arrow::Status::NotImplemented("ORDER BY a column of type ", array.type()->ToString(), " is not supported yet");
      }
      for (size_t i = begin; !column.ascending && i < keys.bytes.size(); ++i) keys.bytes[i] = static_cast<char>(~keys.bytes[i]);
    }
  }
  keys.offsets.push_back(keys.bytes.size());
  return keys;
}

}  // namespace tidemark
