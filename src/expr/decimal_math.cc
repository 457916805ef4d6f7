// SPDX-License-Identifier: Apache-2.0
// Decimal arithmetic: 128 bits where they do, 256 bits where an intermediate value needs more.
#include "expr/decimal_math.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tidemark::expr {
namespace {

using arrow::Decimal256;

constexpr int32_t kMaxPrecision = DataType::kMaxDecimalPrecision;

constexpr std::array<Int128, 39> MakePowers() {
  std::array<Int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr std::array<Int128, 39> kPowers = MakePowers();

/// a / b rounded half up, away from zero. REQUIRES: b > 0; for the wide form, |b| < 10^75.
Int128 DivideHalfUp(Int128 a, Int128 b) {
  const Int128 quotient = a / b;
  const Int128 remainder = a % b;
  const Int128 magnitude = remainder < 0 ? -remainder : remainder;
  if (magnitude < b - magnitude) return quotient;
  return a < 0 ? quotient - 1 : quotient + 1;
}

Decimal256 Widen(Int128 value) { return Decimal256(ToDecimal128(value)); }

Decimal256 WidePowerOfTen(int32_t exponent) { return Decimal256::GetScaleMultiplier(exponent); }

std::optional<Int128> Narrow(const Decimal256& value, int32_t precision) {
  if (!value.FitsInPrecision(precision)) return std::nullopt;
  const auto words = value.little_endian_array();
  return static_cast<Int128>((static_cast<UInt128>(words[1]) << 64) | words[0]);
}

Decimal256 WideDivideHalfUp(const Decimal256& a, const Decimal256& b) {
  Decimal256 quotient;
  Decimal256 remainder;
  a.BasicDecimal256::Divide(b, &quotient, &remainder);
  const Decimal256 magnitude(Decimal256::Abs(remainder));
  const Decimal256 divisor(Decimal256::Abs(b));
  if (magnitude + magnitude < divisor) return quotient;
  const bool negative = a.IsNegative() != b.IsNegative();
  return quotient + Decimal256(negative ? -1 : 1);
}

/// value * 10^exponent, or nullopt when 256 bits do not hold it.
std::optional<Decimal256> WideScaleUp(const Decimal256& value, int32_t exponent) {
  // 76 digits always fit.
  const Decimal256 limit = WidePowerOfTen(76 - exponent);
  if (Decimal256::Abs(value) >= limit) return std::nullopt;
  return value * WidePowerOfTen(exponent);
}

std::optional<Int128> WideRescale(const Decimal256& value, int32_t from_scale, int32_t to_scale, int32_t precision) {
  if (to_scale >= from_scale) {
    auto scaled = WideScaleUp(value, to_scale - from_scale);
    return scaled ? Narrow(*scaled, precision) : std::nullopt;
  }
  return Narrow(WideDivideHalfUp(value, WidePowerOfTen(from_scale - to_scale)), precision);
}

DataType Adjusted(int32_t precision, int32_t scale) {
  if (precision <= kMaxPrecision) return DataType::Decimal(precision, scale);
  const int32_t integral = precision - scale;
  const int32_t least_scale = std::min(scale, 6);
  return DataType::Decimal(kMaxPrecision, std::max(kMaxPrecision - integral, least_scale));
}

}  // namespace

Int128 PowerOfTen(int32_t exponent) { return kPowers[exponent]; }

std::optional<Int128> Rescale(Int128 unscaled, int32_t from_scale, int32_t to_scale, int32_t precision) {
  Int128 result = unscaled;
  if (to_scale > from_scale) {
    if (to_scale - from_scale > kMaxPrecision) return unscaled == 0 ? std::optional<Int128>(0) : std::nullopt;
    if (__builtin_mul_overflow(unscaled, kPowers[to_scale - from_scale], &result)) return std::nullopt;
  } else if (to_scale < from_scale) {
    if (from_scale - to_scale > kMaxPrecision) return 0;
    result = DivideHalfUp(unscaled, kPowers[from_scale - to_scale]);
  }
  if (!FitsPrecision(result, precision)) return std::nullopt;
  return result;
}

Int128 TruncateToInteger(Int128 unscaled, int32_t scale) { return unscaled / kPowers[scale]; }

std::optional<Int128> AddDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale, const DataType& result) {
  const int32_t scale = std::max(a_scale, b_scale);
  Int128 left = 0;
  Int128 right = 0;
  Int128 sum = 0;
  if (!__builtin_mul_overflow(a, kPowers[scale - a_scale], &left) &&
      !__builtin_mul_overflow(b, kPowers[scale - b_scale], &right) && !__builtin_add_overflow(left, right, &sum)) {
    return Rescale(sum, scale, result.scale(), result.precision());
  }
  const Decimal256 wide = Widen(a) * WidePowerOfTen(scale - a_scale) + Widen(b) * WidePowerOfTen(scale - b_scale);
  return WideRescale(wide, scale, result.scale(), result.precision());
}

