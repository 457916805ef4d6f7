// SPDX-License-Identifier: Apache-2.0
// FileReader: the stored columns of one file, or of one piece of it, batch by batch.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "connectors/connector.h"
#include "connectors/files/files_options.h"
#include "formats/format.h"
#include "io/file_system.h"

namespace tidemark::connectors {

/// What every reader of a source needs. Outlives the readers.
struct ReadPlan {
  const TableDefinition* table = nullptr;
  FilesOptions options;
  formats::DecodeRequest request;  ///< bad_records not set
  const plan::SourceNode* node = nullptr;
  ConnectorContext context;
  SourceMetrics* metrics = nullptr;
};

/// A stretch of a file. For lines: the records that begin in [begin, end). For row groups: their numbers.
struct FilePiece {
  io::FileInfo file;
  int64_t number = 0;
  int64_t begin = 0;
  int64_t end = 0;
  bool is_last = false;
};

/// One thread.
class FileReader {
 public:
  virtual ~FileReader() = default;
  /// The next rows; `at_end` is set with the last of them (which may be none).
  virtual arrow::Result<Batch> Next(bool* at_end) = 0;
};

/// How a file is cut, the same on every worker. An empty file is one empty piece.
arrow::Result<std::vector<FilePiece>> CutFile(const ReadPlan& plan, const io::FileInfo& file);

/// Reads one piece.
arrow::Result<std::unique_ptr<FileReader>> OpenPiece(const ReadPlan& plan, const FilePiece& piece);

/// Bytes of a plain text file in one piece. The cut must not depend on the number of workers: rows get their order from
/// their piece.
inline constexpr int64_t kPieceBytes = int64_t{4} << 20;

}  // namespace tidemark::connectors
