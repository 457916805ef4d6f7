// SPDX-License-Identifier: Apache-2.0
// Physical planning of filters, projections and Top-N.
#include <arrow/scalar.h>

#include <algorithm>
#include <limits>

#include "expr/function.h"
#include "plan/constant_comparison.h"
#include "plan/physical_builder.h"
#include "plan/rewrite.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;

Distribution MapDistribution(const Distribution& below, const std::vector<ExpressionPtr>& outputs) {
  if (below.kind != Distribution::Kind::kHashed) return below;
  Distribution above{Distribution::Kind::kHashed, {}};
  for (int column : below.columns) {
    const auto same = std::find_if(outputs.begin(), outputs.end(), [&](const ExpressionPtr& e) {
      return e->kind() == Expression::Kind::kColumn && e->column_index() == column;
    });
    if (same == outputs.end()) return {};
    above.columns.push_back(static_cast<int>(same - outputs.begin()));
  }
  return above;
}

bool IsColumn(const ExpressionPtr& e) { return e->kind() == Expression::Kind::kColumn; }

/// The first node from here on that does more than choose columns: a source then hears of the filter above it.
/// `outputs` and `condition` are moved onto its columns.
LogicalPtr SkipColumnChoices(LogicalPtr node, std::vector<ExpressionPtr>* outputs, ExpressionPtr* condition) {
  while (node->kind() == LogicalNode::Kind::kProject) {
    const auto& chosen = static_cast<const LogicalProject&>(*node).expressions;
    if (!std::all_of(chosen.begin(), chosen.end(), IsColumn)) break;
    for (auto& output : *outputs) output = expr::ReplaceColumns(output, chosen);
    if (*condition) *condition = expr::ReplaceColumns(*condition, chosen);
    node = node->inputs()[0];
  }
  return node;
}

/// What `input` is a mere choice of columns of, if it is: reading that directly spares an operator. `outputs` and
/// `condition` are moved onto its columns.
PhysicalPtr WithoutColumnChoice(const PhysicalPtr& input, std::vector<ExpressionPtr>* outputs,
                                ExpressionPtr* condition) {
  if (input->kind() != PhysicalNode::Kind::kCalc) return input;
  const auto& calc = static_cast<const CalcNode&>(*input);
  if (calc.condition || !std::all_of(calc.outputs.begin(), calc.outputs.end(), IsColumn)) return input;
  for (auto& output : *outputs) output = expr::ReplaceColumns(output, calc.outputs);
  if (*condition) *condition = expr::ReplaceColumns(*condition, calc.outputs);
  return input->inputs()[0];
}

}  // namespace

arrow::Result<Built> PhysicalBuilder::BuildCalc(const LogicalPtr& node, const Demand& demand) {
  LogicalPtr current = node;
  std::vector<ExpressionPtr> outputs = IdentityColumns(node->schema());
  ExpressionPtr condition;
  if (current->kind() == LogicalNode::Kind::kProject) {
    outputs = static_cast<const LogicalProject&>(*current).expressions;
    current = current->inputs()[0];
  }
  current = SkipColumnChoices(current, &outputs, &condition);
  if (current->kind() == LogicalNode::Kind::kFilter) {
    condition = static_cast<const LogicalFilter&>(*current).condition;
    current = SkipColumnChoices(current->inputs()[0], &outputs, &condition);
  }
  Demand below = demand;
  // Without the old row, an update that leaves the filter's range would not take the old result away.
  below.update_before |= condition != nullptr;

  std::vector<bool> needed(current->schema().size(), false);
  const auto need = [&](const ExpressionPtr& e) {
    for (int column : expr::ReferencedColumns(*e)) needed[column] = true;
  };
  for (const auto& output : outputs) need(output);
  Built input;
  if (current->kind() == LogicalNode::Kind::kScan) {
    if (condition) need(condition);
    std::vector<int> position;
    ARROW_ASSIGN_OR_RAISE(input,
                          BuildSource(static_cast<const LogicalScan&>(*current), needed, condition, below, &position));
    std::vector<ExpressionPtr> replacements(position.size());
    for (size_t i = 0; i < position.size(); ++i) {
      if (position[i] < 0) continue;
      const auto& field = input.node->schema()[position[i]];
      replacements[i] = Expression::Column(position[i], field.type, field.name);
    }
    for (auto& output : outputs) output = expr::ReplaceColumns(output, replacements);
    if (condition) condition = expr::ReplaceColumns(condition, replacements);
  } else if (current->kind() == LogicalNode::Kind::kRank) {
    ExpressionPtr rest;
    const bool rank_is_read = needed.back();
    ARROW_ASSIGN_OR_RAISE(input,
                          BuildRank(static_cast<const LogicalRank&>(*current), condition, rank_is_read, below, &rest));
    condition = rest;
  } else {
    ARROW_ASSIGN_OR_RAISE(input, Build(current, below));
  }
  if (!condition && IsIdentityProjection(outputs, input.node->schema().size())) return input;
  Built calc;
  calc.distribution = MapDistribution(input.distribution, outputs);
  input.node = WithoutColumnChoice(input.node, &outputs, &condition);
  calc.node = std::make_shared<CalcNode>(node->schema(), input.node, std::move(condition), std::move(outputs), "Calc");
  return calc;
}

