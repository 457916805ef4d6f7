// SPDX-License-Identifier: Apache-2.0
// The options of the parquet format, parsed.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>
#include <arrow/util/type_fwd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/configuration.h"
#include "catalog/table.h"

namespace tidemark::formats {

struct ParquetOptions {
  arrow::Compression::type compression = arrow::Compression::SNAPPY;
  int64_t row_group_bytes = 128 << 20;
  int64_t page_bytes = 1 << 20;
  int64_t dictionary_page_bytes = 1 << 20;
  bool dictionary = true;
  /// Instants in a file stand for their wall clock in UTC; else in `table.local-time-zone`.
  bool utc_time_zone = false;
  bool write_int96 = false;
  /// Unset: micros, and nanos where a column has more than six digits.
  std::optional<arrow::TimeUnit::type> timestamp_unit;

  /// The keys with a meaning here, without "parquet.".
  static const std::vector<OptionSpec>& Specs();
  static arrow::Result<ParquetOptions> Parse(const TableOptions& options);
};

/// Parquet has no form for intervals.
arrow::Status CheckParquetTypes(const Schema& schema);

}  // namespace tidemark::formats
