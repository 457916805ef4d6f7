// SPDX-License-Identifier: Apache-2.0
// + - * on dates, times, timestamps and intervals. Everything wraps at the ends of 64 bits, nothing fails.
#include "expr/civil_time.h"
#include "expr/functions/operators.h"
#include "expr/signature.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

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

arrow::Status CannotApply(const std::string& op, std::span<const ArgumentInfo> arguments) {
  if (arguments.size() == 3) {
    return arrow::Status::TypeError("(a - b) ", LiteralText(arguments[2]).value_or("unit"),
                                    " takes two TIMESTAMPs or two DATEs, not ", TypeListText(arguments.first(2)));
  }
  return arrow::Status::TypeError(
      op, " does not take ", TypeListText(arguments),
      op == "-" && arguments.size() == 2 && arguments[0].type.is_datetime() && arguments[1].type.is_datetime()
          ? "; use TIMESTAMPDIFF(unit, b, a)"
          : "");
}

DataType Plain(const DataType& type) { return type.WithTimeAttribute(TimeAttribute::kNone); }

arrow::Result<ResolvedSignature> ResolveSum(const std::string& op, std::span<const ArgumentInfo> arguments) {
  const DataType& a = arguments[0].type;
  const DataType& b = arguments[1].type;
  const bool nullable = a.nullable() || b.nullable();
  auto result = [&](const DataType& type) { return ResolvedSignature{{a, b}, Plain(type).WithNullable(nullable)}; };
  if (a.is_datetime() && b.is_interval()) return result(a);
  if (op == "+" && a.is_interval() && b.is_datetime()) return result(b);
  if (a.is_interval() && a.kind() == b.kind()) return result(a);
  return CannotApply(op, arguments);
}

/// a - b of two timestamps, dates or times with the unit as a third argument: (a - b) DAY.
arrow::Result<ResolvedSignature> ResolveDifference(std::span<const ArgumentInfo> arguments) {
  const auto unit = LiteralText(arguments[2]);
  const DataType& a = arguments[0].type;
  const DataType& b = arguments[1].type;
  const bool same = a.kind() == b.kind() || (a.is_timestamp() && b.is_timestamp());
  if (!unit || !same || !a.is_datetime() || a.kind() == TypeKind::kTime) return CannotApply("-", arguments);
  // As in Flink the unit says no more than whether months or milliseconds are counted.
  const bool months = *unit == "YEAR" || *unit == "MONTH" || *unit == "QUARTER";
  const DataType result = months ? DataType::IntervalYearMonth() : DataType::IntervalDayTime();
  // Milliseconds are what an interval keeps.
  DataType common = a.kind() == TypeKind::kDate ? DataType::Date() : DataType::Timestamp(3);
  if (a.kind() == TypeKind::kTimestampLtz && b.kind() == TypeKind::kTimestampLtz) common = DataType::TimestampLtz(3);
  return ResolvedSignature{{common.WithNullable(a.nullable()), common.WithNullable(b.nullable()), arguments[2].type},
                           result.WithNullable(a.nullable() || b.nullable())};
}

arrow::Result<ResolvedSignature> ResolveProduct(std::span<const ArgumentInfo> arguments) {
  const DataType& a = arguments[0].type;
  const DataType& b = arguments[1].type;
  const bool nullable = a.nullable() || b.nullable();
  if (a.is_interval() && b.is_integer()) {
    return ResolvedSignature{{a, DataType::BigInt().WithNullable(b.nullable())}, a.WithNullable(nullable)};
  }
  if (b.is_interval() && a.is_integer()) {
    return ResolvedSignature{{DataType::BigInt().WithNullable(a.nullable()), b}, b.WithNullable(nullable)};
  }
  return CannotApply("*", arguments);
}

/// Ticks moved by months: the day moves, the time of day stays.
int64_t MoveMonths(int64_t ticks, int64_t months, int64_t ticks_per_day) {
  const int64_t days = FloorDivide(ticks, ticks_per_day);
  return WrapAdd(WrapMultiply(AddMonths(days, months), ticks_per_day), ticks - days * ticks_per_day);
}

/// A kernel of (moment, interval), or of (interval, moment) where `swapped`.
template <typename Moment, typename Interval, typename F>
std::unique_ptr<ScalarKernel> MoveKernel(const DataType& type, bool swapped, F move) {
  if (swapped) return MakeValueKernel(type, [move](Interval by, Moment from) -> Moment { return move(from, by); });
  return MakeValueKernel(type, [move](Moment from, Interval by) -> Moment { return move(from, by); });
}

std::unique_ptr<ScalarKernel> MoveByMonths(const DataType& type, bool swapped, int32_t sign) {
  switch (type.kind()) {
    case TypeKind::kDate:
      return MoveKernel<int32_t, int32_t>(type, swapped, [sign](int32_t days, int32_t months) {
        return static_cast<int32_t>(AddMonths(days, int64_t{sign} * months));
      });
    case TypeKind::kTime:
      return MoveKernel<int32_t, int32_t>(type, swapped, [](int32_t millis, int32_t) { return millis; });
    default:
      break;
  }
  const int64_t per_day = TicksPerSecond(type.precision()) * 86400;
  return MoveKernel<int64_t, int32_t>(
      type, swapped, [=](int64_t ticks, int32_t months) { return MoveMonths(ticks, int64_t{sign} * months, per_day); });
}

