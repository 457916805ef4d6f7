// SPDX-License-Identifier: Apache-2.0
// EXTRACT and its short forms: one number out of a date, time, timestamp or interval.
#include "expr/civil_time.h"
#include "expr/functions/temporal.h"
#include "expr/signature.h"
#include "expr/time_zone.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

using sql::TimeUnit;
using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

constexpr int64_t kNanosPerSecond = 1'000'000'000;

/// A part that depends on the day alone.
int64_t DayPart(TimeUnit unit, int64_t days) {
  switch (unit) {
    case TimeUnit::kDayOfWeek:
      return DayOfWeek(days);
    case TimeUnit::kIsoDayOfWeek:
      return IsoDayOfWeek(days);
    case TimeUnit::kDayOfYear:
      return DayOfYear(days);
    case TimeUnit::kWeek:
      return IsoWeek(days);
    case TimeUnit::kIsoYear:
      return IsoYear(days);
    default:
      break;
  }
  const CivilDate date = CivilFromDays(days);
  switch (unit) {
    case TimeUnit::kMonth:
      return date.month;
    case TimeUnit::kQuarter:
      return (date.month + 2) / 3;
    case TimeUnit::kDay:
      return date.day;
    case TimeUnit::kDecade:
      return date.year / 10;
    case TimeUnit::kCentury:
      return date.year > 0 ? (date.year + 99) / 100 : (date.year - 99) / 100;
    case TimeUnit::kMillennium:
      return date.year > 0 ? (date.year + 999) / 1000 : (date.year - 999) / 1000;
    default:
      return date.year;
  }
}

bool IsClockUnit(TimeUnit unit) { return unit <= TimeUnit::kHour; }

/// A part of the time of day, given in ticks.
int64_t ClockPart(TimeUnit unit, int64_t ticks_of_day, int64_t per_second) {
  const int64_t seconds = ticks_of_day / per_second;
  const int64_t nanos = (ticks_of_day - seconds * per_second) * (kNanosPerSecond / per_second);
  switch (unit) {
    case TimeUnit::kHour:
      return seconds / 3600;
    case TimeUnit::kMinute:
      return seconds / 60 % 60;
    case TimeUnit::kSecond:
      return seconds % 60;
    case TimeUnit::kMillisecond:
      return nanos / 1'000'000;
    case TimeUnit::kMicrosecond:
      return nanos / 1'000;
    default:
      return nanos;
  }
}

KernelResult FromTimestamp(TimeUnit unit, const DataType& from, const DataType& to, const FunctionContext& context) {
  TimeZone zone = TimeZone::Utc();
  if (from.kind() == TypeKind::kTimestampLtz) {
    ARROW_ASSIGN_OR_RAISE(zone, TimeZone::Make(context.local_time_zone));
  }
  const int64_t per_second = TicksPerSecond(from.precision());
  const int64_t per_day = per_second * 86400;
  if (unit == TimeUnit::kEpoch) {
    return MakeValueKernel(to, [per_second](int64_t ticks) { return FloorDivide(ticks, per_second); });
  }
  if (IsClockUnit(unit)) {
    return MakeValueKernel(to, [=](int64_t ticks) mutable {
      return ClockPart(unit, FloorModulo(zone.ToLocal(ticks, per_second), per_day), per_second);
    });
  }
  return MakeValueKernel(
      to, [=](int64_t ticks) mutable { return DayPart(unit, FloorDivide(zone.ToLocal(ticks, per_second), per_day)); });
}

/// Parts of intervals are signed, and count up to the next larger unit.
KernelResult FromInterval(TimeUnit unit, const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kIntervalYearMonth) {
    switch (unit) {
      case TimeUnit::kYear:
        return MakeValueKernel(to, [](int32_t months) -> int64_t { return months / 12; });
      case TimeUnit::kMonth:
        return MakeValueKernel(to, [](int32_t months) -> int64_t { return months % 12; });
      default:
        return MakeValueKernel(to, [](int32_t months) -> int64_t { return months % 12 / 3 + 1; });
    }
  }
  if (unit == TimeUnit::kDay)
    return MakeValueKernel(to, [](int64_t millis) -> int64_t { return millis / kMillisPerDay; });
  return MakeValueKernel(to, [unit](int64_t millis) -> int64_t {
    const int64_t rest = millis % kMillisPerDay;
    const int64_t part = ClockPart(unit, rest < 0 ? -rest : rest, kMillisPerSecond);
    return rest < 0 ? -part : part;
  });
}

KernelResult MakeExtract(TimeUnit unit, const DataType& from, const DataType& to, const FunctionContext& context) {
  switch (from.kind()) {
    case TypeKind::kDate:
      if (unit == TimeUnit::kEpoch)
        return MakeValueKernel(to, [](int32_t days) -> int64_t { return int64_t{days} * 86400; });
      if (IsClockUnit(unit)) return MakeValueKernel(to, [](int32_t) -> int64_t { return 0; });
      return MakeValueKernel(to, [unit](int32_t days) -> int64_t { return DayPart(unit, days); });
    case TypeKind::kTime:
      return MakeValueKernel(to,
                             [unit](int32_t millis) -> int64_t { return ClockPart(unit, millis, kMillisPerSecond); });
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return FromTimestamp(unit, from, to, context);
    default:
      return FromInterval(unit, from, to);
  }
}

