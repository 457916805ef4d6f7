// SPDX-License-Identifier: Apache-2.0
// Tables whose records have a text format.
#include "connectors/text_table.h"

#include <arrow/status.h>

namespace tidemark::connectors {

OptionSpec TextTable::FormatOption() {
  return {
      .key = "format", .type = OptionType::kString, .description = "json, csv, raw or debezium-json", .required = true};
}

arrow::Result<TextTable> TextTable::Of(const TableDefinition& table) {
  TextTable text;
  const auto name = table.options.find("format");
  if (name == table.options.end())
    return arrow::Status::Invalid("Table '", table.name(), "' needs the option 'format'");
  text.format = formats::FindFormat(name->second);
  if (text.format == nullptr) return arrow::Status::Invalid("Unknown format '", name->second, "'");
  if (text.format->make_decoder == nullptr) {
    return arrow::Status::Invalid("Format '", name->second,
                                  "' is for files; it cannot be used for a stream of records");
  }
  const std::string prefix = name->second + ".";
  for (const auto& [key, value] : table.options) {
    if (key.starts_with(prefix)) text.options[key.substr(prefix.size())] = value;
  }
  for (const auto& column : table.columns) {
    if (column.kind == TableColumn::Kind::kPhysical) text.schema.push_back({column.name, column.type});
  }
  return text;
}

arrow::Status TextTable::Check(const TableDefinition& table) {
  ARROW_ASSIGN_OR_RAISE(const TextTable text, Of(table));
  if (!table.partition_keys.empty())
    return arrow::Status::Invalid("Table '", table.name(), "' cannot be PARTITIONED BY: it has no folders");
  return text.format->check == nullptr ? arrow::Status::OK() : text.format->check(text.options, text.schema);
}

plan::ChangelogMode TextTable::Changelog(const TableDefinition& table) {
  const auto text = Of(table);
  if (!text.ok() || !text->format->changelog) return {};
  return {.updates = true, .update_before = true, .deletes = true};
}

formats::DecodeRequest TextTable::RequestFor(const plan::SourceNode& node, const ConnectorContext& context) const {
  formats::DecodeRequest request;
  request.physical_schema = schema;
  request.local_time_zone = context.functions->local_time_zone;
  request.max_record_bytes = context.configuration->GetMemoryBytes(config::kMaxRecordBytes);
  for (const int column : node.read_columns) {
    int position = 0;
    for (int before = 0; before < column; ++before) {
      position += node.table->columns[static_cast<size_t>(before)].kind == TableColumn::Kind::kPhysical;
    }
    request.projection.push_back(position);
    const auto used = node.used_fields.find(column);
    if (used != node.used_fields.end()) request.used_fields[position] = used->second;
  }
  return request;
}

}  // namespace tidemark::connectors
