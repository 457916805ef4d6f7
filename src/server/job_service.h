// SPDX-License-Identifier: Apache-2.0
// JobService: what other programs may ask of a running job, and its answers.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "runtime/job.h"
#include "server/state_history.h"

namespace tidemark::server {

/// Requests and answers are JSON objects of one line. A request names its "command":
///   watermarks                       see WatermarkReport
///   state                            see StateHistory::Report
///   savepoint {"target", "stop"}     answered when it is on disk: {"folder", "number", "size_bytes", "rows"}
/// An answer of a request that failed is {"error": "..."}.
///
/// Thread-safe. Only looks at the job's counters, so no worker waits for it.
class JobService {
 public:
  /// `job` and `clock` outlive the service.
  JobService(runtime::Job* job, Clock* clock);
  ~JobService();

  std::string Answer(const std::string& request);

 private:
  void Watch();

  runtime::Job* job_;
  Clock* clock_;
  StateHistory history_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace tidemark::server
