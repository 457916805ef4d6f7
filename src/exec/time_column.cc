// SPDX-License-Identifier: Apache-2.0
// Reading event times.
#include "exec/time_column.h"

#include <arrow/api.h>

#include "time/window.h"

namespace tidemark::exec {
namespace {

constexpr int64_t FloorDivide(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/// Sums of times and window lengths must not overflow.
arrow::Status CheckRange(const int64_t* values, size_t count, int64_t limit, const std::string& label) {
  for (size_t i = 0; i < count; ++i) {
    if (values[i] >= limit || values[i] <= -limit) {
      return arrow::Status::Invalid(label, ": a row's event time lies more than 146 million years from 1970");
    }
  }
  return arrow::Status::OK();
}

}  // namespace

arrow::Result<std::vector<EventTimeMs>> ReadTimes(const arrow::Array& column, const std::string& label) {
  if (column.type_id() != arrow::Type::TIMESTAMP) {
    return arrow::Status::TypeError(label, ": a time column is ", column.type()->ToString(), ", not a timestamp");
  }
  if (column.null_count() > 0) {
    return arrow::Status::Invalid(label,
                                  ": a row's event time is NULL; filter such rows out (WHERE ... IS NOT NULL) or give "
                                  "them a time with COALESCE");
  }
  const auto& timestamps = static_cast<const arrow::TimestampArray&>(column);
  const int64_t* values = timestamps.raw_values();
  std::vector<EventTimeMs> times(column.length());
  switch (static_cast<const arrow::TimestampType&>(*column.type()).unit()) {
    case arrow::TimeUnit::SECOND:
      ARROW_RETURN_NOT_OK(CheckRange(values, times.size(), time::kTimeRangeMs / 1000, label));
      for (size_t i = 0; i < times.size(); ++i) times[i] = values[i] * 1000;
      break;
    case arrow::TimeUnit::MILLI:
      ARROW_RETURN_NOT_OK(CheckRange(values, times.size(), time::kTimeRangeMs, label));
      times.assign(values, values + times.size());
      break;
    case arrow::TimeUnit::MICRO:
      for (size_t i = 0; i < times.size(); ++i) times[i] = FloorDivide(values[i], 1000);
      break;
    case arrow::TimeUnit::NANO:
      for (size_t i = 0; i < times.size(); ++i) times[i] = FloorDivide(values[i], 1000000);
      break;
  }
  return times;
}

}  // namespace tidemark::exec
