// SPDX-License-Identifier: Apache-2.0
// TIMESTAMPADD, TIMESTAMPDIFF and OVERLAPS.
#include "expr/civil_time.h"
#include "expr/functions/temporal.h"
#include "expr/signature.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

using sql::TimeUnit;
using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

int64_t WrapAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t WrapSubtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
int64_t WrapMultiply(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

/// Months of a unit, or 0 for units of a fixed length.
int64_t MonthsOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMonth:
      return 1;
    case TimeUnit::kQuarter:
      return 3;
    case TimeUnit::kYear:
      return 12;
    case TimeUnit::kDecade:
      return 120;
    case TimeUnit::kCentury:
      return 1200;
    case TimeUnit::kMillennium:
      return 12000;
    default:
      return 0;
  }
}

/// Nanoseconds of a unit of fixed length, or 0.
int64_t NanosOf(TimeUnit unit) {
  constexpr int64_t kSecond = 1'000'000'000;
  switch (unit) {
    case TimeUnit::kNanosecond:
      return 1;
    case TimeUnit::kMicrosecond:
      return 1'000;
    case TimeUnit::kMillisecond:
      return 1'000'000;
    case TimeUnit::kSecond:
      return kSecond;
    case TimeUnit::kMinute:
      return 60 * kSecond;
    case TimeUnit::kHour:
      return 3600 * kSecond;
    case TimeUnit::kDay:
      return 86400 * kSecond;
    case TimeUnit::kWeek:
      return 7 * 86400 * kSecond;
    default:
      return 0;
  }
}

arrow::Status CheckLength(const std::string& function, TimeUnit unit) {
  if (MonthsOf(unit) > 0 || NanosOf(unit) > 0) return arrow::Status::OK();
  return arrow::Status::TypeError(function, " cannot count in ", sql::TimeUnitName(unit));
}

// ---- TIMESTAMPADD

/// The least that a moment of `type` can be moved by. (A DATE becomes a TIMESTAMP; milliseconds widen a TIMESTAMP.)
int64_t FinestNanos(const DataType& type) {
  constexpr int64_t kMilli = 1'000'000;
  if (type.kind() == TypeKind::kDate) return 1000 * kMilli;
  if (type.kind() == TypeKind::kTime || type.precision() <= 3) return kMilli;
  return type.precision() <= 6 ? 1000 : 1;
}

arrow::Result<ResolvedSignature> ResolveAdd(std::span<const ArgumentInfo> arguments) {
  const bool fits = arguments.size() == 3 && arguments[2].type.is_datetime() && arguments[1].type.is_integer();
  if (!fits)
    return arrow::Status::TypeError("TIMESTAMPADD takes (unit, <integer>, <date or time>), not ",
                                    TypeListText(arguments));
  ARROW_ASSIGN_OR_RAISE(const TimeUnit unit, UnitArgument("TIMESTAMPADD", arguments[0]));
  ARROW_RETURN_NOT_OK(CheckLength("TIMESTAMPADD", unit));
  DataType moment = arguments[2].type.WithTimeAttribute(TimeAttribute::kNone);
  const bool too_fine = NanosOf(unit) > 0 && NanosOf(unit) < FinestNanos(moment);
  if (too_fine) {
    return arrow::Status::TypeError("TIMESTAMPADD cannot add a ", sql::TimeUnitName(unit), " to ", moment.ToString(),
                                    ", which would lose it; CAST it to TIMESTAMP(9) or (6)");
  }
  // A date moved by hours becomes a timestamp.
  if (moment.kind() == TypeKind::kDate && unit < TimeUnit::kDay)
    moment = DataType::Timestamp(6).WithNullable(moment.nullable());
  if (moment.is_timestamp() && unit == TimeUnit::kMillisecond && moment.precision() < 3) {
    moment = moment.kind() == TypeKind::kTimestamp ? DataType::Timestamp(3) : DataType::TimestampLtz(3);
    moment = moment.WithNullable(arguments[2].type.nullable());
  }
  const bool nullable = arguments[1].type.nullable() || moment.nullable();
  return ResolvedSignature{{arguments[0].type, DataType::BigInt().WithNullable(arguments[1].type.nullable()), moment},
                           moment.WithNullable(nullable)};
}

