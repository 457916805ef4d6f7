// SPDX-License-Identifier: Apache-2.0
// Rows as text, decoding in pieces, random rows.
#include "formats/formats_testing.h"

#include <arrow/array.h>
#include <arrow/status.h>

#include <limits>
#include <random>
#include <set>

#include "formats/column_builder.h"
#include "formats/text/format_text.h"

namespace tidemark::formats {

std::vector<std::string> PrintRows(const Batch& batch, const Schema& schema) {
  std::vector<std::string> rows;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    std::string text = std::string(RowKindName(batch.kind(row))) + "[";
    for (size_t i = 0; i < schema.size(); ++i) {
      if (i > 0) text += ", ";
      FormatPrinted(*batch.columns[i], row, schema[i].type, &text);
    }
    rows.push_back(text + "]");
  }
  return rows;
}

arrow::Status CollectedBadRecords::Handle(const BadRecord& bad) {
  seen_.push_back(std::to_string(bad.line) + ": " + bad.reason);
  records_.emplace_back(bad.record);
  return arrow::Status::OK();
}

DecodeRequest WholeTable(const Schema& schema, BadRecordHandler* bad_records) {
  DecodeRequest request;
  request.physical_schema = schema;
  for (size_t i = 0; i < schema.size(); ++i) request.projection.push_back(static_cast<int>(i));
  request.bad_records = bad_records;
  return request;
}

Schema Projected(const DecodeRequest& request) {
  Schema schema;
  for (const int column : request.projection) schema.push_back(request.physical_schema[static_cast<size_t>(column)]);
  return schema;
}

arrow::Result<Batch> DecodeAll(const Format& format, const TableOptions& options, const DecodeRequest& request,
                               std::string_view text, int64_t block_bytes, int64_t max_rows) {
  ARROW_ASSIGN_OR_RAISE(auto decoder, format.make_decoder(options, request));
  std::string header;
  if (format.has_header != nullptr && format.has_header(options)) {
    header = text.substr(0, text.find('\n') + 1);
    text.remove_prefix(header.size());
  }
  ARROW_RETURN_NOT_OK(decoder->Start(header));
  std::vector<Batch> batches;
  size_t given = 0;  // of text, from its begin
  size_t used = 0;
  bool done = false;
  while (!done) {
    given = std::min(text.size(), given + static_cast<size_t>(block_bytes));
    const bool at_end = given == text.size();
    while (true) {
      // A fresh copy each time, so that a decoder that keeps pointers into old bytes is found out.
      std::string block(Decoder::kPadding, '"');
      block += text.substr(used, given - used);
      block.append(Decoder::kPadding, '"');
      int64_t consumed = 0;
      const std::string_view bytes(block.data() + Decoder::kPadding, given - used);
      ARROW_ASSIGN_OR_RAISE(Batch batch, decoder->Decode(bytes, at_end, max_rows, &consumed));
      used += static_cast<size_t>(consumed);
      const bool more = consumed > 0 && used < given;
      batches.push_back(std::move(batch));
      if (!more) break;
    }
    done = at_end;
    if (at_end && used != text.size())
      return arrow::Status::UnknownError("the decoder left ", text.size() - used, " bytes");
  }
  return Concatenate(batches);
}

arrow::Result<std::string> EncodeAll(const Format& format, const TableOptions& options, const Batch& batch,
                                     const Schema& schema) {
  ARROW_ASSIGN_OR_RAISE(auto encoder, format.make_encoder(options, schema, "UTC"));
  ARROW_ASSIGN_OR_RAISE(std::string text, encoder->Begin());
  ARROW_RETURN_NOT_OK(encoder->Encode(batch, &text));
  return text;
}

namespace {

class RandomValues {
 public:
  explicit RandomValues(uint64_t seed) : random_(seed) {}

