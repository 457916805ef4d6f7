// SPDX-License-Identifier: Apache-2.0
// Making and connecting the parts of one worker.
#include "runtime/dataflow_builder.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "catalog/configuration.h"
#include "runtime/late_rows.h"
#include "runtime/operator_task.h"
#include "runtime/plan_identity.h"
#include "runtime/values_task.h"

namespace tidemark::runtime {

using plan::PhysicalNode;
using Kind = PhysicalNode::Kind;

namespace {

std::unique_ptr<state::SpillSpace> MakeSpillSpace(const JobOptions& options, MemoryBudget* memory) {
  if (memory->spill_from_bytes() == 0) return nullptr;
  if (options.chooser != nullptr) return state::MakeMemorySpillSpace();
  state::SpillSpaceOptions space;
  space.root = options.spill_folder;
  space.workers = options.workers;
  space.memory = memory;
  // A store of objects (it has a scheme) is no place for files that are read at random.
  const std::string& checkpoints = options.checkpoints.folder;
  if (space.root.empty() && checkpoints.find("://") == std::string::npos) space.root = checkpoints;
  return state::MakeDiskSpillSpace(space);
}

}  // namespace

JobParts::JobParts(plan::PhysicalPlan the_plan, JobOptions the_options)
    : plan(std::move(the_plan)),
      options(std::move(the_options)),
      shape(plan, options.workers),
      control(options.workers),
      memory(options.memory_bytes, options.spill_from_bytes),
      spill(MakeSpillSpace(options, &memory)),
      growing(plan::UnboundedStates(plan)),
      ids(options.checkpoints.folder.empty() ? std::vector<std::string>(shape.nodes().size()) : PlanIdentity(shape)),
      metrics(shape.nodes().size()) {
  if (options.functions.clock == nullptr) options.functions.clock = options.clock;
  for (const PhysicalNode* node : shape.nodes()) {
    for (int worker = 0; worker < options.workers; ++worker) {
      const bool runs = shape.RunsOn(*node, worker);
      metrics[shape.IndexOf(*node)].push_back(runs ? std::make_unique<exec::OperatorMetrics>() : nullptr);
    }
    if (node->kind() == Kind::kExchange) {
      const auto& exchange = static_cast<const plan::ExchangeNode&>(*node);
      if (shape.IsPassThrough(exchange)) continue;
      const int targets = exchange.hash_columns.empty() ? 1 : options.workers;
      exchanges[node] = std::make_unique<ExchangeChannels>(options.workers, targets, options.channel_capacity);
    }
    if (node->kind() == Kind::kSource && static_cast<const plan::SourceNode&>(*node).watermark) {
      boards[node] = std::make_unique<SplitBoard>(&control);
    }
  }
  if (options.replay_speed > 0) replay = std::make_unique<ReplayClock>(options.replay_speed);
  if (options.collector != nullptr) collector = std::make_unique<SerialCollector>(options.collector);
}

OriginText JobParts::NameOrigin(const RowOrigin& origin) const {
  const auto& node = static_cast<const plan::SourceNode&>(*shape.nodes()[static_cast<size_t>(origin.table)]);
  return {node.table->name(), boards.at(&node)->NameOf(origin.split)};
}

namespace {

class DataflowBuilder {
 public:
  DataflowBuilder(JobParts* parts, int worker) : parts_(*parts), options_(parts->options), worker_(worker) {}

  arrow::Result<Dataflow> Build() {
    for (const PhysicalNode* node : parts_.shape.nodes()) ARROW_RETURN_NOT_OK(BuildNode(*node));
    for (auto& stage : dataflow_.stages) stage.head->outlet()->CollectSenders(&stage.senders);
    std::stable_sort(dataflow_.stages.begin(), dataflow_.stages.end(), [](const auto& left, const auto& right) {
      return left.is_input != right.is_input ? right.is_input : left.depth > right.depth;
    });
    if (parts_.resumed) {
      for (const auto& part : dataflow_.parts) dataflow_.part_states.push_back(StateOf(part.id));
      for (const auto& sink : dataflow_.sinks) dataflow_.part_states.push_back(StateOf(sink->id()));
    }
    return std::move(dataflow_);
  }

