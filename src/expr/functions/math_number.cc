// SPDX-License-Identifier: Apache-2.0
// ABS, SIGN, CEIL, FLOOR, MOD: functions that keep the kind of number they are given.
#include <cmath>

#include "expr/decimal_math.h"
#include "expr/functions/define.h"
#include "expr/functions/math.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

using Kernel = arrow::Result<std::unique_ptr<ScalarKernel>>;

template <typename T>
T Absolute(T value) {
  if constexpr (std::is_integral_v<T>) {
    // The least integer has no positive counterpart and stays as it is.
    using Unsigned = std::make_unsigned_t<T>;
    return value < 0 ? static_cast<T>(static_cast<Unsigned>(0) - static_cast<Unsigned>(value)) : value;
  } else {
    return std::fabs(value);
  }
}

template <typename T>
T Sign(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value) || value == 0) return value;
  }
  return static_cast<T>((value > 0) - (value < 0));
}

/// A kernel of one number by the C++ type of its column; `function` is called with a value of that type.
template <typename F>
Kernel MakeForNumber(const CallSite& site, F function) {
  const DataType& type = site.return_type;
  switch (type.kind()) {
    case TypeKind::kTinyInt:
      return MakeValueKernel(type, [function](int8_t x) { return function(x); });
    case TypeKind::kSmallInt:
      return MakeValueKernel(type, [function](int16_t x) { return function(x); });
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth:
      return MakeValueKernel(type, [function](int32_t x) { return function(x); });
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime:
      return MakeValueKernel(type, [function](int64_t x) { return function(x); });
    case TypeKind::kFloat:
      return MakeValueKernel(type, [function](float x) { return function(x); });
    case TypeKind::kDouble:
      return MakeValueKernel(type, [function](double x) { return function(x); });
    default:
      return arrow::Status::TypeError("Not a number: ", type.ToString());
  }
}

std::optional<arrow::Decimal128> ToResult(std::optional<Int128> value) {
  if (!value) return std::nullopt;
  return ToDecimal128(*value);
}

Kernel MakeAbs(const CallSite& site) {
  if (site.return_type.kind() == TypeKind::kDecimal) {
    return MakeRowKernel(site, [](arrow::Decimal128 x) { return arrow::Decimal128(arrow::Decimal128::Abs(x)); });
  }
  return MakeForNumber(site, [](auto x) { return Absolute(x); });
}

Kernel MakeSign(const CallSite& site) {
  if (site.return_type.kind() != TypeKind::kDecimal) return MakeForNumber(site, [](auto x) { return Sign(x); });
  const int32_t precision = site.return_type.precision();
  const int32_t scale = site.return_type.scale();
  return MakeRowKernel(site, [precision, scale](arrow::Decimal128 x) {
    const Int128 value = ToInt128(x);
    return ToResult(Rescale((value > 0) - (value < 0), 0, scale, precision));
  });
}

/// CEIL (`up`) and FLOOR.
KernelFactory MakeWhole(bool up) {
  return [up](const CallSite& site) -> Kernel {
    if (site.return_type.is_integer()) return MakeForNumber(site, [](auto x) { return x; });
    if (site.return_type.kind() != TypeKind::kDecimal) {
      if (up) return MakeForNumber(site, [](auto x) { return static_cast<decltype(x)>(std::ceil(x)); });
      return MakeForNumber(site, [](auto x) { return static_cast<decltype(x)>(std::floor(x)); });
    }
    const int32_t precision = site.return_type.precision();
    const int32_t scale = site.arguments[0].type.scale();
    return MakeRowKernel(site, [=](arrow::Decimal128 x) -> std::optional<arrow::Decimal128> {
      const Int128 value = ToInt128(x);
      Int128 whole = TruncateToInteger(value, scale);
      if (whole * PowerOfTen(scale) != value) whole += up ? (value > 0 ? 1 : 0) : (value < 0 ? -1 : 0);
      if (!FitsPrecision(whole, precision)) return std::nullopt;
      return ToDecimal128(whole);
    });
  };
}

arrow::Result<DataType> WholeType(std::span<const ArgumentInfo> arguments) {
  const DataType& type = arguments[0].type;
  if (type.kind() != TypeKind::kDecimal) return type;
  return DataType::Decimal(type.precision(), 0).WithNullable(type.nullable());
}

}  // namespace

void RegisterMathNumber(FunctionRegistry* registry) {
  const auto interval = ArgWhere("INTERVAL", [](const DataType& type) { return type.is_interval(); });
  registry->Add(Define("ABS",
                       {Signature{{NumericArg()}, ReturnsArgument(0)}, Signature{{interval}, ReturnsArgument(0)}},
                       MakeAbs, {"ABS(number)", "Absolute value"}));
  registry->Add(
      Define("SIGN", {Signature{{NumericArg()}, ReturnsArgument(0)}}, MakeSign, {"SIGN(number)", "-1, 0 or 1"}));
  const std::vector<Signature> whole = {Signature{{NumericArg()}, WholeType}};
  registry->Add(Define("CEIL", whole, MakeWhole(/*up=*/true), {"CEIL(number)", "Least whole number that is not less"}));
  registry->AddAlias("CEILING", "CEIL");
  registry->Add(
      Define("FLOOR", whole, MakeWhole(/*up=*/false), {"FLOOR(number)", "Greatest whole number that is not greater"}));
  registry->AddAlias("MOD", "%");
}

}  // namespace tidemark::expr
