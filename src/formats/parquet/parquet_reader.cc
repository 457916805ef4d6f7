// SPDX-License-Identifier: Apache-2.0
// Reading Parquet with Arrow's reader.
#include "formats/parquet/parquet_reader.h"

#include <arrow/api.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>

#include "formats/parquet/column_conversion.h"
#include "formats/parquet/parquet_io.h"
#include "formats/parquet/row_group_filter.h"

namespace tidemark::formats {
namespace {

constexpr int64_t kStreamBufferBytes = 1 << 20;

using parquet::arrow::SchemaField;

void AddLeaves(const SchemaField& field, std::vector<int>* leaves) {
  if (field.is_leaf()) leaves->push_back(field.column_index);
  for (const auto& child : field.children) AddLeaves(child, leaves);
}

/// The leaves below `field` that `type` wants; `paths` as in DecodeRequest::used_fields, empty: all of it.
void AddWantedLeaves(const SchemaField& field, const DataType& type, const std::vector<std::vector<int>>& paths,
                     size_t depth, std::vector<int>* leaves) {
  if (type.kind() != TypeKind::kRow || field.field->type()->id() != arrow::Type::STRUCT)
    return AddLeaves(field, leaves);
  for (size_t i = 0; i < type.fields().size(); ++i) {
    const auto child = std::find_if(field.children.begin(), field.children.end(), [&](const SchemaField& candidate) {
      return candidate.field->name() == type.fields()[i].name;
    });
    if (child == field.children.end()) continue;
    std::vector<std::vector<int>> below;
    bool whole = paths.empty();
    for (const auto& path : paths) {
      if (path[depth] != static_cast<int>(i)) continue;
      whole |= path.size() == depth + 1;
      below.push_back(path);
    }
    if (whole)
      AddWantedLeaves(*child, type.fields()[i].type, {}, 0, leaves);
    else if (!below.empty())
      AddWantedLeaves(*child, type.fields()[i].type, below, depth + 1, leaves);
  }
}

class ArrowParquetFile final : public ParquetFile {
 public:
  ArrowParquetFile(std::string path, const ParquetReadRequest* request,
                   std::unique_ptr<parquet::arrow::FileReader> reader)
      : path_(std::move(path)),
        request_(*request),
        reader_(std::move(reader)),
        metadata_(reader_->parquet_reader()->metadata()) {
    conversion_.wall_clock_zone = request->options.utc_time_zone ? "UTC" : request->local_time_zone;
  }

  arrow::Status Resolve() {
    const auto& fields = reader_->manifest().schema_fields;
    for (const int column : request_.projection) {
      const Field& wanted = request_.physical_schema[static_cast<size_t>(column)];
      const auto found = std::find_if(fields.begin(), fields.end(),
                                      [&](const SchemaField& field) { return field.field->name() == wanted.name; });
      if (found == fields.end()) continue;
      ARROW_RETURN_NOT_OK(Named(CheckConvertible(*found->field->type(), wanted.type, wanted.name)));
      const auto used = request_.used_fields.find(column);
      const size_t before = leaves_.size();
      AddWantedLeaves(*found, wanted.type,
                      used == request_.used_fields.end() ? std::vector<std::vector<int>>() : used->second, 0, &leaves_);
      // A ROW of which nothing is in the file still says by its leaves which rows are NULL.
      if (leaves_.size() == before) AddLeaves(*found, &leaves_);
    }
    std::sort(leaves_.begin(), leaves_.end());
    leaves_.erase(std::unique(leaves_.begin(), leaves_.end()), leaves_.end());
    return arrow::Status::OK();
  }

  int row_groups() const override { return metadata_->num_row_groups(); }
  int64_t RowsOf(int row_group) const override { return metadata_->RowGroup(row_group)->num_rows(); }

  int64_t BytesOf(int row_group) const override {
    try {
      const auto group = metadata_->RowGroup(row_group);
      int64_t bytes = 0;
      for (const int leaf : leaves_) bytes += group->ColumnChunk(leaf)->total_compressed_size();
      return bytes;
    } catch (const parquet::ParquetException&) {
      return 0;  // reading the rows will tell what is wrong
    }
  }

  bool MayMatch(int row_group) const override {
    try {
      return RowGroupMayMatch(*metadata_, reader_->manifest(), row_group, request_.filters, request_.physical_schema,
                              conversion_.wall_clock_zone);
    } catch (const parquet::ParquetException&) {
      return true;  // statistics nobody can read say nothing; reading the rows will tell what is wrong
    }
  }

  arrow::Status Start(int row_group) override {
    rows_left_ = RowsOf(row_group);
    batches_.reset();
    if (leaves_.empty()) return arrow::Status::OK();
    try {
      auto batches = reader_->GetRecordBatchReader({row_group}, leaves_);
      if (!batches.ok()) return Named(batches.status());
      batches_ = std::move(*batches);
    } catch (const std::exception& error) {
      return Named(arrow::Status::IOError(error.what()));
    }
    return arrow::Status::OK();
  }

