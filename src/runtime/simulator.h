// SPDX-License-Identifier: Apache-2.0
// Simulator: runs a job's workers from one thread, in an order drawn from a seed. Whatever threads could do to each
// other, some seed does; and a seed that fails does so every time.
//
// Drawn from the seed: which worker steps next and how often, which stage and which channel it turns to, when the clock
// moves and how far; and, where the options leave it open, the number of workers, the batch size, the capacity of the
// channels, how far sources read ahead, and in what pieces and blocks they read.
//
// A worker sleeps until it is woken, as its thread would; work that nobody woke it for is reported, and so is a job in
// which nobody finds anything to do.
//
// Use: run one plan under many seeds and compare what its sinks received. Final rows must be equal for all.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <string>

#include "connectors/connector.h"
#include "io/memory_file_system.h"
#include "plan/physical_plan.h"
#include "runtime/job_metrics.h"
#include "runtime/job_options.h"

namespace tidemark::runtime {

/// 0 in a field: drawn from the seed.
struct SimulationOptions {
  uint64_t seed = 0;
  int workers = 0;
  int64_t batch_rows = 0;
  int channel_capacity = 0;
  int64_t read_ahead_batches = 0;
  connectors::ReadSizes read_sizes{.piece_bytes = 0, .block_bytes = 0};
  /// The job is asked to stop after this many steps, or when nothing more happens; -1: never.
  int64_t stop_after_steps = -1;
  /// Fails as stuck when the clock had to be moved on so many times in a row and no worker found anything to do.
  int64_t quiet_jumps_max = 2'000;
  /// Fails when the job takes longer.
  int64_t steps_max = 50'000'000;
  /// Checkpoints are kept on the disk (JobOptions::checkpoints names the folder), at intervals drawn from the seed, and
  /// the job is killed at most so often, at moments drawn from the seed: nothing is left of it but the disk. Each time
  /// it goes on from its newest checkpoint, with another number of workers unless that is given. 0: neither.
  int crashes = 0;
  io::MemoryFileSystem* disk = nullptr;
};

struct SimulationReport {
  int64_t steps = 0;
  int crashes = 0;          ///< that came before the job had ended
  int resumed = 0;          ///< of them, those that found a checkpoint
  int64_t checkpoints = 0;  ///< completed by the last life of the job
  uint64_t trace = 0;       ///< a hash of every step and its result: equal runs have equal traces
  JobMetrics metrics;       ///< at the end
  std::string drawn;        ///< the sizes, as text
};

/// Runs `plan` to its end. Clock and chooser of `options` are replaced by simulated ones, sizes by those above. A job
/// that fails, is stuck or takes too long gives an error that names the seed and what was drawn;
/// stuck, with what each worker holds and waits for.
arrow::Result<SimulationReport> Simulate(const plan::PhysicalPlan& plan, JobOptions options,
                                         const SimulationOptions& simulation);

}  // namespace tidemark::runtime
