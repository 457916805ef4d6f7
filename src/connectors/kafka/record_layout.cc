// SPDX-License-Identifier: Apache-2.0
// Dividing columns among key and value.
#include "connectors/kafka/record_layout.h"

#include <arrow/status.h>

#include <algorithm>

#include "connectors/kafka/kafka_options.h"
#include "connectors/option_value.h"
#include "sql/diagnostic.h"

namespace tidemark::connectors::kafka {
namespace {

std::vector<std::string> PhysicalNames(const TableDefinition& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) {
    if (column.kind == TableColumn::Kind::kPhysical) names.push_back(column.name);
  }
  return names;
}

/// `option`: "format", "key.format" or "value.format"; its format's options have the same prefix.
arrow::Result<RecordPart> PartOf(const TableDefinition& table, const std::string& option) {
  RecordPart part;
  const std::string name = OptionValue(table, option);
  part.format = formats::FindFormat(name);
  if (part.format == nullptr) return arrow::Status::Invalid("Unknown format '", name, "'");
  if (part.format->make_decoder == nullptr) {
    return arrow::Status::Invalid("Format '", name, "' is for files; it cannot be used for a stream of records");
  }
  const std::string prefix = option.substr(0, option.size() - std::string("format").size()) + name + ".";
  for (const auto& [key, value] : table.options) {
    if (key.starts_with(prefix)) part.options[key.substr(prefix.size())] = value;
  }
  return part;
}

arrow::Result<std::vector<std::string>> KeyFields(const TableDefinition& table, bool upsert) {
  if (upsert) {
    if (!table.primary_key.empty()) return table.primary_key;
    return arrow::Status::Invalid(
        "Table '", table.name(),
        "' of connector 'upsert-kafka' needs a PRIMARY KEY (...) NOT ENFORCED: its columns make the "
        "key of the records");
  }
  std::vector<std::string> fields;
  const std::string text = OptionValue(table, "key.fields");
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(';', begin), text.size());
    fields.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  const bool has_format = !OptionValue(table, "key.format").empty();
  if (has_format && fields.empty())
    return arrow::Status::Invalid("Option 'key.format' needs the option 'key.fields': the columns that make the key");
  if (!has_format && !fields.empty())
    return arrow::Status::Invalid("Option 'key.fields' needs the option 'key.format'");
  return fields;
}

arrow::Status AddKeyColumn(const TableDefinition& table, const std::string& name, const std::string& prefix,
                           RecordPart* key) {
  const auto column = std::find_if(table.columns.begin(), table.columns.end(), [&](const TableColumn& c) {
    return c.name == name && c.kind == TableColumn::Kind::kPhysical;
  });
  if (column == table.columns.end()) {
    return sql::SqlError({}, "Option 'key.fields': there is no physical column '" + name + "'",
                         sql::DidYouMean(name, PhysicalNames(table)));
  }
  if (!name.starts_with(prefix)) {
    return arrow::Status::Invalid("Option 'key.fields-prefix' = '", prefix, "': key column '", name,
                                  "' does not begin with it");
  }
  const auto index = static_cast<int>(column - table.columns.begin());
  if (std::find(key->columns.begin(), key->columns.end(), index) != key->columns.end())
    return arrow::Status::Invalid("Option 'key.fields': '", name, "' stands there twice");
  key->columns.push_back(index);
  key->schema.push_back({name.substr(prefix.size()), column->type});
  return arrow::Status::OK();
}

arrow::Status CheckPart(const RecordPart& part, const char* what) {
  if (part.format->check == nullptr) return arrow::Status::OK();
  const arrow::Status status = part.format->check(part.options, part.schema);
  return status.ok() ? status : status.WithMessage(status.message(), " (the ", what, " of the records)");
}

