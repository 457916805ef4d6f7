// SPDX-License-Identifier: Apache-2.0
// Casts from text: parse, or fail (NULL in TRY_CAST).
#include <limits>

#include "expr/cast_kernels.h"
#include "expr/civil_time.h"
#include "expr/decimal_math.h"
#include "expr/number_text.h"
#include "expr/temporal_text.h"
#include "expr/time_zone.h"

namespace tidemark::expr {
namespace {

template <typename To, typename Parse>
std::unique_ptr<ScalarKernel> Parsing(const DataType& to, bool is_try, Parse parse) {
  return MakeFallibleCast<std::string_view, To>(
      to, is_try, parse, [to](std::string_view text) { return CastError(std::string(text), to); });
}

template <typename I>
std::unique_ptr<ScalarKernel> ParsingInteger(const DataType& to, bool is_try) {
  return Parsing<I>(to, is_try, [](std::string_view text) -> std::optional<I> {
    const auto value = ParseInteger(text, std::numeric_limits<I>::min(), std::numeric_limits<I>::max());
    return value ? std::optional<I>(static_cast<I>(*value)) : std::nullopt;
  });
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

KernelResult MakeCastFromString(const DataType&, const DataType& to, bool is_try, const FunctionContext& context) {
  const int32_t precision = to.precision();
  const int32_t scale = to.scale();
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return Parsing<bool>(to, is_try, [](std::string_view text) { return ParseBooleanText(text); });
    case TypeKind::kTinyInt:
      return ParsingInteger<int8_t>(to, is_try);
    case TypeKind::kSmallInt:
      return ParsingInteger<int16_t>(to, is_try);
    case TypeKind::kInt:
      return ParsingInteger<int32_t>(to, is_try);
    case TypeKind::kBigInt:
      return ParsingInteger<int64_t>(to, is_try);
    case TypeKind::kFloat:
      return Parsing<float>(to, is_try, [](std::string_view text) { return ParseFloat(text); });
    case TypeKind::kDouble:
      return Parsing<double>(to, is_try, [](std::string_view text) { return ParseDouble(text); });
    case TypeKind::kDecimal:
      return Parsing<arrow::Decimal128>(to, is_try, [=](std::string_view text) -> std::optional<arrow::Decimal128> {
        const auto value = ParseDecimal(TrimBlanks(text), precision, scale);
        return value ? std::optional(ToDecimal128(*value)) : std::nullopt;
      });
    case TypeKind::kDate:
      return Parsing<int32_t>(to, is_try, [](std::string_view text) { return ParseDate(text); });
    case TypeKind::kTime:
      return Parsing<int32_t>(to, is_try, [precision](std::string_view text) -> std::optional<int32_t> {
        const auto millis = ParseTime(text);
        return millis ? std::optional(static_cast<int32_t>(TruncateTicks(*millis, std::min(precision, 3))))
                      : std::nullopt;
      });
    case TypeKind::kTimestamp:
      return Parsing<int64_t>(to, is_try, [precision](std::string_view text) -> std::optional<int64_t> {
        const auto parsed = ParseTimestamp(text);
        return parsed ? ToTicks(*parsed, precision) : std::nullopt;
      });
    case TypeKind::kTimestampLtz: {
      ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(context.local_time_zone));
      return Parsing<int64_t>(to, is_try, [precision, zone](std::string_view text) mutable -> std::optional<int64_t> {
        auto parsed = ParseTimestamp(text);
        if (!parsed) return std::nullopt;
        parsed->seconds = zone.ToUtc(parsed->seconds, 1);
        return ToTicks(*parsed, precision);
      });
    }
    default:
      return arrow::Status::TypeError("No cast of text to ", to.ToString());
  }
}

}  // namespace tidemark::expr
