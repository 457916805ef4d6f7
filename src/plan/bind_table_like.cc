// SPDX-License-Identifier: Apache-2.0
// CREATE TABLE ... LIKE, and the table's options.
#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "plan/bind_table.h"
#include "plan/table_parts.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
namespace {

using sql::LikeFeature;
using sql::LikeStrategy;

}  // namespace

LikeStrategy TableBinder::StrategyFor(LikeFeature feature) const {
  LikeStrategy strategy = feature == LikeFeature::kOptions ? LikeStrategy::kOverwriting : LikeStrategy::kIncluding;
  for (const LikeFeature wanted : {LikeFeature::kAll, feature}) {
    for (const sql::LikeOption& option : statement_->like->options) {
      if (option.feature == wanted) strategy = option.strategy;
    }
  }
  return strategy;
}

arrow::Status TableBinder::CopyLike(const sql::TableLike& like) {
  if (like.source.parts.size() > 3) return UnknownTable(like.source, environment_);
  const CatalogObject* object = environment_.context().catalog->Find(environment_.Qualify(like.source));
  if (object == nullptr) return UnknownTable(like.source, environment_);
  if (std::holds_alternative<ViewPtr>(*object)) {
    return sql::SqlError(like.source.range, fmt::format("'{}' is a view", like.source.ToString()),
                         "LIKE copies the declaration of a table.");
  }
  const TableDefinition& source = *std::get<TablePtr>(*object);
  const auto includes = [&](LikeFeature feature) { return StrategyFor(feature) != LikeStrategy::kExcluding; };
  for (const TableColumn& column : source.columns) {
    if (column.kind == TableColumn::Kind::kComputed && !includes(LikeFeature::kGenerated)) continue;
    if (column.kind == TableColumn::Kind::kMetadata && !includes(LikeFeature::kMetadata)) continue;
    table_.columns.push_back(column);
  }
  copied_columns_ = table_.columns.size();
  watermark_strategy_ = StrategyFor(LikeFeature::kWatermarks);
  if (includes(LikeFeature::kWatermarks)) table_.watermark = source.watermark;
  if (includes(LikeFeature::kConstraints)) {
    table_.primary_key = source.primary_key;
    table_.primary_key_name = source.primary_key_name;
  }
  if (includes(LikeFeature::kPartitions)) table_.partition_keys = source.partition_keys;
  if (includes(LikeFeature::kOptions)) table_.options = source.options;
  return arrow::Status::OK();
}

arrow::Status TableBinder::CheckReplacesColumn(const sql::ColumnDefinition& definition,
                                               const TableColumn& existing) const {
  const std::string& name = definition.name.value;
  const bool copied = static_cast<size_t>(&existing - table_.columns.data()) < copied_columns_;
  if (!copied)
    return sql::SqlError(definition.name.range, "Duplicate column: " + name, "Give one of the two another name.");
  const std::string source = statement_->like->source.ToString();
  struct Replaceable {
    sql::ColumnKind kind;
    TableColumn::Kind existing;
    LikeFeature feature;
    const char* text;
  };
  for (const Replaceable& way :
       {Replaceable{sql::ColumnKind::kComputed, TableColumn::Kind::kComputed, LikeFeature::kGenerated, "GENERATED"},
        Replaceable{sql::ColumnKind::kMetadata, TableColumn::Kind::kMetadata, LikeFeature::kMetadata, "METADATA"}}) {
    if (definition.kind != way.kind || existing.kind != way.existing) continue;
    if (StrategyFor(way.feature) == LikeStrategy::kOverwriting) return arrow::Status::OK();
    return sql::SqlError(definition.name.range, fmt::format("'{}' has a column '{}' already", source, name),
                         fmt::format("Write LIKE ... (OVERWRITING {0}) or (EXCLUDING {0}).", way.text));
  }
  return sql::SqlError(definition.name.range, fmt::format("'{}' has a column '{}' already", source, name),
                       "Give this one another name.");
}

arrow::Status TableBinder::AddOptions() {
  for (const sql::Option& option : statement_->options) {
    const bool copied = statement_->like && table_.options.count(option.key.value) > 0;
    if (copied && StrategyFor(LikeFeature::kOptions) == LikeStrategy::kIncluding) {
      return sql::SqlError(
          option.key.range,
          fmt::format("'{}' has the option '{}' already", statement_->like->source.ToString(), option.key.value),
          "Write LIKE ... (OVERWRITING OPTIONS) or (EXCLUDING OPTIONS).");
    }
    table_.options[option.key.value] = option.value.value;
  }
  return arrow::Status::OK();
}

arrow::Status TableBinder::CheckOptions() const {
  const arrow::Status status = environment_.context().tables->Validate(table_);
  if (status.ok()) return status;
  const sql::SourceRange otherwise =
      statement_->options_range.empty() ? statement_->name.range : statement_->options_range;
  return sql::WithPlace(status, PlaceOfOption(statement_->options, status.message(), otherwise));
}

}  // namespace tidemark::plan
