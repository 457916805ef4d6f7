// SPDX-License-Identifier: Apache-2.0
// Parquet files of a table: a piece is a row group.
#pragma once

#include "connectors/files/file_reader.h"

namespace tidemark::connectors {

/// One piece per row group, also of those that the filters rule out (they read as empty), so that pieces keep their
/// numbers.
arrow::Result<std::vector<FilePiece>> CutParquetFile(const ReadPlan& plan, const io::FileInfo& file);

/// `plan` outlives the reader.
arrow::Result<std::unique_ptr<FileReader>> MakeParquetFileReader(const ReadPlan& plan);

}  // namespace tidemark::connectors
