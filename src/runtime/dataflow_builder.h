// SPDX-License-Identifier: Apache-2.0
// DataflowBuilder: from the plan to one worker's connected parts.
#pragma once

#include <arrow/result.h>

#include <map>
#include <memory>
#include <vector>

#include "base/memory_budget.h"
#include "exec/operator.h"
#include "plan/state_bounds.h"
#include "runtime/alignment.h"
#include "runtime/exchange.h"
#include "runtime/job_control.h"
#include "runtime/job_options.h"
#include "runtime/late_rows.h"
#include "runtime/plan_shape.h"
#include "runtime/replay_clock.h"
#include "runtime/source_task.h"
#include "runtime/split_board.h"
#include "runtime/worker.h"
#include "state/spill_space.h"
#include "state/state_snapshot.h"

namespace tidemark::runtime {

/// What the workers' dataflows of one job have in common. Outlives them.
struct JobParts {
  JobParts(plan::PhysicalPlan plan, JobOptions options);

  /// Of a known origin. Thread-safe.
  OriginText NameOrigin(const RowOrigin& origin) const;

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
  std::unique_ptr<state::SpillSpace> spill;  ///< null: state stays in memory
  std::map<const plan::PhysicalNode*, std::unique_ptr<ExchangeChannels>> exchanges;
  std::map<const plan::PhysicalNode*, std::unique_ptr<SplitBoard>> boards;
  std::map<std::string, AlignmentGroup> alignment_groups;  ///< of tables that have a board
  std::unique_ptr<SerialCollector> collector;
  connectors::SharedFindings findings;
  std::unique_ptr<plan::SinkNode> late_sink_node;         ///< null: no late table. Set by Job::Make
  std::unique_ptr<plan::SinkNode> dead_letter_sink_node;  ///< likewise
  const std::vector<plan::UnboundedState> growing;        ///< see plan::UnboundedStates
  std::unique_ptr<ReplayClock> replay;                    ///< null: as fast as can be
  std::vector<std::string> ids;    ///< of the nodes by index, see PlanIdentity; empty without checkpoints
  std::string job_id;              ///< see ConnectorContext; empty without checkpoints
  std::string claim;               ///< likewise; empty where no other machine may take the job over
  int64_t resumed_checkpoint = 0;  ///< its number; 0: a new job
  int64_t last_checkpoint = 0;     ///< the greatest number that is taken: the job may resume from an older one
  int workers_ever = 1;            ///< see ConnectorContext
  /// Of each worker then; null: a new job. Dropped when all is built.
  std::shared_ptr<const std::vector<state::StateSnapshot>> resumed;
  /// [node][worker]; null where the node does not run.
  std::vector<std::vector<std::unique_ptr<exec::OperatorMetrics>>> metrics;
  std::vector<SourceInstance> sources;
};

/// The sinks of all tables that the job writes to, for a job of one worker.
arrow::Result<std::vector<std::unique_ptr<OpenSink>>> BuildSinks(JobParts* parts);

/// Makes every part of `worker`'s dataflow, opens its operators and announces its sources' splits.
arrow::Result<Dataflow> BuildDataflow(JobParts* parts, int worker);

}  // namespace tidemark::runtime
