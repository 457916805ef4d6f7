// SPDX-License-Identifier: Apache-2.0
// Where a running job has its lock and its socket: with its checkpoints, or, when those are objects of a store, in a
// folder of this machine and user whose name comes from theirs.
#pragma once

#include <arrow/result.h>

#include <string>
#include <vector>

namespace tidemark::cli {

/// `job_folder`: of its checkpoints.
std::string RunFolderOf(const std::string& job_folder);

/// Makes it where there is none. Invalid when somebody else has it.
arrow::Status MakeRunFolder(const std::string& job_folder);

/// The folders of checkpoints of jobs that have a run folder on this machine, in `folder` of an object store, which is
/// one given to --state or is itself a job's.
arrow::Result<std::vector<std::string>> JobsWithRunFolder(const std::string& folder);

}  // namespace tidemark::cli
