// SPDX-License-Identifier: Apache-2.0
// One formatter per kind of type; nested ones hold those of their parts.
#include "expr/format_value.h"

#include <arrow/api.h>

#include <vector>

#include "expr/civil_time.h"
#include "expr/column_reader.h"
#include "expr/decimal_math.h"
#include "expr/evaluator.h"
#include "expr/number_text.h"
#include "expr/temporal_text.h"
#include "expr/time_zone.h"
#include "expr/utf8.h"

namespace tidemark::expr {
namespace {

using FormatterPtr = std::unique_ptr<ValueFormatter>;

template <typename T>
T ValueAt(const arrow::Array& array, int64_t row) {
  return array.data()->GetValues<T>(1)[row];
}

/// A formatter out of a function that appends the value at a row.
template <typename F>
class LeafFormatter final : public ValueFormatter {
 public:
  explicit LeafFormatter(F append) : append_(std::move(append)) {}

 protected:
  void AppendValue(const arrow::Array& array, int64_t row, std::string* out) override { append_(array, row, out); }

 private:
  F append_;
};

template <typename F>
FormatterPtr Leaf(F append) {
  return std::make_unique<LeafFormatter<F>>(std::move(append));
}

template <typename T>
FormatterPtr IntegerFormatter() {
  return Leaf(
      [](const arrow::Array& array, int64_t row, std::string* out) { *out += std::to_string(ValueAt<T>(array, row)); });
}

/// A formatter out of `int format(T value, char* out)`.
template <typename T, typename F>
FormatterPtr TextFormatter(F format) {
  return Leaf([format](const arrow::Array& array, int64_t row, std::string* out) mutable {
    char text[kTemporalTextMax];
    out->append(text, static_cast<size_t>(format(ValueAt<T>(array, row), text)));
  });
}

void AppendHex(std::string_view bytes, std::string* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  *out += "x'";
  for (unsigned char byte : bytes) {
    *out += kDigits[byte >> 4];
    *out += kDigits[byte & 15];
  }
  *out += '\'';
}

void AppendSignedBytes(std::string_view bytes, std::string* out) {
  *out += '[';
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) *out += ", ";
    *out += std::to_string(static_cast<int>(static_cast<signed char>(bytes[i])));
  }
  *out += ']';
}

/// Java's BigDecimal.toString: an exponent once the first digit is more than six places after the point.
void AppendJavaDecimal(Int128 unscaled, int32_t scale, std::string* out) {
  const std::string digits = DecimalText(unscaled < 0 ? -unscaled : unscaled, 0);
  const int32_t exponent = static_cast<int32_t>(digits.size()) - 1 - scale;
  if (scale >= 0 && exponent >= -6) {
    *out += DecimalText(unscaled, scale);
    return;
  }
  if (unscaled < 0) *out += '-';
  *out += digits[0];
  if (digits.size() > 1) *out += "." + digits.substr(1);
  *out += "E" + std::to_string(exponent);
}

