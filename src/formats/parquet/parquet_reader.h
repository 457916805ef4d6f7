// SPDX-License-Identifier: Apache-2.0
// Reads Parquet files: only the columns and fields asked for, only the row groups that may hold a match, one batch at a
// time.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "formats/parquet/parquet_options.h"
#include "io/file_system.h"
#include "plan/physical_plan.h"

namespace tidemark::formats {

/// What to read of a table's files.
struct ParquetReadRequest {
  Schema physical_schema;                                    ///< partition columns not among them
  std::vector<int> projection;                               ///< ascending; batches have just these columns
  std::map<int, std::vector<std::vector<int>>> used_fields;  ///< as in DecodeRequest
  std::vector<plan::PushedFilter> filters;                   ///< by physical column; others are passed over
  ParquetOptions options;
  std::string local_time_zone = "UTC";
  int64_t batch_rows = 8192;
};

/// One open file: its footer is read. Columns the file lacks are NULL. One thread.
class ParquetFile {
 public:
  /// Errors name the file. `request` outlives the file.
  static arrow::Result<std::unique_ptr<ParquetFile>> Open(io::FileSystem* files, const std::string& path,
                                                          int64_t size_bytes, const ParquetReadRequest* request);
  virtual ~ParquetFile() = default;

  virtual int row_groups() const = 0;
  virtual int64_t RowsOf(int row_group) const = 0;
  /// Compressed bytes of what is read of it: for progress.
  virtual int64_t BytesOf(int row_group) const = 0;
  /// False when statistics show that no row of it passes all filters.
  virtual bool MayMatch(int row_group) const = 0;
  /// Begins with a row group; Next gives its batches.
  virtual arrow::Status Start(int row_group) = 0;
  /// Nothing more: nullopt.
  virtual arrow::Result<std::optional<Batch>> Next() = 0;
};

}  // namespace tidemark::formats