  arrow::Result<std::optional<Batch>> Next() override {
    if (leaves_.empty()) return CountOnly();
    std::shared_ptr<arrow::RecordBatch> read;
    try {
      const arrow::Status status = batches_->ReadNext(&read);
      if (!status.ok()) return Named(status);
    } catch (const std::exception& error) {
      return Named(arrow::Status::IOError(error.what()));
    }
    if (!read) return std::nullopt;
    Batch batch;
    batch.num_rows = read->num_rows();
    for (const int column : request_.projection) {
      const Field& wanted = request_.physical_schema[static_cast<size_t>(column)];
      const int index = read->schema()->GetFieldIndex(wanted.name);
      auto converted = index < 0 ? arrow::MakeArrayOfNull(wanted.type.ToArrow(), batch.num_rows)
                                 : ConvertColumn(read->column(index), wanted.type, wanted.name, conversion_);
      if (!converted.ok()) return Named(converted.status());
      batch.columns.push_back(std::move(*converted));
    }
    return batch;
  }

 private:
  arrow::Status Named(const arrow::Status& status) const {
    return status.ok() ? status : status.WithMessage(path_, ": ", status.message());
  }

  /// None of the columns is in the file, or none is asked for: rows are only counted.
  arrow::Result<std::optional<Batch>> CountOnly() {
    if (rows_left_ == 0) return std::nullopt;
    Batch batch;
    batch.num_rows = std::min(rows_left_, request_.batch_rows);
    rows_left_ -= batch.num_rows;
    for (const int column : request_.projection) {
      const DataType& type = request_.physical_schema[static_cast<size_t>(column)].type;
      ARROW_ASSIGN_OR_RAISE(auto nulls, arrow::MakeArrayOfNull(type.ToArrow(), batch.num_rows));
      batch.columns.push_back(std::move(nulls));
    }
    return batch;
  }

  const std::string path_;
  const ParquetReadRequest& request_;
  const std::unique_ptr<parquet::arrow::FileReader> reader_;
  const std::shared_ptr<parquet::FileMetaData> metadata_;
  ColumnConversion conversion_;
  std::vector<int> leaves_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  int64_t rows_left_ = 0;
};

bool NeedsNanos(const DataType& type) {
  if (type.is_timestamp() && type.precision() > 6) return true;
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const Field& field) { return NeedsNanos(field.type); });
}

arrow::Result<std::unique_ptr<ParquetFile>> OpenFile(std::shared_ptr<arrow::io::RandomAccessFile> input,
                                                     const std::string& path, const ParquetReadRequest* request) {
  parquet::ReaderProperties properties;
  properties.enable_buffered_stream();
  properties.set_buffer_size(kStreamBufferBytes);
  parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
  arrow_properties.set_batch_size(request->batch_rows);
  arrow_properties.set_pre_buffer(false);
  // Nanoseconds reach from 1677 to 2262 only; old files like to mark "no date" with the year 1 or 9999.
  const bool nanos = std::any_of(request->projection.begin(), request->projection.end(), [&](int column) {
    return NeedsNanos(request->physical_schema[static_cast<size_t>(column)].type);
  });
  arrow_properties.set_coerce_int96_timestamp_unit(nanos ? arrow::TimeUnit::NANO : arrow::TimeUnit::MICRO);
  parquet::arrow::FileReaderBuilder builder;
  std::unique_ptr<parquet::arrow::FileReader> reader;
  ARROW_RETURN_NOT_OK(builder.Open(std::move(input), properties));
  ARROW_RETURN_NOT_OK(builder.properties(arrow_properties)->Build(&reader));
  auto file = std::make_unique<ArrowParquetFile>(path, request, std::move(reader));
  ARROW_RETURN_NOT_OK(file->Resolve());
  return file;
}

}  // namespace

arrow::Result<std::unique_ptr<ParquetFile>> ParquetFile::Open(io::FileSystem* files, const std::string& path,
                                                              int64_t size_bytes, const ParquetReadRequest* request) {
  if (size_bytes == 0) return arrow::Status::IOError(path, ": the file is empty, which no Parquet file is");
  ARROW_ASSIGN_OR_RAISE(auto input, OpenArrowFile(files, path, size_bytes));
  arrow::Result<std::unique_ptr<ParquetFile>> opened;
  try {
    opened = OpenFile(std::move(input), path, request);
  } catch (const std::exception& error) {
    opened = arrow::Status::IOError(error.what());
  }
  const std::string& message = opened.status().message();
  if (!opened.ok() && !message.starts_with(path))
    return opened.status().WithMessage(path, ": not a readable Parquet file: ", message);
  return opened;
}

}  // namespace tidemark::formats
