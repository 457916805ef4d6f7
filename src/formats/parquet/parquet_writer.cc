// SPDX-License-Identifier: Apache-2.0
// Writing through Arrow's Parquet library.
#include "formats/parquet/parquet_writer.h"

#include <arrow/api.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>


namespace tidemark::formats {
namespace {

constexpr int64_t kRowGroupRows = int64_t{1} << 20;
constexpr int64_t kRowGroupBytes = int64_t{64} << 20;

class Output final : public arrow::io::OutputStream {
 public:
  explicit Output(io::WritableFile* target) : target_(target) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Write(const void* data, int64_t length) override {
    ARROW_RETURN_NOT_OK(target_->Append({static_cast<const char*>(data), static_cast<size_t>(length)}));
    position_ += length;
    return arrow::Status::OK();
  }
  using arrow::io::OutputStream::Write;

 private:
  io::WritableFile* target_;
  int64_t position_ = 0;
  bool closed_ = false;
};

arrow::Result<arrow::Compression::type> CompressionOption(const TableOptions& options) {
  const auto found = options.find("compression");
  std::string name = found == options.end() ? "snappy" : found->second;
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* known : {"snappy", "gzip", "zstd", "lz4", "brotli", "uncompressed"}) {
    if (name == known) return arrow::util::Codec::GetCompressionType(name);
  }
  return arrow::Status::Invalid("Option 'parquet.compression' = '", name, "' is not one of snappy, gzip, zstd, lz4, brotli, uncompressed");
}

class Writer final : public ParquetWriter {
 public:
  Writer(io::WritableFile* target, const Schema& schema)
      : output_(std::make_shared<Output>(target)), schema_(ToArrowSchema(schema)) {}

  arrow::Status Open(const TableOptions& options) {
    ARROW_ASSIGN_OR_RAISE(const auto compression, CompressionOption(options));
    auto properties = parquet::WriterProperties::Builder().compression(compression)->max_row_group_length(kRowGroupRows)->build();
    bool nanos = false;
    for (const auto& field : schema_->fields()) {
      nanos |= field->type()->Equals(*arrow::timestamp(arrow::TimeUnit::NANO)) ||
               field->type()->Equals(*arrow::timestamp(arrow::TimeUnit::NANO, "UTC"));
    }
    parquet::ArrowWriterProperties::Builder arrow_properties;
    if (!nanos) arrow_properties.coerce_timestamps(arrow::TimeUnit::MICRO);
    ARROW_ASSIGN_OR_RAISE(writer_, parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(), output_, properties,
                                                                    arrow_properties.build()));
    return arrow::Status::OK();
  }

  arrow::Status Write(const Batch& batch) override {
    auto record_batch = arrow::RecordBatch::Make(schema_, batch.num_rows, batch.columns);
    ARROW_RETURN_NOT_OK(writer_->WriteRecordBatch(*record_batch));
    for (const auto& column : batch.columns) {
      for (const auto& buffer : column->data()->buffers) buffered_ += buffer ? buffer->size() : 0;
    }
    if (buffered_ < kRowGroupBytes) return arrow::Status::OK();
    buffered_ = 0;
    return writer_->NewBufferedRowGroup();
  }

  arrow::Status Finish() override { return writer_->Close(); }
  int64_t bytes() const override { return output_->Tell().ValueOr(0) + buffered_ / kGuessedCompression; }

 private:
  static constexpr int64_t kGuessedCompression = 3;
  std::shared_ptr<Output> output_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  int64_t buffered_ = 0;
};

}  // namespace

std::vector<OptionSpec> ParquetOptions() {
  return {
      {"compression", OptionType::kString, "snappy", "snappy, gzip, zstd, lz4, brotli or uncompressed", {}, false},
      {"utc-timezone", OptionType::kBoolean, "false", "Accepted; timestamps are stored as they are", {}, false},
      {"write.int64.timestamp", OptionType::kBoolean, "true", "Accepted; timestamps are INT64", {}, false},
      {"timestamp.time.unit", OptionType::kString, "micros", "Accepted; microseconds", {}, false},
  };
}

arrow::Status CheckParquet(const TableOptions& options, const Schema& schema) {
  for (const auto& field : schema) {
    if (field.type.is_interval()) {
      return arrow::Status::NotImplemented("Column '", field.name, "': ", field.type.ToString(), " in Parquet is not supported yet");
    }
  }
  return CompressionOption(options).status();
}

arrow::Result<std::unique_ptr<ParquetWriter>> ParquetWriter::Make(io::WritableFile* target, const Schema& schema, const TableOptions& options) {
  auto writer = std::make_unique<Writer>(target, schema);
  ARROW_RETURN_NOT_OK(writer->Open(options));
  return writer;
}

}  // namespace tidemark::formats
