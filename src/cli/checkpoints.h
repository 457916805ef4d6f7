// SPDX-License-Identifier: Apache-2.0
// Checkpoints from the command line: where a job's lie, and what lies there.
#pragma once

#include <string>

#include "cli/job_names.h"
#include "cli/options.h"
#include "io/file_system.h"
#include "runtime/job_options.h"
#include "server/session.h"

namespace tidemark::cli {

/// Where the job of a statement keeps its checkpoints: a folder of its own in the folder of --state, whose name comes
/// from `names`. None for SELECTs, batches and INSERT OVERWRITE, which show all of their results at the end or nothing.
arrow::Result<runtime::CheckpointOptions> CheckpointsOf(const server::PreparedStatement& prepared,
                                                        const server::Session& session, const CommandOptions& options,
                                                        JobNames* names);

/// Invalid where a job with these checkpoints would begin anew although another one, of more or fewer INSERTs, has
/// state in the same folder and has written into a table of it.
arrow::Status CheckBeginsOnPurpose(const runtime::CheckpointOptions& checkpoints, io::FileSystem* files,
                                   const JobNames& names);

struct CheckpointsOptions {
  std::string folder;
  bool verify = false;
  CommandOptions shared;  ///< settings, of which those of a store are used
};

/// The command `checkpoints`: a table of all checkpoints below a folder. The exit code.
int ListCheckpoints(const CheckpointsOptions& options);

}  // namespace tidemark::cli
