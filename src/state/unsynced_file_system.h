// SPDX-License-Identifier: Apache-2.0
// The machine's files for RocksDB, without waiting for the disk: for state that is of no use after a crash.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>

namespace tidemark::state {

/// Every call but those that make bytes durable, which do nothing.
std::shared_ptr<rocksdb::FileSystem> UnsyncedFileSystem();

}  // namespace tidemark::state
