// SPDX-License-Identifier: Apache-2.0
// Carries out one prepared statement: shows its rows, or runs its job with progress and clean stopping on signals.
#pragma once

#include <arrow/result.h>

#include "cli/job_names.h"
#include "cli/options.h"
#include "server/session.h"

namespace tidemark::cli {

enum class JobOutcome {
  kFinished,  ///< all input was read and all results are written
  kStopped,   ///< a signal, or a savepoint that was to stop it; what was complete is written
  kFailed,
};

/// Rows go to standard output in the format of `options`. A failed job's error is the result's status.
/// `names`: of the jobs of this script or prompt.
arrow::Result<JobOutcome> CarryOut(const server::PreparedStatement& prepared, const server::Session& session,
                                   const CommandOptions& options, JobNames* names);

/// Workers for a configuration: `parallelism.default`, or the number of cores.
int WorkerCount(const Configuration& configuration);

}  // namespace tidemark::cli
