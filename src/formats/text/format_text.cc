// SPDX-License-Identifier: Apache-2.0
// Values as text.
#include "formats/text/format_text.h"

#include <arrow/array.h>

#include <array>
#include <charconv>
#include <cmath>

#include "formats/text/parse_text.h"

namespace tidemark::formats {
namespace {

void AppendPadded(int64_t value, int width, std::string* out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  for (auto length = end - digits; length < width; ++length) *out += '0';
  out->append(digits, end);
}

/// Shortest digits and their decimal exponent, laid out as Java's Double.toString.
template <typename T>
void FormatFloating(T value, std::string* out) {
  if (std::isnan(value)) {
    *out += "NaN";
    return;
  }
  if (std::signbit(value)) *out += '-';
  value = std::fabs(value);
  if (std::isinf(value)) {
    *out += "Infinity";
    return;
  }
  if (value == 0) {
    *out += "0.0";
    return;
  }
  char text[40];
  const auto end = std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  const std::string_view scientific(text, static_cast<size_t>(end - text));
  const size_t e = scientific.find('e');
  int exponent = 0;
  const char* exponent_text = scientific.data() + e + 1;
  std::from_chars(*exponent_text == '+' ? exponent_text + 1 : exponent_text, end, exponent);
  std::string digits(1, scientific[0]);
  if (e > 2) digits += scientific.substr(2, e - 2);
  const int count = static_cast<int>(digits.size());
  if (exponent >= 7 || exponent < -3) {
    *out += digits[0];
    *out += '.';
    *out += count > 1 ? digits.substr(1) : "0";
    *out += 'E';
    FormatInteger(exponent, out);
  } else if (exponent < 0) {
    *out += "0.";
    out->append(static_cast<size_t>(-exponent - 1), '0');
    *out += digits;
  } else {
    const int whole = exponent + 1;
    if (count <= whole) {
      *out += digits;
      out->append(static_cast<size_t>(whole - count), '0');
      *out += ".0";
    } else {
      *out += digits.substr(0, static_cast<size_t>(whole)) + "." + digits.substr(static_cast<size_t>(whole));
    }
  }
}

std::string UnscaledDigits(const arrow::Decimal128& value) {
  __int128 rest = static_cast<__int128>(value.high_bits()) << 64 | static_cast<__int128>(value.low_bits());
  if (rest < 0) rest = -rest;
  if (rest == 0) return "0";
  std::string reversed;
  for (; rest > 0; rest /= 10) reversed += static_cast<char>('0' + static_cast<int>(rest % 10));
  return {reversed.rbegin(), reversed.rend()};
}

void AppendClock(int64_t seconds, int64_t nanos, bool java, std::string* out) {
  AppendPadded(seconds / 3600, 2, out);
  *out += ':';
  AppendPadded(seconds / 60 % 60, 2, out);
  if (java && seconds % 60 == 0 && nanos == 0) return;
  *out += ':';
  AppendPadded(seconds % 60, 2, out);
  if (nanos == 0) return;
  *out += '.';
  if (java) {
    // Java's LocalTime prints the fraction in groups of three digits.
    if (nanos % 1'000'000 == 0) return AppendPadded(nanos / 1'000'000, 3, out);
    if (nanos % 1'000 == 0) return AppendPadded(nanos / 1'000, 6, out);
    return AppendPadded(nanos, 9, out);
  }
  int width = 9;
  for (; nanos % 10 == 0; nanos /= 10) --width;
  AppendPadded(nanos, width, out);
}

void AppendTimestamp(int64_t value, int32_t precision, char separator, bool java, std::string* out) {
  const int64_t per_second = precision <= 3 ? 1'000 : precision <= 6 ? 1'000'000 : 1'000'000'000;
  int64_t seconds = value / per_second;
  int64_t fraction = value % per_second;
  if (fraction < 0) {
    fraction += per_second;
    --seconds;
  }
  int64_t days = seconds / 86400;
  int64_t of_day = seconds % 86400;
  if (of_day < 0) {
    of_day += 86400;
    --days;
  }
  FormatDate(days, out);
  *out += separator;
  AppendClock(of_day, fraction * (1'000'000'000 / per_second), java, out);
}

/// Java's Duration.toString of milliseconds.
void AppendDuration(int64_t millis, std::string* out) {
  *out += "PT";
  if (millis == 0) {
    *out += "0S";
    return;
  }
  const int64_t seconds = millis / 1000;
  const int64_t hours = seconds / 3600;
  const int64_t minutes = seconds / 60 % 60;
  const int64_t rest = millis - (hours * 3600 + minutes * 60) * 1000;
  if (hours != 0) {
    FormatInteger(hours, out);
    *out += 'H';
  }
  if (minutes != 0) {
    FormatInteger(minutes, out);
    *out += 'M';
  }
  if (rest == 0) return;
  if (rest < 0) *out += '-';
  FormatInteger(std::abs(rest) / 1000, out);
  if (int64_t fraction = std::abs(rest) % 1000; fraction != 0) {
    *out += '.';
    int width = 3;
    for (; fraction % 10 == 0; fraction /= 10) --width;
    AppendPadded(fraction, width, out);
  }
  *out += 'S';
}

/// Java's Period.toString of months, in years and months.
void AppendPeriod(int64_t months, std::string* out) {
  *out += 'P';
  if (months == 0) {
    *out += "0D";
    return;
  }
  if (months / 12 != 0) {
    FormatInteger(months / 12, out);
    *out += 'Y';
  }
  if (months % 12 != 0) {
    FormatInteger(months % 12, out);
    *out += 'M';
  }
}

void AppendByteArray(std::string_view bytes, std::string* out) {
  *out += '[';
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) *out += ", ";
    FormatInteger(static_cast<signed char>(bytes[i]), out);
  }
  *out += ']';
}

void AppendElements(const arrow::ListArray& list, int64_t row, const DataType& element, std::string* out) {
  *out += '[';
  for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
    if (i > list.value_offset(row)) *out += ", ";
    FormatPrinted(*list.values(), i, element, out);
  }
  *out += ']';
}

void AppendEntries(const arrow::MapArray& map, int64_t row, const DataType& key, const DataType& value,
                   std::string* out) {
  *out += '{';
  for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
    if (i > map.value_offset(row)) *out += ", ";
    FormatPrinted(*map.keys(), i, key, out);
    *out += '=';
    FormatPrinted(*map.items(), i, value, out);
  }
  *out += '}';
}

