// SPDX-License-Identifier: Apache-2.0
// Physical planning of scans, filters, projections and Top-N: which columns are read, what is pushed to the reader.
#include <arrow/scalar.h>

#include <algorithm>
#include <limits>

#include "expr/function.h"
#include "plan/physical_builder.h"
#include "plan/rewrite.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;

bool IsIdentity(const std::vector<ExpressionPtr>& outputs, size_t input_columns) {
  if (outputs.size() != input_columns) return false;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i]->kind() != Expression::Kind::kColumn || outputs[i]->column_index() != static_cast<int>(i))
      return false;
  }
  return true;
}

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

/// `column <op> literal`, with the column on the left.
struct Comparison {
  int column = -1;
  std::string op;
  std::shared_ptr<arrow::Scalar> value;
};

std::string Mirrored(const std::string& op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

std::optional<Comparison> AsComparison(const Expression& expression) {
  if (expression.kind() != Expression::Kind::kCall) return std::nullopt;
  const auto& args = expression.children();
  const std::string& name = expression.function()->name;
  if (args.size() == 1 && args[0]->kind() == Expression::Kind::kColumn &&
      (name == "IS NULL" || name == "IS NOT NULL")) {
    return Comparison{args[0]->column_index(), name, nullptr};
  }
  if (args.size() != 2) return std::nullopt;
  if (name != "=" && name != "<" && name != "<=" && name != ">" && name != ">=") return std::nullopt;
  const bool left_is_column = args[0]->kind() == Expression::Kind::kColumn;
  const auto& column = args[left_is_column ? 0 : 1];
  const auto& literal = args[left_is_column ? 1 : 0];
  if (column->kind() != Expression::Kind::kColumn || literal->kind() != Expression::Kind::kLiteral) return std::nullopt;
  if (!literal->literal()->is_valid) return std::nullopt;
  return Comparison{column->column_index(), left_is_column ? name : Mirrored(name), literal->literal()};
}

PushedFilter::Op PushedOp(const std::string& op) {
  if (op == "=") return PushedFilter::Op::kEqual;
  if (op == "<") return PushedFilter::Op::kLess;
  if (op == "<=") return PushedFilter::Op::kLessEqual;
  if (op == ">") return PushedFilter::Op::kGreater;
  if (op == ">=") return PushedFilter::Op::kGreaterEqual;
  return op == "IS NULL" ? PushedFilter::Op::kIsNull : PushedFilter::Op::kIsNotNull;
}

std::vector<PushedFilter> PushableFilters(const LogicalScan& scan, const ExpressionPtr& condition) {
  std::vector<PushedFilter> filters;
  for (const auto& conjunct : Conjuncts(condition)) {
    const auto comparison = AsComparison(*conjunct);
    if (!comparison) continue;
    const auto& column = scan.table->columns[comparison->column];
    if (column.kind != TableColumn::Kind::kPhysical) continue;
    if (comparison->value && !comparison->value->type->Equals(*scan.schema()[comparison->column].type.ToArrow()))
      continue;
    filters.push_back({column.name, PushedOp(comparison->op), comparison->value});
  }
  return filters;
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
  if (current->kind() == LogicalNode::Kind::kFilter) {
    condition = static_cast<const LogicalFilter&>(*current).condition;
    current = current->inputs()[0];
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
  if (!condition && IsIdentity(outputs, input.node->schema().size())) return input;
  Built calc;
  calc.distribution = MapDistribution(input.distribution, outputs);
  calc.node = std::make_shared<CalcNode>(node->schema(), input.node, std::move(condition), std::move(outputs), "Calc");
  return calc;
}

arrow::Result<Built> PhysicalBuilder::BuildSource(const LogicalScan& scan, const std::vector<bool>& needed,
                                                  const ExpressionPtr& condition, const Demand& demand,
                                                  std::vector<int>* position) {
  const TableDefinition& table = *scan.table;
  if (!context_.tables->CanRead(table)) {
    return sql::SqlError(scan.range, "Table '" + table.name() + "' can only be written to", "");
  }
  const bool bounded = context_.tables->IsBounded(table);
  if (batch_mode_ && !bounded) {
    return sql::SqlError(scan.range, "Table '" + table.name() + "' is unbounded and cannot be read in batch mode",
                         "bound it by its options, or run with SET 'execution.runtime-mode' = 'streaming'");
  }
  all_bounded_ = all_bounded_ && bounded;

  std::vector<bool> outputs = needed;
  const bool with_watermark = demand.event_time && scan.watermark != nullptr;
  if (with_watermark) {
    outputs[scan.rowtime_column] = true;
    for (int column : expr::ReferencedColumns(*scan.watermark)) outputs[column] = true;
  }
  const ChangelogMode changelog = context_.tables->SourceChangelog(table);
  const bool normalize = !changelog.insert_only() && !changelog.update_before && demand.update_before;
  for (size_t i = 0; normalize && i < outputs.size(); ++i) {
    const auto& key = table.primary_key;
    if (std::find(key.begin(), key.end(), table.columns[i].name) != key.end()) outputs[i] = true;
  }

  std::vector<bool> read(outputs.size(), false);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]) continue;
    if (!scan.computed[i])
      read[i] = true;
    else
      for (int column : expr::ReferencedColumns(*scan.computed[i])) read[column] = true;
  }
  std::vector<ExpressionPtr> read_position(outputs.size());
  std::vector<int> read_columns;
  for (size_t i = 0; i < read.size(); ++i) {
    if (!read[i]) continue;
    const auto& field = scan.schema()[i];
    read_position[i] = Expression::Column(static_cast<int>(read_columns.size()), field.type, field.name);
    read_columns.push_back(static_cast<int>(i));
  }
  Schema schema;
  std::vector<ExpressionPtr> expressions;
  std::vector<ExpressionPtr> output_position(outputs.size());
  position->assign(outputs.size(), -1);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]) continue;
    const auto& field = scan.schema()[i];
    (*position)[i] = static_cast<int>(schema.size());
    output_position[i] = Expression::Column((*position)[i], field.type, field.name);
    expressions.push_back(scan.computed[i] ? expr::ReplaceColumns(scan.computed[i], read_position) : read_position[i]);
    schema.push_back(field);
  }
  auto source = std::make_shared<SourceNode>(std::move(schema), changelog, "Source(" + table.name() + ")");
  source->table = scan.table;
  source->read_columns = std::move(read_columns);
  if (!IsIdentity(expressions, source->read_columns.size())) source->outputs = std::move(expressions);
  if (with_watermark) {
    source->watermark = expr::ReplaceColumns(scan.watermark, output_position);
    source->rowtime_column = (*position)[scan.rowtime_column];
  }
  if (context_.tables->PushesFilters(table) && changelog.insert_only())
    source->filters = PushableFilters(scan, condition);
  source->ordered = demand.ordered || !changelog.insert_only();
  Built built;
  built.node = std::move(source);
  if (normalize) return Normalize(std::move(built), table, scan.range);
  return built;
}

