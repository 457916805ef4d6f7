// SPDX-License-Identifier: Apache-2.0
// The options of connector 'filesystem', read once from the table.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/configuration.h"
#include "catalog/table.h"
#include "connectors/bad_records.h"
#include "formats/format.h"

namespace tidemark::connectors {

struct FilesOptions {
  std::string path;             ///< local
  std::string format;           ///< 'json', ..., 'parquet'
  TableOptions format_options;  ///< without the format's prefix
  std::optional<int64_t> monitor_interval_ms;
  std::string path_pattern;  ///< regular expression over whole paths; empty: all
  BadRecords bad_records = BadRecords::kFail;
  int64_t rolling_bytes = 0;
  int64_t rolling_interval_ms = 0;
  bool success_file = false;
  std::string default_partition_name;
};

const std::vector<OptionSpec>& FilesOptionSpecs();
arrow::Result<FilesOptions> ReadFilesOptions(const TableDefinition& table);

/// Columns that lie in the files: physical and not a partition key. Their indexes in table.columns.
std::vector<int> StoredColumns(const TableDefinition& table);
Schema StoredSchema(const TableDefinition& table);

}  // namespace tidemark::connectors
