// SPDX-License-Identifier: Apache-2.0
// Times as text: DATE_FORMAT, FROM_UNIXTIME, CONVERT_TZ.
#include "expr/civil_time.h"
#include "expr/functions/date_pattern_cache.h"
#include "expr/functions/temporal.h"
#include "expr/row_kernel.h"
#include "expr/signature.h"
#include "expr/time_zone.h"

namespace tidemark::expr {
namespace {

using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

constexpr std::string_view kDefaultPattern = "yyyy-MM-dd HH:mm:ss";
constexpr int64_t kNanosPerSecond = 1'000'000'000;

WallClock ClockOf(int64_t local_seconds, int64_t nanos) {
  WallClock clock;
  clock.days = FloorDivide(local_seconds, 86400);
  clock.nanos_of_day = (local_seconds - clock.days * 86400) * kNanosPerSecond + nanos;
  return clock;
}

/// The wall clock in `zone` at an instant, with its offset.
WallClock ClockAt(int64_t utc_seconds, int64_t nanos, TimeZone* zone) {
  const int64_t offset = zone->OffsetAt(utc_seconds);
  WallClock clock = ClockOf(utc_seconds + offset, nanos);
  clock.offset_seconds = offset;
  clock.has_offset = true;
  return clock;
}

/// By the default pattern.
void AppendDefault(int64_t local_seconds, StringSink* out) {
  const int64_t days = FloorDivide(local_seconds, 86400);
  const int64_t second_of_day = (local_seconds % 86400 + 86400) % 86400;
  char text[kTemporalTextMax];
  int length = FormatDate(days, text);
  text[length++] = ' ';
  length += FormatTime(second_of_day * kMillisPerSecond, 0, text + length);
  out->Append(std::string_view(text, static_cast<size_t>(length)));
}

arrow::Status AppendFormatted(const DatePattern& pattern, const WallClock& clock, std::string* scratch,
                              StringSink* out) {
  scratch->clear();
  ARROW_RETURN_NOT_OK(pattern.Format(clock, scratch));
  out->Append(*scratch);
  return arrow::Status::OK();
}

// ---- DATE_FORMAT

KernelResult FormatTimestampKernel(const CallSite& site) {
  const DataType& from = site.arguments[0].type;
  TimeZone zone = TimeZone::Utc();
  if (from.kind() == TypeKind::kTimestampLtz) {
    ARROW_ASSIGN_OR_RAISE(zone, TimeZone::Make(site.context.local_time_zone));
  }
  DatePatternCache cache(PatternDialect::kDateTimeFormatter);
  ARROW_RETURN_NOT_OK(cache.Prepare(site.arguments[1]));
  const int64_t per_second = TicksPerSecond(from.precision());
  return MakeRowKernel(site,
                       [=, scratch = std::string()](int64_t ticks, std::string_view text, StringSink& out) mutable {
                         auto pattern = cache.Get(text);
                         if (!pattern.ok()) return pattern.status();
                         const int64_t local = zone.ToLocal(ticks, per_second);
                         const int64_t seconds = FloorDivide(local, per_second);
                         const int64_t nanos = (local - seconds * per_second) * (kNanosPerSecond / per_second);
                         return AppendFormatted(**pattern, ClockOf(seconds, nanos), &scratch, &out);
                       });
}

/// Of text: "yyyy-MM-dd HH:mm:ss" is read first; NULL for other text.
KernelResult FormatTextKernel(const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(auto reader, DatePattern::Make(kDefaultPattern, PatternDialect::kSimpleDateFormat));
  DatePatternCache cache(PatternDialect::kSimpleDateFormat);
  ARROW_RETURN_NOT_OK(cache.Prepare(site.arguments[1]));
  TimeZone utc = TimeZone::Utc();
  return MakeRowKernel(site,
                       [=, scratch = std::string()](std::string_view moment, std::string_view text,
                                                    StringSink& out) mutable -> arrow::Result<bool> {
                         ARROW_ASSIGN_OR_RAISE(auto pattern, cache.Get(text));
                         const auto reading = reader.Parse(moment);
                         if (!reading) return false;
                         const WallClock clock = ClockAt(reading->timestamp.seconds, reading->timestamp.nanos, &utc);
                         ARROW_RETURN_NOT_OK(AppendFormatted(*pattern, clock, &scratch, &out));
                         return true;
                       });
}

// ---- FROM_UNIXTIME

KernelResult FromUnixTimeKernel(const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(site.context.local_time_zone));
  if (site.arguments.size() == 1) {
    return MakeRowKernel(
        site, [zone](int64_t seconds, StringSink& out) mutable { AppendDefault(zone.ToLocal(seconds, 1), &out); });
  }
  DatePatternCache cache(PatternDialect::kSimpleDateFormat);
  ARROW_RETURN_NOT_OK(cache.Prepare(site.arguments[1]));
  return MakeRowKernel(site,
                       [=, scratch = std::string()](int64_t seconds, std::string_view text, StringSink& out) mutable {
                         auto pattern = cache.Get(text);
                         if (!pattern.ok()) return pattern.status();
                         return AppendFormatted(**pattern, ClockAt(seconds, 0, &zone), &scratch, &out);
                       });
}

// ---- CONVERT_TZ

/// Zones by name, the last one kept.
class ZoneCache {
 public:
  arrow::Result<TimeZone*> Get(std::string_view name) {
    if (!zone_ || name_ != name) {
      ARROW_ASSIGN_OR_RAISE(zone_, TimeZone::Make(std::string(name)));
      name_ = name;
    }
    return &*zone_;
  }