  arrow::Result<std::vector<std::unique_ptr<OpenSink>>> BuildSinksAlone() {
    for (const PhysicalNode* node : parts_.shape.nodes()) {
      if (node->kind() != Kind::kSink) continue;
      ARROW_RETURN_NOT_OK(MakeTableSink(static_cast<const plan::SinkNode&>(*node), /*alone=*/true).status());
    }
    for (const auto& [node, open] : {std::pair{parts_.late_sink_node.get(), &late_sink_},
                                     std::pair{parts_.dead_letter_sink_node.get(), &dead_letter_sink_}}) {
      if (node != nullptr) ARROW_RETURN_NOT_OK(MakeSideSink(*node, open, /*alone=*/true).status());
    }
    return std::move(dataflow_.sinks);
  }

  const FailureSite& site() const { return *dataflow_.site; }

 private:
  arrow::Status BuildNode(const PhysicalNode& node) {
    if (node.kind() == Kind::kExchange) return BuildExchange(static_cast<const plan::ExchangeNode&>(node));
    if (!parts_.shape.RunsOn(node, worker_)) return arrow::Status::OK();
    switch (node.kind()) {
      case Kind::kSource:
        return BuildSource(static_cast<const plan::SourceNode&>(node));
      case Kind::kValues:
        return BuildValues(static_cast<const plan::ValuesNode&>(node));
      case Kind::kLocalWindowAggregate:
        return BuildLocal(static_cast<const plan::LocalWindowAggregateNode&>(node));
      case Kind::kGlobalWindowAggregate:
        return BuildGlobal(static_cast<const plan::GlobalWindowAggregateNode&>(node));
      case Kind::kSink:
        return BuildSink(static_cast<const plan::SinkNode&>(node));
      default:
        return BuildOperator(node, node);
    }
  }

  exec::OperatorMetrics* Metrics(const PhysicalNode& node) {
    return parts_.metrics[parts_.shape.IndexOf(node)][worker_].get();
  }

  std::vector<Parker*> Parkers(int count) {
    std::vector<Parker*> parkers;
    for (int worker = 0; worker < count; ++worker) parkers.push_back(parts_.control.parker(worker));
    return parkers;
  }

  std::unique_ptr<state::StateReader> StateOf(const std::string& id) {
    return state::MakeSnapshotReader(parts_.resumed, id, worker_, options_.workers);
  }

  const std::string& IdOf(const PhysicalNode& node) { return parts_.ids[parts_.shape.IndexOf(node)]; }

  void AddStage(const PhysicalNode& node, std::unique_ptr<Head> head, bool is_input) {
    outlets_[&node] = head->outlet();
    dataflow_.parts.push_back({IdOf(node), head.get()});
    dataflow_.stages.push_back({std::move(head), {}, parts_.shape.Depth(node), is_input});
  }

  /// Connects the inputs of `node` to `consumer`; those that run elsewhere end at once.
  void Connect(const PhysicalNode& node, Consumer* consumer) {
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      const int input = static_cast<int>(i);
      const auto outlet = outlets_.find(node.inputs()[i].get());
      if (outlet != outlets_.end())
        outlet->second->Connect(consumer, input);
      else
        dataflow_.absent_inputs.push_back({consumer, input});
    }
  }

  connectors::ConnectorContext MakeConnectorContext(bool alone) {
    connectors::ConnectorContext context;
    context.files = options_.files;
    context.clock = options_.clock;
    context.streams = options_.streams;
    context.configuration = options_.configuration;
    context.functions = &options_.functions;
    context.worker = alone ? 0 : worker_;
    context.workers = alone ? 1 : options_.workers;
    context.batch_rows = options_.batch_rows;
    context.read_sizes = options_.read_sizes;
    context.findings = &parts_.findings;
    return context;
  }

  connectors::ConnectorContext MakeSinkContext(const plan::SinkNode& node, bool alone) {
    connectors::ConnectorContext context = MakeConnectorContext(alone);
    context.sink_number = NumberOf(node);
    context.job_id = parts_.job_id;
    context.claim = parts_.claim;
    context.resumed_checkpoint = parts_.resumed_checkpoint;
    context.last_checkpoint = parts_.last_checkpoint;
    context.set_back = !options_.checkpoints.restore_from.empty();
    context.workers_ever = AloneForAnyWorkers(node) ? 1 : parts_.workers_ever;
    return context;
  }

