// SPDX-License-Identifier: Apache-2.0
// Text and numbers as times: TO_DATE, TO_TIMESTAMP, TO_TIMESTAMP_LTZ, UNIX_TIMESTAMP.
#include <charconv>
#include <cmath>
#include <limits>

#include "expr/civil_time.h"
#include "expr/decimal_math.h"
#include "expr/functions/date_pattern_cache.h"
#include "expr/functions/temporal.h"
#include "expr/row_kernel.h"
#include "expr/signature.h"
#include "expr/time_zone.h"

namespace tidemark::expr {
namespace {

using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

/// TO_TIMESTAMP and TO_TIMESTAMP_LTZ give milliseconds.
constexpr int32_t kPrecision = 3;

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// The whole of `text` as a number, with or without a sign.
std::optional<int64_t> WholeNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text == "-" || read.ec != std::errc() || read.ptr != text.data() + text.size())
    return std::nullopt;
  return value;
}

/// "yyyy-[M]M-[d]d" as days since 1970; a day behind the month's last goes on in the next month.
std::optional<int64_t> LenientDate(std::string_view text) {
  const size_t first = text.find('-');
  const size_t second = first == std::string_view::npos ? first : text.find('-', first + 1);
  if (first != 4 || second == std::string_view::npos || second - first > 3 || text.size() - second > 3)
    return std::nullopt;
  const auto year = WholeNumber(text.substr(0, first));
  const auto month = WholeNumber(text.substr(first + 1, second - first - 1));
  const auto day = WholeNumber(text.substr(second + 1));
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
  return DaysFromCivil({*year, static_cast<int32_t>(*month), 1}) + *day - 1;
}

/// Text in SQL's form as java.sql.Timestamp and Date read it: any hour, minute and second counts, and carries over.
std::optional<ParsedTimestamp> LenientTimestamp(std::string_view text) {
  const size_t blank = text.find(' ');
  const auto days = LenientDate(text.substr(0, blank));
  if (!days) return std::nullopt;
  ParsedTimestamp parsed;
  parsed.seconds = *days * 86400;
  if (blank == std::string_view::npos) return parsed;
  const std::string_view clock = text.substr(blank + 1);
  const size_t first = clock.find(':');
  const size_t second = first == std::string_view::npos ? first : clock.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const size_t point = clock.find('.', second + 1);
  const auto hours = WholeNumber(clock.substr(0, first));
  const auto minutes = WholeNumber(clock.substr(first + 1, second - first - 1));
  const auto seconds =
      WholeNumber(clock.substr(second + 1, point == std::string_view::npos ? point : point - second - 1));
  if (!hours || !minutes || !seconds) return std::nullopt;
  parsed.seconds += (*hours * 60 + *minutes) * 60 + *seconds;
  if (point == std::string_view::npos) return parsed;
  std::string fraction(clock.substr(point + 1));
  if (fraction.empty() || fraction.size() > 9 || fraction[0] < '0' || fraction[0] > '9') return std::nullopt;
  fraction.resize(9, '0');
  const auto nanos = WholeNumber(fraction);
  if (!nanos) return std::nullopt;
  parsed.nanos = static_cast<int32_t>(*nanos);
  return parsed;
}

/// By the pattern; text that has it not may still be a timestamp or date in SQL form.
std::optional<ParsedTimestamp> ParseBy(const DatePattern& pattern, std::string_view text) {
  if (const auto reading = pattern.Parse(text)) return reading->timestamp;
  return LenientTimestamp(TrimBlanks(text));
}

std::optional<int64_t> ToMillis(const std::optional<ParsedTimestamp>& parsed) {
  return parsed ? ToTicks(*parsed, kPrecision) : std::nullopt;
}

// ---- TO_DATE

KernelResult ToDateKernel(const CallSite& site) {
  if (site.arguments.size() == 1) {
    return MakeRowKernel(site, [](std::string_view text) -> std::optional<int32_t> { return ParseDate(text); });
  }
  DatePatternCache cache(PatternDialect::kSimpleDateFormat);
  ARROW_RETURN_NOT_OK(cache.Prepare(site.arguments[1]));
  return MakeRowKernel(
      site, [cache](std::string_view text, std::string_view format) mutable -> arrow::Result<std::optional<int32_t>> {
        ARROW_ASSIGN_OR_RAISE(auto pattern, cache.Get(format));
        const auto reading = pattern->Parse(text);
        if (!reading) return std::optional<int32_t>();
        const int64_t days = FloorDivide(reading->timestamp.seconds - reading->offset_seconds.value_or(0), 86400);
        if (days != static_cast<int32_t>(days)) return std::optional<int32_t>();
        return std::optional(static_cast<int32_t>(days));
      });
}

// ---- TO_TIMESTAMP

