// SPDX-License-Identifier: Apache-2.0
// JobOptions: all that a job is given beside its plan. Nothing else reaches it: no clock, file or random number.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "catalog/configuration.h"
#include "catalog/table.h"
#include "connectors/connector.h"
#include "expr/function.h"
#include "io/file_system.h"
#include "io/standard_streams.h"
#include "runtime/background.h"
#include "runtime/components.h"
#include "runtime/head.h"
#include "runtime/result_collector.h"

namespace tidemark::runtime {

/// Whether, where and how often a job keeps checkpoints.
struct CheckpointOptions {
  std::string folder;                    ///< of this job's checkpoints; empty: none are kept
  int64_t interval_micros = 10'000'000;  ///< from one request to the next
  int64_t timeout_micros = 0;            ///< of one, from the request until it is complete; 0: none
  int retained = 1;                      ///< how many stay; at least 1
  int tolerable_failures = 0;            ///< in a row that do not fail the job
  std::string restore_from;              ///< folder of one checkpoint or savepoint; empty: the newest in `folder`
  std::string program_version;           ///< noted in each
  std::string savepoint_folder;          ///< of savepoints that are asked for without one; empty: see SavepointRequest
  std::string run;                       ///< names this run among all of the job; see CheckpointStore::TakeOver
  std::string holder;                    ///< says who runs it, for people
};

/// Every pointer outlives the job.
struct JobOptions {
  int workers = 1;  ///< at most state::kKeyGroups
  int64_t batch_rows = 8192;
  int channel_capacity = 8;         ///< messages per channel
  int64_t idle_timeout_micros = 0;  ///< of splits whose table does not say; 0: never idle
  int64_t read_ahead_batches = 64;  ///< per source and worker, see SourceTaskOptions
  connectors::ReadSizes read_sizes;
  int64_t replay_speed = 0;      ///< event time per time, see ReplayClock; 0: as fast as can be
  int64_t memory_bytes = 0;      ///< of state and buffered rows, all workers together; 0: unlimited
  int64_t spill_from_bytes = 0;  ///< from how many of them on state is moved to disk; 0: see MemoryBudget
  std::string spill_folder;  ///< where to; empty: with the checkpoints, else the system's folder for temporary files

  bool drops_null_rows = false;  ///< rows with a NULL for a NOT NULL column of a sink are left out instead of failing
  const Configuration* configuration = nullptr;  ///< handed to connectors
  expr::FunctionContext functions;               ///< `functions.clock` null: `clock`
  Clock* clock = SystemClock();
  io::FileSystem* files = nullptr;
  io::StandardStreams* streams = nullptr;
  ResultCollector* collector = nullptr;  ///< required when a sink of the plan has no table
  Components* components = nullptr;      ///< required; BuiltInComponents() outside tests
  TablePtr late_table;                   ///< where late rows go (LateRowSchema); null: they are counted only
  TablePtr dead_letter_table;            ///< where bad records go (DeadLetterSchema) of tables that ask for it; or null
  Chooser* chooser = nullptr;            ///< the simulator's; null in production
  Background* background = nullptr;      ///< likewise; null: a thread
  CheckpointOptions checkpoints;
};

/// Sizes, timeouts and limits as `configuration` says; `configuration` itself, the clock and the components set. The
/// caller adds files, streams, functions, collector and side tables.
JobOptions MakeJobOptions(const Configuration& configuration);

}  // namespace tidemark::runtime