void AppendRow(const arrow::StructArray& rows, int64_t row, const DataType& type, std::string* out) {
  *out += "+I[";
  for (size_t i = 0; i < type.fields().size(); ++i) {
    if (i > 0) *out += ", ";
    FormatPrinted(*rows.field(static_cast<int>(i)), row, type.fields()[i].type, out);
  }
  *out += ']';
}

template <typename ArrayType>
auto ValueOf(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).Value(row);
}

std::string_view BytesOf(const arrow::Array& array, int64_t row) {
  return static_cast<const arrow::BinaryArray&>(array).GetView(row);
}

}  // namespace

void FormatInteger(int64_t value, std::string* out) {
  char digits[20];
  out->append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
}

void FormatDouble(double value, std::string* out) { FormatFloating(value, out); }
void FormatFloat(float value, std::string* out) { FormatFloating(value, out); }

void FormatDecimal(const arrow::Decimal128& value, int32_t scale, DecimalStyle style, std::string* out) {
  std::string digits = UnscaledDigits(value);
  int64_t own_scale = scale;
  if (style != DecimalStyle::kPlain) {
    if (digits == "0") own_scale = 0;
    while (digits.size() > 1 && digits.back() == '0' && (style == DecimalStyle::kScientific || own_scale > 0)) {
      digits.pop_back();
      --own_scale;
    }
  }
  if (value < arrow::Decimal128(0)) *out += '-';
  const auto count = static_cast<int64_t>(digits.size());
  const int64_t adjusted = count - 1 - own_scale;
  if (style == DecimalStyle::kScientific && (own_scale < 0 || adjusted < -6)) {
    *out += digits[0];
    if (count > 1) *out += "." + digits.substr(1);
    *out += adjusted < 0 ? "E" : "E+";
    FormatInteger(adjusted, out);
    return;
  }
  if (own_scale <= 0) {
    *out += digits;
    out->append(static_cast<size_t>(-own_scale), '0');
    return;
  }
  if (count <= own_scale) digits.insert(0, static_cast<size_t>(own_scale - count + 1), '0');
  const size_t point = digits.size() - static_cast<size_t>(own_scale);
  out->append(digits, 0, point);
  *out += '.';
  out->append(digits, point);
}