 private:
  std::string name_;
  std::optional<TimeZone> zone_;
};

KernelResult ConvertTzKernel(const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(auto reader, DatePattern::Make(kDefaultPattern, PatternDialect::kSimpleDateFormat));
  ZoneCache from;
  ZoneCache to;
  for (size_t i = 1; i <= 2; ++i) {
    if (const auto name = LiteralText(site.arguments[i])) ARROW_RETURN_NOT_OK((i == 1 ? from : to).Get(*name).status());
  }
  return MakeRowKernel(site,
                       [=](std::string_view text, std::string_view from_name, std::string_view to_name,
                           StringSink& out) mutable -> arrow::Result<bool> {
                         ARROW_ASSIGN_OR_RAISE(auto from_zone, from.Get(from_name));
                         ARROW_ASSIGN_OR_RAISE(auto to_zone, to.Get(to_name));
                         const auto reading = reader.Parse(text);
                         if (!reading) return false;
                         const int64_t local = reading->timestamp.seconds;
                         AppendDefault(to_zone->ToLocal(local - from_zone->LaterOffsetOfLocal(local), 1), &out);
                         return true;
                       });
}

Parameter AnyTimestampArg() {
  return ArgWhere("TIMESTAMP", [](const DataType& type) { return type.is_timestamp(); });
}

Parameter WholeNumberArg() {
  Parameter parameter = IntegerArg();
  parameter.cast_to = DataType::BigInt();
  return parameter;
}

}  // namespace

void RegisterTemporalFormat(FunctionRegistry* registry) {
  const ReturnRule nullable_text = ReturnsNullable(DataType::String());
  registry->Add({.name = "DATE_FORMAT",
                 .resolve = ResolveBy("DATE_FORMAT", {{{AnyTimestampArg(), StringArg()}, nullable_text},
                                                      {{StringArg(), StringArg()}, nullable_text}}),
                 .make_kernel =
                     [](const CallSite& site) {
                       return site.arguments[0].type.is_timestamp() ? FormatTimestampKernel(site)
                                                                    : FormatTextKernel(site);
                     },
                 .signature_text = "DATE_FORMAT(timestamp, pattern)",
                 .description = "The timestamp as text by a date pattern such as 'yyyy-MM-dd HH:mm:ss'"});
  registry->Add({.name = "FROM_UNIXTIME",
                 .resolve = ResolveBy("FROM_UNIXTIME", {{{WholeNumberArg(), Optional(StringArg())}, nullable_text}}),
                 .make_kernel = FromUnixTimeKernel,
                 .signature_text = "FROM_UNIXTIME(seconds [, pattern])",
                 .description = "Seconds since 1970 as text in the local time zone, by default 'yyyy-MM-dd HH:mm:ss'"});
  registry->Add({.name = "CONVERT_TZ",
                 .resolve = ResolveBy("CONVERT_TZ", {{{StringArg(), StringArg(), StringArg()}, nullable_text}}),
                 .make_kernel = ConvertTzKernel,
                 .signature_text = "CONVERT_TZ(text, from_zone, to_zone)",
                 .description = "A time 'yyyy-MM-dd HH:mm:ss' of one time zone as text in another"});
}

}  // namespace tidemark::expr
