// SPDX-License-Identifier: Apache-2.0
// The limit of Parquet sources, and the bare hash table that a keyed aggregation could at best be as fast as.
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>

#include <algorithm>
#include <memory>

#include "limits.h"

namespace tidemark::bench {
namespace {

constexpr int64_t kBatchRows = 8192;

struct OpenParquet {
  std::unique_ptr<parquet::arrow::FileReader> file;
  std::unique_ptr<arrow::RecordBatchReader> batches;
};

arrow::Result<OpenParquet> Open(const std::string& path, const std::vector<std::string>& columns) {
  OpenParquet open;
  ARROW_ASSIGN_OR_RAISE(auto input, arrow::io::ReadableFile::Open(path));
  parquet::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(std::move(input)));
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_batch_size(kBatchRows);
  ARROW_RETURN_NOT_OK(builder.properties(properties)->Build(&open.file));
  std::shared_ptr<arrow::Schema> schema;
  ARROW_RETURN_NOT_OK(open.file->GetSchema(&schema));
  std::vector<int> wanted;
  for (int i = 0; i < schema->num_fields(); ++i) {
    if (columns.empty() || std::find(columns.begin(), columns.end(), schema->field(i)->name()) != columns.end())
      wanted.push_back(i);
  }
  if (!columns.empty() && wanted.size() != columns.size())
    return arrow::Status::Invalid(path, " does not have all the columns named");
  std::vector<int> row_groups(static_cast<size_t>(open.file->num_row_groups()));
  for (size_t i = 0; i < row_groups.size(); ++i) row_groups[i] = static_cast<int>(i);
  ARROW_ASSIGN_OR_RAISE(open.batches, open.file->GetRecordBatchReader(row_groups, wanted));
  return open;
}

struct Slot {
  int64_t key;
  int64_t count;
};

uint64_t Mix(int64_t key) {
  const auto product = static_cast<unsigned __int128>(static_cast<uint64_t>(key)) * 0x9E3779B97F4A7C15ull;
  return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
}

void Count(const int64_t* keys, int64_t length, std::vector<Slot>* table) {
  constexpr int64_t kAhead = 16;
  const uint64_t mask = table->size() - 1;
  Slot* const slots = table->data();
  for (int64_t i = 0; i < length; ++i) {
    if (i + kAhead < length) __builtin_prefetch(&slots[Mix(keys[i + kAhead]) & mask], 1);
    uint64_t at = Mix(keys[i]) & mask;
    while (slots[at].count != 0 && slots[at].key != keys[i]) at = (at + 1) & mask;
    slots[at].key = keys[i];
    ++slots[at].count;
  }
}

}  // namespace

arrow::Result<Measured> DecodeParquet(const std::string& path, const std::vector<std::string>& columns) {
  const Stopwatch stopwatch;
  ARROW_ASSIGN_OR_RAISE(const OpenParquet open, Open(path, columns));
  int64_t rows = 0;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, open.batches->Next());
    if (batch == nullptr) return stopwatch.Stop(rows);
    rows += batch->num_rows();
  }
}

arrow::Result<Measured> CountPerKey(const std::string& path, const std::string& column) {
  ARROW_ASSIGN_OR_RAISE(const OpenParquet open, Open(path, {column}));
  ARROW_ASSIGN_OR_RAISE(const auto batches, open.batches->ToRecordBatches());
  std::vector<int64_t> distinct;
  for (const auto& batch : batches) {
    if (batch->column(0)->type_id() != arrow::Type::INT64) return arrow::Status::Invalid(column, " is not a BIGINT");
    const int64_t* keys = static_cast<const arrow::Int64Array&>(*batch->column(0)).raw_values();
    distinct.insert(distinct.end(), keys, keys + batch->num_rows());
  }
  const auto rows = static_cast<int64_t>(distinct.size());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  size_t slots = 1024;
  while (slots < distinct.size() * 2) slots *= 2;
  std::vector<Slot> table(slots, Slot{0, 0});

  const Stopwatch stopwatch;
  for (const auto& batch : batches)
    Count(static_cast<const arrow::Int64Array&>(*batch->column(0)).raw_values(), batch->num_rows(), &table);
  const Measured measured = stopwatch.Stop(rows);
  int64_t counted = 0;
  for (const Slot& slot : table) counted += slot.count;
  if (counted != rows) return arrow::Status::Invalid("the table lost rows");
  return measured;
}

}  // namespace tidemark::bench
