// SPDX-License-Identifier: Apache-2.0
// Parquet files as batches: only the wanted columns, only the row groups that may hold wanted rows.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "io/file_system.h"

namespace tidemark::formats {

/// `column <op> value`: a row group whose statistics show that no row fulfils it is not read.
struct StatisticsFilter {
  enum class Op { kEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kIsNull, kIsNotNull };
  std::string column;
  Op op = Op::kEqual;
  std::shared_ptr<arrow::Scalar> value;
};

/// Reads one file. One thread. Columns are found by name; one that the file lacks reads as NULL. A column stored as
/// another type is cast where no value changes, else Invalid names file, column and both types. Damaged files give
/// Invalid or IOError with the path.
class ParquetReader {
 public:
  /// `columns`: names and declared types of the wanted columns.
  static arrow::Result<std::unique_ptr<ParquetReader>> Open(io::FileSystem* files, const std::string& path, Schema columns);
  virtual ~ParquetReader() = default;

  virtual int row_groups() const = 0;
  virtual int64_t row_group_rows(int row_group) const = 0;
  /// Compressed bytes of the wanted columns: for progress.
  virtual int64_t row_group_bytes(int row_group) const = 0;
  /// False when the statistics rule every row of the group out.
  virtual bool MayMatch(int row_group, const std::vector<StatisticsFilter>& filters) const = 0;

  /// Begins to read a row group; Next then gives its rows in batches of at most `batch_rows`, and an empty batch behind
  /// the last one.
  virtual arrow::Status StartRowGroup(int row_group, int64_t batch_rows) = 0;
  virtual arrow::Result<Batch> Next() = 0;
};

}  // namespace tidemark::formats
