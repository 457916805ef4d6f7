// SPDX-License-Identifier: Apache-2.0
// Rows to JSON objects, in the layout Flink writes.
#include "formats/json/json_encoder.h"

#include <arrow/array.h>
#include <arrow/status.h>

#include <cmath>

#include "formats/json/json_scan.h"
#include "formats/text/format_text.h"

namespace tidemark::formats {
namespace {

template <typename ArrayType>
auto ValueOf(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).Value(row);
}

std::string_view BytesOf(const arrow::Array& array, int64_t row) {
  return static_cast<const arrow::BinaryArray&>(array).GetView(row);
}

int64_t IntegerOf(const arrow::Array& array, int64_t row, TypeKind kind) {
  switch (kind) {
    case TypeKind::kTinyInt:
      return ValueOf<arrow::Int8Array>(array, row);
    case TypeKind::kSmallInt:
      return ValueOf<arrow::Int16Array>(array, row);
    case TypeKind::kInt:
      return ValueOf<arrow::Int32Array>(array, row);
    case TypeKind::kIntervalYearMonth:
      return ValueOf<arrow::MonthIntervalArray>(array, row);
    case TypeKind::kIntervalDayTime:
      return ValueOf<arrow::DurationArray>(array, row);
    default:
      return ValueOf<arrow::Int64Array>(array, row);
  }
}

/// JSON has no NaN and no infinity: they are strings, as Flink writes them.
template <typename T, typename FormatValue>
void AppendFloating(T value, FormatValue format, std::string* out) {
  const bool quoted = !std::isfinite(value);
  if (quoted) *out += '"';
  format(value, out);
  if (quoted) *out += '"';
}

arrow::Status AppendList(const arrow::ListArray& list, int64_t row, const DataType& element, const JsonOptions& options,
                         std::string* out) {
  *out += '[';
  const int64_t begin = list.value_offset(row);
  for (int64_t i = begin; i < list.value_offset(row + 1); ++i) {
    if (i > begin) *out += ',';
    ARROW_RETURN_NOT_OK(AppendJsonValue(*list.values(), i, element, options, out));
  }
  *out += ']';
  return arrow::Status::OK();
}

arrow::Status AppendMap(const arrow::MapArray& map, int64_t row, const DataType& value_type, const JsonOptions& options,
                        std::string* out) {
  *out += '{';
  bool first = true;
  for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
    std::string_view key;
    if (map.keys()->IsValid(i)) {
      key = BytesOf(*map.keys(), i);
    } else if (options.map_null_key == MapNullKey::kLiteral) {
      key = options.map_null_key_literal;
    } else if (options.map_null_key == MapNullKey::kDrop) {
      continue;
    } else {
      return arrow::Status::Invalid(
          "A MAP with a NULL key cannot be written as JSON; set option 'json.map-null-key.mode' to DROP or LITERAL");
    }
    if (!first) *out += ',';
    first = false;
    AppendJsonString(key, out);
    *out += ':';
    ARROW_RETURN_NOT_OK(AppendJsonValue(*map.items(), i, value_type, options, out));
  }
  *out += '}';
  return arrow::Status::OK();
}

arrow::Status AppendStruct(const arrow::StructArray& rows, int64_t row, const DataType& type,
                           const JsonOptions& options, std::string* out) {
  *out += '{';
  bool first = true;
  for (size_t i = 0; i < type.fields().size(); ++i) {
    const auto& values = *rows.field(static_cast<int>(i));
    if (options.ignore_null_fields && values.IsNull(row)) continue;
    if (!first) *out += ',';
    first = false;
    AppendJsonString(type.fields()[i].name, out);
    *out += ':';
    ARROW_RETURN_NOT_OK(AppendJsonValue(values, row, type.fields()[i].type, options, out));
  }
  *out += '}';
  return arrow::Status::OK();
}

void AppendTimestamp(const arrow::Array& array, int64_t row, const DataType& type, const JsonOptions& options,
                     std::string* out) {
  *out += '"';
  const char separator = options.timestamps == TimestampStandard::kIso8601 ? 'T' : ' ';
  FormatTimestamp(ValueOf<arrow::TimestampArray>(array, row), type.precision(), separator, out);
  *out += type.kind() == TypeKind::kTimestampLtz ? "Z\"" : "\"";
}

class JsonEncoder final : public Encoder {
 public:
  JsonEncoder(const Schema& schema, const JsonOptions& options) : schema_(schema), options_(options) {
    for (const auto& field : schema_) {
      std::string key;
      AppendJsonString(field.name, &key);
      keys_.push_back(key + ":");
    }
  }

