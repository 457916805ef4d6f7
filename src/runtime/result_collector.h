// SPDX-License-Identifier: Apache-2.0
// ResultCollector: receives the rows of a top-level SELECT.
#pragma once

#include <arrow/status.h>

#include "columnar/batch.h"
#include "plan/physical_plan.h"

namespace tidemark::runtime {

class ResultCollector {
 public:
  virtual ~ResultCollector() = default;
  /// Rows of `sink` with their kinds. Called from the workers' threads, never by two at once. An error fails the job.
  virtual arrow::Status Collect(const plan::SinkNode& sink, const Batch& batch) = 0;
};

}  // namespace tidemark::runtime
