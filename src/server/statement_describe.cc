// SPDX-License-Identifier: Apache-2.0
// What one table or view looks like: DESCRIBE, SHOW COLUMNS, SHOW CREATE.
#include <algorithm>

#include "server/object_names.h"
#include "server/show.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"
#include "sql/secret_options.h"

namespace tidemark::server {
namespace {

std::string ColumnExtras(const TableColumn& column) {
  if (column.kind == TableColumn::Kind::kComputed) return "AS " + sql::ToSqlWithQuotedColumns(*column.computed);
  if (column.kind != TableColumn::Kind::kMetadata) return "";
  const bool own_name = column.metadata_key.empty() || column.metadata_key == column.name;
  return "METADATA" + (own_name ? "" : " FROM " + sql::QuoteString(column.metadata_key)) +
         (column.metadata_virtual ? " VIRTUAL" : "");
}

/// "INT", "TIMESTAMP(3) *ROWTIME*": nullability has a column of its own.
std::string TypeText(const DataType& type) { return type.WithNullable(true).ToString(); }

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string Quoted(const std::vector<std::string>& names, const char* between) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : between) + sql::AlwaysQuoteIdentifier(name);
  return text;
}

struct Description {
  std::vector<Row> rows;
  bool has_comments = false;
};

/// `types` are the columns as a query sees them now, with their time attributes.
Description DescribeTable(const TableDefinition& table, const Schema& types) {
  Description description;
  const auto& key = table.primary_key;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    const bool in_key = std::find(key.begin(), key.end(), column.name) != key.end();
    const bool is_rowtime = table.watermark && table.watermark->column == column.name;
    const std::string extras = ColumnExtras(column);
    Row row{column.name, TypeText(types[i].type), types[i].type.nullable() ? "TRUE" : "FALSE"};
    row.push_back(in_key ? std::optional("PRI(" + Joined(key) + ")") : std::nullopt);
    row.push_back(extras.empty() ? std::nullopt : std::optional(extras));
    row.push_back(is_rowtime ? std::optional(sql::ToSqlWithQuotedColumns(*table.watermark->expression)) : std::nullopt);
    row.push_back(column.comment.empty() ? std::nullopt : std::optional(column.comment));
    description.has_comments |= !column.comment.empty();
    description.rows.push_back(std::move(row));
  }
  return description;
}

Description DescribeView(const Schema& columns) {
  Description description;
  for (const Field& field : columns) {
    description.rows.push_back({field.name, TypeText(field.type), field.type.nullable() ? "TRUE" : "FALSE",
                                std::nullopt, std::nullopt, std::nullopt, std::nullopt});
  }
  return description;
}

std::string ColumnLine(const TableColumn& column) {
  std::string line = sql::AlwaysQuoteIdentifier(column.name);
  if (column.kind != TableColumn::Kind::kComputed) {
    line += " " + column.type.WithTimeAttribute(TimeAttribute::kNone).ToSerializableString();
  }
  if (const std::string extras = ColumnExtras(column); !extras.empty()) line += " " + extras;
  if (!column.comment.empty()) line += " COMMENT " + sql::QuoteString(column.comment);
  return line;
}

std::string InParentheses(const std::vector<std::string>& lines) {
  std::string text = "(\n";
  for (size_t i = 0; i < lines.size(); ++i) text += "  " + lines[i] + (i + 1 < lines.size() ? ",\n" : "\n");
  return text + ")\n";
}

std::string CreateTableText(const TableDefinition& table) {
  std::vector<std::string> elements;
  for (const auto& column : table.columns) elements.push_back(ColumnLine(column));
  if (table.watermark) {
    elements.push_back("WATERMARK FOR " + sql::AlwaysQuoteIdentifier(table.watermark->column) + " AS " +
                       sql::ToSqlWithQuotedColumns(*table.watermark->expression));
  }
  if (!table.primary_key.empty()) {
    elements.push_back("CONSTRAINT " + sql::AlwaysQuoteIdentifier(table.primary_key_name) + " PRIMARY KEY (" +
                       Quoted(table.primary_key, ", ") + ") NOT ENFORCED");
  }
  std::vector<std::string> options;
  for (const auto& [key, value] : table.options)
    options.push_back(sql::QuoteString(key) + " = " + sql::QuoteString(sql::ShownOptionValue(key, value)));
  std::string text = std::string("CREATE ") + (table.temporary ? "TEMPORARY " : "") + "TABLE " +
                     Quoted(table.path, ".") + " " + InParentheses(elements);
  if (!table.comment.empty()) text += "COMMENT " + sql::QuoteString(table.comment) + "\n";
  if (!table.partition_keys.empty()) text += "PARTITIONED BY (" + Quoted(table.partition_keys, ", ") + ")\n";
  return text + "WITH " + InParentheses(options);
}

