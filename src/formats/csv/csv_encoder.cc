// SPDX-License-Identifier: Apache-2.0
// Rows to CSV records, quoted where Flink quotes.
#include "formats/csv/csv_encoder.h"

#include <arrow/array.h>
#include <arrow/status.h>

#include <algorithm>

#include "formats/text/format_text.h"

namespace tidemark::formats {
namespace {

/// Longer text is quoted without a look at it, as Flink's writer does.
constexpr size_t kQuotedBeyond = 24;

template <typename ArrayType>
auto ValueOf(const arrow::Array& array, int64_t row) {
  return static_cast<const ArrayType&>(array).Value(row);
}

std::string_view BytesOf(const arrow::Array& array, int64_t row) {
  return static_cast<const arrow::BinaryArray&>(array).GetView(row);
}

class CsvEncoder final : public Encoder {
 public:
  CsvEncoder(const CsvOptions& options, const Schema& schema) : options_(options), schema_(schema) {
    const auto delimiter = static_cast<unsigned char>(options_.delimiter[0]);
    const auto quote = static_cast<unsigned char>(options_.quote.value_or('\0'));
    last_unsafe_ = std::max({delimiter, quote, static_cast<unsigned char>('\n')});
  }

  arrow::Status Encode(const Batch& batch, std::string* out) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_RETURN_NOT_OK(AppendRow(batch, row, out));
      *out += '\n';
    }
    return arrow::Status::OK();
  }

  arrow::Status EncodeMessages(const Batch& batch, std::vector<std::string>* out) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) ARROW_RETURN_NOT_OK(AppendRow(batch, row, &out->emplace_back()));
    return arrow::Status::OK();
  }

 private:
  arrow::Status AppendRow(const Batch& batch, int64_t row, std::string* out) {
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (i > 0) *out += options_.delimiter;
      const arrow::Array& column = *batch.columns[i];
      const DataType& type = schema_[i].type;
      if (column.IsNull(row) || type.kind() == TypeKind::kNull) {
        *out += options_.null_literal.value_or("");
        continue;
      }
      value_.clear();
      AppendValue(column, row, type, &value_);
      if (type.is_numeric() || type.is_interval() || type.kind() == TypeKind::kBoolean) {
        *out += value_;
      } else {
        ARROW_RETURN_NOT_OK(AppendText(schema_[i].name, out));
      }
    }
    return arrow::Status::OK();
  }

  bool NeedsQuotes() const {
    if (value_.size() > kQuotedBeyond) return true;
    return std::any_of(value_.begin(), value_.end(), [&](char c) {
      return static_cast<unsigned char>(c) <= last_unsafe_ || (options_.escape && c == *options_.escape);
    });
  }

  /// value_ as a field of text.
  arrow::Status AppendText(const std::string& column, std::string* out) {
    if (options_.quote) {
      if (!NeedsQuotes()) {
        *out += value_;
        return arrow::Status::OK();
      }
      *out += *options_.quote;
      for (const char c : value_) {
        if (c == *options_.quote || (options_.escape && c == *options_.escape)) {
          *out += options_.escape && c == *options_.escape ? *options_.escape : *options_.quote;
        }
        *out += c;
      }
      *out += *options_.quote;
      return arrow::Status::OK();
    }
    for (size_t i = 0; i < value_.size(); ++i) {
      const char c = value_[i];
      const bool special = c == '\n' || c == '\r' || std::string_view(value_).substr(i).starts_with(options_.delimiter);
      if (options_.escape && (special || c == *options_.escape)) {
        *out += *options_.escape;
        *out += c == '\n' ? 'n' : c == '\r' ? 'r' : c;
        continue;
      }
      if (special) {
        return arrow::Status::Invalid("A value of column '", column,
                                      "' holds a delimiter or line break, which cannot be written while ",
                                      "'csv.disable-quote-character' is 'true' and no 'csv.escape-character' is set");
      }
      *out += c;
    }
    return arrow::Status::OK();
  }

  void AppendElement(const arrow::Array& array, int64_t row, const DataType& type, bool first, std::string* out) const {
    if (!first) *out += options_.array_delimiter;
    if (array.IsNull(row)) {
      *out += options_.null_literal.value_or("");
    } else {
      AppendValue(array, row, type, out);
    }
  }

  void AppendValue(const arrow::Array& array, int64_t row, const DataType& type, std::string* out) const {
    switch (type.kind()) {
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
      case TypeKind::kIntervalYearMonth:
        return FormatInteger(ValueOf<arrow::MonthIntervalArray>(array, row), out);
      case TypeKind::kIntervalDayTime:
        return FormatInteger(ValueOf<arrow::DurationArray>(array, row), out);
      case TypeKind::kFloat:
        return FormatFloat(ValueOf<arrow::FloatArray>(array, row), out);
      case TypeKind::kDouble:
        return FormatDouble(ValueOf<arrow::DoubleArray>(array, row), out);
      case TypeKind::kDecimal: {
        const arrow::Decimal128 value(static_cast<const arrow::Decimal128Array&>(array).Value(row));
        return FormatDecimal(value, type.scale(),
                             options_.scientific_decimals ? DecimalStyle::kScientific : DecimalStyle::kStripped, out);
      }
      case TypeKind::kChar:
      case TypeKind::kVarChar:
        *out += BytesOf(array, row);
        return;
      case TypeKind::kBinary:
      case TypeKind::kVarBinary:
        return FormatBase64(BytesOf(array, row), out);
      case TypeKind::kDate:
        return FormatDate(ValueOf<arrow::Date32Array>(array, row), out);
      case TypeKind::kTime:
        return FormatTime(ValueOf<arrow::Time32Array>(array, row), out);
      case TypeKind::kTimestamp:
        return FormatTimestamp(ValueOf<arrow::TimestampArray>(array, row), type.precision(), ' ', out);
      case TypeKind::kTimestampLtz:
        FormatTimestamp(ValueOf<arrow::TimestampArray>(array, row), type.precision(), ' ', out);
        *out += 'Z';
        return;
      case TypeKind::kArray: {
        const auto& list = static_cast<const arrow::ListArray&>(array);
        for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
          AppendElement(*list.values(), i, type.element(), i == list.value_offset(row), out);
        }
        return;
      }
      case TypeKind::kRow: {
        const auto& rows = static_cast<const arrow::StructArray&>(array);
        for (size_t i = 0; i < type.fields().size(); ++i) {
          AppendElement(*rows.field(static_cast<int>(i)), row, type.fields()[i].type, i == 0, out);
        }
        return;
      }
      case TypeKind::kNull:
      case TypeKind::kMap:
      case TypeKind::kMultiset:
        return;  // refused by CheckCsvTypes, or NULL
    }
  }

  const CsvOptions options_;
  const Schema schema_;
  unsigned char last_unsafe_ = 0;  ///< up to this character, text is quoted
  std::string value_;
};

}  // namespace

std::unique_ptr<Encoder> MakeCsvEncoder(const CsvOptions& options, const Schema& schema) {
  return std::make_unique<CsvEncoder>(options, schema);
}

}  // namespace tidemark::formats
