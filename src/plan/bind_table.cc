// SPDX-License-Identifier: Apache-2.0
// Binds CREATE TABLE by Flink's rules.
#include "plan/bind_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "plan/table_parts.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {
TableBinder::TableBinder(std::shared_ptr<const sql::CreateTableStatement> statement, const BindEnvironment& environment)
    : statement_(std::move(statement)), environment_(environment) {}

arrow::Result<TablePtr> TableBinder::Bind() {
  const sql::CreateTableStatement& statement = *statement_;
  if (statement.name.parts.size() > 3) {
    return sql::SqlError(statement.name.range, "A table name has at most three parts: catalog.database.table");
  }
  if (statement.distribution) return sql::NotSupportedYet(statement.distribution->range, "DISTRIBUTED BY");
  table_.path = environment_.Qualify(statement.name);
  table_.temporary = statement.temporary;
  if (statement.comment) table_.comment = statement.comment->value;
  if (statement.like) ARROW_RETURN_NOT_OK(CopyLike(*statement.like));
  for (const sql::ColumnDefinition& column : statement.elements.columns) ARROW_RETURN_NOT_OK(AddColumn(column));
  if (statement.query) ARROW_RETURN_NOT_OK(AddQueryColumns(*statement.query));
  ARROW_RETURN_NOT_OK(AddOptions());
  ARROW_RETURN_NOT_OK(AddKeys());
  ARROW_RETURN_NOT_OK(AddWatermark());
  ARROW_RETURN_NOT_OK(AddPartitions());
  if (table_.columns.empty()) {
    return sql::SqlError(statement.name.range, fmt::format("Table '{}' has no columns", table_.name()),
                         fmt::format("Write CREATE TABLE {} (name TYPE, ...) WITH (...).", table_.name()));
  }
  const auto& watermarks = statement.elements.watermarks;
  const sql::SourceRange rowtime = watermarks.empty() ? sql::SourceRange{} : watermarks[0].column.range;
  ARROW_RETURN_NOT_OK(BindExpressions(environment_, rowtime, &table_));
  ARROW_RETURN_NOT_OK(CheckOptions());
  ARROW_RETURN_NOT_OK(
      CheckMetadata(table_, statement.elements.columns, *environment_.context().tables, statement.name.range));
  return std::make_shared<const TableDefinition>(std::move(table_));
}

arrow::Status TableBinder::AddColumn(const sql::ColumnDefinition& definition) {
  if (definition.kind == sql::ColumnKind::kNameOnly) {
    if (statement_->query) return arrow::Status::OK();  // AddQueryColumns orders by them
    return sql::SqlError(definition.range, fmt::format("Column '{}' has no type", definition.name.value),
                         "Write " + definition.name.value + " TYPE.");
  }
  ARROW_ASSIGN_OR_RAISE(TableColumn column, MakeTableColumn(definition, statement_));
  TableColumn* existing = FindTableColumn(column.name, &table_);
  if (existing == nullptr) {
    table_.columns.push_back(std::move(column));
    return arrow::Status::OK();
  }
  ARROW_RETURN_NOT_OK(CheckReplacesColumn(definition, *existing));
  *existing = std::move(column);
  return arrow::Status::OK();
}

arrow::Status TableBinder::AddQueryColumns(const sql::Query& query) {
  BindEnvironment environment = environment_;
  environment.hints_other_tables = true;
  ARROW_ASSIGN_OR_RAISE(BoundRelation relation, BindRelation(query, environment));
  std::vector<TableColumn> columns;
  for (const Field& field : relation.schema()) {
    if (const TableColumn* declared = FindTableColumn(field.name, &table_)) {  // with a type of its own
      if (declared->kind != TableColumn::Kind::kPhysical) {
        return sql::SqlError(query.range,
                             fmt::format("The query gives the column '{}', which is computed or metadata", field.name),
                             "Give one of the two another name.");
      }
      columns.push_back(*declared);
      table_.columns.erase(table_.columns.begin() + (declared - table_.columns.data()));
      continue;
    }
    if (field.type.kind() == TypeKind::kNull) {
      return sql::SqlError(query.range, fmt::format("Column '{}' of the query is NULL, which has no type", field.name),
                           "Give it one: CAST(NULL AS INT).");
    }
    TableColumn column;
    column.name = field.name;
    column.type = field.type.WithTimeAttribute(TimeAttribute::kNone);
    columns.push_back(std::move(column));
  }
  std::vector<TableColumn> ordered;
  for (const sql::ColumnDefinition& definition : statement_->elements.columns) {
    if (definition.kind != sql::ColumnKind::kNameOnly) continue;
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const TableColumn& c) { return c.name == definition.name.value; });
    if (found == columns.end()) {
      std::vector<std::string> known;
      for (const Field& field : relation.schema()) known.push_back(field.name);
      std::string hint = sql::DidYouMean(definition.name.value, known);
      if (hint.empty()) hint = fmt::format("The query gives {}.", fmt::join(known, ", "));
      return sql::SqlError(definition.name.range, fmt::format("The query gives no column '{}'", definition.name.value),
                           hint);
    }
    ordered.push_back(std::move(*found));
    columns.erase(found);
  }
  if (!ordered.empty() && !columns.empty()) {
    return sql::SqlError(
        sql::Cover(statement_->elements.columns.front().range, statement_->elements.columns.back().range),
        fmt::format("The column list leaves out '{}' of the query", columns[0].name),
        "Name every column of the query.");
  }
  for (auto* part : {&ordered, &columns}) table_.columns.insert(table_.columns.end(), part->begin(), part->end());
  return arrow::Status::OK();
}

