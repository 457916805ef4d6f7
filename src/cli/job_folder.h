// SPDX-License-Identifier: Apache-2.0
// The folder of a job's checkpoints while the job runs: one run at a time, and how other programs reach it.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "io/file_lock.h"
#include "io/file_system.h"
#include "io/local_socket.h"
#include "server/job_service.h"

namespace tidemark::cli {

/// Belongs to the run of a job until destroyed.
class JobFolder {
 public:
  /// Makes the run folder (run_folder.h) where there is none. Invalid, with the process that has it, when the job is
  /// being run already. `script`: what is run, for others who ask.
  static arrow::Result<std::unique_ptr<JobFolder>> Enter(const std::string& folder, const std::string& script);

  /// From now on other programs can ask `job`, which outlives this or the next call of StopServing. A folder where no
  /// socket can be made is worth a warning only: the job runs as well without.
  void Serve(runtime::Job* job);
  /// Answers what was asked so far. Call it when the job has ended.
  void StopServing();

 private:
  JobFolder(std::string folder, std::unique_ptr<io::FileLock> lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}

  const std::string folder_;
  std::unique_ptr<io::FileLock> lock_;
  std::unique_ptr<server::JobService> service_;
  std::unique_ptr<io::LocalServer> server_;  // ends before what it asks
};

/// `files`: of state. The folder of the one job in `folder`, which is given to --state or is itself a job's, that runs
/// now. Invalid when there is none (with the newest checkpoint of each job) or more than one (with their names).
arrow::Result<std::string> FindRunningJob(io::FileSystem* files, const std::string& folder);

/// What the job that runs in this folder answers, both JSON.
arrow::Result<std::string> AskJob(const std::string& job_folder, const std::string& request);

/// Waits until the job of this folder runs no more.
arrow::Status WaitUntilEnded(const std::string& job_folder);

}  // namespace tidemark::cli
