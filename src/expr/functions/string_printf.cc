// SPDX-License-Identifier: Apache-2.0
// PRINTF: java.util.Formatter over the values as Flink hands them over: a DATE is its day number, a TIME its
// milliseconds.
#include <vector>

#include "expr/decimal_math.h"
#include "expr/format_value.h"
#include "expr/functions/define.h"
#include "expr/functions/java_format.h"
#include "expr/functions/string.h"
#include "expr/number_text.h"

namespace tidemark::expr {
namespace {

/// Reads the values of one argument.
class ArgumentReader {
 public:
  static arrow::Result<ArgumentReader> Make(const DataType& type, const FunctionContext& context) {
    ArgumentReader reader;
    reader.type_ = type;
    const bool text = type.is_character() || type.kind() == TypeKind::kNull;
    if (type.is_timestamp()) {
      FunctionContext utc = context;
      utc.local_time_zone = "UTC";
      ARROW_ASSIGN_OR_RAISE(auto formatter, ValueFormatter::Make(type, utc, ValueStyle::kChangelog));
      reader.formatter_ = std::move(formatter);
    } else if (!text && !type.is_numeric() && type.kind() != TypeKind::kBoolean && !type.is_datetime() &&
               !type.is_interval()) {
      return arrow::Status::NotImplemented("PRINTF of ", type.ToString(), " is not supported yet");
    }
    return reader;
  }

  arrow::Status Open(const arrow::Datum& datum) {
    is_scalar_ = datum.is_scalar();
    if (!is_scalar_) {
      array_ = datum.make_array();
      return arrow::Status::OK();
    }
    return arrow::MakeArrayFromScalar(*datum.scalar(), 1).Value(&array_);
  }

  template <typename ArrayType>
  auto Value(int64_t at) const {
    return static_cast<const ArrayType&>(*array_).Value(at);
  }

  void Read(int64_t row, FormatArgument* out) {
    const int64_t at = is_scalar_ ? 0 : row;
    *out = FormatArgument();
    if (array_->IsNull(at) || type_.kind() == TypeKind::kNull) return;
    switch (type_.kind()) {
      case TypeKind::kTinyInt:
        return SetInteger(Value<arrow::Int8Array>(at), 1, out);
      case TypeKind::kSmallInt:
        return SetInteger(Value<arrow::Int16Array>(at), 2, out);
      case TypeKind::kInt:
        return SetInteger(Value<arrow::Int32Array>(at), 4, out);
      case TypeKind::kBigInt:
        return SetInteger(Value<arrow::Int64Array>(at), 8, out);
      case TypeKind::kDate:
        return SetInteger(Value<arrow::Date32Array>(at), 4, out);
      case TypeKind::kTime:
        return SetInteger(Value<arrow::Time32Array>(at), 4, out);
      case TypeKind::kIntervalYearMonth:
        return SetInteger(Value<arrow::MonthIntervalArray>(at), 4, out);
      case TypeKind::kIntervalDayTime:
        return SetInteger(Value<arrow::DurationArray>(at), 8, out);
      case TypeKind::kBoolean:
        out->kind = FormatArgument::Kind::kBoolean;
        out->integer = Value<arrow::BooleanArray>(at);
        return;
      case TypeKind::kFloat:
        return SetFloating(Value<arrow::FloatArray>(at), FormatFloat, out);
      case TypeKind::kDouble:
        return SetFloating(Value<arrow::DoubleArray>(at), FormatDouble, out);
      default:
        out->kind = FormatArgument::Kind::kOther;
    }
    if (type_.kind() == TypeKind::kDecimal) {
      const arrow::Decimal128 value(static_cast<const arrow::Decimal128Array&>(*array_).GetValue(at));
      out->text = DecimalText(ToInt128(value), type_.scale());
    } else if (formatter_) {
      formatter_->Append(*array_, at, &out->text);
    } else {
      out->text = static_cast<const arrow::StringArray&>(*array_).GetView(at);
    }
  }

 private:
  static void SetInteger(int64_t value, int bytes, FormatArgument* out) {
    out->kind = FormatArgument::Kind::kInteger;
    out->integer = value;
    out->integer_bytes = bytes;
  }
  template <typename T>
  static void SetFloating(T value, int (*format)(T, char*), FormatArgument* out) {
    char text[kNumberTextMax];
    out->kind = FormatArgument::Kind::kFloating;
    out->floating = value;
    out->text.assign(text, static_cast<size_t>(format(value, text)));
  }

  DataType type_;
  std::shared_ptr<ValueFormatter> formatter_;
  std::shared_ptr<arrow::Array> array_;
  bool is_scalar_ = false;
};

class PrintfKernel final : public ScalarKernel {
 public:
  PrintfKernel(std::shared_ptr<arrow::DataType> type, std::vector<ArgumentReader> readers)
      : type_(std::move(type)), readers_(std::move(readers)), arguments_(readers_.size()) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto format, ColumnReader<std::string_view>::Make(args[0]));
    bool scalar = args[0].is_scalar();
    for (size_t i = 0; i < readers_.size(); ++i) {
      ARROW_RETURN_NOT_OK(readers_[i].Open(args[i + 1]));
      scalar = scalar && args[i + 1].is_scalar();
    }
    const int64_t count = scalar ? 1 : num_rows;
    StringSink sink;
    ValidityWriter nulls;
    ARROW_RETURN_NOT_OK(sink.Reset(count));
    nulls.Reset(count, nullptr);
    for (int64_t row = 0; row < count; ++row) {
      ARROW_ASSIGN_OR_RAISE(const auto text, FormatRow(format, row));
      if (text) {
        sink.Append(*text);
      } else {
        ARROW_RETURN_NOT_OK(nulls.SetNull(row));
      }
      sink.EndRow();
    }
    ARROW_ASSIGN_OR_RAISE(auto data, sink.Finish(type_, count, nulls.buffer()));
    if (!scalar) return arrow::Datum(std::move(data));
    ARROW_ASSIGN_OR_RAISE(auto value, arrow::MakeArray(data)->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

 private:
  arrow::Result<std::optional<std::string>> FormatRow(const ColumnReader<std::string_view>& format, int64_t row) {
    if (format.IsNull(row)) return std::nullopt;
    for (size_t i = 0; i < readers_.size(); ++i) readers_[i].Read(row, &arguments_[i]);
    return FormatLikeJava(format.Value(row), arguments_);
  }

  const std::shared_ptr<arrow::DataType> type_;
  std::vector<ArgumentReader> readers_;
  std::vector<FormatArgument> arguments_;
};

arrow::Result<std::unique_ptr<ScalarKernel>> MakePrintf(const CallSite& site) {
  std::vector<ArgumentReader> readers;
  for (size_t i = 1; i < site.arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto reader, ArgumentReader::Make(site.arguments[i].type, site.context));
    readers.push_back(std::move(reader));
  }
  return std::make_unique<PrintfKernel>(site.return_type.ToArrow(), std::move(readers));
}

}  // namespace

void RegisterPrintf(FunctionRegistry* registry) {
  registry->Add(DefineFallible(
      "PRINTF", {Signature{{OrNull(TextArg()), Optional(Repeated(AnyArg()))}, ReturnsNullable(DataType::String())}},
      MakePrintf,
      {"PRINTF(format, value, ...)", "The values laid out by a format such as '%5d: %s'; NULL if they do not fit it"}));
}

}  // namespace tidemark::expr
