// SPDX-License-Identifier: Apache-2.0
// The current time in its forms. In batch mode it is the start of the query; in streaming mode the clock is read once
// for each batch of rows.
#include <arrow/scalar.h>

#include "expr/civil_time.h"
#include "expr/functions/temporal.h"
#include "expr/signature.h"
#include "expr/time_zone.h"

namespace tidemark::expr {
namespace {

constexpr int64_t kMicrosPerMilli = 1000;

/// What of the current time a function gives.
enum class NowPart { kDate, kTime, kLocalTimestamp, kInstant, kUnixSeconds };

class NowKernel final : public ScalarKernel {
 public:
  NowKernel(NowPart part, bool always_clock, TimeZone zone, const CallSite& site)
      : part_(part),
        reads_clock_((always_clock || site.context.streaming) && site.context.clock != nullptr),
        zone_(zone),
        context_(site.context),
        type_(site.return_type.ToArrow()) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum>, int64_t) override {
    const int64_t micros = reads_clock_ ? context_.clock->NowMicros() : context_.query_start_micros;
    ARROW_ASSIGN_OR_RAISE(auto scalar, arrow::MakeScalar(arrow::int64(), Value(FloorDivide(micros, kMicrosPerMilli))));
    ARROW_ASSIGN_OR_RAISE(auto value, Retyped(static_cast<const arrow::Int64Scalar&>(*scalar).value));
    return arrow::Datum(std::move(value));
  }
  bool can_fail() const override { return false; }

 private:
  int64_t Value(int64_t millis) {
    const int64_t local = zone_.ToLocal(millis, kMillisPerSecond);
    switch (part_) {
      case NowPart::kDate:
        return FloorDivide(local, kMillisPerDay);
      case NowPart::kTime:
        return FloorModulo(local, kMillisPerDay) / kMillisPerSecond * kMillisPerSecond;
      case NowPart::kLocalTimestamp:
        return local;
      case NowPart::kUnixSeconds:
        return FloorDivide(millis, kMillisPerSecond);
      default:
        return millis;
    }
  }

  arrow::Result<std::shared_ptr<arrow::Scalar>> Retyped(int64_t value) const {
    if (type_->bit_width() == 32) return arrow::MakeScalar(type_, static_cast<int32_t>(value));
    return arrow::MakeScalar(type_, value);
  }

  NowPart part_;
  bool reads_clock_;
  TimeZone zone_;
  const FunctionContext& context_;
  std::shared_ptr<arrow::DataType> type_;
};

void AddNow(FunctionRegistry* registry, const std::string& name, NowPart part, bool always_clock, const DataType& type,
            const std::string& description) {
  registry->Overload(
      {.name = name,
       .resolve = [name, type](std::span<const ArgumentInfo> arguments) -> arrow::Result<ResolvedSignature> {
         if (!arguments.empty()) return arrow::Status::TypeError(name, " takes no arguments");
         return ResolvedSignature{{}, type.NotNull()};
       },
       .make_kernel = [part, always_clock](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
         ARROW_ASSIGN_OR_RAISE(auto zone, TimeZone::Make(site.context.local_time_zone));
         return std::make_unique<NowKernel>(part, always_clock, zone, site);
       },
       .deterministic = false,
       .one_value_per_batch = true,
       .can_fail = false,
       .signature_text = name,
       .description = description});
}

}  // namespace

void RegisterTemporalNow(FunctionRegistry* registry) {
  const DataType instant = DataType::TimestampLtz(3);
  AddNow(registry, "CURRENT_TIMESTAMP", NowPart::kInstant, false, instant, "The current time");
  registry->AddAlias("NOW", "CURRENT_TIMESTAMP");
  AddNow(registry, "CURRENT_ROW_TIMESTAMP", NowPart::kInstant, true, instant, "The time when the row is processed");
  AddNow(registry, "PROCTIME", NowPart::kInstant, true, instant.WithTimeAttribute(TimeAttribute::kProctime),
         "The processing time, as a time attribute");
  AddNow(registry, "LOCALTIMESTAMP", NowPart::kLocalTimestamp, false, DataType::Timestamp(3),
         "The current time in the local time zone, without zone");
  AddNow(registry, "CURRENT_DATE", NowPart::kDate, false, DataType::Date(), "The current date in the local time zone");
  AddNow(registry, "CURRENT_TIME", NowPart::kTime, false, DataType::Time(0),
         "The current time of day in the local time zone");
  registry->AddAlias("LOCALTIME", "CURRENT_TIME");
  AddNow(registry, "UNIX_TIMESTAMP", NowPart::kUnixSeconds, true, DataType::BigInt(),
         "Seconds since 1970-01-01 00:00:00 UTC: now, or at a given time");
}

}  // namespace tidemark::expr
