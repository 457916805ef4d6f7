// SPDX-License-Identifier: Apache-2.0
// Physical planning of scans: which columns are read, what is pushed to the reader, and which readers share a source.
#include <arrow/scalar.h>

#include <algorithm>

#include "catalog/configuration.h"
#include "plan/column_use.h"
#include "plan/constant_comparison.h"
#include "plan/physical_builder.h"
#include "plan/rewrite.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using expr::Expression;
using expr::ExpressionPtr;

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
    const auto comparison = AsConstantComparison(*conjunct);
    if (!comparison) continue;
    const auto& column = scan.table->columns[comparison->column];
    if (column.kind != TableColumn::Kind::kPhysical) continue;
    if (comparison->value && !comparison->value->type->Equals(*scan.schema()[comparison->column].type.ToArrow()))
      continue;
    filters.push_back({column.name, PushedOp(comparison->op), comparison->value});
  }
  return filters;
}

std::string FiltersText(const std::vector<PushedFilter>& filters) {
  std::string text;
  for (const auto& filter : filters) {
    text += filter.column + '\0' + std::to_string(static_cast<int>(filter.op)) +
            (filter.value ? filter.value->ToString() : "") + '\0';
  }
  return text;
}

void Add(const SourceNeeds& more, SourceNeeds* needs) {
  needs->outputs.resize(more.outputs.size());
  for (size_t i = 0; i < more.outputs.size(); ++i) needs->outputs[i].Add(more.outputs[i]);
  needs->watermark |= more.watermark;
  needs->ordered |= more.ordered;
}

/// What a query reads of the table's columns.
ColumnUses OutputsOf(const LogicalScan& scan, const std::vector<bool>& needed) {
  ColumnUses outputs(needed.size());
  for (size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]) continue;
    const auto fields = scan.used_fields.find(static_cast<int>(i));
    outputs[i] = fields == scan.used_fields.end() ? ColumnUse::Whole() : ColumnUse::Fields(fields->second);
  }
  return outputs;
}

/// What the outputs are computed from: physical and metadata columns.
ColumnUses ColumnsRead(const LogicalScan& scan, const ColumnUses& outputs) {
  ColumnUses read(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!scan.computed[i])
      read[i].Add(outputs[i]);
    else
      AddUses(*scan.computed[i], outputs[i], &read);
  }
  return read;
}

}  // namespace

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

  const ChangelogMode changelog = context_.tables->SourceChangelog(table);
  // Also where no operator asks for it: a replay goes by event time.
  const bool replayed = context_.configuration->GetInteger(config::kReplaySpeed) > 0;
  SourceNeeds needs{OutputsOf(scan, needed), (demand.event_time || replayed) && scan.watermark != nullptr,
                    demand.ordered || !changelog.insert_only()};
  if (needs.watermark) {
    needs.outputs[scan.rowtime_column].UseWhole();
    AddUses(scan.watermark, &needs.outputs);
  }
  const bool normalize = !changelog.insert_only() && !changelog.update_before && demand.update_before;
  for (size_t i = 0; normalize && i < needs.outputs.size(); ++i) {
    const auto& key = table.primary_key;
    if (std::find(key.begin(), key.end(), table.columns[i].name) != key.end()) needs.outputs[i].UseWhole();
  }
  std::vector<PushedFilter> filters;
  if (context_.tables->PushesFilters(table) && changelog.insert_only()) filters = PushableFilters(scan, condition);

  const SourceKey key{&table, FiltersText(filters)};
  if (pass_ == Pass::kSurvey) Add(needs, &survey_->sources[key]);
  Built built;
  if (pass_ == Pass::kBuild && share_sources_) {
    auto& [node, positions] = made_sources_[key];
    if (!node) node = MakeSource(scan, survey_->sources.at(key), std::move(filters), &positions);
    built.node = node;
    *position = positions;
  } else {
    built.node = MakeSource(scan, needs, std::move(filters), position);
  }
  if (normalize) return Normalize(std::move(built), table, scan.range);
  return built;
}

PhysicalPtr PhysicalBuilder::MakeSource(const LogicalScan& scan, const SourceNeeds& needs,
                                        std::vector<PushedFilter> filters, std::vector<int>* position) {
  const TableDefinition& table = *scan.table;
  const ColumnUses read = ColumnsRead(scan, needs.outputs);
  std::vector<ExpressionPtr> read_position(read.size());
  std::vector<int> read_columns;
  for (size_t i = 0; i < read.size(); ++i) {
    if (!read[i]) continue;
    const auto& field = scan.schema()[i];
    read_position[i] = Expression::Column(static_cast<int>(read_columns.size()), field.type, field.name);
    read_columns.push_back(static_cast<int>(i));
  }
  Schema schema;
  std::vector<ExpressionPtr> expressions;
  std::vector<ExpressionPtr> output_position(needs.outputs.size());
  position->assign(needs.outputs.size(), -1);
  for (size_t i = 0; i < needs.outputs.size(); ++i) {
    if (!needs.outputs[i]) continue;
    const auto& field = scan.schema()[i];
    (*position)[i] = static_cast<int>(schema.size());
    output_position[i] = Expression::Column((*position)[i], field.type, field.name);
    expressions.push_back(scan.computed[i] ? expr::ReplaceColumns(scan.computed[i], read_position) : read_position[i]);
    schema.push_back(field);
  }
  auto source = std::make_shared<SourceNode>(std::move(schema), context_.tables->SourceChangelog(table),
                                             "Source(" + table.name() + ")");
  source->table = scan.table;
  for (int column : read_columns) {
    if (!read[column].is_whole()) source->used_fields[column] = read[column].fields();
  }
  source->read_columns = std::move(read_columns);
  if (!IsIdentityProjection(expressions, source->read_columns.size())) source->outputs = std::move(expressions);
  if (needs.watermark) {
    source->watermark = expr::ReplaceColumns(scan.watermark, output_position);
    source->rowtime_column = (*position)[scan.rowtime_column];
  }
  source->filters = std::move(filters);
  source->ordered = needs.ordered;
  source->bounded = context_.tables->IsBounded(table);
  return source;
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
  auto normalize = std::make_shared<ChangelogNormalizeNode>(source.node, key, ChangelogMode{true, true, true},
                                                            "ChangelogNormalize(" + ColumnNames(schema, key) + ")");
  normalize->state_ttl_ms = StateTtlMs();
  source.node = std::move(normalize);
  return source;
}

}  // namespace tidemark::plan
