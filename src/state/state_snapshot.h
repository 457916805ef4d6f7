// SPDX-License-Identifier: Apache-2.0
// StateSnapshot: what one worker kept at a checkpoint, in memory: taken in a short pause, written in the background.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "state/operator_state.h"

namespace tidemark::state {

/// Rows of a log that stay in their file until they are asked for. Thread-safe.
class StoredRows {
 public:
  virtual ~StoredRows() = default;
  /// Calls `visit` with all of them, in order, a piece at a time. Fails with Invalid, naming the file and what is
  /// wrong, when it is not what was written.
  virtual arrow::Status Visit(const RowVisitor& visit) const = 0;
  /// 0 where the file does not say.
  virtual int64_t num_rows() const = 0;
};

/// Rows of named tables of named parts. Parts (operators, sources, sinks) are named by what they compute, so that a
/// resumed job finds them again. Holds Arrow arrays, which never change: copying it copies pointers only.
struct StateSnapshot {
  struct Table {
    RowOwner owner;
    std::vector<Batch> batches;
    std::vector<std::shared_ptr<const StoredRows>> stored;  ///< more rows, before those of `batches`
    bool is_log = false;    ///< the rows follow those of earlier checkpoints (see StateWriter::WriteChanges)
    bool restarts = false;  ///< of a log: they do not, but replace them
  };
  struct Part {
    EventTimeMs watermark = kMinWatermark;
    std::map<std::string, Table, std::less<>> tables;
  };
  std::map<std::string, Part> parts;

  /// Rows in memory.
  int64_t num_rows() const;
  /// What they take, roughly: arrays that share buffers count them each.
  int64_t memory_bytes() const;
};

/// Writes into `part`, which outlives the writer.
std::unique_ptr<StateWriter> MakeSnapshotWriter(StateSnapshot::Part* part);

/// What worker `worker` of `workers` owns of the part `id` of all workers' snapshots. With as
/// many workers as before it is what the worker of that number wrote. The watermark is the least that a worker had.
std::unique_ptr<StateReader> MakeSnapshotReader(std::shared_ptr<const std::vector<StateSnapshot>> snapshots,
                                                const std::string& id, int worker, int workers);

}  // namespace tidemark::state