std::optional<Int128> MultiplyDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale, const DataType& result) {
  Int128 product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) {
    return Rescale(product, a_scale + b_scale, result.scale(), result.precision());
  }
  return WideRescale(Widen(a) * Widen(b), a_scale + b_scale, result.scale(), result.precision());
}

std::optional<Int128> DivideDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale, const DataType& result) {
  // a / 10^sa / (b / 10^sb) = q / 10^s, so q = a * 10^(s + sb - sa) / b.
  const int32_t exponent = result.scale() + b_scale - a_scale;
  if (exponent < 0) {
    return Narrow(WideDivideHalfUp(Widen(a), Widen(b) * WidePowerOfTen(-exponent)), result.precision());
  }
  Int128 numerator = 0;
  if (exponent <= kMaxPrecision && !__builtin_mul_overflow(a, kPowers[exponent], &numerator)) {
    const Int128 quotient = b > 0 ? DivideHalfUp(numerator, b) : DivideHalfUp(-numerator, -b);
    if (!FitsPrecision(quotient, result.precision())) return std::nullopt;
    return quotient;
  }
  // |b| < 10^38: a numerator beyond 76 digits gives a quotient beyond 38.
  auto wide = WideScaleUp(Widen(a), exponent);
  if (!wide) return std::nullopt;
  return Narrow(WideDivideHalfUp(*wide, Widen(b)), result.precision());
}

std::optional<Int128> RemainderOfDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale,
                                          const DataType& result) {
  const int32_t scale = std::max(a_scale, b_scale);
  Int128 left = 0;
  Int128 right = 0;
  if (!__builtin_mul_overflow(a, kPowers[scale - a_scale], &left) &&
      !__builtin_mul_overflow(b, kPowers[scale - b_scale], &right)) {
    return Rescale(left % right, scale, result.scale(), result.precision());
  }
  const Decimal256 dividend = Widen(a) * WidePowerOfTen(scale - a_scale);
  Decimal256 quotient;
  Decimal256 remainder;
  dividend.BasicDecimal256::Divide(Decimal256(Widen(b) * WidePowerOfTen(scale - b_scale)), &quotient, &remainder);
  return WideRescale(remainder, scale, result.scale(), result.precision());
}

int CompareDecimals(Int128 a, int32_t a_scale, Int128 b, int32_t b_scale) {
  if (a_scale != b_scale) {
    const int32_t scale = std::max(a_scale, b_scale);
    Int128 left = 0;
    Int128 right = 0;
    if (__builtin_mul_overflow(a, kPowers[scale - a_scale], &left) ||
        __builtin_mul_overflow(b, kPowers[scale - b_scale], &right)) {
      const Decimal256 wide_left = Widen(a) * WidePowerOfTen(scale - a_scale);
      const Decimal256 wide_right = Widen(b) * WidePowerOfTen(scale - b_scale);
      return wide_left < wide_right ? -1 : wide_left == wide_right ? 0 : 1;
    }
    a = left;
    b = right;
  }
  return a < b ? -1 : a == b ? 0 : 1;
}

double DecimalToDouble(Int128 unscaled, int32_t scale) {
  constexpr Int128 kExact = Int128{1} << 53;
  // Both operands are exact doubles, so one division rounds once.
  if (scale <= 22 && unscaled < kExact && unscaled > -kExact) {
    return static_cast<double>(unscaled) / static_cast<double>(kPowers[scale]);
  }
  char text[48];
  const int length = FormatDecimal(unscaled, scale, text);
  double value = 0;
  std::from_chars(text, text + length, value);
  return value;
}

std::optional<Int128> DoubleToDecimal(double value, int32_t precision, int32_t scale) {
  if (!std::isfinite(value)) return std::nullopt;
  char text[40];
  const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  return ParseDecimal(std::string_view(text, static_cast<size_t>(end - text)), precision, scale);
}

