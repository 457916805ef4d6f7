// SPDX-License-Identifier: Apache-2.0
// State files: one worker's StateSnapshot on disk.
//
// Layout, integers little-endian: the 8 bytes "TMSTATE" and the version (1); then sections: length of the body (8
// bytes), XXH3-64 of the body (8), the body; at the end a length of 0 and the number of sections (8). A body is an
// Apache Arrow IPC stream, buffers compressed with LZ4: rows of one table, whose place is in the schema's metadata:
// "part", "table", "owner" (key, one, every), "keys" (column numbers separated by commas), "watermark" (of the part),
// "rows" (of the section; older files do not say), and of logs "log" ("goes on": the rows follow those of earlier
// checkpoints; "restarts": there are no rows, and those of earlier checkpoints count no more). A table may fill several
// sections, in order. So any Arrow library reads what is kept.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>

#include "io/file_system.h"
#include "state/state_snapshot.h"

namespace tidemark::state {

/// What makes a file the one that was written.
struct StateFileInfo {
  int64_t size_bytes = 0;
  uint64_t hash = 0;  ///< XXH3-64 of the sections' hashes, in order
};

/// Writes a file piece by piece. One thread at a time.
class StateFileWriter {
 public:
  static arrow::Result<std::unique_ptr<StateFileWriter>> Open(io::FileSystem* files, const std::string& path);
  ~StateFileWriter();
  StateFileWriter(const StateFileWriter&) = delete;
  StateFileWriter& operator=(const StateFileWriter&) = delete;

  /// Adds rows to tables, which may be there already.
  arrow::Status Add(const StateSnapshot& piece);
  int64_t rows() const { return rows_; }
  /// Makes the file durable under its name.
  arrow::Result<StateFileInfo> Finish();

 private:
  class Sections;
  explicit StateFileWriter(std::unique_ptr<io::WritableFile> file);

  std::unique_ptr<io::WritableFile> file_;
  std::unique_ptr<Sections> sections_;
  int64_t rows_ = 0;
};

/// Which tables of a file are read.
enum class StateTables { kAll, kLogs };
/// What is done with the rows of logs: read, or left in the file until they are asked for (StateSnapshot's `stored`).
enum class LogRows { kRead, kLeft };

/// Adds what the file holds to `snapshot`: tables that are there get more rows. Fails with Invalid, naming the path and
/// what is wrong, when the file is not what was written as `info`. `files` outlives the snapshot.
arrow::Status ReadStateFile(io::FileSystem* files, const std::string& path, const StateFileInfo& info,
                            StateTables tables, LogRows log_rows, StateSnapshot* snapshot);

}  // namespace tidemark::state
