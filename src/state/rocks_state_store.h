// SPDX-License-Identifier: Apache-2.0
// The StateStore on disk: RocksDB, in a folder of its own.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/memory_budget.h"
#include "state/state_store.h"

namespace tidemark::state {

struct RocksStoreOptions {
  std::string folder;              ///< wiped when the store is opened, removed when it is closed
  MemoryBudget* memory = nullptr;  ///< counts the filters and indexes of the files; outlives the store
};

/// Writes are sorted files made beside the tree and taken in as they are: no log, no memtable, no stall. RocksDB's own
/// threads merge them. Nothing is synced: the files are of no use after a crash.
arrow::Result<std::unique_ptr<StateStore>> OpenRocksStateStore(const RocksStoreOptions& options);

}  // namespace tidemark::state