KernelResult MakeAddKernel(TimeUnit unit, const DataType& type) {
  const int64_t months = MonthsOf(unit);
  const int64_t nanos = NanosOf(unit);
  if (type.kind() == TypeKind::kDate) {
    if (months > 0) {
      return MakeValueKernel(type, [=](int64_t count, int32_t days) {
        return static_cast<int32_t>(AddMonths(days, WrapMultiply(count, months)));
      });
    }
    const int64_t unit_days = unit == TimeUnit::kWeek ? 7 : 1;
    return MakeValueKernel(type, [=](int64_t count, int32_t days) {
      return static_cast<int32_t>(WrapAdd(days, WrapMultiply(count, unit_days)));
    });
  }
  if (type.kind() == TypeKind::kTime) {
    const int64_t millis = nanos / 1'000'000;
    return MakeValueKernel(type, [=](int64_t count, int32_t time) {
      return static_cast<int32_t>(FloorModulo(WrapAdd(time, WrapMultiply(count, millis)), kMillisPerDay));
    });
  }
  const int64_t per_second = TicksPerSecond(type.precision());
  if (months > 0) {
    const int64_t per_day = per_second * 86400;
    return MakeValueKernel(type, [=](int64_t count, int64_t ticks) {
      const int64_t days = FloorDivide(ticks, per_day);
      return WrapAdd(WrapMultiply(AddMonths(days, WrapMultiply(count, months)), per_day), ticks - days * per_day);
    });
  }
  const int64_t nanos_per_tick = 1'000'000'000 / per_second;
  if (nanos >= nanos_per_tick) {
    const int64_t factor = nanos / nanos_per_tick;
    return MakeValueKernel(type,
                           [=](int64_t count, int64_t ticks) { return WrapAdd(ticks, WrapMultiply(count, factor)); });
  }
  const int64_t divisor = nanos_per_tick / nanos;
  return MakeValueKernel(type,
                         [=](int64_t count, int64_t ticks) { return WrapAdd(ticks, FloorDivide(count, divisor)); });
}

/// Hands on the arguments after the unit.
class AfterUnit final : public ScalarKernel {
 public:
  explicit AfterUnit(std::unique_ptr<ScalarKernel> kernel) : kernel_(std::move(kernel)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    return kernel_->Run(args.subspan(1), num_rows);
  }
  bool can_fail() const override { return false; }

 private:
  std::unique_ptr<ScalarKernel> kernel_;
};

// ---- TIMESTAMPDIFF

arrow::Result<ResolvedSignature> ResolveDiff(std::span<const ArgumentInfo> arguments) {
  auto is_moment = [](const DataType& type) { return type.is_timestamp() || type.kind() == TypeKind::kDate; };
  if (arguments.size() != 3 || !is_moment(arguments[1].type) || !is_moment(arguments[2].type)) {
    return arrow::Status::TypeError("TIMESTAMPDIFF takes (unit, <date or timestamp>, <date or timestamp>), not ",
                                    TypeListText(arguments));
  }
  ARROW_ASSIGN_OR_RAISE(const TimeUnit unit, UnitArgument("TIMESTAMPDIFF", arguments[0]));
  ARROW_RETURN_NOT_OK(CheckLength("TIMESTAMPDIFF", unit));
  const DataType& from = arguments[1].type;
  const DataType& to = arguments[2].type;
  const bool from_instant = from.kind() == TypeKind::kTimestampLtz;
  const bool to_instant = to.kind() == TypeKind::kTimestampLtz;
  if (from_instant != to_instant) {
    return arrow::Status::TypeError("TIMESTAMPDIFF takes two TIMESTAMP_LTZ or none: CAST one side, of ",
                                    TypeListText(arguments));
  }
  const int32_t precision = std::max(from.precision(), to.precision()) > 6   ? 9
                            : std::max(from.precision(), to.precision()) > 3 ? 6
                                                                             : 3;
  const DataType common =
      from_instant || to_instant ? DataType::TimestampLtz(precision) : DataType::Timestamp(precision);
  const DataType count = unit == TimeUnit::kNanosecond ? DataType::BigInt() : DataType::Int();
  return ResolvedSignature{
      {arguments[0].type, common.WithNullable(from.nullable()), common.WithNullable(to.nullable())},
      count.WithNullable(from.nullable() || to.nullable())};
}