  arrow::Status Encode(const Batch& batch, std::string* out) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_RETURN_NOT_OK(AppendRow(batch, row, out));
      *out += '\n';
    }
    return arrow::Status::OK();
  }

  arrow::Status EncodeMessages(const Batch& batch, std::vector<std::string>* out) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_RETURN_NOT_OK(AppendRow(batch, row, &out->emplace_back()));
    }
    return arrow::Status::OK();
  }

 private:
  arrow::Status AppendRow(const Batch& batch, int64_t row, std::string* out) {
    *out += '{';
    bool first = true;
    for (size_t i = 0; i < schema_.size(); ++i) {
      const auto& column = *batch.columns[i];
      if (options_.ignore_null_fields && column.IsNull(row)) continue;
      if (!first) *out += ',';
      first = false;
      *out += keys_[i];
      ARROW_RETURN_NOT_OK(AppendJsonValue(column, row, schema_[i].type, options_, out));
    }
    *out += '}';
    return arrow::Status::OK();
  }

  const Schema schema_;
  const JsonOptions options_;
  std::vector<std::string> keys_;  ///< `"name":`
};

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  *out += '"';
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out->append(text, plain, i - plain);
    plain = i + 1;
    *out += '\\';
    switch (c) {
      case '"':
      case '\\':
        *out += static_cast<char>(c);
        break;
      case '\b':
        *out += 'b';
        break;
      case '\f':
        *out += 'f';
        break;
      case '\n':
        *out += 'n';
        break;
      case '\r':
        *out += 'r';
        break;
      case '\t':
        *out += 't';
        break;
      default:
        *out += "u00";
        *out += kHex[c >> 4];
        *out += kHex[c & 15];
    }
  }
  out->append(text, plain);
  *out += '"';
}

arrow::Status AppendJsonRow(const std::vector<std::shared_ptr<arrow::Array>>& columns, int64_t row,
                            const Schema& schema, const JsonOptions& options, std::string* out) {
  *out += '{';
  bool first = true;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (options.ignore_null_fields && columns[i]->IsNull(row)) continue;
    if (!first) *out += ',';
    first = false;
    AppendJsonString(schema[i].name, out);
    *out += ':';
    ARROW_RETURN_NOT_OK(AppendJsonValue(*columns[i], row, schema[i].type, options, out));
  }
  *out += '}';
  return arrow::Status::OK();
}

arrow::Status AppendJsonValue(const arrow::Array& array, int64_t row, const DataType& type, const JsonOptions& options,
                              std::string* out) {
  if (array.IsNull(row)) {
    *out += "null";
    return arrow::Status::OK();
  }
  switch (type.kind()) {
    case TypeKind::kNull:
      *out += "null";
      break;
    case TypeKind::kBoolean:
      *out += ValueOf<arrow::BooleanArray>(array, row) ? "true" : "false";
      break;
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
    case TypeKind::kIntervalYearMonth:
    case TypeKind::kIntervalDayTime:
      FormatInteger(IntegerOf(array, row, type.kind()), out);
      break;
    case TypeKind::kFloat:
      AppendFloating(ValueOf<arrow::FloatArray>(array, row), FormatFloat, out);
      break;
    case TypeKind::kDouble:
      AppendFloating(ValueOf<arrow::DoubleArray>(array, row), FormatDouble, out);
      break;
    case TypeKind::kDecimal: {
      const arrow::Decimal128 value(static_cast<const arrow::Decimal128Array&>(array).Value(row));
      const auto style = options.decimal_as_plain_number ? DecimalStyle::kStripped : DecimalStyle::kScientific;
      FormatDecimal(value, type.scale(), style, out);
      break;
    }
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      AppendJsonString(BytesOf(array, row), out);
      break;
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      *out += '"';
      FormatBase64(BytesOf(array, row), out);
      *out += '"';
      break;
    case TypeKind::kDate:
      *out += '"';
      FormatDate(ValueOf<arrow::Date32Array>(array, row), out);
      *out += '"';
      break;
    case TypeKind::kTime:
      *out += '"';
      FormatTime(ValueOf<arrow::Time32Array>(array, row), out);
      *out += '"';
      break;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      AppendTimestamp(array, row, type, options, out);
      break;
    case TypeKind::kArray:
      return AppendList(static_cast<const arrow::ListArray&>(array), row, type.element(), options, out);
    case TypeKind::kMap:
      return AppendMap(static_cast<const arrow::MapArray&>(array), row, type.map_value(), options, out);
    case TypeKind::kMultiset:
      return AppendMap(static_cast<const arrow::MapArray&>(array), row, DataType::Int(), options, out);
    case TypeKind::kRow:
      return AppendStruct(static_cast<const arrow::StructArray&>(array), row, type, options, out);
  }
  return arrow::Status::OK();
}

std::unique_ptr<Encoder> MakeJsonEncoder(const Schema& schema, const JsonOptions& options) {
  return std::make_unique<JsonEncoder>(schema, options);
}

}  // namespace tidemark::formats
