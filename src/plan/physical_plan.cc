// SPDX-License-Identifier: Apache-2.0
// Entry to physical planning, sinks, and the operators that need no page of their own.
#include "plan/physical_plan.h"

#include <algorithm>
#include <utility>

#include "plan/physical_builder.h"
#include "plan/rewrite.h"
#include "plan/session_rows.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

std::string ChangelogMode::ToString() const {
  std::string text = "[I";
  if (updates && update_before) text += ",UB";
  if (updates) text += ",UA";
  if (deletes) text += ",D";
  return text + "]";
}

std::string ColumnNames(const Schema& schema, const std::vector<int>& columns) {
  std::string names;
  for (int column : columns) {
    if (!names.empty()) names += ", ";
    names += schema[column].name;
  }
  return names;
}

PhysicalPtr PerWindow(PhysicalPtr each, const std::vector<WindowColumns>& inputs) {
  auto node = std::make_shared<PerWindowNode>(each, "Window" + each->label());
  for (const auto& input : inputs) node->windows.push_back({input.start, input.end});
  node->window = *inputs[0].window;
  node->window_is_local = inputs[0].local;
  return node;
}

PhysicalBuilder::PhysicalBuilder(const PlanContext& context, Pass pass, Survey* survey)
    : context_(context),
      pass_(pass),
      survey_(survey),
      batch_mode_(context.configuration->GetString(config::kRuntimeMode) == "batch"),
      share_subplans_(context.configuration->GetBoolean(config::kReuseSubPlans)),
      share_sources_(share_subplans_ && context.configuration->GetBoolean(config::kReuseSources)) {}

int64_t PhysicalBuilder::StateTtlMs() const {
  return batch_mode_ ? 0 : context_.configuration->GetDurationMillis(config::kStateTtl);
}

int64_t PhysicalBuilder::StateTtlMs(const LogicalNode& node, int input) const {
  return batch_mode_ ? 0 : node.input_ttl_ms[static_cast<size_t>(input)].value_or(StateTtlMs());
}

bool PhysicalBuilder::IsDistributed(const Distribution& have, const std::vector<int>& columns) {
  if (have.kind == Distribution::Kind::kSingleton) return true;
  const auto is_key = [&](int column) { return std::find(columns.begin(), columns.end(), column) != columns.end(); };
  return have.kind == Distribution::Kind::kHashed && std::all_of(have.columns.begin(), have.columns.end(), is_key);
}

Built PhysicalBuilder::Distribute(Built input, const std::vector<int>& columns) {
  if (IsDistributed(input.distribution, columns)) return input;
  const std::string label = columns.empty() ? "Exchange(to one worker)"
                                            : "Exchange(hash[" + ColumnNames(input.node->schema(), columns) + "])";
  Built exchanged;
  PhysicalPtr& exchange = exchanges_[{input.node, columns}];
  if (!exchange) exchange = std::make_shared<ExchangeNode>(input.node, columns, label);
  exchanged.node = exchange;
  exchanged.distribution.kind = columns.empty() ? Distribution::Kind::kSingleton : Distribution::Kind::kHashed;
  exchanged.distribution.columns = columns;
  return exchanged;
}

arrow::Result<Built> PhysicalBuilder::Build(const LogicalPtr& node, const Demand& asked) {
  if (!share_subplans_) return BuildNew(node, asked);
  Demand& all = survey_->demands[{node.get(), asked.update_before}];
  all.update_before = asked.update_before;
  all.ordered |= asked.ordered;
  all.event_time |= asked.event_time;
  const Demand demand = pass_ == Pass::kBuild ? all : asked;

  const auto found = built_.find({node.get(), demand});
  if (found != built_.end()) {
    all_bounded_ = all_bounded_ && found->second.bounded;
    return found->second.built;
  }
  const bool bounded_so_far = std::exchange(all_bounded_, true);
  ARROW_ASSIGN_OR_RAISE(Built built, BuildNew(node, demand));
  built_[{node.get(), demand}] = {node, built, all_bounded_};
  all_bounded_ = all_bounded_ && bounded_so_far;
  return built;
}