void FormatDate(int64_t days, std::string* out) {
  int64_t year = 0;
  int month = 0;
  int day = 0;
  CivilFromDays(days, &year, &month, &day);
  if (year < 0) *out += '-';
  if (year > 9999) *out += '+';
  AppendPadded(std::abs(year), 4, out);
  *out += '-';
  AppendPadded(month, 2, out);
  *out += '-';
  AppendPadded(day, 2, out);
}

void FormatTime(int64_t millis, std::string* out) {
  AppendClock(millis / 1000, millis % 1000 * 1'000'000, /*java=*/false, out);
}

void FormatTimestamp(int64_t value, int32_t precision, char separator, std::string* out) {
  AppendTimestamp(value, precision, separator, /*java=*/false, out);
}

void FormatBase64(std::string_view bytes, std::string* out) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0);
    for (size_t i = 0; i < 4; ++i) *out += i <= count ? kAlphabet[bits >> (18 - 6 * i) & 63] : '=';
  }
}

void FormatPrinted(const arrow::Array& array, int64_t row, const DataType& type, std::string* out) {
  if (array.IsNull(row)) {
    *out += "null";
    return;
  }
  switch (type.kind()) {
    case TypeKind::kNull:
      *out += "null";
      return;
    case TypeKind::kBoolean:
      *out += ValueOf<arrow::BooleanArray>(array, row) ? "true" : "false";
      return;
    case TypeKind::kTinyInt:
      return FormatInteger(ValueOf<arrow::Int8Array>(array, row), out);
    case TypeKind::kSmallInt:
      return FormatInteger(ValueOf<arrow::Int16Array>(array, row), out);
    case TypeKind::kInt:
      return FormatInteger(ValueOf<arrow::Int32Array>(array, row), out);
    case TypeKind::kBigInt:
      return FormatInteger(ValueOf<arrow::Int64Array>(array, row), out);
    case TypeKind::kFloat:
      return FormatFloat(ValueOf<arrow::FloatArray>(array, row), out);
    case TypeKind::kDouble:
      return FormatDouble(ValueOf<arrow::DoubleArray>(array, row), out);
    case TypeKind::kDecimal: {
      const arrow::Decimal128 value(static_cast<const arrow::Decimal128Array&>(array).Value(row));
      return FormatDecimal(value, type.scale(), DecimalStyle::kPlain, out);
    }
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      *out += BytesOf(array, row);
      return;
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return AppendByteArray(BytesOf(array, row), out);
    case TypeKind::kDate:
      return FormatDate(ValueOf<arrow::Date32Array>(array, row), out);
    case TypeKind::kTime: {
      const int64_t millis = ValueOf<arrow::Time32Array>(array, row);
      return AppendClock(millis / 1000, millis % 1000 * 1'000'000, /*java=*/true, out);
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: {
      AppendTimestamp(ValueOf<arrow::TimestampArray>(array, row), type.precision(), 'T', /*java=*/true, out);
      if (type.kind() != TypeKind::kTimestampLtz) return;
      // An Instant, unlike a LocalDateTime, always shows its seconds.
      if (const size_t at = out->rfind('T'); out->size() - at == 6) *out += ":00";
      *out += 'Z';
      return;
    }
    case TypeKind::kIntervalYearMonth:
      return AppendPeriod(ValueOf<arrow::MonthIntervalArray>(array, row), out);
    case TypeKind::kIntervalDayTime:
      return AppendDuration(ValueOf<arrow::DurationArray>(array, row), out);
    case TypeKind::kArray:
      return AppendElements(static_cast<const arrow::ListArray&>(array), row, type.element(), out);
    case TypeKind::kMap:
      return AppendEntries(static_cast<const arrow::MapArray&>(array), row, type.map_key(), type.map_value(), out);
    case TypeKind::kMultiset:
      return AppendEntries(static_cast<const arrow::MapArray&>(array), row, type.element(), DataType::Int(), out);
    case TypeKind::kRow:
      return AppendRow(static_cast<const arrow::StructArray&>(array), row, type, out);
  }
}

}  // namespace tidemark::formats