namespace {

/// Digits and exponent of a decimal text, taken apart.
struct DecimalDigits {
  bool negative = false;
  Int128 digits = 0;
  /// The value is digits * 10^exponent, plus less than one unit when `sticky`.
  int64_t exponent = 0;
  /// Digits beyond those kept: the first of them, for rounding.
  int first_dropped = -1;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads "[digits][.digits]"; returns what follows, or nullptr when there is no digit.
const char* ReadDigits(const char* at, const char* end, DecimalDigits* out) {
  bool any = false;
  bool fraction = false;
  for (; at != end; ++at) {
    if (*at == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (!IsDigit(*at)) break;
    any = true;
    if (out->digits < kPowers[37]) {
      out->digits = out->digits * 10 + (*at - '0');
      out->exponent -= fraction ? 1 : 0;
    } else {
      if (out->first_dropped < 0) out->first_dropped = *at - '0';
      out->exponent += fraction ? 0 : 1;
    }
  }
  return any ? at : nullptr;
}

bool ReadExponent(const char* at, const char* end, int64_t* exponent) {
  if (at == end) return true;
  if (*at != 'e' && *at != 'E') return false;
  ++at;
  if (at != end && *at == '+') ++at;
  int32_t value = 0;
  const auto read = std::from_chars(at, end, value);
  if (read.ec != std::errc() || read.ptr != end) return false;
  *exponent += value;
  return true;
}

}  // namespace

std::optional<Int128> ParseDecimal(std::string_view text, int32_t precision, int32_t scale) {
  const char* at = text.data();
  const char* end = at + text.size();
  DecimalDigits parsed;
  if (at != end && (*at == '-' || *at == '+')) parsed.negative = *at++ == '-';
  at = ReadDigits(at, end, &parsed);
  if (at == nullptr || !ReadExponent(at, end, &parsed.exponent)) return std::nullopt;
  const int64_t shift = parsed.exponent + scale;
  Int128 value = 0;
  if (parsed.digits == 0) {
    value = 0;
  } else if (shift > 0) {
    if (shift > kMaxPrecision || __builtin_mul_overflow(parsed.digits, kPowers[shift], &value)) return std::nullopt;
  } else if (shift == 0) {
    value = parsed.digits + (parsed.first_dropped >= 5 ? 1 : 0);
  } else if (-shift <= kMaxPrecision) {
    value = DivideHalfUp(parsed.digits, kPowers[-shift]);
  }
  if (!FitsPrecision(value, precision)) return std::nullopt;
  return parsed.negative ? -value : value;
}

int FormatDecimal(Int128 unscaled, int32_t scale, char* out) {
  char digits[40];
  int count = 0;
  UInt128 rest = unscaled < 0 ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  // Split into 64-bit parts: dividing 128-bit values digit by digit is slow.
  constexpr uint64_t kPart = 10'000'000'000'000'000'000ULL;
  while (rest >= kPart) {
    auto part = static_cast<uint64_t>(rest % kPart);
    rest /= kPart;
    for (int i = 0; i < 19; ++i, part /= 10) digits[count++] = static_cast<char>('0' + part % 10);
  }
  for (auto part = static_cast<uint64_t>(rest); part != 0; part /= 10)
    digits[count++] = static_cast<char>('0' + part % 10);
  while (count <= scale) digits[count++] = '0';
  char* at = out;
  if (unscaled < 0) *at++ = '-';
  for (int i = count - 1; i >= 0; --i) {
    *at++ = digits[i];
    if (i == scale && scale > 0) *at++ = '.';
  }
  return static_cast<int>(at - out);
}

std::string DecimalText(Int128 unscaled, int32_t scale) {
  char text[48];
  return std::string(text, FormatDecimal(unscaled, scale, text));
}

DataType DecimalSumType(const DataType& a, const DataType& b) {
  const int32_t scale = std::max(a.scale(), b.scale());
  return Adjusted(std::max(a.precision() - a.scale(), b.precision() - b.scale()) + scale + 1, scale);
}

DataType DecimalProductType(const DataType& a, const DataType& b) {
  return Adjusted(a.precision() + b.precision() + 1, a.scale() + b.scale());
}

DataType DecimalQuotientType(const DataType& a, const DataType& b) {
  const int32_t scale = std::max(6, a.scale() + b.precision() + 1);
  return Adjusted(a.precision() - a.scale() + b.scale() + scale, scale);
}

DataType DecimalRemainderType(const DataType& a, const DataType& b) {
  const int32_t scale = std::max(a.scale(), b.scale());
  return Adjusted(std::min(a.precision() - a.scale(), b.precision() - b.scale()) + scale, scale);
}

}  // namespace tidemark::expr
