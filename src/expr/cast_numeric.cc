// SPDX-License-Identifier: Apache-2.0
// Casts between BOOLEAN and numbers. Narrower integers wrap, floating-point numbers are truncated and saturate, a
// DECIMAL that has too few digits gives NULL.
#include <cmath>
#include <limits>

#include "expr/cast_kernels.h"
#include "expr/decimal_math.h"
#include "expr/number_text.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

/// Toward zero; the nearest value of I beyond its range; 0 for NaN.
template <typename I, typename F>
I Saturate(F value) {
  // The largest value of I is not always a float; the power of two above it is.
  constexpr F kBeyond = static_cast<F>(std::numeric_limits<I>::max() / 2 + 1) * 2;
  if (std::isnan(value)) return 0;
  if (value >= kBeyond) return std::numeric_limits<I>::max();
  if (value < -kBeyond) return std::numeric_limits<I>::min();
  return static_cast<I>(value);
}

template <typename To, typename From>
To Convert(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != 0;
  } else if constexpr (std::is_floating_point_v<From> && std::is_same_v<To, int64_t>) {
    return Saturate<int64_t>(value);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return static_cast<To>(Saturate<int32_t>(value));
  } else {
    return static_cast<To>(value);
  }
}

template <typename From, typename To>
std::unique_ptr<ScalarKernel> PlainCast(const DataType& to) {
  return MakeValueKernel(to, [](From value) -> To { return Convert<To>(value); });
}

template <typename From>
std::unique_ptr<ScalarKernel> IntegerToDecimal(const DataType& to) {
  const int32_t precision = to.precision();
  const int32_t scale = to.scale();
  return MakeRowKernel(to, [precision, scale](From value) -> std::optional<arrow::Decimal128> {
    const auto scaled = Rescale(value, 0, scale, precision);
    return scaled ? std::optional(ToDecimal128(*scaled)) : std::nullopt;
  });
}

/// The shortest text of the number is what counts: 0.1 of FLOAT is the double 0.10000000149011612.
template <typename From>
std::unique_ptr<ScalarKernel> FloatingToDecimal(const DataType& to, bool is_try) {
  const int32_t precision = to.precision();
  const int32_t scale = to.scale();
  return MakeRowKernel(to, [=](From value) -> arrow::Result<std::optional<arrow::Decimal128>> {
    if (!std::isfinite(value) && !is_try) {
      char text[kNumberTextMax];
      return CastError(std::string(text, FormatDouble(value, text)), to);
    }
    const auto converted = DoubleToDecimal(static_cast<double>(value), precision, scale);
    return converted ? std::optional(ToDecimal128(*converted)) : std::nullopt;
  });
}

template <typename From>
KernelResult FromNumber(const DataType& to, bool is_try) {
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return PlainCast<From, bool>(to);
    case TypeKind::kTinyInt:
      return PlainCast<From, int8_t>(to);
    case TypeKind::kSmallInt:
      return PlainCast<From, int16_t>(to);
    case TypeKind::kInt:
      return PlainCast<From, int32_t>(to);
    case TypeKind::kBigInt:
      return PlainCast<From, int64_t>(to);
    case TypeKind::kFloat:
      return PlainCast<From, float>(to);
    case TypeKind::kDouble:
      return PlainCast<From, double>(to);
    case TypeKind::kIntervalYearMonth:
      return PlainCast<From, int32_t>(to);
    case TypeKind::kIntervalDayTime:
      return PlainCast<From, int64_t>(to);
    case TypeKind::kDecimal:
      if constexpr (std::is_floating_point_v<From>) {
        return FloatingToDecimal<From>(to, is_try);
      } else {
        return IntegerToDecimal<From>(to);
      }
    default:
      return arrow::Status::TypeError("No numeric cast to ", to.ToString());
  }
}

KernelResult FromBoolean(const DataType& to) {
  switch (to.kind()) {
    case TypeKind::kTinyInt:
      return PlainCast<bool, int8_t>(to);
    case TypeKind::kSmallInt:
      return PlainCast<bool, int16_t>(to);
    case TypeKind::kInt:
      return PlainCast<bool, int32_t>(to);
    case TypeKind::kBigInt:
      return PlainCast<bool, int64_t>(to);
    case TypeKind::kFloat:
      return PlainCast<bool, float>(to);
    case TypeKind::kDouble:
      return PlainCast<bool, double>(to);
    case TypeKind::kDecimal:
      return IntegerToDecimal<bool>(to);
    default:
      return arrow::Status::TypeError("No cast of BOOLEAN to ", to.ToString());
  }
}

template <typename To>
std::unique_ptr<ScalarKernel> DecimalToInteger(int32_t scale, const DataType& to) {
  return MakeValueKernel(to, [scale](arrow::Decimal128 value) -> To {
    return static_cast<To>(static_cast<int64_t>(TruncateToInteger(ToInt128(value), scale)));
  });
}

KernelResult FromDecimal(const DataType& from, const DataType& to) {
  const int32_t scale = from.scale();
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return MakeValueKernel(to, [](arrow::Decimal128 value) { return ToInt128(value) != 0; });
    case TypeKind::kTinyInt:
      return DecimalToInteger<int8_t>(scale, to);
    case TypeKind::kSmallInt:
      return DecimalToInteger<int16_t>(scale, to);
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth:
      return DecimalToInteger<int32_t>(scale, to);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime:
      return DecimalToInteger<int64_t>(scale, to);
    case TypeKind::kFloat:
      return MakeValueKernel(
          to, [scale](arrow::Decimal128 value) { return static_cast<float>(DecimalToDouble(ToInt128(value), scale)); });
    case TypeKind::kDouble:
      return MakeValueKernel(to, [scale](arrow::Decimal128 value) { return DecimalToDouble(ToInt128(value), scale); });
    case TypeKind::kDecimal: {
      const int32_t to_scale = to.scale();
      const int32_t precision = to.precision();
      return MakeRowKernel(to, [=](arrow::Decimal128 value) -> std::optional<arrow::Decimal128> {
        const auto scaled = Rescale(ToInt128(value), scale, to_scale, precision);
        return scaled ? std::optional(ToDecimal128(*scaled)) : std::nullopt;
      });
    }
    default:
      return arrow::Status::TypeError("No cast of DECIMAL to ", to.ToString());
  }
}

}  // namespace

KernelResult MakeNumericCast(const DataType& from, const DataType& to, bool is_try) {
  switch (from.kind()) {
    case TypeKind::kBoolean:
      return FromBoolean(to);
    case TypeKind::kTinyInt:
      return FromNumber<int8_t>(to, is_try);
    case TypeKind::kSmallInt:
      return FromNumber<int16_t>(to, is_try);
    case TypeKind::kInt:
      return FromNumber<int32_t>(to, is_try);
    case TypeKind::kBigInt:
      return FromNumber<int64_t>(to, is_try);
    case TypeKind::kFloat:
      return FromNumber<float>(to, is_try);
    case TypeKind::kDouble:
      return FromNumber<double>(to, is_try);
    case TypeKind::kDecimal:
      return FromDecimal(from, to);
    default:
      return arrow::Status::TypeError("No numeric cast from ", from.ToString());
  }
}

}  // namespace tidemark::expr
