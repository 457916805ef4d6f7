// SPDX-License-Identifier: Apache-2.0
// Casts to CHAR and VARCHAR (format, then cut or pad to the length) and to BINARY and VARBINARY.
#include <arrow/array.h>
#include <arrow/array/builder_binary.h>

#include <charconv>

#include "expr/cast_kernels.h"
#include "expr/civil_time.h"
#include "expr/decimal_math.h"
#include "expr/format_value.h"
#include "expr/number_text.h"
#include "expr/temporal_text.h"
#include "expr/time_zone.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

/// Brings the current row of a sink to the length of its type.
class LengthRule {
 public:
  explicit LengthRule(const DataType& to)
      : length_(to.length()),
        pads_(to.kind() == TypeKind::kChar || to.kind() == TypeKind::kBinary),
        characters_(to.is_character()),
        fill_(to.is_character() ? ' ' : '\0') {}

  void Apply(StringSink* sink) const {
    const std::string_view text = sink->current();
    // Without padding, fewer bytes than characters allowed need no counting.
    if (!pads_ && static_cast<int64_t>(text.size()) <= length_) return;
    const int64_t length = characters_ ? Utf8Length(text) : static_cast<int64_t>(text.size());
    if (length > length_) {
      const size_t kept = characters_ ? Utf8Prefix(text, length_).size() : static_cast<size_t>(length_);
      sink->Shrink(static_cast<int64_t>(text.size() - kept));
    } else if (pads_ && length < length_) {
      if (char* room = sink->Extend(length_ - length)) std::memset(room, fill_, static_cast<size_t>(length_ - length));
    }
  }

 private:
  int64_t length_;
  bool pads_;
  bool characters_;
  char fill_;
};

/// A kernel out of `int format(From value, char* out)`.
template <typename From, typename Format>
std::unique_ptr<ScalarKernel> Formatting(const DataType& to, Format format) {
  return MakeRowKernel(to, [rule = LengthRule(to), format](From value, StringSink& out) mutable {
    char text[kTemporalTextMax];
    out.Append(std::string_view(text, static_cast<size_t>(format(value, text))));
    rule.Apply(&out);
  });
}

template <typename I>
std::unique_ptr<ScalarKernel> FormattingInteger(const DataType& to) {
  return Formatting<I>(to, [](I value, char* out) {
    return static_cast<int>(std::to_chars(out, out + kTemporalTextMax, static_cast<int64_t>(value)).ptr - out);
  });
}

std::unique_ptr<ScalarKernel> CopyingText(const DataType& to) {
  return MakeRowKernel(to, [rule = LengthRule(to)](std::string_view text, StringSink& out) {
    out.Append(text);
    rule.Apply(&out);
  });
}

std::unique_ptr<ScalarKernel> BytesToText(const DataType& to) {
  return MakeRowKernel(to, [rule = LengthRule(to)](std::string_view bytes, StringSink& out) {
    bool valid = true;
    for (size_t at = 0; at < bytes.size() && valid;) {
      const size_t width = ValidUtf8Prefix(bytes.substr(at));
      valid = width > 0;
      at += width;
    }
    out.Append(valid ? bytes : std::string_view(RepairUtf8(bytes)));
    rule.Apply(&out);
  });
}

/// Nested values, by their formatter.
class NestedToString final : public ScalarKernel {
 public:
  NestedToString(std::unique_ptr<ValueFormatter> formatter, const DataType& to)
      : formatter_(std::move(formatter)), type_(to.ToArrow()), rule_(to) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    const bool scalar = args[0].is_scalar();
    std::shared_ptr<arrow::Array> values;
    if (scalar) {
      ARROW_ASSIGN_OR_RAISE(values, arrow::MakeArrayFromScalar(*args[0].scalar(), 1));
    } else {
      values = args[0].make_array();
    }
    const int64_t count = scalar ? 1 : num_rows;
    StringSink sink;
    ValidityWriter validity;
    ARROW_RETURN_NOT_OK(sink.Reset(count));
    validity.Reset(count, nullptr);
    std::string text;
    for (int64_t row = 0; row < count; ++row) {
      if (values->IsNull(row)) {
        ARROW_RETURN_NOT_OK(validity.SetNull(row));
      } else {
        text.clear();
        formatter_->Append(*values, row, &text);
        sink.Append(text);
        rule_.Apply(&sink);
      }
      sink.EndRow();
    }
    ARROW_ASSIGN_OR_RAISE(auto data, sink.Finish(type_, count, validity.buffer()));
    if (!scalar) return arrow::Datum(std::move(data));
    ARROW_ASSIGN_OR_RAISE(auto value, arrow::MakeArray(data)->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

 private:
  std::unique_ptr<ValueFormatter> formatter_;
  std::shared_ptr<arrow::DataType> type_;
  LengthRule rule_;
};

KernelResult TimestampToString(const DataType& from, const DataType& to, const FunctionContext& context) {
  TimeZone zone = TimeZone::Utc();
  if (from.kind() == TypeKind::kTimestampLtz) {
    ARROW_ASSIGN_OR_RAISE(zone, TimeZone::Make(context.local_time_zone));
  }
  const int32_t precision = from.precision();
  const int64_t per_second = TicksPerSecond(precision);
  return Formatting<int64_t>(to, [=](int64_t ticks, char* out) mutable {
    return FormatTimestamp(zone.ToLocal(ticks, per_second), precision, out);
  });
}

}  // namespace

KernelResult MakeCastToString(const DataType& from, const DataType& to, const FunctionContext& context) {
  switch (from.kind()) {
    case TypeKind::kBoolean:
      return Formatting<bool>(to, [](bool value, char* out) {
        std::memcpy(out, value ? "TRUE " : "FALSE", 5);
        return value ? 4 : 5;
      });
    case TypeKind::kTinyInt:
      return FormattingInteger<int8_t>(to);
    case TypeKind::kSmallInt:
      return FormattingInteger<int16_t>(to);
    case TypeKind::kInt:
      return FormattingInteger<int32_t>(to);
    case TypeKind::kBigInt:
      return FormattingInteger<int64_t>(to);
    case TypeKind::kFloat:
      return Formatting<float>(to, FormatFloat);
    case TypeKind::kDouble:
      return Formatting<double>(to, FormatDouble);
    case TypeKind::kDecimal: {
      const int32_t scale = from.scale();
      return Formatting<arrow::Decimal128>(
          to, [scale](arrow::Decimal128 value, char* out) { return FormatDecimal(ToInt128(value), scale, out); });
    }
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return CopyingText(to);
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return BytesToText(to);
    case TypeKind::kDate:
      return Formatting<int32_t>(to, FormatDate);
    case TypeKind::kTime: {
      const int32_t precision = from.precision();
      return Formatting<int32_t>(to,
                                 [precision](int32_t millis, char* out) { return FormatTime(millis, precision, out); });
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return TimestampToString(from, to, context);
    case TypeKind::kIntervalYearMonth:
      return Formatting<int32_t>(to, FormatMonthInterval);
    case TypeKind::kIntervalDayTime:
      return Formatting<int64_t>(to, FormatMillisInterval);
    default:
      break;
  }
  ARROW_ASSIGN_OR_RAISE(auto formatter, ValueFormatter::Make(from, context, ValueStyle::kCast));
  return std::make_unique<NestedToString>(std::move(formatter), to);
}

KernelResult MakeCastToBinary(const DataType& from, const DataType& to) {
  if (!from.is_character() && !from.is_binary())
    return arrow::Status::TypeError("No cast of ", from.ToString(), " to bytes");
  return CopyingText(to);
}

}  // namespace tidemark::expr
