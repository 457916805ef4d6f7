// SPDX-License-Identifier: Apache-2.0
// Writes Parquet files, row group by row group.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "formats/parquet/parquet_options.h"
#include "io/file_system.h"

namespace tidemark::formats {

/// Holds one row group in memory, compressed, until it is full. One thread.
class ParquetWriter {
 public:
  /// `file` is not owned and outlives the writer.
  static arrow::Result<std::unique_ptr<ParquetWriter>> Make(io::WritableFile* file, const Schema& schema,
                                                            const ParquetOptions& options);
  virtual ~ParquetWriter() = default;

  virtual arrow::Status Write(const Batch& batch) = 0;
  /// Bytes written and held.
  virtual int64_t size_bytes() const = 0;
  /// Writes what is held and the footer. The file is not committed.
  virtual arrow::Status Close() = 0;
};

}  // namespace tidemark::formats