arrow::Status CheckChangelog(const TableDefinition& table, bool upsert, const RecordLayout& layout) {
  if (layout.key && layout.key->format->changelog)
    return arrow::Status::Invalid("Option 'key.format' = '", layout.key->format->name, "': a key carries no changes");
  if (upsert && layout.value.format->changelog) {
    return arrow::Status::Invalid("Option 'value.format' = '", layout.value.format->name,
                                  "': connector 'upsert-kafka' makes the changes itself; use connector 'kafka'");
  }
  if (!upsert && !table.primary_key.empty() && !layout.value.format->changelog) {
    return arrow::Status::Invalid("Table '", table.name(), "' of connector 'kafka' with format '",
                                  layout.value.format->name,
                                  "' cannot have a PRIMARY KEY: its records are only ever added. Leave it out, or use "
                                  "connector 'upsert-kafka'");
  }
  return arrow::Status::OK();
}

}  // namespace

arrow::Result<RecordLayout> RecordLayout::Of(const TableDefinition& table, bool upsert) {
  RecordLayout layout;
  const bool has_value_format = !OptionValue(table, "value.format").empty();
  const bool has_format = !upsert && !OptionValue(table, "format").empty();
  if (!has_value_format && !has_format)
    return arrow::Status::Invalid("Table '", table.name(), "' needs the option '", upsert ? "value.format" : "format",
                                  "'");
  if (has_value_format && has_format)
    return arrow::Status::Invalid("Options 'format' and 'value.format' mean the same; set one of them");
  ARROW_ASSIGN_OR_RAISE(layout.value, PartOf(table, has_format ? "format" : "value.format"));
  ARROW_ASSIGN_OR_RAISE(const auto fields, KeyFields(table, upsert));
  const std::string prefix = OptionValue(table, "key.fields-prefix");
  const bool except_key = ChoiceOf(table, "value.fields-include") == "except_key";
  if (!fields.empty()) {
    ARROW_ASSIGN_OR_RAISE(layout.key, PartOf(table, "key.format"));
    for (const auto& field : fields) ARROW_RETURN_NOT_OK(AddKeyColumn(table, field, prefix, &*layout.key));
  }
  if (!prefix.empty() && !except_key) {
    return arrow::Status::Invalid(
        "Option 'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY': the value has no prefixed names");
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const auto& column = table.columns[i];
    if (column.kind != TableColumn::Kind::kPhysical) continue;
    const bool in_key = layout.key && std::find(layout.key->columns.begin(), layout.key->columns.end(),
                                                static_cast<int>(i)) != layout.key->columns.end();
    if (except_key && in_key) continue;
    layout.value.columns.push_back(static_cast<int>(i));
    layout.value.schema.push_back({column.name, column.type});
  }
  if (!table.partition_keys.empty())
    return arrow::Status::Invalid("Table '", table.name(), "' cannot be PARTITIONED BY: it has no folders");
  ARROW_RETURN_NOT_OK(CheckChangelog(table, upsert, layout));
  if (layout.key) ARROW_RETURN_NOT_OK(CheckPart(*layout.key, "key"));
  ARROW_RETURN_NOT_OK(CheckPart(layout.value, "value"));
  return layout;
}

bool RecordLayout::IsReadFromKey(int column, bool upsert) const {
  if (!key || std::find(key->columns.begin(), key->columns.end(), column) == key->columns.end()) return false;
  return upsert || std::find(value.columns.begin(), value.columns.end(), column) == value.columns.end();
}

std::vector<Field> RecordMetadata() {
  return {{"topic", DataType::String().NotNull()},
          {"partition", DataType::Int().NotNull()},
          {"headers", DataType::Map(DataType::String().NotNull(), DataType::Bytes()).NotNull()},
          {"leader-epoch", DataType::Int()},
          {"offset", DataType::BigInt().NotNull()},
          {"timestamp", DataType::TimestampLtz(3).NotNull()},
          {"timestamp-type", DataType::String().NotNull()}};
}

}  // namespace tidemark::connectors::kafka
