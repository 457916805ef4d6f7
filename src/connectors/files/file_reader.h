// SPDX-License-Identifier: Apache-2.0
// FileReader: the stored columns of a table's files, piece by piece, batch by batch.
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
  /// Row groups may be left out: nothing depends on having seen their rows.
  bool skip_row_groups = false;
};

/// A stretch of a file. For lines: the records that begin in [begin, end). For row groups: their numbers.
struct FilePiece {
  io::FileInfo file;
  int64_t number = 0;
  int64_t begin = 0;
  int64_t end = 0;
  bool is_last = false;
};

/// Made once per source and used for one piece after the other, so that buffers, open files and what a decoder has
/// learnt are kept. One thread.
class FileReader {
 public:
  virtual ~FileReader() = default;
  /// Begins with a piece.
  virtual arrow::Status Start(const FilePiece& piece) = 0;
  /// The next rows; `at_end` is set with the last of them (which may be none).
  virtual arrow::Result<Batch> Next(bool* at_end) = 0;
};

/// Fails when the name stands for another file than was listed, or for less of it: pieces of two files are no file.
/// Asked after opening. A file may grow: what is behind the listed size is not read.
arrow::Status CheckUnchanged(io::FileSystem* files, const io::FileInfo& listed);

/// How a file is cut, the same on every worker. An empty file is one empty piece.
arrow::Result<std::vector<FilePiece>> CutFile(const ReadPlan& plan, const io::FileInfo& file);

/// `plan` outlives the reader.
arrow::Result<std::unique_ptr<FileReader>> MakeFileReader(const ReadPlan& plan);

}  // namespace tidemark::connectors