  void Append(ColumnBuilder* column) {
    const DataType& type = column->type();
    if (type.nullable() && random_() % 8 == 0) return column->AppendNull();
    switch (type.kind()) {
      case TypeKind::kNull:
        return column->AppendNull();
      case TypeKind::kBoolean:
        return column->Append(random_() % 2 == 0);
      case TypeKind::kTinyInt:
        return column->Append(Integer<int8_t>());
      case TypeKind::kSmallInt:
        return column->Append(Integer<int16_t>());
      case TypeKind::kInt:
      case TypeKind::kIntervalYearMonth:
        return column->Append(Integer<int32_t>());
      case TypeKind::kBigInt:
      case TypeKind::kIntervalDayTime:
        return column->Append(Integer<int64_t>());
      case TypeKind::kFloat:
        return column->Append(Floating<float>());
      case TypeKind::kDouble:
        return column->Append(Floating<double>());
      case TypeKind::kDecimal:
        return column->Append(Decimal(type.precision()));
      case TypeKind::kChar:
      case TypeKind::kVarChar:
        return column->AppendBytes(Text());
      case TypeKind::kBinary:
      case TypeKind::kVarBinary:
        return column->AppendBytes(Bytes());
      case TypeKind::kDate:
        return column->Append(static_cast<int32_t>(Between(-800'000, 2'000'000)));
      case TypeKind::kTime:
        return column->Append(static_cast<int32_t>(Between(0, 86'399) * 1000 + Fraction(type.precision(), 3)));
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampLtz:
        return column->Append(Timestamp(type.precision()));
      case TypeKind::kArray:
        return AppendArray(column);
      case TypeKind::kMap:
      case TypeKind::kMultiset:
        return AppendMap(column);
      case TypeKind::kRow: {
        for (size_t i = 0; i < column->num_children(); ++i) Append(&column->child(i));
        return column->EndStruct();
      }
    }
  }

 private:
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }

  template <typename T>
  T Integer() {
    switch (random_() % 6) {
      case 0:
        return std::numeric_limits<T>::min();
      case 1:
        return std::numeric_limits<T>::max();
      case 2:
        return 0;
      case 3:
        return static_cast<T>(Between(-100, 100));
      default:
        return static_cast<T>(random_());
    }
  }

  template <typename T>
  T Floating() {
    switch (random_() % 6) {
      case 0:
        return std::numeric_limits<T>::max();
      case 1:
        return std::numeric_limits<T>::denorm_min();
      case 2:
        return T{-1.5};
      case 3:
        return static_cast<T>(Between(-1'000'000, 1'000'000)) / T{100};
      default:
        return static_cast<T>(static_cast<double>(random_()) * 1e-10);
    }
  }

  arrow::Decimal128 Decimal(int32_t precision) {
    arrow::Decimal128 value(0);
    const auto digits = Between(1, precision);
    for (int64_t i = 0; i < digits; ++i) value = value * 10 + arrow::Decimal128(static_cast<int64_t>(random_() % 10));
    return random_() % 2 == 0 ? value : -value;
  }

  std::string Text() {
    static const std::vector<std::string> pieces = {"a",  "Z",  "0", " ", "\"", "\\", "/",        ",",
                                                    ";",  "|",  "'", "#", "\n", "\r", "\t",       "é",
                                                    "漢", "😀", "{", "}", "[",  "]",  "\x01\x1f", "null"};
    std::string text;
    // Never empty: several formats cannot tell an empty text from NULL.
    const auto count = Between(1, random_() % 4 == 0 ? 100 : 8);
    for (int64_t i = 0; i < count; ++i) text += pieces[random_() % pieces.size()];
    return text;
  }

  std::string Bytes() {
    std::string bytes;
    const auto count = Between(1, 20);
    for (int64_t i = 0; i < count; ++i) bytes += static_cast<char>(random_());
    return bytes;
  }

  /// A fraction of a second with `digits` digits, in units of 10^-`unit_digits` seconds.
  int64_t Fraction(int32_t digits, int32_t unit_digits) {
    int64_t values = 1;
    int64_t unit = 1;
    for (int32_t i = 0; i < unit_digits; ++i) (i < digits ? values : unit) *= 10;
    return Between(0, values - 1) * unit;
  }

  int64_t Timestamp(int32_t precision) {
    const int32_t unit_digits = precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
    int64_t per_second = 1;
    for (int32_t i = 0; i < unit_digits; ++i) per_second *= 10;
    return Between(-6'000'000'000, 6'000'000'000) * per_second + Fraction(precision, unit_digits);
  }

  void AppendArray(ColumnBuilder* column) {
    const auto count = Between(0, 4);
    for (int64_t i = 0; i < count; ++i) Append(&column->child(0));
    column->EndList();
  }

  void AppendMap(ColumnBuilder* column) {
    const auto count = Between(0, 4);
    for (int64_t i = 0; i < count; ++i) {
      column->child(0).AppendBytes("k" + std::to_string(i) + Text());
      Append(&column->child(1));
    }
    column->EndList();
  }

  std::mt19937_64 random_;
};

}  // namespace

Batch RandomRows(const Schema& schema, int64_t rows, uint64_t seed) {
  RandomValues values(seed);
  std::vector<ColumnBuilder> columns;
  columns.reserve(schema.size());
  for (const auto& field : schema) columns.emplace_back(field.type);
  for (int64_t row = 0; row < rows; ++row) {
    for (auto& column : columns) values.Append(&column);
  }
  Batch batch;
  batch.num_rows = rows;
  for (auto& column : columns) batch.columns.push_back(column.Finish(rows).ValueOrDie());
  return batch;
}

Schema EveryScalarType() {
  return {
      {"c_boolean", DataType::Boolean()},
      {"c_tinyint", DataType::TinyInt()},
      {"c_smallint", DataType::SmallInt()},
      {"c_int", DataType::Int()},
      {"c_bigint", DataType::BigInt().NotNull()},
      {"c_float", DataType::Float()},
      {"c_double", DataType::Double()},
      {"c_decimal_small", DataType::Decimal(9, 2)},
      {"c_decimal_big", DataType::Decimal(38, 18)},
      {"c_decimal_whole", DataType::Decimal(20, 0)},
      {"c_varchar", DataType::VarChar(20)},
      {"c_string", DataType::String()},
      {"c_bytes", DataType::Bytes()},
      {"c_date", DataType::Date()},
      {"c_time", DataType::Time(0)},
      {"c_time_3", DataType::Time(3)},
      {"c_timestamp_0", DataType::Timestamp(0)},
      {"c_timestamp_3", DataType::Timestamp(3)},
      {"c_timestamp_6", DataType::Timestamp(6)},
      {"c_timestamp_9", DataType::Timestamp(9)},
      {"c_ltz_3", DataType::TimestampLtz(3)},
      {"c_ltz_6", DataType::TimestampLtz(6)},
  };
}

Schema NestedTypes() {
  const DataType inner = DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}});
  return {
      {"id", DataType::BigInt().NotNull()},
      {"ints", DataType::Array(DataType::Int())},
      {"texts", DataType::Array(DataType::String())},
      {"map", DataType::Map(DataType::String().NotNull(), DataType::BigInt())},
      {"row", DataType::Row(
                  {{"a", DataType::BigInt()}, {"inner", inner}, {"times", DataType::Array(DataType::Timestamp(3))}})},
      {"rows", DataType::Array(inner)},
      {"map_of_rows", DataType::Map(DataType::String().NotNull(), inner)},
  };
}

}  // namespace tidemark::formats