arrow::Result<Built> PhysicalBuilder::BuildNew(const LogicalPtr& node, const Demand& demand) {
  switch (node->kind()) {
    case LogicalNode::Kind::kScan:
    case LogicalNode::Kind::kProject:
    case LogicalNode::Kind::kFilter:
      return BuildCalc(node, demand);
    case LogicalNode::Kind::kValues:
      return BuildValues(static_cast<const LogicalValues&>(*node));
    case LogicalNode::Kind::kAggregate:
      return BuildAggregate(static_cast<const LogicalAggregate&>(*node), demand);
    case LogicalNode::Kind::kWindowTvf:
      return BuildWindowAssign(static_cast<const LogicalWindowTvf&>(*node), demand);
    case LogicalNode::Kind::kJoin:
      return BuildJoin(static_cast<const LogicalJoin&>(*node), demand);
    case LogicalNode::Kind::kUnion:
      return BuildUnion(static_cast<const LogicalUnion&>(*node), demand);
    case LogicalNode::Kind::kSort:
      return BuildSort(static_cast<const LogicalSort&>(*node), demand);
    case LogicalNode::Kind::kRank: {
      expr::ExpressionPtr rest;
      return BuildRank(static_cast<const LogicalRank&>(*node), nullptr, true, demand, &rest);
    }
    case LogicalNode::Kind::kUnnest:
      return BuildUnnest(static_cast<const LogicalUnnest&>(*node), demand);
    case LogicalNode::Kind::kExpand:
      return BuildExpand(static_cast<const LogicalExpand&>(*node), demand);
  }
  return arrow::Status::UnknownError("Logical operator without a physical form");
}

arrow::Result<Built> PhysicalBuilder::BuildValues(const LogicalValues& node) {
  Built built;
  built.node =
      std::make_shared<ValuesNode>(node.schema(), node.rows, "Values(" + std::to_string(node.rows.size()) + " rows)");
  built.distribution.kind = Distribution::Kind::kSingleton;
  return built;
}

arrow::Result<Built> PhysicalBuilder::BuildUnion(const LogicalUnion& node, const Demand& demand) {
  std::vector<PhysicalPtr> inputs;
  ChangelogMode mode;
  for (const auto& input : node.inputs()) {
    ARROW_ASSIGN_OR_RAISE(Built built, Build(input, demand));
    const auto& changelog = built.node->changelog();
    mode.updates |= changelog.updates;
    mode.update_before |= changelog.update_before;
    mode.deletes |= changelog.deletes;
    // Rows of a singleton input stay on worker 0: legal, since a union promises no distribution.
    inputs.push_back(std::move(built.node));
  }
  Built built;
  built.node = std::make_shared<UnionNode>(node.schema(), std::move(inputs), mode, "Union");
  return built;
}

arrow::Result<Built> PhysicalBuilder::BuildExpand(const LogicalExpand& node, const Demand& demand) {
  ARROW_ASSIGN_OR_RAISE(Built input, Build(node.inputs()[0], demand));
  input.node = std::make_shared<ExpandNode>(node.schema(), input.node, node.kept, node.ids,
                                            "Expand(" + std::to_string(node.kept.size()) + " grouping sets)");
  input.distribution = {};
  return input;
}

arrow::Result<Built> PhysicalBuilder::BuildUnnest(const LogicalUnnest& node, const Demand& demand) {
  Demand below = demand;
  below.update_before = true;  // an update may have fewer elements than the row it replaces
  ARROW_ASSIGN_OR_RAISE(Built input, Build(node.inputs()[0], below));
  auto unnest = std::make_shared<UnnestNode>(node.schema(), input.node, node.collection, node.kept,
                                             "Unnest(" + node.collection->ToString() + ")");
  unnest->padded = node.padded;
  unnest->with_ordinality = node.with_ordinality;
  Built built{std::move(unnest), {}};
  if (input.distribution.kind == Distribution::Kind::kSingleton) built.distribution = input.distribution;
  return built;
}

arrow::Result<Built> PhysicalBuilder::BuildWindowAssign(const LogicalWindowTvf& node, const Demand& demand) {
  if (node.input().schema()[node.time_column].type.is_proctime()) {
    return sql::NotSupportedYet(node.range, "a window over processing time");
  }
  if (node.window.kind == time::WindowKind::kSession) {
    ARROW_ASSIGN_OR_RAISE(const LogicalPtr rows, RowsOfSessions(node));
    return Build(Shared(rows), demand);
  }
  Demand below = demand;
  below.event_time = true;
  ARROW_ASSIGN_OR_RAISE(Built input, Build(node.inputs()[0], below));
  input.node = std::make_shared<WindowAssignNode>(node.schema(), input.node, node.window, node.time_column,
                                                  "WindowAssign(" + node.window.ToString() + ")");
  return input;
}

