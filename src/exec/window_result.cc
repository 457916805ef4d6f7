// SPDX-License-Identifier: Apache-2.0
// window_start, window_end and window_time beside a window's results.
#include "exec/window_result.h"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

namespace tidemark::exec {
namespace {

/// How many units of the type make a millisecond.
int64_t UnitsPerMilli(const arrow::DataType& type) {
  switch (static_cast<const arrow::TimestampType&>(type).unit()) {
    case arrow::TimeUnit::NANO:
      return 1'000'000;
    case arrow::TimeUnit::MICRO:
      return 1000;
    default:
      return 1;
  }
}

}  // namespace

EventTimeMs WindowResult::PropertyOf(plan::WindowProperty property, const DataType& type,
                                     const time::Window& window) const {
  const bool as_instant = type.kind() == TypeKind::kTimestampLtz;
  switch (property) {
    case plan::WindowProperty::kStart:
      return as_instant ? zone_.ToInstant(window.start) : window.start;
    case plan::WindowProperty::kEnd:
      return as_instant ? zone_.ToInstant(window.end) : window.end;
    case plan::WindowProperty::kTime:
      return as_instant ? zone_.ToInstant(window.end - 1) : window.end - 1;
    case plan::WindowProperty::kProctime:
      break;
  }
  return context_.clock->NowMicros() / 1000;
}

arrow::Status WindowResult::Add(Batch batch, const time::Window& window, Emitter& out) {
  for (plan::WindowProperty property : node_.properties) {
    const DataType& type = node_.schema()[batch.columns.size()].type;
    const auto arrow_type = type.ToArrow();
    const int64_t value = PropertyOf(property, type, window) * UnitsPerMilli(*arrow_type);
    ARROW_ASSIGN_OR_RAISE(auto column,
                          arrow::MakeArrayFromScalar(arrow::TimestampScalar(value, arrow_type), batch.num_rows));
    batch.columns.push_back(std::move(column));
  }
  return collector_.Add(std::move(batch), out);
}

arrow::Status WindowResult::Add(Batch batch, const std::vector<time::Window>& windows, Emitter& out) {
  for (plan::WindowProperty property : node_.properties) {
    const DataType& type = node_.schema()[batch.columns.size()].type;
    const auto arrow_type = type.ToArrow();
    arrow::TimestampBuilder builder(arrow_type, arrow::default_memory_pool());
    ARROW_RETURN_NOT_OK(builder.Reserve(batch.num_rows));
    const int64_t units = UnitsPerMilli(*arrow_type);
    for (const time::Window& window : windows) builder.UnsafeAppend(PropertyOf(property, type, window) * units);
    ARROW_ASSIGN_OR_RAISE(auto column, builder.Finish());
    batch.columns.push_back(std::move(column));
  }
  return collector_.Add(std::move(batch), out);
}

}  // namespace tidemark::exec