KernelResult ToTimestampKernel(const CallSite& site) {
  if (site.arguments.size() == 1) {
    return MakeRowKernel(
        site, [](std::string_view text) -> std::optional<int64_t> { return ToMillis(ParseTimestamp(text)); });
  }
  DatePatternCache cache(PatternDialect::kDateTimeFormatter);
  ARROW_RETURN_NOT_OK(cache.Prepare(site.arguments[1]));
  return MakeRowKernel(
      site, [cache](std::string_view text, std::string_view format) mutable -> arrow::Result<std::optional<int64_t>> {
        ARROW_ASSIGN_OR_RAISE(auto pattern, cache.Get(format));
        return ToMillis(ParseBy(*pattern, text));
      });
}

// ---- TO_TIMESTAMP_LTZ

/// Instants outside the years 0000 to 9999 are NULL.
std::optional<int64_t> InRange(int64_t millis) {
  constexpr int64_t kLeast = -62'167'219'200'000;
  constexpr int64_t kMost = 253'402'300'799'999;
  return millis >= kLeast && millis <= kMost ? std::optional(millis) : std::nullopt;
}

arrow::Status CheckEpochPrecision(int32_t precision) {
  if (precision == 0 || precision == 3) return arrow::Status::OK();
  return arrow::Status::Invalid("TO_TIMESTAMP_LTZ takes the precision 0 (seconds) or 3 (milliseconds), not ",
                                precision);
}

using Instant = arrow::Result<std::optional<int64_t>>;

Instant FromWhole(int64_t value, int32_t precision) {
  ARROW_RETURN_NOT_OK(CheckEpochPrecision(precision));
  int64_t millis = value;
  if (precision == 0 && __builtin_mul_overflow(value, kMillisPerSecond, &millis)) return std::optional<int64_t>();
  return InRange(millis);
}

Instant FromDouble(double value, int32_t precision) {
  ARROW_RETURN_NOT_OK(CheckEpochPrecision(precision));
  const double millis = precision == 0 ? value * kMillisPerSecond : value;
  constexpr double kBeyond = 1e15;
  if (!(std::fabs(millis) < kBeyond)) return std::optional<int64_t>();
  return InRange(static_cast<int64_t>(millis));
}

/// A kernel of (number) or (number, precision).
template <typename Number, typename F>
KernelResult EpochKernel(const CallSite& site, F convert) {
  if (site.arguments.size() == 1) {
    return MakeRowKernel(site, [convert](Number value) -> Instant { return convert(value, kPrecision); });
  }
  return MakeRowKernel(site,
                       [convert](Number value, int32_t precision) -> Instant { return convert(value, precision); });
}

KernelResult TextToInstant(const CallSite& site) {
  if (site.arguments.size() == 1) {
    return MakeRowKernel(site, [](std::string_view text) -> Instant {
      const auto parsed = ParseTimestamp(text);
      if (!parsed)
        return arrow::Status::Invalid("TO_TIMESTAMP_LTZ cannot read '", text, "': expected 'yyyy-MM-dd HH:mm:ss'");
      return ToMillis(parsed);
    });
  }
  DatePatternCache cache(PatternDialect::kDateTimeFormatter);
  ARROW_RETURN_NOT_OK(cache.Prepare(site.arguments[1]));
  if (site.arguments.size() == 2) {
    return MakeRowKernel(site, [cache](std::string_view text, std::string_view format) mutable -> Instant {
      ARROW_ASSIGN_OR_RAISE(auto pattern, cache.Get(format));
      return ToMillis(ParseBy(*pattern, text));
    });
  }
  return MakeRowKernel(
      site, [cache](std::string_view text, std::string_view format, std::string_view zone_name) mutable -> Instant {
        ARROW_ASSIGN_OR_RAISE(auto pattern, cache.Get(format));
        auto zone = TimeZone::Make(std::string(zone_name));
        if (!zone.ok()) return std::optional<int64_t>();
        auto parsed = ParseBy(*pattern, text);
        if (parsed) parsed->seconds = zone->ToUtc(parsed->seconds, 1);
        return ToMillis(parsed);
      });
}

KernelResult ToInstantKernel(const CallSite& site) {
  const DataType& from = site.arguments[0].type;
  if (from.is_character()) return TextToInstant(site);
  if (site.arguments.size() > 1 && site.arguments[1].literal != nullptr && site.arguments[1].literal->is_valid) {
    ARROW_ASSIGN_OR_RAISE(auto wide, site.arguments[1].literal->CastTo(arrow::int32()));
    ARROW_RETURN_NOT_OK(CheckEpochPrecision(static_cast<const arrow::Int32Scalar&>(*wide).value));
  }
  if (from.kind() == TypeKind::kDouble) return EpochKernel<double>(site, FromDouble);
  if (from.kind() == TypeKind::kDecimal) {
    return EpochKernel<arrow::Decimal128>(site,
                                          [scale = from.scale()](const arrow::Decimal128& value, int32_t precision) {
                                            // Fractions are dropped before seconds become milliseconds.
                                            const Int128 whole = TruncateToInteger(ToInt128(value), scale);
                                            constexpr Int128 kBeyond = std::numeric_limits<int64_t>::max();
                                            if (whole > kBeyond || whole < -kBeyond)
                                              return Instant(std::optional<int64_t>());
                                            return FromWhole(static_cast<int64_t>(whole), precision);
                                          });
  }
  return EpochKernel<int64_t>(site, FromWhole);
}

