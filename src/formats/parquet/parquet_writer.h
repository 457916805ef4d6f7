// SPDX-License-Identifier: Apache-2.0
// Batches as a Parquet file.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "catalog/configuration.h"
#include "catalog/table.h"
#include "columnar/batch.h"
#include "io/file_system.h"

namespace tidemark::formats {

/// parquet.* options of a table, without the prefix.
std::vector<OptionSpec> ParquetOptions();
/// Refuses option values and column types that Parquet files do not take.
arrow::Status CheckParquet(const TableOptions& options, const Schema& schema);

/// Writes into a file that the caller commits or aborts afterwards. Timestamps are stored as INT64 microseconds
/// (nanoseconds from TIMESTAMP(7) on). One thread; `target` must outlive the writer.
class ParquetWriter {
 public:
  static arrow::Result<std::unique_ptr<ParquetWriter>> Make(io::WritableFile* target, const Schema& schema, const TableOptions& options);
  virtual ~ParquetWriter() = default;
  /// Rows are buffered until a row group is full. REQUIRES: insert-only.
  virtual arrow::Status Write(const Batch& batch) = 0;
  /// Writes the last row group and the footer.
  virtual arrow::Status Finish() = 0;
  /// Bytes written and an estimate of those buffered: for rolling.
  virtual int64_t bytes() const = 0;
};

}  // namespace tidemark::formats