template <typename Count>
std::unique_ptr<ScalarKernel> MakeDiffKernel(TimeUnit unit, int64_t per_second, const DataType& type) {
  const int64_t months = MonthsOf(unit);
  if (months > 0) {
    const int64_t per_day = per_second * 86400;
    return MakeValueKernel(type, [=](int64_t from, int64_t to) {
      const int64_t from_days = FloorDivide(from, per_day);
      const int64_t to_days = FloorDivide(to, per_day);
      // As Flink counts: the time of day takes a month off where the days are whole months apart, and never adds one.
      const int64_t days_only = MonthsBetween(from_days, to_days);
      const bool is_short =
          AddMonths(from_days, days_only) == to_days && to - to_days * per_day < from - from_days * per_day;
      const int64_t whole = days_only - (is_short ? 1 : 0);
      return static_cast<Count>(whole / months);
    });
  }
  const int64_t nanos = NanosOf(unit);
  const int64_t nanos_per_tick = 1'000'000'000 / per_second;
  if (nanos >= nanos_per_tick) {
    const int64_t ticks = nanos / nanos_per_tick;
    return MakeValueKernel(
        type, [=](int64_t from, int64_t to) { return static_cast<Count>(WrapSubtract(to, from) / ticks); });
  }
  const int64_t factor = nanos_per_tick / nanos;
  return MakeValueKernel(
      type, [=](int64_t from, int64_t to) { return static_cast<Count>(WrapMultiply(WrapSubtract(to, from), factor)); });
}

// ---- OVERLAPS

/// (start, end or length) OVERLAPS (start, end or length), flat.
arrow::Result<ResolvedSignature> ResolveOverlaps(std::span<const ArgumentInfo> arguments) {
  const auto mismatch = arrow::Status::TypeError(
      "OVERLAPS takes (start, end or interval) OVERLAPS (start, end or interval), not ", TypeListText(arguments));
  if (arguments.size() != 4) return mismatch;
  ResolvedSignature resolved;
  const DataType& first = arguments[0].type;
  const DataType common = first.is_timestamp()
                              ? DataType::Timestamp(std::max(first.precision(), arguments[2].type.precision()))
                          : first.kind() == TypeKind::kDate ? DataType::Date()
                                                            : DataType::Time(first.precision());
  for (size_t i = 0; i < 4; ++i) {
    const DataType& type = arguments[i].type;
    const bool length = i % 2 == 1 && type.is_interval();
    const bool moment =
        type.is_datetime() && (type.kind() == first.kind() || (type.is_timestamp() && first.is_timestamp()));
    if (!length && !moment) return mismatch;
    resolved.argument_types.push_back(length ? type : common.WithNullable(type.nullable()));
  }
  resolved.return_type = DataType::Boolean().WithNullable(AnyNullable(arguments));
  return resolved;
}

/// Closed periods; the ends may stand in either order.
bool PeriodsOverlap(int64_t a, int64_t b, int64_t c, int64_t d) {
  if (b < a) std::swap(a, b);
  if (d < c) std::swap(c, d);
  return a <= d && c <= b;
}

