// SPDX-License-Identifier: Apache-2.0
// SpillSpace: where a job's state goes that does not fit into memory. A StateStore for each worker, in a folder that
// is the job's alone and goes with it.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/memory_budget.h"
#include "state/state_store.h"

namespace tidemark::state {

/// Everything is removed when it is destroyed.
class SpillSpace {
 public:
  virtual ~SpillSpace() = default;
  /// The store of one worker, opened when it is asked for the first time. Only the worker's own thread asks. Lives as
  /// long as the space.
  virtual arrow::Result<StateStore*> StoreOf(int worker) = 0;
};

struct SpillSpaceOptions {
  std::string root;  ///< the folder to make the job's folder in; empty: the system's for temporary files
  int workers = 1;
  MemoryBudget* memory = nullptr;  ///< counts what the stores keep in memory; outlives the space
};

/// On disk. Removes what runs that were killed have left in `root`; makes its own folder (tidemark-spill-*) only when a
/// store is asked for. A folder that is in use holds a lock, so several jobs may share a root.
std::unique_ptr<SpillSpace> MakeDiskSpillSpace(const SpillSpaceOptions& options);

/// In memory, for tests and the simulator. One thread.
std::unique_ptr<SpillSpace> MakeMemorySpillSpace();

}  // namespace tidemark::state
