// SPDX-License-Identifier: Apache-2.0
// The progress line on standard error while a job runs.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "runtime/job.h"

namespace tidemark::cli {

/// "12.3M rows, 2.10M rows/s, watermark 2013-01-05 10:00:00, lag 2 s, state 1.2 MiB": one line of a snapshot.
std::string FormatProgress(const runtime::JobMetrics& metrics);

/// Shows the line a few times a second, from its own thread, until destroyed; then wipes it. Only where standard error
/// is a terminal; otherwise does nothing. `job` must outlive it.
class ProgressLine {
 public:
  ProgressLine(const runtime::Job& job, bool enabled);
  ~ProgressLine();

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace tidemark::cli