arrow::Status TableBinder::AddKeys() {
  std::vector<const sql::KeyConstraint*> keys;
  for (const sql::ColumnDefinition& column : statement_->elements.columns) {
    if (column.key) keys.push_back(&*column.key);
  }
  for (const sql::KeyConstraint& constraint : statement_->elements.constraints) keys.push_back(&constraint);
  for (const sql::KeyConstraint* key : keys) {
    if (key != keys[0])
      return sql::SqlError(key->range, "A second PRIMARY KEY",
                           "Name all its columns in one PRIMARY KEY (a, b) NOT ENFORCED.");
    if (!table_.primary_key.empty()) {
      return sql::SqlError(key->range,
                           fmt::format("'{}' has a primary key already", statement_->like->source.ToString()),
                           "Write LIKE ... (EXCLUDING CONSTRAINTS) to leave it out.");
    }
    ARROW_RETURN_NOT_OK(SetPrimaryKey(*key, &table_));
  }
  return arrow::Status::OK();
}

arrow::Status TableBinder::AddWatermark() {
  const auto& watermarks = statement_->elements.watermarks;
  if (watermarks.size() > 1) {
    return sql::SqlError(watermarks[1].range, "A second WATERMARK", "A table has one event time column.");
  }
  if (watermarks.empty()) return arrow::Status::OK();
  const sql::WatermarkDefinition& watermark = watermarks[0];
  if (table_.watermark && watermark_strategy_ != sql::LikeStrategy::kOverwriting) {
    return sql::SqlError(watermark.range,
                         fmt::format("'{}' has a watermark already", statement_->like->source.ToString()),
                         "Write LIKE ... (OVERWRITING WATERMARKS) or (EXCLUDING WATERMARKS).");
  }
  return SetWatermark(watermark, statement_, &table_);
}

arrow::Status TableBinder::AddPartitions() {
  if (statement_->partitioned_by.empty()) return arrow::Status::OK();
  if (!table_.partition_keys.empty()) {
    const auto& keys = statement_->partitioned_by;
    return sql::SqlError(sql::Cover(keys.front().range, keys.back().range),
                         fmt::format("'{}' is partitioned already", statement_->like->source.ToString()),
                         "Write LIKE ... (EXCLUDING PARTITIONS) to leave its partitions out.");
  }
  for (const sql::Identifier& name : statement_->partitioned_by) {
    const TableColumn* column = FindTableColumn(name.value, &table_);
    if (column == nullptr) return UnknownTableColumn(name, "PARTITIONED BY", table_);
    if (column->kind != TableColumn::Kind::kPhysical) {
      return sql::SqlError(name.range,
                           fmt::format("'{}' is no physical column and cannot partition the table", name.value),
                           "Add a physical column for it.");
    }
    auto& keys = table_.partition_keys;
    if (std::find(keys.begin(), keys.end(), name.value) != keys.end()) {
      return sql::SqlError(name.range, fmt::format("'{}' stands twice in PARTITIONED BY", name.value), "Name it once.");
    }
    keys.push_back(name.value);
  }
  return arrow::Status::OK();
}

arrow::Result<TablePtr> BindCreateTable(std::shared_ptr<const sql::CreateTableStatement> statement,
                                        const PlanContext& context) {
  BindSession session(context);
  BindEnvironment environment = BindEnvironment::Top(&session);
  environment.hints_other_tables = false;
  return TableBinder(std::move(statement), environment).Bind();
}

}  // namespace tidemark::plan