bool HasPart(TimeUnit unit, const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return true;
    case TypeKind::kTime:
      return IsClockUnit(unit);
    case TypeKind::kIntervalYearMonth:
      return unit == TimeUnit::kYear || unit == TimeUnit::kMonth || unit == TimeUnit::kQuarter;
    case TypeKind::kIntervalDayTime:
      return IsClockUnit(unit) || unit == TimeUnit::kDay;
    default:
      return false;
  }
}

arrow::Status CheckPart(const std::string& function, TimeUnit unit, const DataType& type) {
  if (HasPart(unit, type)) return arrow::Status::OK();
  return arrow::Status::TypeError(function, " cannot take ", sql::TimeUnitName(unit), " out of ",
                                  type.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone).ToString());
}

arrow::Result<ResolvedSignature> ResolveExtract(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2) return arrow::Status::TypeError("EXTRACT takes (unit FROM <date, time or interval>)");
  ARROW_ASSIGN_OR_RAISE(const TimeUnit unit, UnitArgument("EXTRACT", arguments[0]));
  const DataType& type = arguments[1].type;
  ARROW_RETURN_NOT_OK(CheckPart("EXTRACT", unit, type));
  return ResolvedSignature{{arguments[0].type, type}, DataType::BigInt().WithNullable(type.nullable())};
}

/// Hands on the second argument: the unit is known.
class SecondArgument final : public ScalarKernel {
 public:
  explicit SecondArgument(std::unique_ptr<ScalarKernel> kernel) : kernel_(std::move(kernel)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    return kernel_->Run(args.subspan(1, 1), num_rows);
  }

 private:
  std::unique_ptr<ScalarKernel> kernel_;
};

void AddShortForm(FunctionRegistry* registry, const std::string& name, TimeUnit unit, const std::string& what) {
  registry->Add({.name = name,
                 .resolve = [name, unit](std::span<const ArgumentInfo> arguments) -> arrow::Result<ResolvedSignature> {
                   if (arguments.size() != 1)
                     return arrow::Status::TypeError(name, " takes one date, time or timestamp");
                   const DataType& type = arguments[0].type;
                   ARROW_RETURN_NOT_OK(CheckPart(name, unit, type));
                   return ResolvedSignature{{type}, DataType::BigInt().WithNullable(type.nullable())};
                 },
                 .make_kernel =
                     [unit](const CallSite& site) {
                       return MakeExtract(unit, site.arguments[0].type, site.return_type, site.context);
                     },
                 .can_fail = false,
                 .signature_text = name + "(time)",
                 .description = what});
}

}  // namespace

void RegisterTemporalParts(FunctionRegistry* registry) {
  registry->Add({.name = "EXTRACT",
                 .resolve = ResolveExtract,
                 .make_kernel = [](const CallSite& site) -> KernelResult {
                   ARROW_ASSIGN_OR_RAISE(const TimeUnit unit, UnitArgument("EXTRACT", site.arguments[0]));
                   ARROW_ASSIGN_OR_RAISE(auto kernel,
                                         MakeExtract(unit, site.arguments[1].type, site.return_type, site.context));
                   return std::make_unique<SecondArgument>(std::move(kernel));
                 },
                 .can_fail = false,
                 .signature_text = "EXTRACT(unit FROM time)",
                 .description = "One part of a date, time, timestamp or interval as a number"});
  AddShortForm(registry, "YEAR", TimeUnit::kYear, "The year");
  AddShortForm(registry, "QUARTER", TimeUnit::kQuarter, "The quarter of the year, 1 to 4");
  AddShortForm(registry, "MONTH", TimeUnit::kMonth, "The month, 1 to 12");
  AddShortForm(registry, "WEEK", TimeUnit::kWeek, "The ISO week of the year, 1 to 53");
  AddShortForm(registry, "DAYOFYEAR", TimeUnit::kDayOfYear, "The day of the year, 1 to 366");
  AddShortForm(registry, "DAYOFMONTH", TimeUnit::kDay, "The day of the month, 1 to 31");
  AddShortForm(registry, "DAYOFWEEK", TimeUnit::kDayOfWeek, "The day of the week, 1 (Sunday) to 7");
  AddShortForm(registry, "HOUR", TimeUnit::kHour, "The hour of the day, 0 to 23");
  AddShortForm(registry, "MINUTE", TimeUnit::kMinute, "The minute of the hour, 0 to 59");
  AddShortForm(registry, "SECOND", TimeUnit::kSecond, "The second of the minute, 0 to 59");
}

}  // namespace tidemark::expr
