// SPDX-License-Identifier: Apache-2.0
// Simulator: runs a job's workers from one thread, in an order drawn from a seed. Whatever threads could do to each
// other, some seed does; and a seed that fails does so every time.
//
// Drawn from the seed: which worker steps next and how often, which stage and which channel it turns to, when the clock
// moves and how far; and, where the options leave it open, the number of workers, the batch size, the capacity of the
// channels, how far sources read ahead, and in what pieces and blocks they read.
//
// With faults, the job keeps checkpoints on a disk of its own, and has several lives: each but the last ends as the
// seed says (killed, the power failed, stopped, no space on the disk, or only believed to be over), at a step of a
// worker, at an operation of the disk, or between a checkpoint and its commit; the next goes on from what it finds.
//
// A worker sleeps until it is woken, as its thread would; work that nobody woke it for is reported, and so is a job in
// which nobody finds anything to do.
//
// Use: run one plan under many seeds and compare what its sinks received. Final rows must be equal for all.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "io/simulated_disk.h"
#include "plan/physical_plan.h"
#include "runtime/fault_counts.h"
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
  struct FaultOptions* faults = nullptr;  ///< null: none
};

/// JobOptions::checkpoints names the folder of checkpoints; how often they are taken and how many are kept is drawn.
struct FaultOptions {
  /// With the job's files, before and after. Sinks and sources know it as ConnectorContext::files: what else they do
  /// outside of the process they count there (SimulatedDisk::Operate), so that the process can die in the midst.
  std::unique_ptr<io::SimulatedDisk> disk;
  int lives_max = 4;
  /// Sinks withstand a process that goes on writing when its successor has begun.
  bool zombies = false;
  /// Errors that contain one of these come from what is outside of the job: it is started again.
  std::vector<std::string> passing_errors;
};

struct SimulationReport {
  int64_t steps = 0;
  int lives = 1;
  int resumed = 0;          ///< lives that went on from a checkpoint
  int64_t checkpoints = 0;  ///< completed by the last life of the job
  FaultCounts faults;
  /// Why the job does not go on: the disk had lost part of a checkpoint that it said was durable. Else empty.
  std::string refused;
  uint64_t trace = 0;  ///< a hash of every step and its result: equal runs have equal traces
  JobMetrics metrics;  ///< at the end
  std::string drawn;   ///< the sizes, as text
};

/// Runs `plan` to its end. Clock and chooser of `options` are replaced by simulated ones, sizes by those above. A job
/// that fails, is stuck or takes too long gives an error that names the seed and what was drawn;
/// stuck, with what each worker holds and waits for.
arrow::Result<SimulationReport> Simulate(const plan::PhysicalPlan& plan, JobOptions options,
                                         const SimulationOptions& simulation);

}  // namespace tidemark::runtime
