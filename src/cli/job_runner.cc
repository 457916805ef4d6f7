// SPDX-License-Identifier: Apache-2.0
// Running jobs in the foreground.
#include "cli/job_runner.h"

#include <arrow/api.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <thread>

#include "cli/checkpoints.h"
#include "cli/job_folder.h"
#include "cli/live_view.h"
#include "cli/progress.h"
#include "cli/state_files.h"
#include "cli/stop_signals.h"
#include "plan/state_bounds.h"
#include "runtime/job.h"

namespace tidemark::cli {
namespace {

class WriterCollector final : public runtime::ResultCollector {
 public:
  explicit WriterCollector(ResultWriter* writer) : writer_(writer) {}
  arrow::Status Collect(const plan::SinkNode&, const Batch& batch) override {
    return batch.num_rows > 0 ? writer_->Add(batch) : arrow::Status::OK();
  }

 private:
  ResultWriter* writer_;
};

arrow::Result<std::shared_ptr<arrow::Array>> ToColumn(const server::TextRows& rows, size_t column) {
  const bool is_boolean = rows.columns[column].type.kind() == TypeKind::kBoolean;
  arrow::StringBuilder text;
  arrow::BooleanBuilder truth;
  for (const auto& row : rows.rows) {
    const auto& value = row[column];
    if (is_boolean) {
      ARROW_RETURN_NOT_OK(value ? truth.Append(*value == "TRUE") : truth.AppendNull());
    } else {
      ARROW_RETURN_NOT_OK(value ? text.Append(*value) : text.AppendNull());
    }
  }
  return is_boolean ? truth.Finish() : text.Finish();
}

arrow::Result<Batch> ToBatch(const server::TextRows& rows) {
  Batch batch;
  batch.num_rows = static_cast<int64_t>(rows.rows.size());
  for (size_t i = 0; i < rows.columns.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column, ToColumn(rows, i));
    batch.columns.push_back(std::move(column));
  }
  return batch;
}

arrow::Status ShowRows(const server::TextRows& rows, const server::Session& session, const CommandOptions& options) {
  ResultWriterOptions writer_options;
  writer_options.format = options.format;
  writer_options.functions = &session.functions();
  writer_options.output = StandardOutput();
  writer_options.schema = rows.columns;
  ARROW_ASSIGN_OR_RAISE(const Batch batch, ToBatch(rows));
  ARROW_ASSIGN_OR_RAISE(auto writer, MakeResultWriter(std::move(writer_options)));
  if (batch.num_rows > 0) ARROW_RETURN_NOT_OK(writer->Add(batch));
  return writer->Finish();
}

arrow::Result<std::unique_ptr<ResultWriter>> MakeWriter(const server::PreparedStatement& prepared,
                                                        const server::Session& session, const CommandOptions& options) {
  ResultWriterOptions writer_options;
  writer_options.format = options.format;
  writer_options.schema = prepared.schema;
  writer_options.updating = prepared.updating;
  writer_options.functions = &session.functions();
  writer_options.output = StandardOutput();
  const bool live = options.format == ResultFormat::kTable && isatty(STDOUT_FILENO) == 1 &&
                    (prepared.updating || !prepared.plan.bounded);
  if (live) {
    return std::make_unique<LiveView>(
        LiveViewOptions{std::move(writer_options), [] { return SizeOfTerminal(STDOUT_FILENO); }, !options.at_prompt});
  }
  // An unbounded result has no final rows: its changes are shown as they come.
  if (prepared.updating && !prepared.plan.bounded && options.format == ResultFormat::kTable)
    writer_options.format = ResultFormat::kChangelog;
  return MakeResultWriter(std::move(writer_options));
}

arrow::Result<TablePtr> LateTable(const server::Session& session, const Configuration& configuration) {
  const std::string name = configuration.GetString(config::kLateTable);
  if (name.empty()) return TablePtr();
  ARROW_ASSIGN_OR_RAISE(const auto path, session.catalog().Qualify({name}));
  const CatalogObject* object = session.catalog().Find(path);
  if (object == nullptr || !std::holds_alternative<TablePtr>(*object)) {
    return arrow::Status::Invalid("'tidemark.late-table' = '", name, "': there is no such table");
  }
  return std::get<TablePtr>(*object);
}

/// Counts that a person must not miss, once the job is over. `late_table`: takes late rows; empty: nothing does.
void Warn(const runtime::Job& job, const std::string& late_table, const TablePtr& dead_letter_table) {
  const runtime::JobMetrics metrics = job.Metrics();
  // A job that goes on may have read all there was before.
  const bool is_new = job.resumed_checkpoint() == 0;
  if (metrics.late_rows > 0 && !late_table.empty()) {
    std::cerr << fmt::format(
        "tidemark: {} late rows are in table '{}': they came after what they belong to was finished\n",
        metrics.late_rows, late_table);
  } else if (metrics.late_rows > 0) {
    std::cerr << fmt::format("tidemark: {} late rows were dropped: they came after what they belong to was finished\n",
                             metrics.late_rows);
  }
  for (const auto& source : metrics.sources) {
    if (is_new && source.rows == 0 && source.total_bytes == 0) {
      std::cerr << fmt::format(
          "tidemark: {} had nothing to read: no file matches its path and the partitions asked for, or all are empty\n",
          source.label);
    }
  }
  if (metrics.bad_records_skipped > 0) {
    std::cerr << fmt::format("tidemark: {} bad records were skipped{}\n", metrics.bad_records_skipped,
                             dead_letter_table ? " or written to table '" + dead_letter_table->name() + "'" : "");
  }
  if (metrics.null_rows_dropped > 0) {
    std::cerr << fmt::format("tidemark: {} rows were dropped: they have NULL in a NOT NULL column of their table\n",
                             metrics.null_rows_dropped);
  }
}

/// Whether the user wants to see each change by itself: a batch of several rows shows only what they change together.
bool ShowsEachChange(const server::PreparedStatement& prepared, const Configuration& configuration,
                     const CommandOptions& options) {
  if (!prepared.is_query || options.format != ResultFormat::kChangelog) return false;
  if (configuration.GetBoolean(config::kMiniBatchEnabled) || configuration.values().count(config::kBatchSize) > 0)
    return false;
  const auto& sinks = prepared.plan.sinks;
  return std::any_of(sinks.begin(), sinks.end(), [](const auto& sink) { return !sink->changelog().insert_only(); });
}

/// What the user is told before a job with checkpoints runs.
void SayWhereItGoesOn(const runtime::Job& job) {
  if (job.finished_before()) {
    std::cerr << fmt::format(
        "tidemark: {} was finished by an earlier run; use another folder for the state to run it anew\n",
        job.checkpoint_folder());
  } else if (job.resumed_checkpoint() > 0) {
    std::cerr << fmt::format("tidemark: {} goes on from checkpoint {}\n", job.checkpoint_folder(),
                             job.resumed_checkpoint());
  }
}

/// What grows as long as the job runs, which may be very long.
void WarnOfState(const plan::PhysicalPlan& plan) {
  for (const auto& state : plan::UnboundedStates(plan))
    std::cerr << "tidemark: warning: nothing bounds the state of " << state.ToString() << "\n";
}

arrow::Result<JobOutcome> RunJob(const server::PreparedStatement& prepared, const server::Session& session,
                                 const CommandOptions& options, JobNames* names) {
  const Configuration& configuration = session.configuration();
  runtime::JobOptions job_options = runtime::MakeJobOptions(configuration);
  job_options.workers = WorkerCount(configuration);
  if (ShowsEachChange(prepared, configuration, options)) job_options.batch_rows = 1;
  job_options.functions = session.functions();
  ARROW_ASSIGN_OR_RAISE(const auto state_files, StateFiles::Make(configuration));  // outlives the job
  job_options.files = state_files->files();
  job_options.streams = io::ProcessStreams();
  ARROW_ASSIGN_OR_RAISE(job_options.late_table, LateTable(session, configuration));
  job_options.dead_letter_table = prepared.dead_letter_table;
  std::unique_ptr<ResultWriter> writer;
  std::unique_ptr<WriterCollector> collector;
  if (prepared.is_query) {
    ARROW_ASSIGN_OR_RAISE(writer, MakeWriter(prepared, session, options));
    collector = std::make_unique<WriterCollector>(writer.get());
    job_options.collector = collector.get();
  }
  ARROW_ASSIGN_OR_RAISE(job_options.checkpoints, CheckpointsOf(prepared, session, options, names));
  const bool keeps_checkpoints = !job_options.checkpoints.folder.empty();
  std::unique_ptr<JobFolder> folder;  // outlives the job
  if (keeps_checkpoints) {
    ARROW_ASSIGN_OR_RAISE(folder, JobFolder::Enter(job_options.checkpoints.folder, options.file));
    ARROW_RETURN_NOT_OK(CheckBeginsOnPurpose(job_options.checkpoints, state_files->files(), *names));
  }
  ARROW_ASSIGN_OR_RAISE(auto job, runtime::Job::Make(prepared.plan, std::move(job_options)));
  if (keeps_checkpoints) {
    SayWhereItGoesOn(*job);
  } else if (!options.state_folder.empty()) {
    std::cerr
        << (prepared.is_query
                ? "tidemark: no checkpoints are kept of a SELECT\n"
                : "tidemark: no checkpoints are kept of a batch or an INSERT OVERWRITE: all of its results appear "
                  "at the end, or none\n");
  }
  if (!options.at_prompt) WarnOfState(prepared.plan);
  arrow::Status status;
  {
    StopOnSignal stop(job.get(), /*heeds_earlier=*/!options.at_prompt);
    ProgressLine progress(*job, !options.quiet && !prepared.is_query);
    if (folder) folder->Serve(job.get());
    status = job->Run();
    if (folder) folder->StopServing();
  }
  ARROW_RETURN_NOT_OK(status);
  if (writer) ARROW_RETURN_NOT_OK(writer->Finish());
  Warn(*job, configuration.GetString(config::kLateTable), prepared.dead_letter_table);
  if (const std::string savepoint = job->stopped_with_savepoint(); !savepoint.empty()) {
    std::cerr << fmt::format("tidemark: stopped with savepoint {}, as asked; the same command goes on from there\n",
                             savepoint);
    return JobOutcome::kStopped;
  }
  if (const arrow::Status failed = job->failed_stop_savepoint(); !failed.ok()) {
    return failed.WithMessage("The job was stopped, as asked, but the savepoint could not be made: ", failed.message(),
                              "\nThe same command goes on from its last checkpoint");
  }
  if (prepared.plan.bounded && job->incomplete()) {
    if (keeps_checkpoints) std::cerr << "tidemark: run the same command again to go on\n";
    return arrow::Status::Cancelled("stopped before the input was read to its end");
  }
  return job->stop_requested() ? JobOutcome::kStopped : JobOutcome::kFinished;
}

}  // namespace

int WorkerCount(const Configuration& configuration) {
  const int64_t configured = configuration.GetInteger(config::kParallelism);
  if (configured > 0) return static_cast<int>(configured);
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

arrow::Result<JobOutcome> CarryOut(const server::PreparedStatement& prepared, const server::Session& session,
                                   const CommandOptions& options, JobNames* names) {
  switch (prepared.kind) {
    case server::PreparedStatement::Kind::kDone:
    case server::PreparedStatement::Kind::kQuit:
      break;
    case server::PreparedStatement::Kind::kText:
      ARROW_RETURN_NOT_OK(StandardOutput()->Write(prepared.text));
      break;
    case server::PreparedStatement::Kind::kRows:
      ARROW_RETURN_NOT_OK(ShowRows(prepared.rows, session, options));
      break;
    case server::PreparedStatement::Kind::kJob:
      return RunJob(prepared, session, options, names);
  }
  return JobOutcome::kFinished;
}

}  // namespace tidemark::cli