  /// A job of one worker has all its sinks there, but may have had more.
  bool AloneForAnyWorkers(const plan::SinkNode& node) const {
    const bool of_plan = NumberOf(node) < static_cast<int>(parts_.plan.sinks.size());
    return of_plan && PlanShape(parts_.plan, 2).OnlyOnWorker0(node);
  }

  /// The plan's sinks, then the side tables.
  int NumberOf(const plan::SinkNode& node) const {
    const auto& sinks = parts_.plan.sinks;
    const auto found = std::find_if(sinks.begin(), sinks.end(), [&](const auto& sink) { return sink.get() == &node; });
    return static_cast<int>(found - sinks.begin()) + (&node == parts_.dead_letter_sink_node.get() ? 1 : 0);
  }

  arrow::Status BuildSource(const plan::SourceNode& node) {
    FailureSite* site = dataflow_.site.get();
    connectors::SourceRequest request;
    request.node = &node;
    request.batch_mode = parts_.plan.batch_mode;
    connectors::ConnectorContext context = MakeConnectorContext(parts_.shape.OnlyOnWorker0(node));
    SourceTaskOptions task_options;
    ARROW_ASSIGN_OR_RAISE(task_options.dead_letters, MakeDeadLetters(*node.table));
    context.dead_letters = task_options.dead_letters;
    if (parts_.late_sink_node && WantsOrigins(*parts_.late_sink_node)) {
      context.row_positions = true;
      task_options.table = parts_.shape.IndexOf(node);
    }
    if (parts_.resumed) {
      const auto state = StateOf(IdOf(node));
      ARROW_RETURN_NOT_OK(site->Note(task_options.start.Restore(*state), node.label()));
      request.start = &task_options.start;
    }
    auto source = options_.components->MakeSource(request, context);
    if (!source.ok()) return site->Note(source.status(), node.label());
    task_options.worker = worker_;
    task_options.replay = parts_.replay.get();
    task_options.read_ahead_batches = options_.read_ahead_batches;
    task_options.idle_timeout_micros = options_.idle_timeout_micros;
    const auto idle_option = node.table->options.find("scan.watermark.idle-timeout");
    if (idle_option != node.table->options.end()) {
      ARROW_ASSIGN_OR_RAISE(const int64_t millis, ParseDurationMillis(idle_option->second));
      task_options.idle_timeout_micros = millis * 1000;
    }
    ARROW_RETURN_NOT_OK(site->Note(Align(node, &task_options), node.label()));
    const auto board = parts_.boards.find(&node);
    auto task = SourceTask::Make(node, std::move(source).ValueUnsafe(),
                                 board == parts_.boards.end() ? nullptr : board->second.get(), task_options,
                                 &options_.functions, Metrics(node), site);
    if (!task.ok()) return site->Note(task.status(), node.label());
    (*task)->AnnounceSplits(options_.clock->SteadyMicros());
    parts_.sources.push_back({parts_.shape.IndexOf(node), task->get()});
    dataflow_.sources.push_back(task->get());
    AddStage(node, std::move(task).ValueUnsafe(), /*is_input=*/true);
    return arrow::Status::OK();
  }

  /// A table without watermark has nothing to be aligned by.
  arrow::Status Align(const plan::SourceNode& node, SourceTaskOptions* options) {
    ARROW_ASSIGN_OR_RAISE(const auto alignment, Alignment::Of(*node.table));
    const auto board = parts_.boards.find(&node);
    if (!alignment || board == parts_.boards.end() || parts_.plan.batch_mode) return arrow::Status::OK();
    AlignmentGroup& group = parts_.alignment_groups[alignment->group];
    // Every worker builds a task of its own, and all share the board.
    if (worker_ == 0) group.Add(board->second.get(), alignment->update_interval_micros);
    options->alignment = &group;
    options->max_drift_ms = alignment->max_drift_ms;
    return arrow::Status::OK();
  }

