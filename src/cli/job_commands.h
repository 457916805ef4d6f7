// SPDX-License-Identifier: Apache-2.0
// The commands that ask a running job: savepoint, watermarks, state.
#pragma once

#include <string>

#include "cli/options.h"

namespace tidemark::cli {

struct JobCommandOptions {
  std::string folder;           ///< given to --state, or one job's in it
  std::string format = "text";  ///< or "json"
  std::string target;           ///< of a savepoint: folder for the copy; empty: with the job's checkpoints
  bool stop = false;            ///< the job stops with the savepoint
  CommandOptions shared;        ///< settings, of which those of a store are used
};

/// Each returns the exit code.
int TakeSavepoint(const JobCommandOptions& options);
int ShowWatermarks(const JobCommandOptions& options);
int ShowState(const JobCommandOptions& options);

}  // namespace tidemark::cli
