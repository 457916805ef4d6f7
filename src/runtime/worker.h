// SPDX-License-Identifier: Apache-2.0
// Worker: one share of a job's dataflow as a step function. In production a thread calls Step in a loop; in tests the
// simulator calls all workers from one thread.
//
// A worker's dataflow is cut into stages at the exchanges. A stage begins at a head (a source, or an exchange's
// receiving half) and runs synchronously down to sinks and exchanges' sending halves. A step serves the latest stage
// that has input and whose outgoing channels all have room. So what was begun is finished before new rows come in, and
// no cycle of waiting can form: the last stage never waits for a channel, hence always drains those before it.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "runtime/dead_letters.h"
#include "runtime/exchange.h"
#include "runtime/flow.h"
#include "runtime/head.h"
#include "runtime/job_control.h"
#include "runtime/sink_task.h"

namespace tidemark::runtime {

struct StepResult {
  enum class State {
    kProgress,  ///< something was done; call again
    kWaiting,   ///< nothing to do until woken, or until `wait_micros` have passed
    kDone,      ///< the worker's part is over: ended well, or given up since the job failed
  };
  State state = State::kProgress;
  int64_t wait_micros = 0;
  /// kWaiting: a source wants to be asked again after some time. Else only another worker can bring work, and wakes.
  bool awaits_clock = false;
};

class SourceTask;

/// The parts of one worker, connected. Made by DataflowBuilder.
struct Dataflow {
  struct Stage {
    std::unique_ptr<Head> head;
    std::vector<ExchangeSender*> senders;  ///< that its steps may send through
    int depth = 0;
    bool is_input = false;  ///< a source or constants, not an exchange
  };
  /// A part that checkpoints keep, under the name it is found again by.
  struct Part {
    std::string id;
    Checkpointed* part;
  };
  struct AbsentInput {
    Consumer* consumer;
    int input;
  };
  std::unique_ptr<FailureSite> site = std::make_unique<FailureSite>();
  // Sinks outlive the tasks that write to them, whichever way this ends.
  std::vector<std::unique_ptr<OpenSink>> sinks;
  std::vector<std::unique_ptr<exec::LateRowSink>> late_rows;
  std::vector<std::unique_ptr<DeadLetterWriter>> dead_letters;
  std::vector<std::unique_ptr<Consumer>> consumers;  ///< inputs before what they feed
  std::vector<ExchangeSender*> senders;              ///< among `consumers`
  std::vector<Stage> stages;                         ///< in the order they are served
  std::vector<AbsentInput> absent_inputs;            ///< ended from the start: they run on worker 0 only
  std::vector<SourceTask*> sources;                  ///< among the heads
  std::vector<Part> parts;                           ///< heads and operators, inputs before what they feed
  /// What each part, then each sink, takes up from a checkpoint; empty when the job is new. Dropped when it has.
  std::vector<std::unique_ptr<state::StateReader>> part_states;
};

class Background;
class CheckpointCoordinator;
class WorkerCheckpoint;

/// One thread at a time.
class Worker {
 public:
  /// `chooser` null: the fixed order of production. `coordinator` null: no checkpoints. `background`: see
  /// WorkerCheckpoint.
  Worker(int index, Dataflow dataflow, JobControl* control, Clock* clock, Chooser* chooser,
         CheckpointCoordinator* coordinator, Background* background);
  ~Worker();

  /// Does a bounded piece of work. Never sleeps. Errors go to the job's control, with the failing part's label.
  StepResult Step();

  /// What each part holds and waits for, a line each: for a deadlock report.
  std::string Describe() const;

 private:
  arrow::Result<StepResult> TryStep();
  arrow::Result<StepResult> CloseStep();
  arrow::Status Start();
  arrow::Result<HeadStep> StepStages(int64_t now_micros);
  arrow::Status Tick(int64_t now_micros);
  bool DataflowEnded() const;
  void GiveUp();
  arrow::Status Resume();
  bool CanStep(size_t stage) const;
  void RequestLastCheckpoint();
  StepResult EndStopped();
  StepResult WaitFor(int64_t retry_micros) const;
  static bool HasRoom(const Dataflow::Stage& stage);

  const int index_;
  Dataflow dataflow_;
  JobControl* control_;
  Clock* clock_;
  Chooser* chooser_;
  CheckpointCoordinator* coordinator_;
  std::unique_ptr<WorkerCheckpoint> checkpoint_;  ///< null: no checkpoints
  size_t first_input_ = 0;                        // index of the first stage that is an input
  size_t next_input_ = 0;                         // inputs take turns
  bool started_ = false;
  bool stopping_ = false;
  bool worked_since_tick_ = false;
  int64_t last_tick_micros_ = 0;
  bool ended_ = false;
  bool done_ = false;
};

}  // namespace tidemark::runtime
