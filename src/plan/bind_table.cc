// SPDX-License-Identifier: Apache-2.0
// Binds CREATE TABLE by Flink's rules.
#include "plan/bind_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "expr/evaluator.h"
#include "plan/bind_type.h"
#include "plan/table_schema.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {
namespace {

using ColumnKind = TableColumn::Kind;

std::vector<std::string> ColumnNames(const TableDefinition& table) {
  std::vector<std::string> names;
  for (const TableColumn& column : table.columns) names.push_back(column.name);
  return names;
}

arrow::Status UnknownTableColumn(const sql::Identifier& name, const char* clause, const TableDefinition& table) {
  std::string hint = sql::DidYouMean(name.value, ColumnNames(table));
  if (hint.empty()) hint = fmt::format("The table has {}.", fmt::join(ColumnNames(table), ", "));
  return sql::SqlError(name.range, fmt::format("Unknown column in {}: {}", clause, name.value), hint);
}

arrow::Status CheckKeyForm(const sql::KeyConstraint& key) {
  if (key.is_unique) return sql::NotSupportedYet(key.range, "UNIQUE");
  if (key.enforcement == sql::Enforcement::kNotEnforced) return arrow::Status::OK();
  std::vector<std::string> columns;
  for (const sql::Identifier& column : key.columns) columns.push_back(sql::QuoteIdentifier(column.value));
  return sql::SqlError(key.range, "PRIMARY KEY must be NOT ENFORCED: the table's data is not checked for it",
                       fmt::format("Write PRIMARY KEY ({}) NOT ENFORCED.", fmt::join(columns, ", ")));
}

}  // namespace

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
  ARROW_ASSIGN_OR_RAISE(TableSchema schema, BindTableSchema(table_, environment_, rowtime));
  for (size_t i = 0; i < table_.columns.size(); ++i) {
    if (schema.computed[i])
      table_.columns[i].type = schema.columns[i].type.WithTimeAttribute(schema.computed[i]->type().time_attribute());
  }
  ARROW_RETURN_NOT_OK(CheckOptions());
  ARROW_RETURN_NOT_OK(CheckMetadata());
  return std::make_shared<const TableDefinition>(std::move(table_));
}

TableColumn* TableBinder::FindColumn(const std::string& name) {
  const auto found =
      std::find_if(table_.columns.begin(), table_.columns.end(), [&](const TableColumn& c) { return c.name == name; });
  return found == table_.columns.end() ? nullptr : &*found;
}

