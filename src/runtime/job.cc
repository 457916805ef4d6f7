// SPDX-License-Identifier: Apache-2.0
// Making, running and watching a job.
#include "runtime/job.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "plan/state_bounds.h"
#include "runtime/dataflow_builder.h"
#include "runtime/dead_letters.h"
#include "runtime/job_resume.h"
#include "runtime/late_rows.h"
#include "runtime/side_table.h"
#include "state/key_groups.h"

namespace tidemark::runtime {
namespace {

/// Wake-ups are not lost; the bound is for waits that nobody ends by design (a clock behind a source).
constexpr int64_t kParkMicrosMax = 100'000;

arrow::Status CheckOptions(const JobOptions& options) {
  if (options.workers < 1 || options.workers > state::kKeyGroups) {
    return arrow::Status::Invalid("Parallelism must lie between 1 and ", state::kKeyGroups, ", not ", options.workers);
  }
  if (options.batch_rows < 1) return arrow::Status::Invalid("'tidemark.batch-size' must be at least 1");
  if (options.channel_capacity < 1) return arrow::Status::Invalid("'tidemark.channel-capacity' must be at least 1");
  return arrow::Status::OK();
}

}  // namespace

Job::Job() = default;
Job::~Job() = default;

arrow::Result<std::unique_ptr<Job>> Job::Make(const plan::PhysicalPlan& plan, JobOptions options) {
  ARROW_RETURN_NOT_OK(CheckOptions(options));
  std::unique_ptr<Job> job(new Job());
  job->parts_ = std::make_unique<JobParts>(plan, std::move(options));
  JobParts* parts = job->parts_.get();
  if (parts->options.late_table) {
    ARROW_ASSIGN_OR_RAISE(parts->late_sink_node,
                          MakeSideSinkNode(parts->options.late_table, LateRowSchema(), "LateRows"));
  }
  if (parts->options.dead_letter_table) {
    ARROW_ASSIGN_OR_RAISE(parts->dead_letter_sink_node,
                          MakeSideSinkNode(parts->options.dead_letter_table, DeadLetterSchema(), "DeadLetters"));
  }
  ARROW_RETURN_NOT_OK(job->OpenCheckpoints());
  if (job->finished_before_) return job;
  // Every source is made, and has said which splits there are, before any worker reads.
  for (int worker = 0; worker < parts->options.workers; ++worker) {
    auto dataflow = BuildDataflow(parts, worker);
    if (!dataflow.ok()) {
      // The results of another run that has the job may look as if this one's checkpoints were lost.
      const auto owned = job->store_ ? job->store_->CheckOwned() : arrow::Status::OK();
      return owned.IsCancelled() ? owned : dataflow.status();
    }
    job->workers_.push_back(std::make_unique<Worker>(worker, std::move(*dataflow), &parts->control,
                                                     parts->options.clock, parts->options.chooser,
                                                     job->coordinator_.get(), parts->options.background));
  }
  parts->resumed = nullptr;
  return job;
}

arrow::Status Job::OpenCheckpoints() {
  const CheckpointOptions& options = parts_->options.checkpoints;
  if (options.folder.empty()) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(CheckCheckpointOptions(parts_->options));
  store_ = std::make_unique<state::CheckpointStore>(parts_->options.files, options.folder, options.retained);
  ARROW_ASSIGN_OR_RAISE(const auto manifest, ResumeFrom(*store_, parts_.get()));
  finished_before_ = manifest && manifest->finished;
  if (finished_before_ && manifest->committed) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto chain, ChainOf(*store_, manifest, parts_->options));
  // Loading may have taken long, and a sink that is made shuts other runs out (transactions in Kafka).
  ARROW_RETURN_NOT_OK(store_->CheckOwned());
  if (finished_before_) return CommitFinished(store_.get(), *manifest, parts_.get());
  Background* background = parts_->options.background;
  if (background == nullptr) {
    background_ = std::make_unique<ThreadBackground>();
    background = background_.get();
  }
  CheckpointSettings settings;
  settings.interval_micros = options.interval_micros;
  settings.timeout_micros = options.timeout_micros;
  settings.tolerable_failures = options.tolerable_failures;
  if (io::StandardStreams* streams = parts_->options.streams; streams != nullptr) {
    settings.warn = [streams](const std::string& message) {
      // A warning that nobody can read is no reason to stop.
      (void)streams->WriteError("tidemark: warning: " + message + "\n");
    };
  }
  settings.last_number = parts_->last_checkpoint;
  settings.job_id = parts_->job_id;
  settings.program_version = options.program_version;
  settings.parts = StatefulParts(*parts_);
  settings.chain = std::move(chain);
  coordinator_ = std::make_unique<CheckpointCoordinator>(std::move(settings), store_.get(), &parts_->control,
                                                         parts_->options.clock, background);
  return arrow::Status::OK();
}