std::unique_ptr<ScalarKernel> MoveByMillis(const DataType& type, bool swapped, int32_t sign) {
  switch (type.kind()) {
    case TypeKind::kDate:
      return MoveKernel<int32_t, int64_t>(type, swapped, [sign](int32_t days, int64_t millis) {
        return static_cast<int32_t>(
            FloorDivide(WrapAdd(int64_t{days} * kMillisPerDay, WrapMultiply(millis, sign)), kMillisPerDay));
      });
    case TypeKind::kTime:
      return MoveKernel<int32_t, int64_t>(type, swapped, [sign](int32_t time, int64_t millis) {
        return static_cast<int32_t>(FloorModulo(WrapAdd(time, WrapMultiply(millis, sign)), kMillisPerDay));
      });
    default:
      break;
  }
  const int64_t factor = sign * (TicksPerSecond(type.precision()) / kMillisPerSecond);
  return MoveKernel<int64_t, int64_t>(
      type, swapped, [factor](int64_t ticks, int64_t millis) { return WrapAdd(ticks, WrapMultiply(millis, factor)); });
}

KernelResult MakeIntervalSum(const DataType& type, bool subtract) {
  if (type.kind() == TypeKind::kIntervalYearMonth) {
    if (subtract) {
      return MakeValueKernel(type, [](int32_t a, int32_t b) { return static_cast<int32_t>(WrapSubtract(a, b)); });
    }
    return MakeValueKernel(type, [](int32_t a, int32_t b) { return static_cast<int32_t>(WrapAdd(a, b)); });
  }
  if (subtract) return MakeValueKernel(type, [](int64_t a, int64_t b) { return WrapSubtract(a, b); });
  return MakeValueKernel(type, [](int64_t a, int64_t b) { return WrapAdd(a, b); });
}

/// Drops the third argument (the unit), which is known when the kernel is made.
class WithoutUnit final : public ScalarKernel {
 public:
  explicit WithoutUnit(std::unique_ptr<ScalarKernel> kernel) : kernel_(std::move(kernel)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    return kernel_->Run(args.first(2), num_rows);
  }
  bool can_fail() const override { return false; }

 private:
  std::unique_ptr<ScalarKernel> kernel_;
};

std::unique_ptr<ScalarKernel> MakeDifference(const CallSite& site) {
  const DataType& type = site.return_type;
  const bool dates = site.arguments[0].type.kind() == TypeKind::kDate;
  if (type.kind() == TypeKind::kIntervalDayTime) {
    if (dates) return MakeValueKernel(type, [](int32_t a, int32_t b) { return (int64_t{a} - b) * kMillisPerDay; });
    return MakeValueKernel(type, [](int64_t a, int64_t b) { return WrapSubtract(a, b); });
  }
  if (dates)
    return MakeValueKernel(type, [](int32_t a, int32_t b) { return static_cast<int32_t>(MonthsBetween(b, a)); });
  return MakeValueKernel(type, [](int64_t a, int64_t b) {
    const int64_t a_days = FloorDivide(a, kMillisPerDay);
    const int64_t b_days = FloorDivide(b, kMillisPerDay);
    const int64_t months = MonthsBetween(b_days, a_days);
    // As Flink counts: the time of day takes a month off where the day is the same, and never adds one.
    const bool earlier = a - a_days * kMillisPerDay < b - b_days * kMillisPerDay;
    return static_cast<int32_t>(months - (earlier && AddMonths(b_days, months) == a_days ? 1 : 0));
  });
}

KernelResult MakeProduct(const CallSite& site) {
  const DataType& type = site.return_type;
  if (type.kind() == TypeKind::kIntervalDayTime)
    return MakeValueKernel(type, [](int64_t a, int64_t b) { return WrapMultiply(a, b); });
  if (site.arguments[0].type.is_interval()) {
    return MakeValueKernel(
        type, [](int32_t months, int64_t times) { return static_cast<int32_t>(WrapMultiply(months, times)); });
  }
  return MakeValueKernel(
      type, [](int64_t times, int32_t months) { return static_cast<int32_t>(WrapMultiply(months, times)); });
}

}  // namespace

bool IsTemporalArithmetic(std::span<const ArgumentInfo> arguments) {
  for (const auto& argument : arguments) {
    if (argument.type.is_datetime() || argument.type.is_interval()) return true;
  }
  return false;
}

arrow::Result<ResolvedSignature> ResolveTemporalArithmetic(const std::string& op,
                                                           std::span<const ArgumentInfo> arguments) {
  if (op == "-" && arguments.size() == 3) return ResolveDifference(arguments);
  if (arguments.size() != 2) return CannotApply(op, arguments);
  if (op == "+" || op == "-") return ResolveSum(op, arguments);
  if (op == "*") return ResolveProduct(arguments);
  return CannotApply(op, arguments);
}

KernelResult MakeTemporalArithmetic(const std::string& op, const CallSite& site) {
  if (site.arguments.size() == 3) return std::make_unique<WithoutUnit>(MakeDifference(site));
  if (op == "*") return MakeProduct(site);
  const DataType& a = site.arguments[0].type;
  const DataType& b = site.arguments[1].type;
  if (a.is_interval() && b.is_interval()) return MakeIntervalSum(site.return_type, op == "-");
  const bool swapped = a.is_interval();
  const DataType& interval = swapped ? a : b;
  const int32_t sign = op == "-" ? -1 : 1;
  return interval.kind() == TypeKind::kIntervalYearMonth ? MoveByMonths(site.return_type, swapped, sign)
                                                         : MoveByMillis(site.return_type, swapped, sign);
}

}  // namespace tidemark::expr
