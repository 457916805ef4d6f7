// SPDX-License-Identifier: Apache-2.0
// Row groups as pieces.
#include "connectors/files/parquet_files.h"

#include <algorithm>

#include "formats/parquet/parquet_reader.h"

namespace tidemark::connectors {
namespace {

arrow::Result<formats::ParquetReadRequest> RequestOf(const ReadPlan& plan) {
  formats::ParquetReadRequest request;
  request.physical_schema = plan.request.physical_schema;
  request.projection = plan.request.projection;
  request.used_fields = plan.request.used_fields;
  if (plan.skip_row_groups) request.filters = plan.node->filters;
  ARROW_ASSIGN_OR_RAISE(request.options, formats::ParquetOptions::Parse(plan.options.format_options));
  request.local_time_zone = plan.request.local_time_zone;
  request.batch_rows = plan.context.batch_rows;
  return request;
}

class RowGroupReader final : public FileReader {
 public:
  RowGroupReader(const ReadPlan& plan, formats::ParquetReadRequest request)
      : plan_(plan), request_(std::move(request)) {}

  arrow::Status Start(const FilePiece& piece) override {
    rows_left_ = 0;
    if (piece.begin == piece.end) return arrow::Status::OK();  // a file without row groups
    // Row groups of one file follow one another: its footer is read once.
    if (!file_ || open_path_ != piece.file.path) {
      file_.reset();
      ARROW_ASSIGN_OR_RAISE(
          file_, formats::ParquetFile::Open(plan_.context.files, piece.file.path, piece.file.size_bytes, &request_));
      ARROW_RETURN_NOT_OK(CheckUnchanged(plan_.context.files, piece.file));
      open_path_ = piece.file.path;
    }
    const int row_group = static_cast<int>(piece.begin);
    plan_.metrics->bytes.fetch_add(file_->BytesOf(row_group), std::memory_order_relaxed);
    if (!file_->MayMatch(row_group)) return arrow::Status::OK();
    rows_left_ = file_->RowsOf(row_group);
    return file_->Start(row_group);
  }

  arrow::Result<Batch> Next(bool* at_end) override {
    if (rows_left_ == 0) {
      *at_end = true;
      return Batch();
    }
    ARROW_ASSIGN_OR_RAISE(auto batch, file_->Next());
    if (!batch) return arrow::Status::Invalid(open_path_, ": a row group has fewer rows than the file says");
    rows_left_ = std::max<int64_t>(rows_left_ - batch->num_rows, 0);
    *at_end = rows_left_ == 0;
    return *std::move(batch);
  }

 private:
  const ReadPlan& plan_;
  const formats::ParquetReadRequest request_;
  std::unique_ptr<formats::ParquetFile> file_;
  std::string open_path_;
  int64_t rows_left_ = 0;
};

}  // namespace

arrow::Result<std::vector<FilePiece>> CutParquetFile(const ReadPlan& plan, const io::FileInfo& file) {
  ARROW_ASSIGN_OR_RAISE(const auto request, RequestOf(plan));
  ARROW_ASSIGN_OR_RAISE(const auto opened,
                        formats::ParquetFile::Open(plan.context.files, file.path, file.size_bytes, &request));
  std::vector<FilePiece> pieces;
  const int groups = std::max(opened->row_groups(), 1);
  for (int group = 0; group < groups; ++group) {
    const int64_t end = std::min(group + 1, opened->row_groups());
    pieces.push_back(FilePiece{file, group, group, end, group + 1 == groups});
  }
  return pieces;
}

arrow::Result<std::unique_ptr<FileReader>> MakeParquetFileReader(const ReadPlan& plan) {
  ARROW_ASSIGN_OR_RAISE(auto request, RequestOf(plan));
  return std::make_unique<RowGroupReader>(plan, std::move(request));
}

}  // namespace tidemark::connectors