arrow::Result<Built> PhysicalBuilder::Normalize(Built source, const TableDefinition& table,
                                                const sql::SourceRange& range) {
  if (table.primary_key.empty()) {
    return sql::SqlError(range, "Table '" + table.name() + "' gives updates without their old rows, so it needs a key",
                         "declare PRIMARY KEY (...) NOT ENFORCED");
  }
  std::vector<int> key;
  const Schema& schema = source.node->schema();
  for (const auto& name : table.primary_key) {
    const auto field = std::find_if(schema.begin(), schema.end(), [&](const Field& f) { return f.name == name; });
    key.push_back(static_cast<int>(field - schema.begin()));
  }
  source = Distribute(std::move(source), key);
  source.node = std::make_shared<ChangelogNormalizeNode>(source.node, key, ChangelogMode{true, true, true},
                                                         "ChangelogNormalize(" + ColumnNames(schema, key) + ")");
  return source;
}

namespace {

struct RankRange {
  int64_t first = 1;
  int64_t last = std::numeric_limits<int64_t>::max();
};

/// Narrows `range` by a comparison of the rank column with a constant. False: not of that form.
bool Narrow(const Expression& conjunct, int rank_column, RankRange* range) {
  const auto comparison = AsComparison(conjunct);
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
  if (!batch_mode_ && range.last == std::numeric_limits<int64_t>::max()) {
    return sql::NotSupportedYet(rank.range, "ROW_NUMBER() without an upper limit such as WHERE rn <= 10 around it");
  }
  Demand below = demand;
  below.ordered = true;
  below.update_before = true;
  ARROW_ASSIGN_OR_RAISE(Built input, Build(rank.inputs()[0], below));
  input = Distribute(std::move(input), rank.partition_columns);
  const bool retracts = !input.node->changelog().insert_only();
  const ChangelogMode mode = batch_mode_ ? ChangelogMode{} : ChangelogMode{true, true, true};
  // The rank column stays in the schema, so that positions above hold; unread, it is not kept up to date.
  auto node = std::make_shared<RankNode>(rank.schema(), input.node, mode,
                                         "Rank(" + ColumnNames(input.node->schema(), rank.partition_columns) + ")");
  node->partition_columns = rank.partition_columns;
  node->keys = rank.keys;
  node->first = range.first;
  node->last = range.last;
  node->emit_rank = rank_is_read;
  node->input_retracts = retracts;
  node->final_only = batch_mode_;
  input.node = std::move(node);
  return input;
}

}  // namespace tidemark::plan