arrow::Status TableBinder::AddColumn(const sql::ColumnDefinition& definition) {
  TableColumn column;
  column.name = definition.name.value;
  if (definition.comment) column.comment = definition.comment->value;
  switch (definition.kind) {
    case sql::ColumnKind::kPhysical:
      break;
    case sql::ColumnKind::kComputed:
      column.kind = ColumnKind::kComputed;
      column.computed = std::shared_ptr<const sql::Expression>(statement_, definition.expression.get());
      break;
    case sql::ColumnKind::kMetadata:
      column.kind = ColumnKind::kMetadata;
      column.metadata_key = definition.metadata_key ? definition.metadata_key->value : column.name;
      column.metadata_virtual = definition.is_virtual;
      break;
    case sql::ColumnKind::kNameOnly:
      if (statement_->query) return arrow::Status::OK();  // AddQueryColumns orders by them
      return sql::SqlError(definition.range, fmt::format("Column '{}' has no type", column.name),
                           "Write " + column.name + " TYPE.");
  }
  if (definition.type) {
    ARROW_ASSIGN_OR_RAISE(column.type, BindType(*definition.type));
  }
  TableColumn* existing = FindColumn(column.name);
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
    if (FindColumn(field.name) != nullptr) continue;  // declared with a type of its own
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
    ARROW_RETURN_NOT_OK(CheckKeyForm(*key));
    if (key != keys[0])
      return sql::SqlError(key->range, "A second PRIMARY KEY",
                           "Name all its columns in one PRIMARY KEY (a, b) NOT ENFORCED.");
    if (!table_.primary_key.empty()) {
      return sql::SqlError(key->range,
                           fmt::format("'{}' has a primary key already", statement_->like->source.ToString()),
                           "Write LIKE ... (EXCLUDING CONSTRAINTS) to leave it out.");
    }
  }
  for (const sql::KeyConstraint* key : keys) {
    for (const sql::Identifier& name : key->columns) {
      TableColumn* column = FindColumn(name.value);
      if (column == nullptr) return UnknownTableColumn(name, "PRIMARY KEY", table_);
      if (column->kind != ColumnKind::kPhysical) {
        return sql::SqlError(name.range,
                             fmt::format("'{}' is a {} column and cannot be part of the primary key", name.value,
                                         column->kind == ColumnKind::kComputed ? "computed" : "metadata"),
                             "A primary key is made of physical columns.");
      }
      auto& key_columns = table_.primary_key;
      if (std::find(key_columns.begin(), key_columns.end(), name.value) != key_columns.end()) {
        return sql::SqlError(name.range, fmt::format("'{}' stands twice in PRIMARY KEY", name.value), "Name it once.");
      }
      column->type = column->type.NotNull();
      key_columns.push_back(name.value);
    }
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
  if (FindColumn(watermark.column.parts[0].value) == nullptr) {
    return UnknownTableColumn(watermark.column.parts[0], "WATERMARK FOR", table_);
  }
  if (watermark.column.parts.size() > 1) {
    const std::string path = watermark.column.ToString();
    return sql::SqlError(
        watermark.column.range, "WATERMARK FOR takes a column of the table, not a field of a ROW",
        fmt::format("Add a computed column such as event_time AS {}, and WATERMARK FOR event_time.", path));
  }
  if (table_.watermark && watermark_strategy_ != sql::LikeStrategy::kOverwriting) {
    return sql::SqlError(watermark.range,
                         fmt::format("'{}' has a watermark already", statement_->like->source.ToString()),
                         "Write LIKE ... (OVERWRITING WATERMARKS) or (EXCLUDING WATERMARKS).");
  }
  table_.watermark = WatermarkDeclaration{
      watermark.column.parts[0].value, std::shared_ptr<const sql::Expression>(statement_, watermark.expression.get())};
  return arrow::Status::OK();
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
    const TableColumn* column = FindColumn(name.value);
    if (column == nullptr) return UnknownTableColumn(name, "PARTITIONED BY", table_);
    if (column->kind != ColumnKind::kPhysical) {
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

arrow::Status TableBinder::CheckMetadata() const {
  const std::vector<Field> available = environment_.context().tables->MetadataColumns(table_);
  for (const TableColumn& column : table_.columns) {
    if (column.kind != ColumnKind::kMetadata) continue;
    const auto field =
        std::find_if(available.begin(), available.end(), [&](const Field& f) { return f.name == column.metadata_key; });
    const sql::ColumnDefinition* definition = DefinitionOf(column.name);
    const sql::SourceRange range = definition == nullptr      ? statement_->name.range
                                   : definition->metadata_key ? definition->metadata_key->range
                                                              : definition->name.range;
    if (field == available.end()) {
      std::vector<std::string> known;
      for (const Field& f : available) known.push_back(f.name);
      std::string hint = sql::DidYouMean(column.metadata_key, known);
      if (hint.empty())
        hint = known.empty() ? "This connector has no metadata columns."
                             : fmt::format("The connector has {}.", fmt::join(known, ", "));
      return sql::SqlError(range, "Unknown metadata key: " + column.metadata_key, hint);
    }
    if (!expr::CheckCast(field->type, column.type).ok()) {
      return sql::SqlError(definition == nullptr ? range : definition->type->range,
                           fmt::format("Metadata '{}' is {}, which cannot become {}", column.metadata_key,
                                       TypeText(field->type), TypeText(column.type)),
                           fmt::format("Declare the column as {}.", TypeText(field->type)));
    }
  }
  return arrow::Status::OK();
}

const sql::ColumnDefinition* TableBinder::DefinitionOf(const std::string& name) const {
  for (const sql::ColumnDefinition& definition : statement_->elements.columns) {
    if (definition.name.value == name) return &definition;
  }
  return nullptr;
}

arrow::Result<TablePtr> BindCreateTable(std::shared_ptr<const sql::CreateTableStatement> statement,
                                        const PlanContext& context) {
  BindSession session(context);
  BindEnvironment environment = BindEnvironment::Top(&session);
  environment.hints_other_tables = false;
  return TableBinder(std::move(statement), environment).Bind();
}

}  // namespace tidemark::plan
