// SPDX-License-Identifier: Apache-2.0
// Physical planning of aggregations: grouped, or by windows, the window TVF below fused in where it can be.
#include <algorithm>

#include "expr/aggregate_function.h"
#include "plan/physical_builder.h"
#include "plan/rewrite.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;

bool OrderSensitive(const std::vector<AggregateCall>& calls, const Schema& input) {
  return std::any_of(calls.begin(), calls.end(), [&](const AggregateCall& call) {
    std::vector<expr::ArgumentInfo> arguments;
    for (int column : call.args) arguments.push_back({input[column].type, nullptr});
    return expr::IsOrderSensitive(call.name, arguments);
  });
}

std::string WindowLabel(const time::WindowSpec& window, const Schema& schema, const std::vector<int>& groups) {
  std::string label = "WindowAggregate(" + window.ToString();
  if (!groups.empty()) label += " by " + ColumnNames(schema, groups);
  return label + ")";
}

PhysicalNode::Kind WindowAggregateKind(const time::WindowSpec& window) {
  return window.kind == time::WindowKind::kSession ? PhysicalNode::Kind::kSessionAggregate
                                                   : PhysicalNode::Kind::kWindowAggregate;
}

bool IsProctime(const LogicalNode& input, int column) { return input.schema()[column].type.is_proctime(); }

/// The projections and filters between an aggregation and its window TVF, composed over the TVF's columns.
struct Composed {
  const LogicalWindowTvf* tvf = nullptr;
  std::vector<ExpressionPtr> columns;  ///< the aggregation's input columns
  ExpressionPtr condition;
};

std::optional<Composed> ComposeToTvf(const LogicalPtr& input) {
  Composed composed;
  composed.columns = IdentityColumns(input->schema());
  std::vector<ExpressionPtr> conditions;
  LogicalPtr current = input;
  while (current->kind() == LogicalNode::Kind::kProject || current->kind() == LogicalNode::Kind::kFilter) {
    if (current->kind() == LogicalNode::Kind::kFilter) {
      conditions.push_back(static_cast<const LogicalFilter&>(*current).condition);
    } else {
      const auto& expressions = static_cast<const LogicalProject&>(*current).expressions;
      for (auto& column : composed.columns) column = expr::ReplaceColumns(column, expressions);
      for (auto& condition : conditions) condition = expr::ReplaceColumns(condition, expressions);
    }
    current = current->inputs()[0];
  }
  if (current->kind() != LogicalNode::Kind::kWindowTvf) return std::nullopt;
  composed.tvf = static_cast<const LogicalWindowTvf*>(current.get());
  composed.condition = AndAll(std::move(conditions));
  return composed;
}

bool ReadsFrom(const ExpressionPtr& expression, int first_column) {
  if (!expression) return false;
  const auto columns = expr::ReferencedColumns(*expression);
  return !columns.empty() && columns.back() >= first_column;
}

bool IsWindowColumn(int column, const WindowColumns& window) {
  return column == window.start || column == window.end || column == window.time;
}

std::vector<WindowProperty> AllProperties() {
  return {WindowProperty::kStart, WindowProperty::kEnd, WindowProperty::kTime};
}

/// The group columns that are none of the window's.
std::vector<int> PlainGroups(const LogicalAggregate& node, const WindowColumns& window) {
  std::vector<int> plain;
  std::copy_if(node.group_columns.begin(), node.group_columns.end(), std::back_inserter(plain),
               [&](int column) { return !IsWindowColumn(column, window); });
  return plain;
}

/// The input's columns that are grouped by, or read by a call: ascending, each once.
std::vector<int> ColumnsRead(const LogicalAggregate& node, std::vector<int> groups) {
  std::vector<int> read = std::move(groups);
  for (const auto& call : node.calls) {
    read.insert(read.end(), call.args.begin(), call.args.end());
    if (call.filter >= 0) read.push_back(call.filter);
  }
  std::sort(read.begin(), read.end());
  read.erase(std::unique(read.begin(), read.end()), read.end());
  return read;
}

