// SPDX-License-Identifier: Apache-2.0
// ROUND (half up) and TRUNCATE (toward zero) to a number of places after the point, or before it where negative. As in
// Flink, DOUBLE is rounded by its shortest decimal text, so that ROUND(2.675, 2) is 2.68.
#include <cmath>
#include <cstdlib>

#include "expr/decimal_math.h"
#include "expr/functions/decimal_digits.h"
#include "expr/functions/define.h"
#include "expr/functions/math.h"
#include "expr/number_text.h"

namespace tidemark::expr {
namespace {

using Kernel = arrow::Result<std::unique_ptr<ScalarKernel>>;

/// Beyond these no digit is touched, or none remains.
constexpr int64_t kPlacesMax = 400;

int32_t Bounded(int64_t places) { return static_cast<int32_t>(std::clamp(places, -kPlacesMax, kPlacesMax)); }

/// `value` without its last `digits` decimal digits, which become zero.
Int128 DropDigits(Int128 value, int32_t digits, DigitRounding rounding) {
  if (digits <= 0) return value;
  if (digits > DataType::kMaxDecimalPrecision) return 0;
  const Int128 unit = PowerOfTen(digits);
  Int128 quotient = value / unit;
  const Int128 rest = value % unit;
  if (rounding == DigitRounding::kHalfUp) {
    if (rest >= unit - rest && rest > 0) ++quotient;
    if (rest < 0 && -rest >= unit + rest) --quotient;
  }
  return quotient * unit;
}

double RoundReal(double value, int64_t places, DigitRounding rounding) {
  if (!std::isfinite(value)) return value;
  if (value == 0) return 0.0;
  char text[kNumberTextMax];
  const auto length = static_cast<size_t>(FormatDouble(value, text));
  const DecimalDigits digits = DecimalDigits::FromText(std::string_view(text, length));
  // As many places as there are digits: nothing to do, and no long text.
  const auto last_place = static_cast<int64_t>(digits.digits.size()) - 1 - digits.exponent;
  if (places >= last_place) return value;
  const double rounded = std::strtod(digits.ToFixed(Bounded(places), rounding).c_str(), nullptr);
  return value < 0 && rounded != 0 ? -rounded : rounded;
}

template <typename T>
T RoundNumber(T value, int64_t places, DigitRounding rounding) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(RoundReal(value, places, rounding));
  } else {
    // What does not fit wraps, as Java's narrowing does.
    return static_cast<T>(DropDigits(value, -Bounded(places), rounding));
  }
}

template <typename T>
Kernel MakeNumberRound(const CallSite& site, DigitRounding rounding) {
  if (site.arguments.size() == 1)
    return MakeRowKernel(site, [rounding](T value) { return RoundNumber(value, 0, rounding); });
  return MakeRowKernel(site, [rounding](T value, int64_t places) { return RoundNumber(value, places, rounding); });
}

Kernel MakeDecimalRound(const CallSite& site, DigitRounding rounding) {
  const int32_t from = site.arguments[0].type.scale();
  const int32_t to = site.return_type.scale();
  const int32_t precision = site.return_type.precision();
  auto round = [=](arrow::Decimal128 value, int64_t places) -> std::optional<arrow::Decimal128> {
    const Int128 rounded = DropDigits(ToInt128(value), from - Bounded(places), rounding);
    // The digits that the result's scale lacks are zeros by now, or are dropped in the same manner.
    const Int128 kept = DropDigits(rounded, from - to, rounding);
    const auto result = Rescale(kept, from, to, precision);
    if (!result) return std::nullopt;
    return ToDecimal128(*result);
  };
  if (site.arguments.size() == 1)
    return MakeRowKernel(site, [round](arrow::Decimal128 value) { return round(value, 0); });
  return MakeRowKernel(site, round);
}

KernelFactory MakeRound(DigitRounding rounding) {
  return [rounding](const CallSite& site) -> Kernel {
    switch (site.return_type.kind()) {
      case TypeKind::kTinyInt:
        return MakeNumberRound<int8_t>(site, rounding);
      case TypeKind::kSmallInt:
        return MakeNumberRound<int16_t>(site, rounding);
      case TypeKind::kInt:
        return MakeNumberRound<int32_t>(site, rounding);
      case TypeKind::kBigInt:
        return MakeNumberRound<int64_t>(site, rounding);
      case TypeKind::kFloat:
        return MakeNumberRound<float>(site, rounding);
      case TypeKind::kDouble:
        return MakeNumberRound<double>(site, rounding);
      default:
        return MakeDecimalRound(site, rounding);
    }
  };
}

/// The number of places where it is known; nullopt where it is not.
arrow::Result<std::optional<int64_t>> KnownPlaces(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() == 1) return 0;
  const arrow::Scalar* literal = arguments[1].literal;
  if (literal == nullptr || !literal->is_valid) return std::nullopt;
  ARROW_ASSIGN_OR_RAISE(auto wide, literal->CastTo(arrow::int64()));
  return static_cast<const arrow::Int64Scalar&>(*wide).value;
}

/// A DECIMAL gets the scale it is rounded to, and a digit before the point for the carry.
arrow::Result<DataType> RoundType(std::span<const ArgumentInfo> arguments) {
  const DataType& type = arguments[0].type;
  const bool nullable = AnyNullable(arguments);
  ARROW_ASSIGN_OR_RAISE(const auto places, KnownPlaces(arguments));
  if (type.kind() != TypeKind::kDecimal || !places || *places >= type.scale()) return type.WithNullable(nullable);
  const auto scale = static_cast<int32_t>(std::max<int64_t>(*places, 0));
  const int32_t precision = std::min(type.precision() - type.scale() + scale + 1, DataType::kMaxDecimalPrecision);
  return DataType::Decimal(precision, scale).WithNullable(nullable);
}

}  // namespace

void RegisterMathRound(FunctionRegistry* registry) {
  const std::vector<Signature> signatures = {Signature{{NumericArg(), Optional(CountArg())}, RoundType}};
  registry->Add(Define("ROUND", signatures, MakeRound(DigitRounding::kHalfUp),
                       {"ROUND(number [, places])",
                        "The number rounded half up to places after the point; negative places lie before it"}));
  registry->Add(Define(
      "TRUNCATE", signatures, MakeRound(DigitRounding::kDown),
      {"TRUNCATE(number [, places])", "The number cut to places after the point; negative places lie before it"}));
}

}  // namespace tidemark::expr
