// SPDX-License-Identifier: Apache-2.0
// Job: a physical plan that runs.
#pragma once

#include <arrow/result.h>

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "plan/physical_plan.h"
#include "runtime/checkpoint_coordinator.h"
#include "runtime/job_metrics.h"
#include "runtime/job_options.h"
#include "runtime/worker.h"

namespace tidemark::runtime {

struct JobParts;

/// Life: Make, Run once, done. Run, or the simulator in its place, drives the workers.
class Job {
 public:
  /// Makes and opens every part on all workers. Nothing has been read or made visible when it returns or fails. With
  /// checkpoints (JobOptions::checkpoints) the job goes on from the newest one there is; Invalid, with the parts that
  /// do not fit, when that is of another query.
  static arrow::Result<std::unique_ptr<Job>> Make(const plan::PhysicalPlan& plan, JobOptions options);
  ~Job();

  /// Runs one thread per worker (the caller's is one of them) until every source has ended, or the job was stopped:
  /// OK, sinks are closed; or until something failed: the first error, with the label of the operator where it
  /// happened, and sinks are aborted.
  arrow::Status Run();

  /// Sources stop reading; what was read flows through, but windows and aggregations that wait for more are not
  /// completed; sinks are closed. From any thread or a signal handler; before Run too.
  void RequestStop();
  bool stop_requested() const;
  /// Whether the job was stopped before all input was read to its end. Meaningful when it has ended.
  bool incomplete() const;

  /// From any thread, at any time between Make and the destructor.
  JobMetrics Metrics() const;

  /// Each node of the plan that runs. Cheaper than Metrics.
  std::vector<NodeMetrics> Nodes() const;
  /// Every source of the plan that has a watermark, with its splits.
  std::vector<SourceWatermarks> Watermarks() const;

  /// Asks for a savepoint of the running job, which comes as soon as can be; with `stop` the job ends with it. The
  /// outcome comes when it is on disk, or with the job's end. Invalid when the job keeps no checkpoints.
  arrow::Result<std::future<Savepoints::Outcome>> TakeSavepoint(SavepointRequest request);

  /// Metrics count time from now on. Run does it by itself.
  void MarkStarted();

  /// The checkpoint that the job goes on from says that everything was done: Run does nothing.
  bool finished_before() const { return finished_before_; }
  /// Zeros when no checkpoints are kept.
  CheckpointMetrics checkpoint_metrics() const;
  const std::string& checkpoint_folder() const;
  /// As Savepoints::stopped_with.
  std::string stopped_with_savepoint() const;
  /// As Savepoints::failed_stop.
  arrow::Status failed_stop_savepoint() const;
  /// The number of the checkpoint that the job goes on from; 0: a new job.
  int64_t resumed_checkpoint() const;

  int num_workers() const { return static_cast<int>(workers_.size()); }
  Worker* worker(int index) { return workers_[index].get(); }
  JobControl* control();
  std::string Describe() const;

 private:
  Job();
  arrow::Status OpenCheckpoints();
  void RunWorker(int index);
  void CloseSavepoints();

  std::unique_ptr<JobParts> parts_;
  std::unique_ptr<state::CheckpointStore> store_;
  std::unique_ptr<CheckpointCoordinator> coordinator_;  ///< null: no checkpoints
  std::unique_ptr<Background> background_;              ///< null: JobOptions' own. Ends before what it works with
  bool finished_before_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<int64_t> start_micros_{-1};
  mutable std::mutex metrics_mutex_;
  mutable int64_t last_snapshot_micros_ = 0;  // guarded by metrics_mutex_
  mutable int64_t last_snapshot_rows_ = 0;    // guarded by metrics_mutex_
};

}  // namespace tidemark::runtime