/// Rows are grouped just as the sessions are partitioned, and none is left out in between.
bool GroupsBySessions(const Composed& composed, const std::vector<int>& groups) {
  std::vector<int> partitions;
  for (int column : groups) {
    const auto& e = composed.columns[column];
    if (e->kind() == Expression::Kind::kColumn) partitions.push_back(e->column_index());
  }
  std::vector<int> wanted = composed.tvf->partition_columns;
  std::sort(partitions.begin(), partitions.end());
  std::sort(wanted.begin(), wanted.end());
  return partitions == wanted && partitions.size() == groups.size() && !composed.condition;
}

}  // namespace

arrow::Result<Built> PhysicalBuilder::BuildAggregate(const LogicalAggregate& node, const Demand& demand) {
  if (node.window) return BuildLegacyWindowAggregate(node, demand);
  const WindowColumns window = TraceWindow(node.input());
  const auto groups_by = [&](int column) {
    return column >= 0 &&
           std::find(node.group_columns.begin(), node.group_columns.end(), column) != node.group_columns.end();
  };
  if (window.window && groups_by(window.start) && groups_by(window.end))
    return BuildWindowAggregate(node, window, demand);
  return BuildGroupAggregate(node, demand);
}

arrow::Result<Built> PhysicalBuilder::BuildGroupAggregate(const LogicalAggregate& node, const Demand& demand) {
  Demand below = demand;
  below.update_before = true;
  below.ordered |= OrderSensitive(node.calls, node.input().schema());
  ARROW_ASSIGN_OR_RAISE(Built input, Build(node.inputs()[0], below));
  const bool retracts = !input.node->changelog().insert_only();
  input = Distribute(std::move(input), node.group_columns);

  ChangelogMode mode;
  if (!batch_mode_) {
    mode.updates = !node.calls.empty();
    mode.update_before = mode.updates && demand.update_before;
    mode.deletes = retracts;
  }
  const std::string name = node.calls.empty() ? "Distinct" : "GroupAggregate";
  const std::string label = name + "(" + ColumnNames(node.input().schema(), node.group_columns) + ")";
  auto aggregate = std::make_shared<GroupAggregateNode>(node.schema(), input.node, mode, label);
  aggregate->group_columns = node.group_columns;
  aggregate->calls = node.calls;
  aggregate->input_retracts = retracts;
  aggregate->final_only = batch_mode_;
  aggregate->state_ttl_ms = StateTtlMs(node, 0);
  if (!batch_mode_ && context_.configuration->GetBoolean(config::kMiniBatchEnabled)) {
    aggregate->mini_batch_rows = std::max<int64_t>(0, context_.configuration->GetInteger(config::kMiniBatchSize));
    aggregate->mini_batch_latency_ms = context_.configuration->GetDurationMillis(config::kMiniBatchLatency);
  }
  input.node = std::move(aggregate);
  // Rows may be spread by fewer columns than they are grouped by; those columns are among the groups.
  for (int& column : input.distribution.columns) {
    const auto group = std::find(node.group_columns.begin(), node.group_columns.end(), column);
    column = static_cast<int>(group - node.group_columns.begin());
  }
  return input;
}

arrow::Result<Built> PhysicalBuilder::BuildLegacyWindowAggregate(const LogicalAggregate& node, const Demand& demand) {
  if (IsProctime(node.input(), node.time_column)) {
    return sql::NotSupportedYet(node.range, "a window over processing time");
  }
  Demand below = demand;
  below.event_time = true;
  below.update_before = true;
  below.ordered |= OrderSensitive(node.calls, node.input().schema());
  ARROW_ASSIGN_OR_RAISE(Built input, Build(node.inputs()[0], below));
  const bool retracts = !input.node->changelog().insert_only();
  const bool two_phases = TakesTwoPhases(input, node.group_columns, node.calls, *node.window);
  if (!two_phases) input = Distribute(std::move(input), node.group_columns);
  auto aggregate =
      std::make_shared<WindowAggregateNode>(WindowAggregateKind(*node.window), node.schema(), input.node,
                                            WindowLabel(*node.window, node.input().schema(), node.group_columns));
  aggregate->group_columns = node.group_columns;
  aggregate->calls = node.calls;
  aggregate->window = *node.window;
  aggregate->time_column = node.time_column;
  aggregate->properties = node.properties;
  aggregate->input_retracts = retracts;
  aggregate->in_two_phases = two_phases;
  return Built{two_phases ? InTwoPhases(aggregate) : aggregate, {}};
}

