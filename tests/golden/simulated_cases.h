// SPDX-License-Identifier: Apache-2.0
// Golden programs under the simulator, seed after seed.
//
// Without faults, a seed draws which programs it runs and in which mode; for each of them, from the seed and the
// program's name, the number of workers, batch, piece, block and queue sizes, and the order of all steps. So a seed
// gives the same run of a program whichever other programs there are.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "golden/broken_rules.h"
#include "golden/golden_file.h"
#include "golden/report.h"
#include "runtime/components.h"

namespace tidemark::golden {

struct SimulatedCasesOptions {
  uint64_t first_seed = 1;
  int64_t seeds = 1000;
  int64_t share = 4;  ///< a seed runs one in so many programs, in each mode; 1: all
  std::string only;   ///< of the programs whose "file: title" contains this
  int threads = 1;
  /// With checkpoints, and everything that can go wrong with processes, disks and brokers. A seed then runs one
  /// program, as a stream: batches keep no checkpoints.
  bool faults = false;
  /// With faults: what is wrong on purpose. The first seed that finds it is the last.
  BrokenRule broken = BrokenRule::kNone;
  runtime::Components* components = nullptr;
};

/// Runs them and prints how many seeds, runs and schedules there were. A program that failed under one seed is not run
/// under later ones; its failure names the command that runs it again. Known failures are left out.
/// Gives the number of runs. `broker_jobs`: scripts that read a broker's topics, for runs with faults (broker_case.h).
arrow::Result<int64_t> CheckSimulated(const std::vector<std::unique_ptr<GoldenFile>>& files,
                                      const std::vector<std::string>& broker_jobs, const SimulatedCasesOptions& options,
                                      Report* report);

}  // namespace tidemark::golden