/// Computes the ends out of lengths, by the + operator, then compares.
class OverlapsKernel final : public ScalarKernel {
 public:
  static KernelResult Make(const CallSite& site, const ScalarFunction& plus) {
    auto kernel = std::make_unique<OverlapsKernel>();
    for (size_t period = 0; period < 2; ++period) {
      const ArgumentInfo& start = site.arguments[2 * period];
      const ArgumentInfo& end = site.arguments[2 * period + 1];
      if (!end.type.is_interval()) continue;
      const std::vector<ArgumentInfo> both = {start, end};
      ARROW_ASSIGN_OR_RAISE(kernel->ends_[period], plus.make_kernel(CallSite{both, start.type, site.context}));
    }
    const bool wide = site.arguments[0].type.is_timestamp();
    if (wide) {
      kernel->compare_ = MakeRowKernel(
          site.return_type, [](int64_t a, int64_t b, int64_t c, int64_t d) { return PeriodsOverlap(a, b, c, d); });
    } else {
      kernel->compare_ = MakeRowKernel(
          site.return_type, [](int32_t a, int32_t b, int32_t c, int32_t d) { return PeriodsOverlap(a, b, c, d); });
    }
    return kernel;
  }

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    std::vector<arrow::Datum> ends(args.begin(), args.end());
    for (size_t period = 0; period < 2; ++period) {
      if (!ends_[period]) continue;
      ARROW_ASSIGN_OR_RAISE(ends[2 * period + 1], ends_[period]->Run(args.subspan(2 * period, 2), num_rows));
    }
    return compare_->Run(ends, num_rows);
  }

 private:
  std::unique_ptr<ScalarKernel> ends_[2];
  std::unique_ptr<ScalarKernel> compare_;
};

}  // namespace

void RegisterTemporalShift(FunctionRegistry* registry) {
  registry->Add({.name = "TIMESTAMPADD",
                 .resolve = ResolveAdd,
                 .make_kernel = [](const CallSite& site) -> KernelResult {
                   ARROW_ASSIGN_OR_RAISE(const TimeUnit unit, UnitArgument("TIMESTAMPADD", site.arguments[0]));
                   ARROW_ASSIGN_OR_RAISE(auto kernel, MakeAddKernel(unit, site.return_type));
                   return std::make_unique<AfterUnit>(std::move(kernel));
                 },
                 .can_fail = false,
                 .signature_text = "TIMESTAMPADD(unit, count, time)",
                 .description = "The time moved by a number of units"});
  registry->Add({.name = "TIMESTAMPDIFF",
                 .resolve = ResolveDiff,
                 .make_kernel = [](const CallSite& site) -> KernelResult {
                   ARROW_ASSIGN_OR_RAISE(const TimeUnit unit, UnitArgument("TIMESTAMPDIFF", site.arguments[0]));
                   const int64_t per_second = TicksPerSecond(site.arguments[1].type.precision());
                   const bool big = site.return_type.kind() == TypeKind::kBigInt;
                   return std::make_unique<AfterUnit>(
                       big ? MakeDiffKernel<int64_t>(unit, per_second, site.return_type)
                           : MakeDiffKernel<int32_t>(unit, per_second, site.return_type));
                 },
                 .can_fail = false,
                 .signature_text = "TIMESTAMPDIFF(unit, from, to)",
                 .description = "The number of whole units between two times"});
  const ScalarFunction* plus = registry->Find("+");
  registry->Add(
      {.name = "OVERLAPS",
       .resolve = ResolveOverlaps,
       .make_kernel = [plus](const CallSite& site) { return OverlapsKernel::Make(site, *plus); },
       .can_fail = false,
       .signature_text = "(start, end) OVERLAPS (start, end)",
       .description = "TRUE if two periods, each given by its ends or its start and length, have a time in common"});
}

}  // namespace tidemark::expr
