// SPDX-License-Identifier: Apache-2.0
// Planning and running of golden programs.
#include "golden/program.h"

#include <arrow/array.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "expr/evaluator.h"
#include "golden/golden_file.h"
#include "golden/simulated_components.h"
#include "io/standard_streams.h"
#include "runtime/job.h"
#include "runtime/simulator.h"
#include "sql/diagnostic.h"
#include "sql/parser.h"

namespace tidemark::golden {
namespace {

constexpr char kFolder[] = "/golden";
constexpr int kLivesMax = 5;
/// With faults: far more than any program takes.
constexpr int64_t kStepsMax = 1'000'000;
/// The letter of each kind of row, before the row.
constexpr char kKinds[] = {'I', 'B', 'A', 'D'};

std::string ReplaceAll(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

/// The table that the changes of a query add up to, each row as text. A row taken back that is not there, or a change
/// that the plan did not announce, is an error of the engine.
class FinalTable final : public runtime::ResultCollector {
 public:
  FinalTable(const Schema& schema, bool updating, const expr::FunctionContext& functions)
      : schema_(schema), updating_(updating), functions_(functions) {}

  arrow::Status Collect(const plan::SinkNode&, const Batch& batch) override {
    if (batch.columns.size() != schema_.size()) {
      return arrow::Status::UnknownError("a batch of ", batch.columns.size(), " columns, not ", schema_.size());
    }
    for (int64_t row = 0; row < batch.num_rows; ++row) ARROW_RETURN_NOT_OK(Apply(batch.kind(row), Render(batch, row)));
    return arrow::Status::OK();
  }

  std::string Render(const Batch& batch, int64_t row) const {
    std::vector<std::optional<std::string>> values;
    for (size_t i = 0; i < schema_.size(); ++i) {
      const arrow::Array& column = *batch.columns[i];
      if (column.IsNull(row)) {
        values.emplace_back(std::nullopt);
      } else {
        values.emplace_back(expr::FormatValue(column, row, schema_[i].type, functions_));
      }
    }
    return RenderRow(values);
  }

  std::string RenderChange(const Batch& batch, int64_t row) const {
    return kKinds[static_cast<int>(batch.kind(row))] + Render(batch, row);
  }
  arrow::Status ApplyChange(const std::string& change) {
    const auto* kind = std::find(std::begin(kKinds), std::end(kKinds), change[0]);
    return Apply(static_cast<RowKind>(kind - std::begin(kKinds)), change.substr(1));
  }

  std::vector<std::string> Take() { return std::move(rows_); }

 private:
  arrow::Status Apply(RowKind kind, std::string row) {
    if (kind != RowKind::kInsert && !updating_) {
      return arrow::Status::UnknownError("the plan promised insertions only, but there came ", RowKindName(kind), " ",
                                         row);
    }
    if (IsAddition(kind)) {
      rows_.push_back(std::move(row));
      return arrow::Status::OK();
    }
    const auto found = std::find(rows_.rbegin(), rows_.rend(), row);
    if (found == rows_.rend()) {
      return arrow::Status::UnknownError(RowKindName(kind), " takes back a row that is not there: ", row);
    }
    rows_.erase(std::next(found).base());
    return arrow::Status::OK();
  }

  const Schema& schema_;
  const bool updating_;
  const expr::FunctionContext& functions_;
  std::vector<std::string> rows_;
};

namespace {

std::string DescribeColumns(const Schema& schema) {
  std::string text;
  for (const auto& field : schema) {
    const DataType plain = field.type.WithTimeAttribute(TimeAttribute::kNone);
    text += (text.empty() ? "" : ", ") + field.name + " " + plain.ToString();
  }
  return text;
}

}  // namespace

std::string RunSettings::ToString() const {
  if (seed) return fmt::format("seed {}", *seed);
  return fmt::format("{} workers, batches of {}{}", workers, batch_rows, spills ? ", state on disk" : "");
}

std::vector<std::string> ProgramResult::LinesBelow(const std::string& folder) const {
  std::vector<std::string> lines;
  const std::string prefix = std::string(kFolder) + "/" + folder + "/";
  for (const auto& path : files ? files->Paths() : disk->Paths()) {
    if (path.compare(0, prefix.size(), prefix) != 0) continue;
    const std::string below = path.substr(prefix.size());
    const size_t slash = below.rfind('/');
    const std::string name = slash == std::string::npos ? below : below.substr(slash + 1);
    const bool hidden =
        below[0] == '.' || below[0] == '_' || name[0] == '.' || name[0] == '_' || below.find("/.") != std::string::npos;
    if (hidden) continue;
    const std::string partition = slash == std::string::npos ? "" : below.substr(0, slash) + ": ";
    const std::string bytes = files ? files->Get(path) : disk->Get(path);
    for (size_t at = 0; at < bytes.size();) {
      const size_t end = std::min(bytes.find('\n', at), bytes.size());
      lines.push_back(partition + bytes.substr(at, end - at));
      at = end + 1;
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

arrow::Result<std::unique_ptr<Program>> Program::Plan(const std::string& text, bool batch,
                                                      const std::string& state_ttl) {
  std::unique_ptr<Program> program(new Program());
  const std::string script = ReplaceAll(text, "{dir}", kFolder);
  const auto rendered = [&](const arrow::Status& status) {
    return status.WithMessage(sql::RenderDiagnostic(status, "script", script));
  };
  auto& configuration = program->session_.configuration();
  ARROW_RETURN_NOT_OK(configuration.Set(config::kRuntimeMode, batch ? "batch" : "streaming"));
  ARROW_RETURN_NOT_OK(configuration.Set(config::kLocalTimeZone, "UTC"));
  ARROW_RETURN_NOT_OK(configuration.Set(config::kStateTtl, state_ttl));
  auto parsed = sql::ParseScript(script);
  if (!parsed.ok()) return rendered(parsed.status());
  for (auto& statement : *parsed) {
    auto prepared = program->session_.Prepare(std::move(statement), script);
    if (!prepared.ok()) return rendered(prepared.status());
    Step step;
    step.prepared = std::move(*prepared);
    step.functions = program->session_.functions();
    step.configuration = configuration;
    program->steps_.push_back(std::move(step));
  }
  return program;
}

arrow::Result<ProgramResult> Program::Run(const std::map<std::string, std::string>& inputs,
                                          const RunSettings& settings) const {
  ProgramResult result;
  if (settings.faults) {
    result.disk = std::make_unique<io::SimulatedDisk>(settings.schedule);
  } else {
    result.files = std::make_unique<io::MemoryFileSystem>();
  }
  for (const auto& [name, bytes] : inputs) {
    const std::string path = std::string(kFolder) + "/" + name;
    result.files ? result.files->Put(path, bytes) : result.disk->Put(path, bytes);
  }
  for (const auto& step : steps_) {
    if (step.prepared.kind == server::PreparedStatement::Kind::kRows) {
      result.has_rows = true;
      result.rows.clear();
      result.columns = DescribeColumns(step.prepared.rows.columns);
      for (const auto& row : step.prepared.rows.rows) result.rows.push_back(RenderRow(row));
    }
    if (step.prepared.kind == server::PreparedStatement::Kind::kText) {  // Flink gives texts as one value
      result.has_rows = true;
      result.columns = "result STRING";
      result.rows = {RenderRow({step.prepared.text})};
    }
    if (step.prepared.kind == server::PreparedStatement::Kind::kJob)
      ARROW_RETURN_NOT_OK(RunJob(step, settings, &result));
    if (!result.refused.empty()) break;
  }
  return result;
}

void ProgramResult::Add(runtime::SimulationReport report) {
  drawn = std::move(report.drawn);
  steps += report.steps;
  trace = trace * 31 + report.trace;
  lives += report.lives;
  resumed += report.resumed;
  faults.Add(report.faults);
  refused = std::move(report.refused);
}

arrow::Status Program::RunWithFaults(const Step& step, runtime::JobOptions options, const RunSettings& settings,
                                     FinalTable* table, ProgramResult* result) {
  const uint64_t seed = settings.schedule + static_cast<uint64_t>(result->jobs);
  SimulatedBroker broker(seed);
  if (settings.topics != nullptr) broker.SetTopics(settings.topics);
  if (!settings.calm) broker.DrawFaults();
  SimulatedComponents components(options.components, &broker, settings.broken,
                                 [&](const Batch& batch, int64_t row) { return table->RenderChange(batch, row); });
  options.components = &components;
  options.checkpoints.folder = fmt::format("/checkpoints/{}", result->jobs++);
  runtime::FaultOptions faults;
  faults.disk = std::move(result->disk);
  faults.zombies = true;
  faults.lives_max = settings.calm ? 1 : kLivesMax;
  faults.passing_errors = {SimulatedBroker::kPassingError};
  runtime::SimulationOptions simulation;
  simulation.seed = seed;
  simulation.faults = &faults;
  simulation.steps_max = kStepsMax;
  ARROW_ASSIGN_OR_RAISE(auto report, runtime::Simulate(step.prepared.plan, std::move(options), simulation));
  result->Add(std::move(report));
  result->faults.Add(broker.counts());
  result->fenced += broker.fenced();
  result->disk = std::move(faults.disk);
  for (const BrokerRecord& record : broker.Committed(kResultTopic)) {
    ARROW_RETURN_NOT_OK(table->ApplyChange(record.value));
  }
  std::copy_if(broker.log().begin(), broker.log().end(), std::back_inserter(result->log),
               [](const BrokerRecord& record) { return record.topic != kResultTopic; });
  return arrow::Status::OK();
}

arrow::Status Program::RunJob(const Step& step, const RunSettings& settings, ProgramResult* result) const {
  const auto& prepared = step.prepared;
  io::MemoryStreams streams;
  FinalTable table(prepared.schema, prepared.updating, step.functions);
  runtime::JobOptions options = runtime::MakeJobOptions(step.configuration);
  options.workers = settings.workers;
  options.batch_rows = settings.batch_rows;
  options.functions = step.functions;
  options.configuration = &step.configuration;
  options.dead_letter_table = prepared.dead_letter_table;
  options.files = result->files.get();
  options.streams = &streams;
  options.collector = prepared.is_query ? &table : nullptr;
  if (settings.spills) options.spill_from_bytes = 1;
  if (settings.components != nullptr) options.components = settings.components;
  // Nothing, everything, or some of it is kept outside of memory.
  if (settings.seed && settings.schedule % 3 != 0) options.spill_from_bytes = settings.schedule % 3 == 1 ? 1 : 2000;
  if (settings.faults) {
    ARROW_RETURN_NOT_OK(RunWithFaults(step, std::move(options), settings, &table, result));
  } else if (settings.seed) {
    runtime::SimulationOptions simulation;
    simulation.seed = settings.schedule;
    ARROW_ASSIGN_OR_RAISE(auto report, runtime::Simulate(prepared.plan, std::move(options), simulation));
    result->Add(std::move(report));
  } else {
    ARROW_ASSIGN_OR_RAISE(auto job, runtime::Job::Make(prepared.plan, std::move(options)));
    ARROW_RETURN_NOT_OK(job->Run());
  }
  if (prepared.is_query) {
    result->refused_query = !result->refused.empty();
    result->has_rows = true;
    result->columns = DescribeColumns(prepared.schema);
    result->updating = prepared.updating;
    result->rows = table.Take();
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::golden
