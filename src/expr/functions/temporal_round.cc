// SPDX-License-Identifier: Apache-2.0
// FLOOR(time TO unit) and CEIL(time TO unit). Weeks start on Sunday. Time zones: the wall clock is rounded.
#include "expr/civil_time.h"
#include "expr/functions/temporal.h"
#include "expr/signature.h"
#include "expr/time_zone.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

using sql::TimeUnit;
using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

/// The first day of the unit that `days` lies in; `next`: of the unit after it.
int64_t StartOfUnit(TimeUnit unit, int64_t days, bool next) {
  const int64_t step = next ? 1 : 0;
  if (unit == TimeUnit::kDay) return days + step;
  if (unit == TimeUnit::kWeek) return days - (DayOfWeek(days) - 1) + 7 * step;
  const CivilDate date = CivilFromDays(days);
  auto year_start = [](int64_t year) { return DaysFromCivil({year, 1, 1}); };
  switch (unit) {
    case TimeUnit::kMonth:
      return AddMonths(DaysFromCivil({date.year, date.month, 1}), step);
    case TimeUnit::kQuarter:
      return AddMonths(DaysFromCivil({date.year, (date.month - 1) / 3 * 3 + 1, 1}), 3 * step);
    case TimeUnit::kDecade:
      return year_start((FloorDivide(date.year, 10) + step) * 10);
    case TimeUnit::kCentury:
      return year_start((FloorDivide(date.year - 1, 100) + step) * 100 + 1);
    case TimeUnit::kMillennium:
      return year_start((FloorDivide(date.year - 1, 1000) + step) * 1000 + 1);
    default:
      return year_start(date.year + step);
  }
}

int64_t TicksOfUnit(TimeUnit unit, int64_t per_second) {
  switch (unit) {
    case TimeUnit::kHour:
      return per_second * 3600;
    case TimeUnit::kMinute:
      return per_second * 60;
    case TimeUnit::kSecond:
      return per_second;
    case TimeUnit::kMillisecond:
      return per_second / 1'000;
    case TimeUnit::kMicrosecond:
      return std::max<int64_t>(per_second / 1'000'000, 1);
    default:
      return 1;
  }
}

int64_t RoundTicks(int64_t ticks, int64_t unit_ticks, bool up) {
  const int64_t floor = FloorDivide(ticks, unit_ticks) * unit_ticks;
  return up && floor != ticks ? floor + unit_ticks : floor;
}

KernelResult RoundTimestamp(TimeUnit unit, bool up, const DataType& type, const FunctionContext& context) {
  TimeZone zone = TimeZone::Utc();
  if (type.kind() == TypeKind::kTimestampLtz) {
    ARROW_ASSIGN_OR_RAISE(zone, TimeZone::Make(context.local_time_zone));
  }
  const int64_t per_second = TicksPerSecond(type.precision());
  const int64_t per_day = per_second * 86400;
  // Shorter units are rounded beside the clock's offset, so that an hour shown twice stays two hours.
  if (unit <= TimeUnit::kHour) {
    const int64_t unit_ticks = TicksOfUnit(unit, per_second);
    return MakeValueKernel(type, [=](int64_t ticks) mutable {
      const int64_t offset = zone.OffsetAt(FloorDivide(ticks, per_second)) * per_second;
      return RoundTicks(ticks + offset, unit_ticks, up) - offset;
    });
  }
  return MakeValueKernel(type, [=](int64_t ticks) mutable {
    const int64_t local = zone.ToLocal(ticks, per_second);
    const int64_t days = FloorDivide(local, per_day);
    int64_t start = StartOfUnit(unit, days, false);
    if (up && start * per_day != local) start = StartOfUnit(unit, days, true);
    return zone.ToUtc(start * per_day, per_second);
  });
}

KernelResult MakeRound(const std::string& name, bool up, const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(const TimeUnit unit, UnitArgument(name, site.arguments[1]));
  const DataType& type = site.return_type;
  switch (type.kind()) {
    case TypeKind::kDate:
      if (unit < TimeUnit::kDay) return MakeValueKernel(type, [](int32_t days) { return days; });
      return MakeValueKernel(type, [unit, up](int32_t days) {
        int64_t start = StartOfUnit(unit, days, false);
        if (up && start != days) start = StartOfUnit(unit, days, true);
        return static_cast<int32_t>(start);
      });
    case TypeKind::kTime: {
      if (unit > TimeUnit::kHour) return MakeValueKernel(type, [](int32_t millis) { return millis; });
      const int64_t unit_ticks = TicksOfUnit(unit, kMillisPerSecond);
      return MakeValueKernel(type, [unit_ticks, up](int32_t millis) {
        return static_cast<int32_t>(RoundTicks(millis, std::max<int64_t>(unit_ticks, 1), up) % kMillisPerDay);
      });
    }
    default:
      return RoundTimestamp(unit, up, type, site.context);
  }
}

/// Hands on the first argument: the unit is known.
class FirstArgument final : public ScalarKernel {
 public:
  explicit FirstArgument(std::unique_ptr<ScalarKernel> kernel) : kernel_(std::move(kernel)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    return kernel_->Run(args.first(1), num_rows);
  }
  bool can_fail() const override { return false; }

 private:
  std::unique_ptr<ScalarKernel> kernel_;
};

arrow::Result<ResolvedSignature> ResolveRound(const std::string& name, std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2 || !arguments[0].type.is_datetime()) {
    return arrow::Status::TypeError(name, " takes (<date or time> TO unit), not ", TypeListText(arguments));
  }
  ARROW_ASSIGN_OR_RAISE(const TimeUnit unit, UnitArgument(name, arguments[1]));
  if (unit > TimeUnit::kMillennium) {
    return arrow::Status::TypeError(name, " cannot round to ", sql::TimeUnitName(unit));
  }
  const DataType& type = arguments[0].type;
  return ResolvedSignature{{type, arguments[1].type}, type.WithTimeAttribute(TimeAttribute::kNone)};
}

void AddRound(FunctionRegistry* registry, const std::string& name, bool up) {
  registry->Overload(
      {.name = name,
       .resolve = [name](std::span<const ArgumentInfo> arguments) { return ResolveRound(name, arguments); },
       .make_kernel = [name, up](const CallSite& site) -> KernelResult {
         ARROW_ASSIGN_OR_RAISE(auto kernel, MakeRound(name, up, site));
         return std::make_unique<FirstArgument>(std::move(kernel));
       },
       .can_fail = false,
       .signature_text = name + "(time TO unit)",
       .description = std::string("The ") + (up ? "earliest" : "latest") + " start of a unit of time at or " +
                      (up ? "after" : "before") + " the given time"});
}

}  // namespace

void RegisterTemporalRound(FunctionRegistry* registry) {
  AddRound(registry, "FLOOR", false);
  AddRound(registry, "CEIL", true);
}

}  // namespace tidemark::expr