CheckpointMetrics Job::checkpoint_metrics() const {
  return coordinator_ ? coordinator_->metrics() : CheckpointMetrics{};
}

const std::string& Job::checkpoint_folder() const { return parts_->options.checkpoints.folder; }

arrow::Status Job::failed_stop_savepoint() const {
  return coordinator_ ? coordinator_->savepoints().failed_stop() : arrow::Status::OK();
}

std::string Job::stopped_with_savepoint() const {
  return coordinator_ ? coordinator_->savepoints().stopped_with() : std::string();
}

int64_t Job::resumed_checkpoint() const { return parts_->resumed_checkpoint; }

void Job::MarkStarted() { start_micros_.store(parts_->options.clock->SteadyMicros()); }

arrow::Status Job::Run() {
  if (finished_before_) return arrow::Status::OK();
  MarkStarted();
  std::vector<std::thread> threads;
  for (int worker = 1; worker < num_workers(); ++worker) threads.emplace_back([this, worker] { RunWorker(worker); });
  RunWorker(0);
  for (auto& thread : threads) thread.join();
  CloseSavepoints();
  return parts_->control.status();
}

arrow::Result<std::future<Savepoints::Outcome>> Job::TakeSavepoint(SavepointRequest request) {
  if (!coordinator_)
    return arrow::Status::Invalid("The job keeps no checkpoints, so there is none to make a savepoint of");
  if (request.target.empty()) request.target = parts_->options.checkpoints.savepoint_folder;
  if (request.stop && !request.target.empty()) {
    // Once the job stops it is too late.
    ARROW_RETURN_NOT_OK(state::CheckpointStore::CheckSavepointTarget(parts_->options.files, request.target));
  }
  auto outcome = coordinator_->savepoints().Ask(std::move(request));
  parts_->control.WakeAll();
  return outcome;
}

/// Whoever still waits for a savepoint learns that the job has ended.
void Job::CloseSavepoints() {
  if (!coordinator_) return;
  const arrow::Status status = parts_->control.status();
  coordinator_->savepoints().Close(
      !status.ok() ? status.WithMessage("The job failed: ", status.message())
      : stop_requested()
          ? arrow::Status::Cancelled("The job was stopped before the savepoint was taken")
          : arrow::Status::Cancelled("The job has read all its input and is done: nothing is left to save"));
}

void Job::RunWorker(int index) {
  Worker& worker = *workers_[index];
  Parker& parker = *parts_->control.parker(index);
  while (true) {
    const StepResult step = worker.Step();
    if (step.state == StepResult::State::kDone) return;
    if (step.state == StepResult::State::kWaiting) parker.Park(std::min(step.wait_micros, kParkMicrosMax));
  }
}

void Job::RequestStop() { parts_->control.RequestStop(); }
bool Job::stop_requested() const { return parts_->control.stop_requested(); }
bool Job::incomplete() const { return parts_->control.incomplete(); }
JobControl* Job::control() { return &parts_->control; }

std::string Job::Describe() const {
  std::string text;
  for (const auto& worker : workers_) text += worker->Describe();
  return text;
}

namespace {

NodeMetrics Sum(const std::string& label, const std::vector<std::unique_ptr<exec::OperatorMetrics>>& workers) {
  NodeMetrics sum;
  sum.label = label;
  sum.watermark = kMaxWatermark;
  for (const auto& metrics : workers) {
    if (!metrics) continue;
    sum.rows_in += metrics->rows_in.load(std::memory_order_relaxed);
    sum.rows_out += metrics->rows_out.load(std::memory_order_relaxed);
    sum.late_rows += metrics->late_rows_dropped.load(std::memory_order_relaxed);
    sum.state_rows += metrics->state_rows.load(std::memory_order_relaxed);
    sum.state_bytes += metrics->state_bytes.load(std::memory_order_relaxed);
    sum.state_disk_bytes += metrics->state_disk_bytes.load(std::memory_order_relaxed);
    sum.state_expired += metrics->state_expired.load(std::memory_order_relaxed);
    sum.watermark = std::min(sum.watermark, metrics->watermark.load(std::memory_order_relaxed));
  }
  return sum;
}

void AddSource(const connectors::SourceMetrics& metrics, SourceProgress* progress) {
  progress->bytes += metrics.bytes.load(std::memory_order_relaxed);
  progress->bad_records_skipped += metrics.bad_records_skipped.load(std::memory_order_relaxed);
  const int64_t total = metrics.total_bytes.load(std::memory_order_relaxed);
  if (total >= 0) progress->total_bytes = progress->total_bytes.value_or(0) + total;
}

}  // namespace

