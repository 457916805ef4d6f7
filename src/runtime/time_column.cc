// SPDX-License-Identifier: Apache-2.0
// Timestamps to milliseconds.
#include "runtime/time_column.h"

#include <arrow/array.h>
#include <arrow/type.h>

namespace tidemark::runtime {
namespace {

int64_t UnitsPerMilli(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::MICRO:
      return 1000;
    case arrow::TimeUnit::NANO:
      return 1'000'000;
    default:
      return 1;
  }
}

int64_t DivideDown(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

}  // namespace

arrow::Status TimestampMillis(const arrow::Array& column, EventTimeMs null_value, std::vector<EventTimeMs>* millis) {
  if (column.type_id() != arrow::Type::TIMESTAMP) {
    return arrow::Status::TypeError("A time column must be a TIMESTAMP or TIMESTAMP_LTZ, not ",
                                    column.type()->ToString());
  }
  const auto unit = static_cast<const arrow::TimestampType&>(*column.type()).unit();
  if (unit == arrow::TimeUnit::SECOND) return arrow::Status::TypeError("A time column in seconds is not supported");
  const auto& values = static_cast<const arrow::TimestampArray&>(column);
  const int64_t* raw = values.raw_values();
  millis->assign(raw, raw + column.length());
  if (const int64_t divisor = UnitsPerMilli(unit); divisor != 1) {
    for (EventTimeMs& value : *millis) value = DivideDown(value, divisor);
  }
  if (column.null_count() == 0) return arrow::Status::OK();
  for (int64_t row = 0; row < column.length(); ++row) {
    if (column.IsNull(row)) (*millis)[row] = null_value;
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::runtime
