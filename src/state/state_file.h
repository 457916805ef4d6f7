// SPDX-License-Identifier: Apache-2.0
// State files: one worker's StateSnapshot on disk.
//
// Layout, integers little-endian: the 8 bytes "TMSTATE" and the version (1); then sections: length of the body (8
// bytes), XXH3-64 of the body (8), the body; at the end a length of 0 and the number of sections (8). A body is an
// Apache Arrow IPC stream, buffers compressed with LZ4: rows of one table, whose place is in the schema's metadata:
// "part", "table", "owner" (key, one, every), "keys" (column numbers separated by commas), "watermark" (of the part). A
// table may fill several sections, in order. So any Arrow library reads what is kept.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <string>

#include "io/file_system.h"
#include "state/state_snapshot.h"

namespace tidemark::state {

/// What makes a file the one that was written.
struct StateFileInfo {
  int64_t size_bytes = 0;
  uint64_t hash = 0;  ///< XXH3-64 of the sections' hashes, in order
};

/// Writes the file and makes it durable under its name.
arrow::Result<StateFileInfo> WriteStateFile(io::FileSystem* files, const std::string& path,
                                            const StateSnapshot& snapshot);

/// Fails with Invalid, naming the path and what is wrong, when the file is not what WriteStateFile wrote as `info`.
arrow::Result<StateSnapshot> ReadStateFile(io::FileSystem* files, const std::string& path, const StateFileInfo& info);

}  // namespace tidemark::state
