// SPDX-License-Identifier: Apache-2.0
// Row groups as pieces.
#include "connectors/files/parquet_files.h"

#include <algorithm>

#include "formats/parquet/parquet_reader.h"

namespace tidemark::connectors {
namespace {

Schema WantedColumns(const ReadPlan& plan) {
  Schema wanted;
  for (int column : plan.request.projection) wanted.push_back(plan.request.physical_schema[column]);
  return wanted;
}

std::vector<formats::StatisticsFilter> Filters(const ReadPlan& plan) {
  std::vector<formats::StatisticsFilter> filters;
  for (const auto& filter : plan.node->filters) {
    filters.push_back({filter.column, static_cast<formats::StatisticsFilter::Op>(filter.op), filter.value});
  }
  return filters;
}

class RowGroupReader final : public FileReader {
 public:
  RowGroupReader(const ReadPlan& plan, std::unique_ptr<formats::ParquetReader> reader, int row_group)
      : plan_(plan), reader_(std::move(reader)), rows_left_(reader_->row_group_rows(row_group)) {
    plan_.metrics->bytes.fetch_add(reader_->row_group_bytes(row_group), std::memory_order_relaxed);
  }

  arrow::Result<Batch> Next(bool* at_end) override {
    ARROW_ASSIGN_OR_RAISE(Batch batch, reader_->Next());
    rows_left_ -= batch.num_rows;
    *at_end = rows_left_ <= 0;
    return batch;
  }

 private:
  const ReadPlan& plan_;
  std::unique_ptr<formats::ParquetReader> reader_;
  int64_t rows_left_;
};

class NothingReader final : public FileReader {
 public:
  arrow::Result<Batch> Next(bool* at_end) override {
    *at_end = true;
    return Batch();
  }
};

}  // namespace

arrow::Result<std::vector<FilePiece>> CutParquetFile(const ReadPlan& plan, const io::FileInfo& file) {
  ARROW_ASSIGN_OR_RAISE(const auto reader, formats::ParquetReader::Open(plan.context.files, file.path, {}));
  std::vector<FilePiece> pieces;
  const int groups = std::max(reader->row_groups(), 1);
  for (int group = 0; group < groups; ++group) {
    const int64_t end = std::min(group + 1, reader->row_groups());
    pieces.push_back(FilePiece{file, group, group, end, group + 1 == groups});
  }
  return pieces;
}

arrow::Result<std::unique_ptr<FileReader>> OpenParquetPiece(const ReadPlan& plan, const FilePiece& piece) {
  if (piece.begin == piece.end) return std::make_unique<NothingReader>();
  ARROW_ASSIGN_OR_RAISE(auto reader, formats::ParquetReader::Open(plan.context.files, piece.file.path, WantedColumns(plan)));
  const int row_group = static_cast<int>(piece.begin);
  if (!reader->MayMatch(row_group, Filters(plan))) return std::make_unique<NothingReader>();
  ARROW_RETURN_NOT_OK(reader->StartRowGroup(row_group, plan.context.batch_rows));
  return std::make_unique<RowGroupReader>(plan, std::move(reader), row_group);
}

}  // namespace tidemark::connectors