arrow::Result<Built> PhysicalBuilder::BuildWindowAggregate(const LogicalAggregate& node, const WindowColumns& window,
                                                           const Demand& demand) {
  ARROW_ASSIGN_OR_RAISE(auto fused, BuildFusedWindowAggregate(node, window, demand));
  if (fused) return *fused;

  Demand below = demand;
  below.event_time = true;
  below.update_before = true;
  below.ordered |= OrderSensitive(node.calls, node.input().schema());
  ARROW_ASSIGN_OR_RAISE(Built input, Build(node.inputs()[0], below));
  const bool retracts = !input.node->changelog().insert_only();
  std::vector<int> plain_groups;
  for (int column : node.group_columns) {
    if (!IsWindowColumn(column, window)) plain_groups.push_back(column);
  }
  const bool two_phases = TakesTwoPhases(input, plain_groups, node.calls, *window.window);
  if (!two_phases) input = Distribute(std::move(input), plain_groups);

  Schema schema;
  for (int column : plain_groups) schema.push_back(node.input().schema()[column]);
  for (size_t i = 0; i < node.calls.size(); ++i) schema.push_back(node.schema()[node.group_columns.size() + i]);
  const Schema& below_schema = node.input().schema();
  schema.push_back(below_schema[window.start]);
  schema.push_back(below_schema[window.end]);
  schema.push_back({"window_time", window.time >= 0
                                       ? below_schema[window.time].type
                                       : DataType::Timestamp(3).NotNull().WithTimeAttribute(TimeAttribute::kRowtime)});
  auto aggregate =
      std::make_shared<WindowAggregateNode>(PhysicalNode::Kind::kWindowAggregate, std::move(schema), input.node,
                                            WindowLabel(*window.window, below_schema, plain_groups));
  aggregate->group_columns = plain_groups;
  aggregate->calls = node.calls;
  aggregate->window = *window.window;
  aggregate->window_start_column = window.start;
  aggregate->window_end_column = window.end;
  aggregate->window_is_local = window.local;
  aggregate->properties = AllProperties();
  aggregate->input_retracts = retracts;
  aggregate->in_two_phases = two_phases;
  Built built{two_phases ? InTwoPhases(aggregate) : aggregate, {}};
  return FinishWindowAggregate(node, window, std::move(built), plain_groups);
}