  arrow::Status BuildValues(const plan::ValuesNode& node) {
    ARROW_ASSIGN_OR_RAISE(auto task, ValuesTask::Make(node, options_.batch_rows, options_.functions, Metrics(node),
                                                      dataflow_.site.get()));
    AddStage(node, std::move(task), /*is_input=*/true);
    return arrow::Status::OK();
  }

  arrow::Status BuildExchange(const plan::ExchangeNode& node) {
    const PhysicalNode* input = node.inputs()[0].get();
    if (parts_.shape.IsPassThrough(node)) {
      if (const auto below = outlets_.find(input); below != outlets_.end()) outlets_[&node] = below->second;
      return arrow::Status::OK();
    }
    ExchangeChannels* channels = parts_.exchanges.at(&node).get();
    auto sender =
        std::make_unique<ExchangeSender>(node.hash_columns, channels, worker_, Parkers(channels->targets()),
                                         options_.batch_rows, node.label(), dataflow_.site.get(), &parts_.memory);
    Connect(node, sender.get());
    dataflow_.senders.push_back(sender.get());
    dataflow_.consumers.push_back(std::move(sender));
    if (!parts_.shape.RunsOn(node, worker_)) return arrow::Status::OK();
    AddStage(node,
             std::make_unique<ExchangeReceiver>(channels, worker_, Parkers(options_.workers),
                                                options_.components->MakeWatermarkMerge(options_.workers), node.label(),
                                                dataflow_.site.get(), options_.chooser),
             /*is_input=*/false);
    return arrow::Status::OK();
  }

  arrow::Status BuildLocal(const plan::LocalWindowAggregateNode& node) {
    if (!parts_.shape.IsOnePhase(node)) return BuildOperator(node, node);
    outlets_[&node] = outlets_.at(node.inputs()[0].get());
    return arrow::Status::OK();
  }

  arrow::Status BuildGlobal(const plan::GlobalWindowAggregateNode& node) {
    if (parts_.shape.IsOnePhase(node)) return BuildOperator(node, *node.whole);
    return BuildOperator(node, node);
  }

  /// `what`: does the work in the place of `node`.
  arrow::Status BuildOperator(const PhysicalNode& node, const PhysicalNode& what) {
    FailureSite* site = dataflow_.site.get();
    auto op = options_.components->MakeOperator(what);
    if (!op.ok()) return site->Note(op.status(), node.label());
    exec::OperatorContext context;
    context.functions = &options_.functions;
    context.clock = options_.clock;
    context.memory = &parts_.memory;
    context.spill = parts_.spill.get();
    context.checkpointed = !options_.checkpoints.folder.empty();
    context.number = parts_.shape.IndexOf(node);
    context.metrics = Metrics(node);
    ARROW_ASSIGN_OR_RAISE(context.late_rows, MakeLateRows(node));
    context.label = node.label();
    context.worker = worker_;
    context.workers = options_.workers;
    context.batch_rows = options_.batch_rows;
    const int inputs = static_cast<int>(node.inputs().size());
    auto task = std::make_unique<OperatorTask>(
        std::move(op).ValueUnsafe(), inputs, options_.components->MakeWatermarkMerge(inputs), std::move(context), site);
    ARROW_RETURN_NOT_OK(task->Open());
    Connect(node, task.get());
    outlets_[&node] = task->outlet();
    dataflow_.parts.push_back({IdOf(node), task.get()});
    dataflow_.consumers.push_back(std::move(task));
    return arrow::Status::OK();
  }

  arrow::Result<OpenSink*> MakeTableSink(const plan::SinkNode& node, bool alone) {
    auto sink = options_.components->MakeSink(node, MakeSinkContext(node, alone));
    if (!sink.ok()) return dataflow_.site->Note(sink.status(), node.label());
    dataflow_.sinks.push_back(std::make_unique<OpenSink>(std::move(sink).ValueUnsafe(), IdOf(node), node.label()));
    return dataflow_.sinks.back().get();
  }

