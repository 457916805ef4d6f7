// SPDX-License-Identifier: Apache-2.0
// Writing Parquet with Arrow's writer.
#include "formats/parquet/parquet_writer.h"

#include <arrow/api.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <algorithm>

#include "formats/parquet/parquet_io.h"

namespace tidemark::formats {
namespace {

/// Rows of a row group at most, however small they are.
constexpr int64_t kRowGroupRows = 1 << 20;

bool HasNanos(const DataType& type) {
  if (type.is_timestamp() && type.precision() > 6) return true;
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const Field& field) { return HasNanos(field.type); });
}

class ArrowParquetWriter final : public ParquetWriter {
 public:
  ArrowParquetWriter(std::shared_ptr<arrow::Schema> schema, std::shared_ptr<arrow::io::OutputStream> stream,
                     std::unique_ptr<parquet::arrow::FileWriter> writer, int64_t row_group_bytes)
      : schema_(std::move(schema)),
        stream_(std::move(stream)),
        writer_(std::move(writer)),
        row_group_bytes_(row_group_bytes) {}

  arrow::Status Write(const Batch& batch) override {
    if (batch.num_rows == 0) return arrow::Status::OK();
    try {
      if (group_rows_ == 0) ARROW_RETURN_NOT_OK(writer_->NewBufferedRowGroup());
      const auto rows = arrow::RecordBatch::Make(schema_, batch.num_rows, batch.columns);
      ARROW_RETURN_NOT_OK(writer_->WriteRecordBatch(*rows));
    } catch (const std::exception& error) {
      return arrow::Status::IOError(error.what());
    }
    group_rows_ += batch.num_rows;
    for (const auto& column : batch.columns) held_bytes_ += BytesOf(*column->data());
    // What is held is counted before it is encoded and compressed, so groups come out smaller, never bigger.
    if (held_bytes_ >= row_group_bytes_ || group_rows_ >= kRowGroupRows) {
      group_rows_ = 0;
      held_bytes_ = 0;
    }
    return arrow::Status::OK();
  }

  int64_t size_bytes() const override { return stream_->Tell().ValueOr(0) + held_bytes_; }

  arrow::Status Close() override {
    try {
      return writer_->Close();
    } catch (const std::exception& error) {
      return arrow::Status::IOError(error.what());
    }
  }

 private:
  static int64_t BytesOf(const arrow::ArrayData& data) {
    int64_t bytes = 0;
    for (const auto& buffer : data.buffers) bytes += buffer ? buffer->size() : 0;
    for (const auto& child : data.child_data) bytes += BytesOf(*child);
    return bytes;
  }

  const std::shared_ptr<arrow::Schema> schema_;
  const std::shared_ptr<arrow::io::OutputStream> stream_;
  const std::unique_ptr<parquet::arrow::FileWriter> writer_;
  const int64_t row_group_bytes_;
  int64_t group_rows_ = 0;
  int64_t held_bytes_ = 0;
};

/// Flink's reader knows no dictionary of decimals that fit 64 bits.
arrow::Status DisableDictionaryOfShortDecimals(const arrow::Schema& schema,
                                               parquet::WriterProperties::Builder* properties) {
  constexpr int kPrecisionMax = 18;
  std::shared_ptr<parquet::SchemaDescriptor> columns;
  ARROW_RETURN_NOT_OK(parquet::arrow::ToParquetSchema(&schema, *parquet::default_writer_properties(), &columns));
  for (int i = 0; i < columns->num_columns(); ++i) {
    const auto& type = *columns->Column(i)->logical_type();
    if (type.is_decimal() && static_cast<const parquet::DecimalLogicalType&>(type).precision() <= kPrecisionMax)
      properties->disable_dictionary(columns->Column(i)->path());
  }
  return arrow::Status::OK();
}

}  // namespace

arrow::Result<std::unique_ptr<ParquetWriter>> ParquetWriter::Make(io::WritableFile* file, const Schema& schema,
                                                                  const ParquetOptions& options) {
  ARROW_RETURN_NOT_OK(CheckParquetTypes(schema));
  parquet::WriterProperties::Builder properties;
  properties.compression(options.compression)
      ->data_pagesize(options.page_bytes)
      ->dictionary_pagesize_limit(options.dictionary_page_bytes)
      ->max_row_group_length(kRowGroupRows)
      ->version(parquet::ParquetVersion::PARQUET_2_6);
  if (!options.dictionary) properties.disable_dictionary();
  parquet::ArrowWriterProperties::Builder arrow_properties;
  const bool nanos = std::any_of(schema.begin(), schema.end(), [](const Field& field) { return HasNanos(field.type); });
  if (options.write_int96) {
    arrow_properties.enable_deprecated_int96_timestamps();
  } else if (options.timestamp_unit) {
    arrow_properties.coerce_timestamps(*options.timestamp_unit)->allow_truncated_timestamps();
  } else if (!nanos) {
    arrow_properties.coerce_timestamps(arrow::TimeUnit::MICRO);
  }
  auto arrow_schema = ToArrowSchema(schema);
  ARROW_RETURN_NOT_OK(DisableDictionaryOfShortDecimals(*arrow_schema, &properties));
  auto stream = MakeArrowStream(file);
  try {
    ARROW_ASSIGN_OR_RAISE(auto writer,
                          parquet::arrow::FileWriter::Open(*arrow_schema, arrow::default_memory_pool(), stream,
                                                           properties.build(), arrow_properties.build()));
    return std::make_unique<ArrowParquetWriter>(std::move(arrow_schema), std::move(stream), std::move(writer),
                                                options.row_group_bytes);
  } catch (const std::exception& error) {
    return arrow::Status::IOError(error.what());
  }
}

}  // namespace tidemark::formats
