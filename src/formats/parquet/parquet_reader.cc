// SPDX-License-Identifier: Apache-2.0
// Reading through Arrow's Parquet library.
#include "formats/parquet/parquet_reader.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/io/interfaces.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/statistics.h>

#include <algorithm>

#include "formats/parquet/parquet_statistics.h"

namespace tidemark::formats {
namespace {

/// Arrow's view of one of our files.
class RandomAccess final : public arrow::io::RandomAccessFile {
 public:
  RandomAccess(std::unique_ptr<io::ReadableFile> file, int64_t size) : file_(std::move(file)), size_(size) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override {
    position_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> GetSize() override { return size_; }
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t length, void* out) override {
    return file_->ReadAt(position, length, out);
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t length) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(length));
    ARROW_ASSIGN_OR_RAISE(const int64_t read, file_->ReadAt(position, length, buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(read));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }
  arrow::Result<int64_t> Read(int64_t length, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position_, length, out));
    position_ += read;
    return read;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t length) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, length));
    position_ += buffer->size();
    return buffer;
  }

 private:
  std::unique_ptr<io::ReadableFile> file_;
  int64_t size_;
  int64_t position_ = 0;
  bool closed_ = false;
};

arrow::Status WithPath(const arrow::Status& status, const std::string& path) {
  return status.ok() ? status : status.WithMessage(path, ": ", status.message());
}

/// Timestamps of a coarser or finer unit, integers of another width, text and binary: brought to the declared type where
/// no value changes (timestamps may lose digits behind the declared precision, as Flink's reader cuts them).
arrow::Result<std::shared_ptr<arrow::Array>> ToDeclared(const std::shared_ptr<arrow::Array>& column, const Field& field,
                                                        const std::string& path) {
  const auto wanted = field.type.ToArrow();
  if (column->type()->Equals(*wanted)) return column;
  auto options = arrow::compute::CastOptions::Safe(wanted);
  options.allow_time_truncate = true;
  auto cast = arrow::compute::Cast(arrow::Datum(column), options);
  if (cast.ok()) return cast->make_array();
  return arrow::Status::Invalid(path, ": column '", field.name, "' is ", column->type()->ToString(), " in the file and ",
                                field.type.ToString(), " in the table");
}

class Reader final : public ParquetReader {
 public:
  Reader(std::string path, Schema columns, std::unique_ptr<parquet::arrow::FileReader> reader)
      : path_(std::move(path)), columns_(std::move(columns)), reader_(std::move(reader)) {}

  arrow::Status FindColumns() {
    std::shared_ptr<arrow::Schema> schema;
    ARROW_RETURN_NOT_OK(WithPath(reader_->GetSchema(&schema), path_));
    const auto& fields = reader_->manifest().schema_fields;
    for (const auto& column : columns_) {
      const auto indexes = schema->GetAllFieldIndices(column.name);
      present_.push_back(indexes.size() == 1);
      if (indexes.size() > 1) return arrow::Status::Invalid(path_, ": column '", column.name, "' is there twice");
      if (indexes.size() == 1) AddLeaves(fields[indexes[0]]);
    }
    std::sort(leaves_.begin(), leaves_.end());
    return arrow::Status::OK();
  }

  int row_groups() const override { return reader_->num_row_groups(); }
  int64_t row_group_rows(int row_group) const override { return metadata().RowGroup(row_group)->num_rows(); }
  int64_t row_group_bytes(int row_group) const override {
    int64_t bytes = 0;
    const auto group = metadata().RowGroup(row_group);
    for (int leaf : leaves_) bytes += group->ColumnChunk(leaf)->total_compressed_size();
    return bytes;
  }

  bool MayMatch(int row_group, const std::vector<StatisticsFilter>& filters) const override {
    return RowGroupMayMatch(metadata(), row_group, filters);
  }

  arrow::Status StartRowGroup(int row_group, int64_t batch_rows) override {
    rows_left_ = row_group_rows(row_group);
    batch_rows_ = batch_rows;
    stream_ = nullptr;
    if (leaves_.empty()) return arrow::Status::OK();
    reader_->set_batch_size(batch_rows);
    ARROW_ASSIGN_OR_RAISE(stream_, reader_->GetRecordBatchReader({row_group}, leaves_));
    return arrow::Status::OK();
  }

  arrow::Result<Batch> Next() override {
    Batch batch;
    if (rows_left_ == 0) return batch;
    std::shared_ptr<arrow::RecordBatch> read;
    if (stream_ != nullptr) {
      ARROW_RETURN_NOT_OK(WithPath(stream_->ReadNext(&read), path_));
      if (read == nullptr) return arrow::Status::Invalid(path_, ": a row group ends early");
    }
    batch.num_rows = read != nullptr ? read->num_rows() : std::min(rows_left_, batch_rows_);
    rows_left_ -= batch.num_rows;
    for (size_t i = 0; i < columns_.size(); ++i) {
      std::shared_ptr<arrow::Array> column;
      if (present_[i]) {
        ARROW_ASSIGN_OR_RAISE(column, ToDeclared(read->GetColumnByName(columns_[i].name), columns_[i], path_));
      } else {
        ARROW_ASSIGN_OR_RAISE(column, arrow::MakeArrayOfNull(columns_[i].type.ToArrow(), batch.num_rows));
      }
      batch.columns.push_back(std::move(column));
    }
    return batch;
  }

 private:
  const parquet::FileMetaData& metadata() const { return *reader_->parquet_reader()->metadata(); }

  void AddLeaves(const parquet::arrow::SchemaField& field) {
    if (field.column_index >= 0) leaves_.push_back(field.column_index);
    for (const auto& child : field.children) AddLeaves(child);
  }

  const std::string path_;
  const Schema columns_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::vector<bool> present_;
  std::vector<int> leaves_;
  std::unique_ptr<arrow::RecordBatchReader> stream_;
  int64_t rows_left_ = 0;
  int64_t batch_rows_ = 0;
};

}  // namespace

arrow::Result<std::unique_ptr<ParquetReader>> ParquetReader::Open(io::FileSystem* files, const std::string& path, Schema columns) {
  ARROW_ASSIGN_OR_RAISE(auto file, files->OpenForRead(path));
  ARROW_ASSIGN_OR_RAISE(const int64_t size, file->Size());
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::NANO);
  properties.set_pre_buffer(false);
  parquet::arrow::FileReaderBuilder builder;
  std::unique_ptr<parquet::arrow::FileReader> reader;
  try {
    ARROW_RETURN_NOT_OK(WithPath(builder.Open(std::make_shared<RandomAccess>(std::move(file), size)), path));
    ARROW_RETURN_NOT_OK(WithPath(builder.properties(properties)->Build(&reader), path));
    auto opened = std::make_unique<Reader>(path, std::move(columns), std::move(reader));
    ARROW_RETURN_NOT_OK(opened->FindColumns());
    return opened;
  } catch (const std::exception& error) {
    return arrow::Status::Invalid(path, ": not a Parquet file that can be read: ", error.what());
  }
}

}  // namespace tidemark::formats