// ---- UNIX_TIMESTAMP

/// Seconds since 1970 of text in the local time zone; the least BIGINT, as Flink has it, for text that is no time.
KernelResult UnixTimestampKernel(const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(site.context.local_time_zone));
  DatePatternCache cache(PatternDialect::kSimpleDateFormat);
  auto seconds = [zone](const DatePattern& pattern, std::string_view text) mutable {
    const auto reading = pattern.Parse(text);
    if (!reading) return std::numeric_limits<int64_t>::min();
    const int64_t local = reading->timestamp.seconds;
    return reading->offset_seconds ? local - *reading->offset_seconds : local - zone.LaterOffsetOfLocal(local);
  };
  if (site.arguments.size() == 1) {
    ARROW_ASSIGN_OR_RAISE(auto pattern, DatePattern::Make("yyyy-MM-dd HH:mm:ss", PatternDialect::kSimpleDateFormat));
    return MakeRowKernel(site, [=](std::string_view text) mutable -> int64_t { return seconds(pattern, text); });
  }
  ARROW_RETURN_NOT_OK(cache.Prepare(site.arguments[1]));
  return MakeRowKernel(site, [=](std::string_view text, std::string_view format) mutable -> arrow::Result<int64_t> {
    ARROW_ASSIGN_OR_RAISE(auto pattern, cache.Get(format));
    return seconds(*pattern, text);
  });
}

Parameter CastingArg(Parameter parameter, const DataType& type) {
  parameter.cast_to = type;
  return parameter;
}

Parameter ApproximateArg() {
  return CastingArg(ArgWhere("DOUBLE", [](const DataType& type) { return type.is_approximate(); }), DataType::Double());
}

Parameter DecimalArg() {
  return ArgWhere("DECIMAL", [](const DataType& type) { return type.kind() == TypeKind::kDecimal; });
}

}  // namespace

void RegisterTemporalParse(FunctionRegistry* registry) {
  registry->Add(
      {.name = "TO_DATE",
       .resolve = ResolveBy("TO_DATE", {{{StringArg(), Optional(StringArg())}, ReturnsNullable(DataType::Date())}}),
       .make_kernel = ToDateKernel,
       .signature_text = "TO_DATE(text [, pattern])",
       .description = "A date out of text, by default 'yyyy-MM-dd'; NULL if it is none"});
  registry->Add({.name = "TO_TIMESTAMP",
                 .resolve = ResolveBy(
                     "TO_TIMESTAMP", {{{StringArg(), Optional(StringArg())}, ReturnsNullable(DataType::Timestamp(3))}}),
                 .make_kernel = ToTimestampKernel,
                 .signature_text = "TO_TIMESTAMP(text [, pattern])",
                 .description = "A timestamp out of text, by default 'yyyy-MM-dd HH:mm:ss'; NULL if it is none"});
  const ReturnRule instant = ReturnsNullable(DataType::TimestampLtz(3));
  const Parameter precision = Optional(IntArg());
  registry->Add(
      {.name = "TO_TIMESTAMP_LTZ",
       .resolve =
           ResolveBy("TO_TIMESTAMP_LTZ", {{{OrNull(CastingArg(IntegerArg(), DataType::BigInt())), precision}, instant},
                                          {{DecimalArg(), precision}, instant},
                                          {{ApproximateArg(), precision}, instant},
                                          {{StringArg(), Optional(StringArg()), Optional(StringArg())}, instant}}),
       .make_kernel = ToInstantKernel,
       .signature_text = "TO_TIMESTAMP_LTZ(number [, precision]), TO_TIMESTAMP_LTZ(text [, pattern [, zone]])",
       .description = "An instant out of seconds (precision 0) or milliseconds (3) since 1970, or out of text"});
  registry->Overload(
      {.name = "UNIX_TIMESTAMP",
       .resolve = ResolveBy("UNIX_TIMESTAMP", {{{StringArg(), Optional(StringArg())}, Returns(DataType::BigInt())}}),
       .make_kernel = UnixTimestampKernel,
       .signature_text = "UNIX_TIMESTAMP([text [, pattern]])",
       .description = "Seconds since 1970-01-01 00:00:00 UTC: now, or at a time in the local time zone"});
}

}  // namespace tidemark::expr