arrow::Result<std::optional<Built>> PhysicalBuilder::BuildFusedWindowAggregate(const LogicalAggregate& node,
                                                                               const WindowColumns& window,
                                                                               const Demand& demand) {
  auto composed = ComposeToTvf(node.inputs()[0]);
  if (!composed) return std::nullopt;
  const LogicalWindowTvf& tvf = *composed->tvf;
  const auto tvf_columns = static_cast<int>(tvf.input().schema().size());
  const std::vector<int> plain_groups = PlainGroups(node, window);
  const std::vector<int> inputs_read = ColumnsRead(node, plain_groups);
  if (ReadsFrom(composed->condition, tvf_columns)) return std::nullopt;
  for (int column : inputs_read) {
    if (ReadsFrom(composed->columns[column], tvf_columns)) return std::nullopt;
  }
  if (IsProctime(tvf.input(), tvf.time_column)) return sql::NotSupportedYet(tvf.range, "a window over processing time");
  if (tvf.window.kind == time::WindowKind::kSession && !GroupsBySessions(*composed, plain_groups)) return std::nullopt;

  // Below the aggregation: just the columns it reads, then the time column.
  Schema schema;
  std::vector<ExpressionPtr> expressions;
  std::vector<int> position(composed->columns.size(), -1);
  for (int column : inputs_read) {
    position[column] = static_cast<int>(schema.size());
    schema.push_back(node.input().schema()[column]);
    expressions.push_back(composed->columns[column]);
  }
  const Field& time_field = tvf.input().schema()[tvf.time_column];
  const int time_column = static_cast<int>(schema.size());
  schema.push_back(time_field);
  expressions.push_back(Expression::Column(tvf.time_column, time_field.type, time_field.name));
  LogicalPtr source = tvf.inputs()[0];
  if (composed->condition) source = std::make_shared<LogicalFilter>(source, composed->condition);
  const LogicalPtr below_node =
      Shared(PruneColumns(std::make_shared<LogicalProject>(schema, source, std::move(expressions))));

  Demand below = demand;
  below.event_time = true;
  below.update_before = true;
  below.ordered |= OrderSensitive(node.calls, node.input().schema());
  ARROW_ASSIGN_OR_RAISE(Built input, Build(below_node, below));
  const bool retracts = !input.node->changelog().insert_only();
  std::vector<int> group_columns;
  for (int column : plain_groups) group_columns.push_back(position[column]);
  std::vector<AggregateCall> calls = node.calls;
  for (auto& call : calls) {
    for (int& column : call.args) column = position[column];
    if (call.filter >= 0) call.filter = position[call.filter];
  }
  const bool two_phases = TakesTwoPhases(input, group_columns, calls, tvf.window);
  if (!two_phases) input = Distribute(std::move(input), group_columns);

  Schema output;
  for (int column : group_columns) output.push_back(schema[column]);
  for (size_t i = 0; i < node.calls.size(); ++i) output.push_back(node.schema()[node.group_columns.size() + i]);
  for (int i = 0; i < 3; ++i) output.push_back(tvf.schema()[tvf_columns + i]);
  auto aggregate = std::make_shared<WindowAggregateNode>(WindowAggregateKind(tvf.window), std::move(output), input.node,
                                                         WindowLabel(tvf.window, schema, group_columns));
  aggregate->group_columns = group_columns;
  aggregate->calls = std::move(calls);
  aggregate->window = tvf.window;
  aggregate->time_column = time_column;
  aggregate->properties = AllProperties();
  aggregate->input_retracts = retracts;
  aggregate->in_two_phases = two_phases;
  Built whole{two_phases ? InTwoPhases(aggregate) : aggregate, {}};
  ARROW_ASSIGN_OR_RAISE(Built built, FinishWindowAggregate(node, window, std::move(whole), plain_groups));
  return std::optional<Built>(std::move(built));
}

arrow::Result<Built> PhysicalBuilder::FinishWindowAggregate(const LogicalAggregate& node, const WindowColumns& window,
                                                            Built aggregate, const std::vector<int>& plain_groups) {
  const Schema& schema = aggregate.node->schema();
  const int properties = static_cast<int>(plain_groups.size() + node.calls.size());
  std::vector<ExpressionPtr> outputs;
  const auto add = [&](int column) {
    outputs.push_back(Expression::Column(column, schema[column].type, schema[column].name));
  };
  int plain = 0;
  for (int column : node.group_columns) {
    if (column == window.start)
      add(properties);
    else if (column == window.end)
      add(properties + 1);
    else if (column == window.time)
      add(properties + 2);
    else
      add(plain++);
  }
  for (size_t i = 0; i < node.calls.size(); ++i) add(static_cast<int>(plain_groups.size() + i));
  aggregate.node = std::make_shared<CalcNode>(node.schema(), aggregate.node, nullptr, std::move(outputs), "Calc");
  return aggregate;
}

}  // namespace tidemark::plan