arrow::Result<Built> PhysicalBuilder::BuildSort(const LogicalSort& node, const Demand& demand) {
  const bool by_rowtime =
      !node.keys.empty() && node.keys[0].ascending && node.input().schema()[node.keys[0].column].type.is_rowtime();
  Demand below = demand;
  below.ordered = true;  // ties and LIMIT without ORDER BY then do not depend on the number of workers
  below.update_before = true;
  below.event_time |= by_rowtime && !batch_mode_;
  const bool bounded_so_far = all_bounded_;
  all_bounded_ = true;
  ARROW_ASSIGN_OR_RAISE(Built input, Build(node.inputs()[0], below));
  const bool input_bounded = all_bounded_;
  all_bounded_ = all_bounded_ && bounded_so_far;
  input = Distribute(std::move(input), {});

  const bool insert_only = input.node->changelog().insert_only();
  ChangelogMode mode;
  SortNode::Mode sort_mode = SortNode::Mode::kAtEnd;
  if (batch_mode_) {
    sort_mode = node.keys.empty() && insert_only ? SortNode::Mode::kLimitOnly : SortNode::Mode::kAtEnd;
  } else if (node.keys.empty() && insert_only) {
    sort_mode = SortNode::Mode::kLimitOnly;
  } else if (by_rowtime && insert_only && !node.limit && node.offset == 0) {
    sort_mode = SortNode::Mode::kByWatermark;
  } else if (node.limit && !input_bounded) {
    sort_mode = SortNode::Mode::kTopN;
    mode = {true, true, true};
  } else if (!input_bounded) {
    return sql::SqlError(node.range,
                         "ORDER BY over an unbounded table needs an ascending rowtime column first, or a LIMIT",
                         "sort by the column that WATERMARK FOR declares, add LIMIT n, or run with SET "
                         "'execution.runtime-mode' = 'batch' over a bounded table");
  }
  auto sort = std::make_shared<SortNode>(input.node, mode, node.keys.empty() ? "Limit" : "Sort");
  sort->mode = sort_mode;
  sort->keys = node.keys;
  sort->offset = node.offset;
  sort->limit = node.limit;
  if (sort_mode == SortNode::Mode::kTopN) sort->state_ttl_ms = StateTtlMs();
  input.node = std::move(sort);
  return input;
}

namespace {

bool CommitsPartitionsByTime(const TableDefinition& table) {
  const auto trigger = table.options.find("sink.partition-commit.trigger");
  return trigger != table.options.end() && trigger->second == "partition-time";
}

arrow::Status CheckSinkTakes(const ChangelogMode& have, const ChangelogMode& takes, const BoundQuery& query) {
  if (have.insert_only() || takes.updates) return arrow::Status::OK();
  return sql::SqlError(
      query.root->range,
      "Table '" + query.sink->name() +
          "' takes only inserted rows, but the query updates or deletes rows it has given before (" + have.ToString() +
          ")",
      "aggregate by a window so that each result is final, run with SET 'execution.runtime-mode' = 'batch', "
      "or write to a table that takes updates");
}

}  // namespace

arrow::Result<PhysicalPtr> PhysicalBuilder::BuildSink(const BoundQuery& query) {
  Demand demand;
  ChangelogMode takes{true, true, true};
  if (query.sink) {
    takes = context_.tables->SinkChangelog(*query.sink);
    demand.update_before = takes.update_before || !takes.updates;
    demand.event_time = CommitsPartitionsByTime(*query.sink);
  }
  ARROW_ASSIGN_OR_RAISE(Built built, Build(Shared(query.root), demand));
  if (query.sink) ARROW_RETURN_NOT_OK(CheckSinkTakes(built.node->changelog(), takes, query));
  const std::string label = query.sink ? "Sink(" + query.sink->name() + ")" : "Collect";
  auto sink = std::make_shared<SinkNode>(built.node, query.sink, label);
  sink->overwrite = query.overwrite;
  return sink;
}

arrow::Result<PhysicalPlan> MakePhysicalPlan(const std::vector<BoundQuery>& queries, const PlanContext& context) {
  Survey survey;
  PhysicalBuilder surveyor(context, PhysicalBuilder::Pass::kSurvey, &survey);
  for (const auto& query : queries) ARROW_RETURN_NOT_OK(surveyor.BuildSink(query));
  PhysicalBuilder builder(context, PhysicalBuilder::Pass::kBuild, &survey);
  PhysicalPlan plan;
  plan.batch_mode = builder.batch_mode();
  for (const auto& query : queries) {
    ARROW_ASSIGN_OR_RAISE(auto sink, builder.BuildSink(query));
    plan.sinks.push_back(std::move(sink));
  }
  plan.bounded = builder.all_bounded();
  return plan;
}

}  // namespace tidemark::plan
