// SPDX-License-Identifier: Apache-2.0
// Variance of DECIMAL values in DECIMAL arithmetic.
#include "expr/aggregates/variance_decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tidemark::expr {
namespace {

using arrow::Decimal128;
using arrow::Decimal256;

constexpr int32_t kMinScale = 6;
constexpr int32_t kMaxPrecision = DataType::kMaxDecimalPrecision;

int32_t ResultScale(int32_t scale) { return std::max(scale, kMinScale); }

/// Scale of the product of two DECIMAL(38, scale): digits before the point are kept, but at least 6 after it remain.
int32_t SquareScale(int32_t scale) {
  const int32_t full = 2 * scale;
  const int32_t whole_digits = 2 * kMaxPrecision + 1 - full;
  return std::max(kMaxPrecision - whole_digits, std::min(full, kMinScale));
}

/// Scale of the difference of two DECIMAL(38, scale).
int32_t DifferenceScale(int32_t scale) { return std::max(scale - 1, std::min(scale, kMinScale)); }

/// `dividend / divisor`, rounded half away from zero.
Decimal256 DivideRounded(const Decimal256& dividend, const Decimal256& divisor) {
  auto [quotient, remainder] = dividend.Divide(divisor).ValueOr({Decimal256(0), Decimal256(0)});
  const bool negative = dividend.IsNegative() != divisor.IsNegative();
  if (Decimal256::Abs(remainder) * Decimal256(2) >= Decimal256::Abs(divisor)) quotient += Decimal256(negative ? -1 : 1);
  return quotient;
}

Decimal256 Rescale(const Decimal256& value, int32_t from, int32_t to) {
  if (to >= from) return value.IncreaseScaleBy(to - from);
  return DivideRounded(value, Decimal256(Decimal256::GetScaleMultiplier(from - to)));
}

std::optional<Decimal128> Narrow(const Decimal256& value) {
  if (!value.FitsInPrecision(kMaxPrecision)) return std::nullopt;
  const auto& words = value.little_endian_array();
  return Decimal128(static_cast<int64_t>(words[1]), words[0]);
}

/// value * value at SquareScale, for a value of the argument's scale.
std::optional<Decimal128> Square(const Decimal128& value, int32_t scale) {
  const int32_t wide = ResultScale(scale);
  const auto operand = Narrow(Decimal256(value).IncreaseScaleBy(wide - scale));
  if (!operand) return std::nullopt;
  return Narrow(Rescale(Decimal256(*operand) * Decimal256(*operand), 2 * wide, SquareScale(wide)));
}

/// The shortest decimal text that gives this double back, rounded to `scale`.
std::optional<Decimal128> FromDouble(double value, int32_t scale) {
  if (!std::isfinite(value)) return std::nullopt;
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  int32_t precision = 0;
  int32_t text_scale = 0;
  Decimal256 parsed;
  if (!Decimal256::FromString(std::string_view(text, end - text), &parsed, &precision, &text_scale).ok())
    return std::nullopt;
  return Narrow(Rescale(parsed, text_scale, scale));
}

}  // namespace

DataType DecimalVarianceType(const DataType& argument) {
  return DataType::Decimal(kMaxPrecision, ResultScale(argument.scale()));
}

void DecimalSums::Change(const Decimal128& value, int32_t scale, bool add) {
  const auto square = Square(value, scale);
  if (!square) {
    overflowed += add ? 1 : -1;
  } else if (add) {
    squares.Add(*square);
  } else {
    squares.Subtract(*square);
  }
  if (add) {
    total.Add(value);
    ++count;
  } else {
    total.Subtract(value);
    --count;
  }
}

void DecimalSums::Add(const DecimalSums& other) {
  squares.Add(other.squares);
  total.Add(other.total);
  count += other.count;
  overflowed += other.overflowed;
}

std::optional<Decimal128> DecimalSums::Result(const VarianceKind& kind, int32_t scale) const {
  const int64_t divisor = kind.sample ? count - 1 : count;
  if (count <= 0 || divisor == 0 || overflowed != 0) return std::nullopt;
  const auto sum = total.ToDecimal();
  const auto sum_of_squares = squares.ToDecimal();
  if (!sum || !sum_of_squares) return std::nullopt;
  const auto square_of_sum = Square(*sum, scale);
  if (!square_of_sum) return std::nullopt;
  const int32_t square_scale = SquareScale(ResultScale(scale));
  const int32_t spread_scale = DifferenceScale(square_scale);
  const Decimal256 mean_square = DivideRounded(Decimal256(*square_of_sum), Decimal256(count));
  const Decimal256 spread = Rescale(Decimal256(*sum_of_squares) + Decimal256(-mean_square), square_scale, spread_scale);
  const Decimal256 variance = DivideRounded(spread, Decimal256(divisor));
  if (!kind.root) return Narrow(Rescale(variance, spread_scale, ResultScale(scale)));
  const auto narrow = Narrow(variance);
  if (!narrow) return std::nullopt;
  return FromDouble(std::pow(narrow->ToDouble(spread_scale), 0.5), ResultScale(scale));
}

}  // namespace tidemark::expr