std::vector<NodeMetrics> Job::Nodes() const {
  std::vector<NodeMetrics> all;
  const auto& nodes = parts_->shape.nodes();
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i]->kind() == plan::PhysicalNode::Kind::kExchange) continue;
    all.push_back(Sum(nodes[i]->label(), parts_->metrics[i]));
    all.back().state = plan::StateText(*nodes[i]);
    const auto grows = std::find_if(parts_->growing.begin(), parts_->growing.end(),
                                    [&](const auto& growing) { return growing.node == nodes[i]; });
    if (grows != parts_->growing.end()) all.back().unbounded = grows->reason + "; " + grows->advice;
  }
  return all;
}

std::vector<SourceWatermarks> Job::Watermarks() const {
  std::vector<SourceWatermarks> all;
  for (const plan::PhysicalNode* node : parts_->shape.nodes()) {
    const auto board = parts_->boards.find(node);
    if (board == parts_->boards.end()) continue;
    const auto& source = static_cast<const plan::SourceNode&>(*node);
    all.push_back({.table = source.table->name(),
                   .label = source.label(),
                   .now_micros = parts_->options.clock->SteadyMicros(),
                   .report = board->second->Report()});
  }
  return all;
}

JobMetrics Job::Metrics() const {
  JobMetrics all;
  const auto& nodes = parts_->shape.nodes();
  const int64_t now_ms = parts_->options.clock->NowMicros() / 1000;
  all.watermark = kMaxWatermark;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i]->kind() == plan::PhysicalNode::Kind::kExchange) continue;
    NodeMetrics sum = Sum(nodes[i]->label(), parts_->metrics[i]);
    all.late_rows += sum.late_rows;
    all.state_rows += sum.state_rows;
    all.state_bytes += sum.state_bytes;
    const bool stores = nodes[i]->kind() == plan::PhysicalNode::Kind::kSink &&
                        static_cast<const plan::SinkNode&>(*nodes[i]).table != nullptr;
    if (stores) all.null_rows_dropped += sum.rows_in - sum.rows_out;
    if (nodes[i]->kind() == plan::PhysicalNode::Kind::kSource) {
      SourceProgress source;
      source.label = sum.label;
      source.rows = sum.rows_out;
      for (const auto& instance : parts_->sources) {
        if (instance.node == static_cast<int>(i)) AddSource(instance.task->metrics(), &source);
      }
      if (static_cast<const plan::SourceNode&>(*nodes[i]).watermark) {
        source.watermark = sum.watermark;
        all.watermark = std::min(all.watermark, sum.watermark);
        if (sum.watermark != kMinWatermark) source.lag_ms = now_ms - sum.watermark;
      }
      all.rows_in += source.rows;
      all.bad_records_skipped += source.bad_records_skipped;
      all.sources.push_back(std::move(source));
    }
    all.nodes.push_back(std::move(sum));
  }
  if (all.watermark == kMaxWatermark) all.watermark = kMinWatermark;
  if (all.watermark != kMinWatermark) all.lag_ms = now_ms - all.watermark;

  const int64_t start = start_micros_.load();
  if (start < 0) return all;
  all.elapsed_micros = parts_->options.clock->SteadyMicros() - start;
  const std::lock_guard<std::mutex> lock(metrics_mutex_);
  const int64_t micros = all.elapsed_micros - last_snapshot_micros_;
  if (micros > 0)
    all.rows_per_second = 1e6 * static_cast<double>(all.rows_in - last_snapshot_rows_) / static_cast<double>(micros);
  last_snapshot_micros_ = all.elapsed_micros;
  last_snapshot_rows_ = all.rows_in;
  return all;
}

}  // namespace tidemark::runtime
