// SPDX-License-Identifier: Apache-2.0
// Which files a table consists of, and the partition values in their folder names.
#pragma once

#include <arrow/result.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/files_options.h"
#include "io/file_system.h"

namespace tidemark::connectors {

struct TableFile {
  io::FileInfo info;
  /// Partition key to value; nullopt: the default partition name, NULL.
  std::map<std::string, std::optional<std::string>> partition;
};

/// The table's visible files, sorted by path. A missing path is IOError naming it. Names that begin with '.' or '_', of
/// files or folders below the path, are left out, except partition folders. Every partition key must be in each file's
/// folders.
arrow::Result<std::vector<TableFile>> ListTableFiles(io::FileSystem* files, const TableDefinition& table,
                                                     const FilesOptions& options);

/// "hm=23%3A59" style escaping of folder names, as Hive and Flink do it.
std::string EscapePartitionName(std::string_view text);
std::string UnescapePartitionName(std::string_view text);

}  // namespace tidemark::connectors
