// SPDX-License-Identifier: Apache-2.0
// Checks of single columns, keys, watermarks and options.
#include "plan/table_parts.h"

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

arrow::Status CheckKeyForm(const sql::KeyConstraint& key) {
  if (key.is_unique)
    return sql::NotSupportedYet(key.range, "UNIQUE",
                                "Leave it out; PRIMARY KEY ... NOT ENFORCED names what is unique.");
  if (key.enforcement == sql::Enforcement::kNotEnforced) return arrow::Status::OK();
  std::vector<std::string> columns;
  for (const sql::Identifier& column : key.columns) columns.push_back(sql::QuoteIdentifier(column.value));
  return sql::SqlError(key.range, "PRIMARY KEY must be NOT ENFORCED: the table's data is not checked for it",
                       fmt::format("Write PRIMARY KEY ({}) NOT ENFORCED.", fmt::join(columns, ", ")));
}

bool Mentions(const std::string& message, const std::string& text) {
  return message.find("'" + text + "'") != std::string::npos || message.find("\"" + text + "\"") != std::string::npos;
}

arrow::Status UnknownMetadata(const TableColumn& column, const std::vector<Field>& available, sql::SourceRange range) {
  std::vector<std::string> known;
  for (const Field& field : available) known.push_back(field.name);
  std::string hint = sql::DidYouMean(column.metadata_key, known);
  if (hint.empty())
    hint = known.empty() ? "This connector has no metadata columns."
                         : fmt::format("The connector has {}.", fmt::join(known, ", "));
  return sql::SqlError(range, "Unknown metadata key: " + column.metadata_key, hint);
}

}  // namespace

TableColumn* FindTableColumn(const std::string& name, TableDefinition* table) {
  for (TableColumn& column : table->columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

arrow::Status UnknownTableColumn(const sql::Identifier& name, const std::string& clause, const TableDefinition& table) {
  std::string hint = sql::DidYouMean(name.value, ColumnNames(table));
  if (hint.empty()) hint = fmt::format("The table has {}.", fmt::join(ColumnNames(table), ", "));
  return sql::SqlError(name.range, fmt::format("Unknown column in {}: {}", clause, name.value), hint);
}

arrow::Result<TableColumn> MakeTableColumn(const sql::ColumnDefinition& definition,
                                           const std::shared_ptr<const sql::Statement>& owner) {
  TableColumn column;
  column.name = definition.name.value;
  if (definition.comment) column.comment = definition.comment->value;
  if (definition.kind == sql::ColumnKind::kComputed) {
    column.kind = ColumnKind::kComputed;
    column.computed = std::shared_ptr<const sql::Expression>(owner, definition.expression.get());
  } else if (definition.kind == sql::ColumnKind::kMetadata) {
    column.kind = ColumnKind::kMetadata;
    column.metadata_key = definition.metadata_key ? definition.metadata_key->value : column.name;
    column.metadata_virtual = definition.is_virtual;
  }
  if (definition.type) {
    ARROW_ASSIGN_OR_RAISE(column.type, BindType(*definition.type));
  }
  return column;
}

arrow::Status SetPrimaryKey(const sql::KeyConstraint& key, TableDefinition* table) {
  ARROW_RETURN_NOT_OK(CheckKeyForm(key));
  auto& key_columns = table->primary_key;
  for (const sql::Identifier& name : key.columns) {
    TableColumn* column = FindTableColumn(name.value, table);
    if (column == nullptr) return UnknownTableColumn(name, "PRIMARY KEY", *table);
    if (column->kind != ColumnKind::kPhysical) {
      return sql::SqlError(name.range,
                           fmt::format("'{}' is a {} column and cannot be part of the primary key", name.value,
                                       column->kind == ColumnKind::kComputed ? "computed" : "metadata"),
                           "A primary key is made of physical columns.");
    }
    if (std::find(key_columns.begin(), key_columns.end(), name.value) != key_columns.end()) {
      return sql::SqlError(name.range, fmt::format("'{}' stands twice in PRIMARY KEY", name.value), "Name it once.");
    }
    column->type = column->type.NotNull();
    key_columns.push_back(name.value);
  }
  table->primary_key_name = key.name ? key.name->value : fmt::format("PK_{}", fmt::join(key_columns, "_"));
  return arrow::Status::OK();
}

arrow::Status SetWatermark(const sql::WatermarkDefinition& watermark,
                           const std::shared_ptr<const sql::Statement>& owner, TableDefinition* table) {
  const sql::Identifier& column = watermark.column.parts[0];
  if (FindTableColumn(column.value, table) == nullptr) return UnknownTableColumn(column, "WATERMARK FOR", *table);
  if (watermark.column.parts.size() > 1) {
    return sql::SqlError(watermark.column.range, "WATERMARK FOR takes a column of the table, not a field of a ROW",
                         fmt::format("Add a computed column such as event_time AS {}, and WATERMARK FOR event_time.",
                                     watermark.column.ToString()));
  }
  table->watermark =
      WatermarkDeclaration{column.value, std::shared_ptr<const sql::Expression>(owner, watermark.expression.get())};
  return arrow::Status::OK();
}

sql::SourceRange PlaceOfOption(const sql::OptionList& options, const std::string& message, sql::SourceRange otherwise) {
  const sql::Option* best = nullptr;
  for (const sql::Option& option : options) {
    if (!Mentions(message, option.key.value)) continue;
    if (best == nullptr || option.key.value.size() > best->key.value.size()) best = &option;
  }
  if (best == nullptr) {
    for (const sql::Option& option : options) {
      if (!option.value.value.empty() && Mentions(message, option.value.value)) return option.value.range;
    }
    return otherwise;
  }
  return !best->value.value.empty() && Mentions(message, best->value.value) ? best->value.range : best->key.range;
}

arrow::Status CheckMetadata(const TableDefinition& table, const std::vector<sql::ColumnDefinition>& definitions,
                            const TableCapabilities& connectors, sql::SourceRange otherwise) {
  const std::vector<Field> available = connectors.MetadataColumns(table);
  for (const TableColumn& column : table.columns) {
    if (column.kind != ColumnKind::kMetadata) continue;
    const auto definition = std::find_if(definitions.begin(), definitions.end(),
                                         [&](const auto& candidate) { return candidate.name.value == column.name; });
    const bool defined = definition != definitions.end();
    const sql::SourceRange range = !defined                   ? otherwise
                                   : definition->metadata_key ? definition->metadata_key->range
                                                              : definition->name.range;
    const auto field =
        std::find_if(available.begin(), available.end(), [&](const Field& f) { return f.name == column.metadata_key; });
    if (field == available.end()) return UnknownMetadata(column, available, range);
    if (!expr::CheckCast(field->type, column.type).ok()) {
      return sql::SqlError(defined ? definition->type->range : range,
                           fmt::format("Metadata '{}' is {}, which cannot become {}", column.metadata_key,
                                       TypeText(field->type), TypeText(column.type)),
                           fmt::format("Declare the column as {}.", TypeText(field->type)));
    }
  }
  return arrow::Status::OK();
}

arrow::Status BindExpressions(const BindEnvironment& environment, sql::SourceRange rowtime, TableDefinition* table) {
  ARROW_ASSIGN_OR_RAISE(TableSchema schema, BindTableSchema(*table, environment, rowtime));
  for (size_t i = 0; i < table->columns.size(); ++i) {
    if (schema.computed[i])
      table->columns[i].type = schema.columns[i].type.WithTimeAttribute(schema.computed[i]->type().time_attribute());
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::plan