namespace {

struct RankRange {
  int64_t first = 1;
  int64_t last = std::numeric_limits<int64_t>::max();
};

/// Narrows `range` by a comparison of the rank column with a constant. False: not of that form.
bool Narrow(const Expression& conjunct, int rank_column, RankRange* range) {
  const auto comparison = AsConstantComparison(conjunct);
  if (!comparison || comparison->column != rank_column || !comparison->value) return false;
  const auto as_bigint = comparison->value->CastTo(arrow::int64());
  if (!as_bigint.ok()) return false;
  const int64_t value = static_cast<const arrow::Int64Scalar&>(**as_bigint).value;
  if (comparison->op == "=" || comparison->op == "<=") range->last = std::min(range->last, value);
  if (comparison->op == "<") range->last = std::min(range->last, value - 1);
  if (comparison->op == "=" || comparison->op == ">=") range->first = std::max(range->first, value);
  if (comparison->op == ">") range->first = std::max(range->first, value + 1);
  return true;
}

bool IsAscendingTime(const LogicalRank& rank) {
  if (rank.keys.size() != 1 || !rank.keys[0].ascending) return false;
  return rank.input().schema()[rank.keys[0].column].type.time_attribute() != TimeAttribute::kNone;
}

}  // namespace

arrow::Result<Built> PhysicalBuilder::BuildRank(const LogicalRank& rank, const ExpressionPtr& condition,
                                                bool rank_is_read, const Demand& demand, ExpressionPtr* rest) {
  const int rank_column = static_cast<int>(rank.schema().size()) - 1;
  RankRange range;
  std::vector<ExpressionPtr> others;
  for (const auto& conjunct : Conjuncts(condition)) {
    if (!Narrow(*conjunct, rank_column, &range)) others.push_back(conjunct);
  }
  *rest = AndAll(others);
  for (const auto& other : others) {
    for (int column : expr::ReferencedColumns(*other)) rank_is_read |= column == rank_column;
  }
  const WindowColumns window = TraceWindow(rank.input());
  const auto is_partition = [&](int column) {
    return std::find(rank.partition_columns.begin(), rank.partition_columns.end(), column) !=
           rank.partition_columns.end();
  };
  const bool within_windows = window.window && is_partition(window.start) && is_partition(window.end);
  if (!batch_mode_ && !within_windows && range.last == std::numeric_limits<int64_t>::max()) {
    return sql::NotSupportedYet(rank.range, "ROW_NUMBER() without an upper limit such as WHERE rn <= 10 around it");
  }
  const bool first_by_time = !within_windows && range.first == 1 && range.last == 1 && IsAscendingTime(rank);
  Demand below = demand;
  below.ordered = true;
  below.update_before = true;
  below.event_time |= within_windows || first_by_time;
  ARROW_ASSIGN_OR_RAISE(Built input, Build(rank.inputs()[0], below));
  input = Distribute(std::move(input), rank.partition_columns);
  const bool retracts = !input.node->changelog().insert_only();
  const bool per_window = within_windows && !retracts;
  const bool keeps_first = first_by_time && !retracts;
  const bool final_only = (batch_mode_ || per_window) && !keeps_first;
  const ChangelogMode mode = final_only || keeps_first ? ChangelogMode{} : ChangelogMode{true, true, true};
  // The rank column stays in the schema, so that positions above hold; unread, it is not kept up to date.
  auto node = std::make_shared<RankNode>(rank.schema(), input.node, mode,
                                         "Rank(" + ColumnNames(input.node->schema(), rank.partition_columns) + ")");
  node->partition_columns = rank.partition_columns;
  node->keys = rank.keys;
  node->first = range.first;
  node->last = range.last;
  node->emit_rank = rank_is_read;
  node->input_retracts = retracts;
  node->final_only = final_only;
  node->keeps_first = keeps_first;
  if (!final_only) node->state_ttl_ms = StateTtlMs();
  if (per_window)
    input.node = PerWindow(std::move(node), {window});
  else
    input.node = std::move(node);
  return input;
}

}  // namespace tidemark::plan
