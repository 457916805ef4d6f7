// SPDX-License-Identifier: Apache-2.0
// Finding connectors by name, and checking the options of a table against what its connector and format take.
#include "connectors/registry.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "formats/format.h"
#include "sql/diagnostic.h"

namespace tidemark::connectors {
namespace {

const std::vector<const Connector*>& All() {
  static const std::vector<const Connector*> connectors = {
      BlackholeConnector(), DatagenConnector(), FilesystemConnector(), KafkaConnector(),       NexmarkConnector(),
      PrintConnector(),     StdinConnector(),   StdoutConnector(),     UpsertKafkaConnector(),
  };
  return connectors;
}

/// An option's spec by key; '#' in a spec stands for any one name, as in fields.#.min.
bool Matches(const std::string& pattern, const std::string& key) {
  const auto hash = pattern.find('#');
  if (hash == std::string::npos) return pattern == key;
  const std::string tail = pattern.substr(hash + 1);
  return key.size() > hash + tail.size() && key.compare(0, hash, pattern, 0, hash) == 0 &&
         key.compare(key.size() - tail.size(), tail.size(), tail) == 0;
}

const OptionSpec* Find(const std::vector<OptionSpec>& specs, const std::string& key) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& spec) { return Matches(spec.key, key); });
  return found == specs.end() ? nullptr : &*found;
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// Connectors and formats of Flink that are not built so far. Sorted.
constexpr std::string_view kPlanned[] = {
    "avro",
    "avro-confluent",
    "canal-json",
    "debezium-avro-confluent",
    "delta",
    "elasticsearch-6",
    "elasticsearch-7",
    "firehose",
    "hbase-1.4",
    "hbase-2.2",
    "hudi",
    "iceberg",
    "jdbc",
    "kinesis",
    "maxwell-json",
    "mongodb",
    "mysql-cdc",
    "ogg-json",
    "opensearch",
    "orc",
    "paimon",
    "postgres-cdc",
    "protobuf",
    "pulsar",
};

arrow::Status UnknownValue(const std::string& what, const std::string& value, const std::vector<std::string>& known) {
  if (what != "option" && std::binary_search(std::begin(kPlanned), std::end(kPlanned), value)) {
    return sql::NotSupportedYet({}, "The " + what + " '" + value + "'", "There is: " + Listed(known) + ".");
  }
  return sql::SqlError(
      {}, "Unknown " + what + " '" + value + "'",
      sql::DidYouMean(value, known) + (sql::NearestNames(value, known).empty() ? "There is: " + Listed(known) : ""));
}

/// The options a table may have: its connector's, the common ones, and those of its formats with their prefix, which is
/// "json." for 'format' = 'json' and "key.json." for 'key.format' = 'json'.
arrow::Result<std::vector<OptionSpec>> AllowedOptions(const Connector& connector, const TableDefinition& table) {
  std::vector<OptionSpec> specs = CommonOptions();
  for (auto& spec : connector.options()) specs.push_back(std::move(spec));
  for (const auto& spec : connector.options()) {
    const bool names_format = spec.key == "format" || spec.key.ends_with(".format");
    const auto name = table.options.find(spec.key);
    if (!names_format || name == table.options.end()) continue;
    const formats::Format* format = formats::FindFormat(name->second);
    if (format == nullptr) return UnknownValue("format", name->second, formats::FormatNames());
    const std::string prefix = spec.key.substr(0, spec.key.size() - std::string_view("format").size());
    for (OptionSpec own : format->options) {
      own.key = prefix + format->name + "." + own.key;
      specs.push_back(std::move(own));
    }
  }
  return specs;
}

}  // namespace

const std::vector<OptionSpec>& CommonOptions() {
  static const std::vector<OptionSpec> options = {
      {"connector", OptionType::kString, "", "Where the table's rows come from or go to", {}, true},
      {"scan.parallelism", OptionType::kInteger, "", "Accepted; workers share the splits", {}, false},
      {"sink.parallelism", OptionType::kInteger, "", "Accepted; every worker writes its share", {}, false},
      {"scan.watermark.idle-timeout",
       OptionType::kDuration,
       "",
       "A split that is caught up and silent for so long holds nothing back",
       {},
       false},
      {"scan.watermark.emit.strategy",
       OptionType::kEnum,
       "on-event",
       "Accepted; watermarks follow rows",
       {"on-event", "on-periodic"},
       false},
      {"scan.watermark.alignment.group",
       OptionType::kString,
       "",
       "Tables of a job in one group do not run ahead of each other",
       {},
       false},
      {"scan.watermark.alignment.max-drift",
       OptionType::kDuration,
       "",
       "How far splits may be ahead of the slowest of the group before they are read no further",
       {},
       false},
      {"scan.watermark.alignment.update-interval",
       OptionType::kDuration,
       "1 s",
       "How often it is looked up which is the slowest",
       {},
       false},
  };
  return options;
}

const Connector* FindConnector(const std::string& name) {
  for (const Connector* connector : All()) {
    if (connector->name() == name) return connector;
  }
  return nullptr;
}

std::vector<std::string> ConnectorNames() {
  std::vector<std::string> names;
  for (const Connector* connector : All()) names.push_back(connector->name());
  std::sort(names.begin(), names.end());
  return names;
}

namespace {

/// Half of what alignment needs would change nothing, which is hard to notice.
arrow::Status CheckAlignment(const TableDefinition& table) {
  const std::string prefix = "scan.watermark.alignment.";
  const auto given = [&](const char* key) { return table.options.contains(prefix + key); };
  const bool any = given("group") || given("max-drift") || given("update-interval");
  for (const char* key : {"group", "max-drift"}) {
    if (!any || given(key)) continue;
    return sql::SqlError({}, "Table '" + table.name() + "' is to be aligned, and '" + prefix + key + "' is missing",
                         "'" + prefix + "group' and '" + prefix + "max-drift' go together");
  }
  if (any && !table.watermark) {
    return sql::SqlError({}, "Table '" + table.name() + "' is to be aligned by its watermark, and has none",
                         "add WATERMARK FOR ... to its columns, or leave out the options '" + prefix + "*'");
  }
  return arrow::Status::OK();
}

}  // namespace

arrow::Status ValidateTable(const TableDefinition& table) {
  const auto connector_name = table.options.find("connector");
  if (connector_name == table.options.end()) {
    return sql::SqlError({}, "Table '" + table.name() + "' has no connector",
                         "write WITH ('connector' = '...'); there is: " + Listed(ConnectorNames()));
  }
  const Connector* connector = FindConnector(connector_name->second);
  if (connector == nullptr) return UnknownValue("connector", connector_name->second, ConnectorNames());
  ARROW_ASSIGN_OR_RAISE(const auto specs, AllowedOptions(*connector, table));
  for (const auto& [key, value] : table.options) {
    const OptionSpec* spec = Find(specs, key);
    if (spec == nullptr) {
      std::vector<std::string> keys;
      for (const auto& known : specs) keys.push_back(known.key);
      return UnknownValue("option", key, keys);
    }
    ARROW_RETURN_NOT_OK(CheckOptionValue(*spec, value));
  }
  for (const auto& spec : specs) {
    if (spec.required && table.options.find(spec.key) == table.options.end()) {
      return sql::SqlError(
          {},
          "Table '" + table.name() + "' with connector '" + connector->name() + "' needs the option '" + spec.key + "'",
          "add '" + spec.key + "' = '...': " + spec.description);
    }
  }
  ARROW_RETURN_NOT_OK(CheckAlignment(table));
  return connector->Validate(table);
}

}  // namespace tidemark::connectors