/// A clock as java.time writes it: seconds only where they or a fraction are not zero (`always_seconds`: always), the
/// fraction in groups of three digits. `nanos` of the day.
void AppendJavaClock(int64_t nanos, bool always_seconds, std::string* out) {
  char text[kTemporalTextMax];
  const int64_t fraction = nanos % 1'000'000'000;
  const int length = FormatTime(nanos / 1'000'000, 0, text);
  const bool seconds = always_seconds || nanos % 60'000'000'000 != 0;
  out->append(text, static_cast<size_t>(seconds ? length : length - 3));
  if (fraction == 0) return;
  std::string digits = std::to_string(1'000'000'000 + fraction).substr(1);
  if (fraction % 1'000'000 == 0) {
    digits.resize(3);
  } else if (fraction % 1'000 == 0) {
    digits.resize(6);
  }
  *out += "." + digits;
}

void AppendJavaTimestamp(int64_t ticks, int64_t per_second, bool instant, std::string* out) {
  const int64_t seconds = FloorDivide(ticks, per_second);
  const int64_t days = FloorDivide(seconds, 86400);
  const int64_t nanos = (ticks - seconds * per_second) * (1'000'000'000 / per_second);
  char text[kTemporalTextMax];
  out->append(text, static_cast<size_t>(FormatDate(days, text)));
  *out += 'T';
  AppendJavaClock((seconds - days * 86400) * 1'000'000'000 + nanos, instant, out);
  if (instant) *out += 'Z';
}

arrow::Result<FormatterPtr> TimestampFormatter(const DataType& type, const FunctionContext& context, ValueStyle style) {
  const int32_t precision = type.precision();
  const int64_t per_second = TicksPerSecond(precision);
  const bool instant = type.kind() == TypeKind::kTimestampLtz;
  if (style == ValueStyle::kChangelog) {
    return Leaf([=](const arrow::Array& array, int64_t row, std::string* out) {
      AppendJavaTimestamp(ValueAt<int64_t>(array, row), per_second, instant, out);
    });
  }
  TimeZone zone = TimeZone::Utc();
  if (instant) {
    ARROW_ASSIGN_OR_RAISE(zone, TimeZone::Make(context.local_time_zone));
  }
  return TextFormatter<int64_t>([=](int64_t ticks, char* text) mutable {
    return FormatTimestamp(zone.ToLocal(ticks, per_second), precision, text);
  });
}

class ListFormatter final : public ValueFormatter {
 public:
  explicit ListFormatter(FormatterPtr element) : element_(std::move(element)) {}

 protected:
  void AppendValue(const arrow::Array& array, int64_t row, std::string* out) override {
    const auto& list = static_cast<const arrow::ListArray&>(array);
    *out += '[';
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      if (i > list.value_offset(row)) *out += ", ";
      element_->Append(*list.values(), i, out);
    }
    *out += ']';
  }

 private:
  FormatterPtr element_;
};

class MapFormatter final : public ValueFormatter {
 public:
  MapFormatter(FormatterPtr key, FormatterPtr value) : key_(std::move(key)), value_(std::move(value)) {}

 protected:
  void AppendValue(const arrow::Array& array, int64_t row, std::string* out) override {
    const auto& map = static_cast<const arrow::MapArray&>(array);
    *out += '{';
    for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
      if (i > map.value_offset(row)) *out += ", ";
      key_->Append(*map.keys(), i, out);
      *out += '=';
      value_->Append(*map.items(), i, out);
    }
    *out += '}';
  }

 private:
  FormatterPtr key_;
  FormatterPtr value_;
};

class RowFormatter final : public ValueFormatter {
 public:
  RowFormatter(std::vector<FormatterPtr> fields, ValueStyle style) : fields_(std::move(fields)), style_(style) {}

 protected:
  void AppendValue(const arrow::Array& array, int64_t row, std::string* out) override {
    const auto& record = static_cast<const arrow::StructArray&>(array);
    *out += style_ != ValueStyle::kChangelog ? "(" : "+I[";
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0) *out += ", ";
      fields_[i]->Append(*record.field(static_cast<int>(i)), row, out);
    }
    *out += style_ != ValueStyle::kChangelog ? ')' : ']';
  }

 private:
  std::vector<FormatterPtr> fields_;
  ValueStyle style_;
};

class NullFormatter final : public ValueFormatter {
 protected:
  void AppendValue(const arrow::Array&, int64_t, std::string* out) override { *out += "NULL"; }
};

arrow::Result<FormatterPtr> MakeNested(const DataType& type, const FunctionContext& context, ValueStyle style) {
  std::vector<FormatterPtr> parts;
  for (const auto& field : type.fields()) {
    ARROW_ASSIGN_OR_RAISE(auto part, ValueFormatter::Make(field.type, context, style));
    parts.push_back(std::move(part));
  }
  switch (type.kind()) {
    case TypeKind::kArray:
      return std::make_unique<ListFormatter>(std::move(parts[0]));
    case TypeKind::kMap:
      return std::make_unique<MapFormatter>(std::move(parts[0]), std::move(parts[1]));
    case TypeKind::kMultiset:
      return std::make_unique<MapFormatter>(std::move(parts[0]), IntegerFormatter<int32_t>());
    default:
      return std::make_unique<RowFormatter>(std::move(parts), style);
  }
}

FormatterPtr MakeDecimal(int32_t scale, ValueStyle style) {
  return Leaf([=](const arrow::Array& array, int64_t row, std::string* out) {
    const auto* bytes = array.data()->buffers[1]->data() + (array.offset() + row) * 16;
    const Int128 unscaled = ToInt128(arrow::Decimal128(bytes));
    if (style == ValueStyle::kChangelog) {
      AppendJavaDecimal(unscaled, scale, out);
    } else {
      *out += DecimalText(unscaled, scale);
    }
  });
}