  arrow::Status BuildSink(const plan::SinkNode& node) {
    OpenSink* sink = nullptr;
    if (node.table || !options_.checkpoints.folder.empty()) {
      // Where all rows are on worker 0, no other worker opens the table.
      ARROW_ASSIGN_OR_RAISE(sink, MakeTableSink(node, parts_.shape.OnlyOnWorker0(node)));
    } else if (!parts_.collector) {
      return arrow::Status::UnknownError("A SELECT's rows need a collector");
    }
    auto task = std::make_unique<SinkTask>(node, options_.drops_null_rows, sink, parts_.collector.get(), Metrics(node),
                                           dataflow_.site.get(), &parts_.control);
    Connect(node, task.get());
    dataflow_.consumers.push_back(std::move(task));
    return arrow::Status::OK();
  }

  /// A side table is opened once per worker, by the first that may write to it.
  arrow::Result<OpenSink*> MakeSideSink(const plan::SinkNode& node, OpenSink** open, bool alone = false) {
    if (*open != nullptr) return *open;
    auto sink = options_.components->MakeSink(node, MakeSinkContext(node, alone));
    if (!sink.ok()) return dataflow_.site->Note(sink.status(), node.label());
    dataflow_.sinks.push_back(std::make_unique<OpenSink>(std::move(sink).ValueUnsafe(), node.label(), node.label()));
    return *open = dataflow_.sinks.back().get();
  }

  arrow::Result<DeadLetterWriter*> MakeDeadLetters(const TableDefinition& table) {
    if (!parts_.dead_letter_sink_node) return nullptr;
    ARROW_ASSIGN_OR_RAISE(OpenSink * sink, MakeSideSink(*parts_.dead_letter_sink_node, &dead_letter_sink_));
    dataflow_.dead_letters.push_back(
        std::make_unique<DeadLetterWriter>(table.name(), *parts_.dead_letter_sink_node, sink->get(), options_.clock));
    return dataflow_.dead_letters.back().get();
  }

  arrow::Result<exec::LateRowSink*> MakeLateRows(const PhysicalNode& node) {
    const bool may_drop = node.kind() == Kind::kWindowAggregate || node.kind() == Kind::kSessionAggregate ||
                          node.kind() == Kind::kPerWindow ||
                          (node.kind() == Kind::kRank && static_cast<const plan::RankNode&>(node).keeps_first) ||
                          (node.kind() == Kind::kSort &&
                           static_cast<const plan::SortNode&>(node).mode == plan::SortNode::Mode::kByWatermark);
    if (!parts_.late_sink_node || !may_drop) return nullptr;
    ARROW_ASSIGN_OR_RAISE(OpenSink * sink, MakeSideSink(*parts_.late_sink_node, &late_sink_));
    LateRowWriterOptions options{.node = &node,
                                 .sink_node = parts_.late_sink_node.get(),
                                 .sink = sink->get(),
                                 .functions = &options_.functions,
                                 .clock = options_.clock,
                                 .name_origin = [parts = &parts_](const RowOrigin& o) { return parts->NameOrigin(o); }};
    ARROW_ASSIGN_OR_RAISE(auto writer, MakeLateRowWriter(std::move(options)));
    dataflow_.late_rows.push_back(std::move(writer));
    return dataflow_.late_rows.back().get();
  }

  JobParts& parts_;
  const JobOptions& options_;
  const int worker_;
  Dataflow dataflow_;
  std::unordered_map<const PhysicalNode*, Outlet*> outlets_;
  OpenSink* late_sink_ = nullptr;
  OpenSink* dead_letter_sink_ = nullptr;
};

}  // namespace

arrow::Result<std::vector<std::unique_ptr<OpenSink>>> BuildSinks(JobParts* parts) {
  DataflowBuilder builder(parts, 0);
  auto sinks = builder.BuildSinksAlone();
  if (!sinks.ok()) return builder.site().Place(sinks.status());
  return sinks;
}

arrow::Result<Dataflow> BuildDataflow(JobParts* parts, int worker) {
  DataflowBuilder builder(parts, worker);
  auto dataflow = builder.Build();
  if (!dataflow.ok()) return builder.site().Place(dataflow.status());
  return dataflow;
}

}  // namespace tidemark::runtime
