// SPDX-License-Identifier: Apache-2.0
// Golden programs under the simulator, seed after seed.
//
// A seed draws which programs it runs and in which mode; for each of them, from the seed and the program's name, the
// number of workers, batch, piece, block and queue sizes, and the order of all steps. So a seed gives the same run of a
// program whichever other programs there are.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

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
  int crashes = 0;  ///< the most a run has; then programs run as streams only, with checkpoints
  runtime::Components* components = nullptr;
};

/// Runs them and prints how many seeds, runs and schedules there were. A program that failed under one seed is not run
/// under later ones; its failure names the command that runs it again. Known failures are left out.
void CheckSimulated(const std::vector<std::unique_ptr<GoldenFile>>& files, const SimulatedCasesOptions& options,
                    Report* report);

}  // namespace tidemark::golden