FormatterPtr MakeBoolean(ValueStyle style) {
  const bool upper = style != ValueStyle::kChangelog;
  return Leaf([upper](const arrow::Array& array, int64_t row, std::string* out) {
    const bool value = static_cast<const arrow::BooleanArray&>(array).Value(row);
    *out += upper ? (value ? "TRUE" : "FALSE") : (value ? "true" : "false");
  });
}

FormatterPtr MakeTime(int32_t precision, ValueStyle style) {
  if (style != ValueStyle::kChangelog) {
    return TextFormatter<int32_t>(
        [precision](int32_t millis, char* text) { return FormatTime(millis, precision, text); });
  }
  return Leaf([](const arrow::Array& array, int64_t row, std::string* out) {
    AppendJavaClock(int64_t{ValueAt<int32_t>(array, row)} * 1'000'000, /*always_seconds=*/false, out);
  });
}

FormatterPtr MakeBinary(ValueStyle style) {
  return Leaf([style](const arrow::Array& array, int64_t row, std::string* out) {
    const std::string_view bytes = static_cast<const arrow::BinaryArray&>(array).GetView(row);
    switch (style) {
      case ValueStyle::kTable:
        return AppendHex(bytes, out);
      case ValueStyle::kCast:
        *out += RepairUtf8(bytes);
        return;
      case ValueStyle::kChangelog:
        return AppendSignedBytes(bytes, out);
    }
  });
}

arrow::Result<FormatterPtr> MakeFormatter(const DataType& type, const FunctionContext& context, ValueStyle style) {
  switch (type.kind()) {
    case TypeKind::kNull:
      return std::make_unique<NullFormatter>();
    case TypeKind::kBoolean:
      return MakeBoolean(style);
    case TypeKind::kTinyInt:
      return IntegerFormatter<int8_t>();
    case TypeKind::kSmallInt:
      return IntegerFormatter<int16_t>();
    case TypeKind::kInt:
      return IntegerFormatter<int32_t>();
    case TypeKind::kBigInt:
      return IntegerFormatter<int64_t>();
    case TypeKind::kFloat:
      return TextFormatter<float>(FormatFloat);
    case TypeKind::kDouble:
      return TextFormatter<double>(FormatDouble);
    case TypeKind::kDecimal:
      return MakeDecimal(type.scale(), style);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return Leaf([](const arrow::Array& array, int64_t row, std::string* out) {
        *out += static_cast<const arrow::BinaryArray&>(array).GetView(row);
      });
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return MakeBinary(style);
    case TypeKind::kDate:
      return TextFormatter<int32_t>(FormatDate);
    case TypeKind::kTime:
      return MakeTime(type.precision(), style);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return TimestampFormatter(type, context, style);
    case TypeKind::kIntervalYearMonth:
      return TextFormatter<int32_t>(FormatMonthInterval);
    case TypeKind::kIntervalDayTime:
      return TextFormatter<int64_t>(FormatMillisInterval);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return MakeNested(type, context, style);
  }
  return arrow::Status::TypeError("No text form of ", type.ToString());
}

}  // namespace

arrow::Result<std::unique_ptr<ValueFormatter>> ValueFormatter::Make(const DataType& type,
                                                                    const FunctionContext& context, ValueStyle style) {
  ARROW_ASSIGN_OR_RAISE(auto formatter, MakeFormatter(type, context, style));
  if (style == ValueStyle::kChangelog) formatter->null_text_ = "null";
  return formatter;
}

void ValueFormatter::Append(const arrow::Array& array, int64_t row, std::string* out) {
  if (array.IsNull(row)) {
    *out += null_text_;
  } else {
    AppendValue(array, row, out);
  }
}

std::string FormatValue(const arrow::Array& array, int64_t row, const DataType& type, const FunctionContext& context) {
  auto formatter = ValueFormatter::Make(type, context);
  if (!formatter.ok()) return formatter.status().ToString();
  std::string text;
  (*formatter)->Append(array, row, &text);
  return text;
}

}  // namespace tidemark::expr
