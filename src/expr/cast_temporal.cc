// SPDX-License-Identifier: Apache-2.0
// Casts between DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ. Every value is read as a wall clock first, in the local time
// zone where it is an instant; digits that the target does not keep are cut toward the past.
#include <algorithm>

#include "expr/cast_kernels.h"
#include "expr/civil_time.h"
#include "expr/temporal_text.h"
#include "expr/time_zone.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

arrow::Status OutOfRange(int64_t ticks, int32_t precision, const DataType& to) {
  char text[kTemporalTextMax];
  const int length = FormatTimestamp(ticks, std::min(precision, 9), text);
  return arrow::Status::Invalid("Cannot cast '", std::string(text, length), "' to ", to.WithNullable(true).ToString(),
                                ": nanoseconds are kept for the years 1678 to 2261 only");
}

/// Ticks of one precision to ticks of another that may be finer; fails beyond its range.
template <typename From, typename Shift>
std::unique_ptr<ScalarKernel> ToTimestamp(const DataType& to, bool is_try, int64_t from_per_second,
                                          int64_t ticks_per_unit, Shift shift) {
  const int32_t precision = to.precision();
  const int64_t to_per_second = TicksPerSecond(precision);
  auto convert = [=](From value) mutable -> std::optional<int64_t> {
    const auto ticks =
        ConvertTicks(shift(static_cast<int64_t>(value) * ticks_per_unit), from_per_second, to_per_second);
    return ticks ? std::optional(TruncateTicks(*ticks, precision)) : std::nullopt;
  };
  const int32_t from_precision = from_per_second == 1000 ? 3 : from_per_second == 1'000'000 ? 6 : 9;
  auto error = [=](From value) { return OutOfRange(static_cast<int64_t>(value) * ticks_per_unit, from_precision, to); };
  return MakeFallibleCast<From, int64_t>(to, is_try, convert, error);
}

/// The wall clock reading in milliseconds of a TIMESTAMP or TIMESTAMP_LTZ, handed to `then`.
template <typename Then>
std::unique_ptr<ScalarKernel> FromTimestamp(const DataType& from, const DataType& to, TimeZone zone, Then then) {
  const int64_t per_second = TicksPerSecond(from.precision());
  const bool instant = from.kind() == TypeKind::kTimestampLtz;
  return MakeValueKernel(to, [=](int64_t ticks) mutable -> int32_t {
    const int64_t local = instant ? zone.ToLocal(ticks, per_second) : ticks;
    return static_cast<int32_t>(then(FloorDivide(local, per_second / kMillisPerSecond)));
  });
}

KernelResult TimestampToTimestamp(const DataType& from, const DataType& to, bool is_try, TimeZone zone) {
  const int64_t per_second = TicksPerSecond(from.precision());
  if (from.kind() == to.kind() || zone.is_utc()) {
    return ToTimestamp<int64_t>(to, is_try, per_second, 1, [](int64_t ticks) { return ticks; });
  }
  if (to.kind() == TypeKind::kTimestampLtz) {
    return ToTimestamp<int64_t>(to, is_try, per_second, 1,
                                [=](int64_t ticks) mutable { return zone.ToUtc(ticks, per_second); });
  }
  return ToTimestamp<int64_t>(to, is_try, per_second, 1,
                              [=](int64_t ticks) mutable { return zone.ToLocal(ticks, per_second); });
}

}  // namespace

KernelResult MakeTemporalCast(const DataType& from, const DataType& to, bool is_try, const FunctionContext& context) {
  TimeZone zone = TimeZone::Utc();
  if (from.kind() == TypeKind::kTimestampLtz || to.kind() == TypeKind::kTimestampLtz) {
    ARROW_ASSIGN_OR_RAISE(zone, TimeZone::Make(context.local_time_zone));
  }
  const int32_t time_digits = std::min(to.precision(), 3);
  switch (to.kind()) {
    case TypeKind::kDate:
      return FromTimestamp(from, to, zone, [](int64_t millis) { return FloorDivide(millis, kMillisPerDay); });
    case TypeKind::kTime:
      if (from.kind() == TypeKind::kTime) {
        return MakeValueKernel(
            to, [=](int32_t millis) { return static_cast<int32_t>(TruncateTicks(millis, time_digits)); });
      }
      return FromTimestamp(from, to, zone, [=](int64_t millis) {
        return TruncateTicks(FloorModulo(millis, kMillisPerDay), time_digits);
      });
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      break;
    default:
      return arrow::Status::TypeError("No cast of ", from.ToString(), " to ", to.ToString());
  }
  if (from.is_timestamp()) return TimestampToTimestamp(from, to, is_try, zone);
  const int64_t millis_per_unit = from.kind() == TypeKind::kDate ? kMillisPerDay : 1;
  if (to.kind() == TypeKind::kTimestamp) {
    return ToTimestamp<int32_t>(to, is_try, kMillisPerSecond, millis_per_unit, [](int64_t millis) { return millis; });
  }
  return ToTimestamp<int32_t>(to, is_try, kMillisPerSecond, millis_per_unit,
                              [=](int64_t millis) mutable { return zone.ToUtc(millis, kMillisPerSecond); });
}

}  // namespace tidemark::expr
