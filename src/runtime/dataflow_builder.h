// SPDX-License-Identifier: Apache-2.0
// DataflowBuilder: from the plan to one worker's connected parts.
#pragma once

#include <arrow/result.h>

#include <map>
#include <memory>
#include <vector>

#include "base/memory_budget.h"
#include "exec/operator.h"
#include "runtime/exchange.h"
#include "runtime/job_control.h"
#include "runtime/job_options.h"
#include "runtime/plan_shape.h"
#include "runtime/replay_clock.h"
#include "runtime/source_task.h"
#include "runtime/split_board.h"
#include "runtime/worker.h"

namespace tidemark::runtime {

/// What the workers' dataflows of one job have in common. Outlives them.
struct JobParts {
  JobParts(plan::PhysicalPlan plan, JobOptions options);

  /// A source as one worker reads it.
  struct SourceInstance {
    int node;  // index in shape
    const SourceTask* task;
  };

  const plan::PhysicalPlan plan;
  JobOptions options;
  const PlanShape shape;
  JobControl control;
  MemoryBudget memory;
  std::map<const plan::PhysicalNode*, std::unique_ptr<ExchangeChannels>> exchanges;
  std::map<const plan::PhysicalNode*, std::unique_ptr<SplitBoard>> boards;
  std::unique_ptr<SerialCollector> collector;
  connectors::SharedFindings findings;
  std::unique_ptr<plan::SinkNode> late_sink_node;         ///< null: no late table. Set by Job::Make
  std::unique_ptr<plan::SinkNode> dead_letter_sink_node;  ///< likewise
  std::unique_ptr<ReplayClock> replay;                    ///< null: as fast as can be
  /// [node][worker]; null where the node does not run.
  std::vector<std::vector<std::unique_ptr<exec::OperatorMetrics>>> metrics;
  std::vector<SourceInstance> sources;
};

/// Makes every part of `worker`'s dataflow, opens its operators and announces its sources' splits.
arrow::Result<Dataflow> BuildDataflow(JobParts* parts, int worker);

}  // namespace tidemark::runtime