std::string CreateViewText(const ViewDefinition& view, const Schema& columns) {
  std::vector<std::string> names;
  for (const Field& field : columns) names.push_back(sql::AlwaysQuoteIdentifier(field.name));
  std::string text = std::string("CREATE ") + (view.temporary ? "TEMPORARY " : "") + "VIEW " + Quoted(view.path, ".") +
                     " " + InParentheses(names);
  if (!view.comment.empty()) text += "COMMENT " + sql::QuoteString(view.comment) + "\n";
  return text + "AS " + view.query_text + "\n";
}

/// Event time has no meaning in batch mode, and Flink shows none there.
Schema WithoutRowtime(Schema columns) {
  for (Field& field : columns) {
    if (field.type.is_rowtime()) field.type = field.type.WithTimeAttribute(TimeAttribute::kNone);
  }
  return columns;
}

bool IsBatch(const plan::PlanContext& context) {
  return context.configuration->GetString(config::kRuntimeMode) == "batch";
}

}  // namespace

Prepared DescribeObject(const sql::Name& name, const NameFilter& filter, const plan::PlanContext& context) {
  ARROW_ASSIGN_OR_RAISE(const auto* object, FindTableOrView(name, *context.catalog));
  Schema types;
  if (const auto* table = std::get_if<TablePtr>(object)) {
    ARROW_ASSIGN_OR_RAISE(types, plan::BindColumns(**table, name.range, context));
  } else {
    ARROW_ASSIGN_OR_RAISE(types, plan::BindColumns(*std::get<ViewPtr>(*object), name.range, context));
  }
  if (IsBatch(context)) types = WithoutRowtime(std::move(types));
  const auto* table = std::get_if<TablePtr>(object);
  Description description = table != nullptr ? DescribeTable(**table, types) : DescribeView(types);
  std::erase_if(description.rows, [&](const Row& row) { return !filter.Passes(*row[0]); });
  Schema columns = {{"name", DataType::String()}, {"type", DataType::String()},   {"null", DataType::Boolean()},
                    {"key", DataType::String()},  {"extras", DataType::String()}, {"watermark", DataType::String()}};
  if (description.has_comments) {
    columns.push_back({"comment", DataType::String()});
  } else {
    for (Row& row : description.rows) row.pop_back();
  }
  return RowsOf(std::move(columns), std::move(description.rows));
}

Prepared ShowCreate(const sql::ShowStatement& show, const plan::PlanContext& context) {
  PreparedStatement prepared;
  prepared.kind = PreparedStatement::Kind::kText;
  if (show.object_type == sql::ObjectType::kCatalog) {
    ARROW_RETURN_NOT_OK(CheckCatalog(show.name, *context.catalog));
    prepared.text = "CREATE CATALOG " + sql::AlwaysQuoteIdentifier(show.name.last().value) + "\nWITH " +
                    InParentheses({"'type' = 'generic_in_memory'"});
    return std::optional(std::move(prepared));
  }
  if (show.object_type != sql::ObjectType::kTable && show.object_type != sql::ObjectType::kView) {
    return sql::NotSupportedYet(show.range, std::string("SHOW CREATE ") + sql::ObjectTypeName(show.object_type));
  }
  ARROW_ASSIGN_OR_RAISE(const auto* object, FindObject(show.name, show.object_type, false, *context.catalog));
  if (const auto* table = std::get_if<TablePtr>(object)) {
    prepared.text = CreateTableText(**table);
  } else {
    const ViewDefinition& view = *std::get<ViewPtr>(*object);
    ARROW_ASSIGN_OR_RAISE(const Schema columns, plan::BindColumns(view, show.name.range, context));
    prepared.text = CreateViewText(view, columns);
  }
  return std::optional(std::move(prepared));
}

}  // namespace tidemark::server
