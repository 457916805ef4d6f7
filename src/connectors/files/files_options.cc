// SPDX-License-Identifier: Apache-2.0
// Option names as in Flink's documentation of the filesystem connector; those that begin with tidemark are ours.
#include "connectors/files/files_options.h"

#include <algorithm>

#include "connectors/option_value.h"
#include "io/file_system.h"

namespace tidemark::connectors {
namespace {

/// The value of an option, or the default in its spec.
std::string ValueOf(const TableDefinition& table, const std::string& key) {
  return OptionValue(table, key, FilesOptionSpecs());
}

}  // namespace

const std::vector<OptionSpec>& FilesOptionSpecs() {
  static const std::vector<OptionSpec> specs = {
      {"path", OptionType::kString, "", "A file, a folder, or a pattern with * in its last parts", {}, true},
      {"format", OptionType::kString, "", "json, csv, parquet, ...", {}, true},
      {"source.monitor-interval",
       OptionType::kDuration,
       "",
       "Look for new files so often; the table is unbounded then",
       {},
       false},
      {"source.path.regex-pattern", OptionType::kString, "", "Only files whose whole path matches", {}, false},
      {"source.report-statistics", OptionType::kEnum, "ALL", "Accepted", {"ALL", "NONE", "all", "none"}, false},
      {"sink.rolling-policy.file-size", OptionType::kMemorySize, "128 mb", "Begin a new file at this size", {}, false},
      {"sink.rolling-policy.rollover-interval",
       OptionType::kDuration,
       "30 min",
       "Begin a new file after this time",
       {},
       false},
      {"sink.rolling-policy.check-interval",
       OptionType::kDuration,
       "1 min",
       "Accepted; checked all the time",
       {},
       false},
      {"sink.rolling-policy.inactivity-interval", OptionType::kDuration, "30 min", "Accepted", {}, false},
      {"auto-compaction", OptionType::kBoolean, "false", "Accepted", {}, false},
      {"compaction.file-size", OptionType::kMemorySize, "", "Accepted", {}, false},
      {"sink.shuffle-by-partition.enable", OptionType::kBoolean, "false", "Accepted", {}, false},
      {"partition.default-name",
       OptionType::kString,
       "__DEFAULT_PARTITION__",
       "Folder name for NULL and empty values",
       {},
       false},
      {"partition.time-extractor.kind", OptionType::kString, "default", "Accepted", {}, false},
      {"partition.time-extractor.timestamp-pattern", OptionType::kString, "", "Accepted", {}, false},
      {"partition.time-extractor.timestamp-formatter", OptionType::kString, "", "Accepted", {}, false},
      {"sink.partition-commit.trigger",
       OptionType::kEnum,
       "process-time",
       "When partitions are marked",
       {"process-time", "partition-time"},
       false},
      {"sink.partition-commit.delay",
       OptionType::kDuration,
       "0 s",
       "Accepted; partitions are marked when the job ends",
       {},
       false},
      {"sink.partition-commit.policy.kind",
       OptionType::kString,
       "",
       "'success-file' writes _SUCCESS into each partition",
       {},
       false},
      {"sink.partition-commit.watermark-time-zone", OptionType::kString, "UTC", "Accepted", {}, false},
      {"sink.partition-commit.success-file.name", OptionType::kString, "_SUCCESS", "Accepted", {}, false},
      BadRecordsOption(),
  };
  return specs;
}

arrow::Result<FilesOptions> ReadFilesOptions(const TableDefinition& table) {
  FilesOptions options;
  ARROW_ASSIGN_OR_RAISE(options.path, io::LocalPath(ValueOf(table, "path")));
  if (options.path.empty()) return arrow::Status::Invalid("Option 'path' is empty");
  options.format = ValueOf(table, "format");
  const std::string prefix = options.format + ".";
  for (const auto& [key, value] : table.options) {
    if (key.compare(0, prefix.size(), prefix) == 0) options.format_options[key.substr(prefix.size())] = value;
  }
  if (const auto interval = ValueOf(table, "source.monitor-interval"); !interval.empty()) {
    ARROW_ASSIGN_OR_RAISE(options.monitor_interval_ms, ParseDurationMillis(interval));
    if (*options.monitor_interval_ms <= 0)
      return arrow::Status::Invalid("Option 'source.monitor-interval' must be positive");
  }
  options.path_pattern = ValueOf(table, "source.path.regex-pattern");
  options.bad_records = BadRecordsOf(table, options.format_options);
  ARROW_ASSIGN_OR_RAISE(options.rolling_bytes, ParseMemorySizeBytes(ValueOf(table, "sink.rolling-policy.file-size")));
  ARROW_ASSIGN_OR_RAISE(options.rolling_interval_ms,
                        ParseDurationMillis(ValueOf(table, "sink.rolling-policy.rollover-interval")));
  options.success_file = ValueOf(table, "sink.partition-commit.policy.kind").find("success-file") != std::string::npos;
  options.default_partition_name = ValueOf(table, "partition.default-name");
  return options;
}

std::vector<int> StoredColumns(const TableDefinition& table) {
  std::vector<int> stored;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const auto& keys = table.partition_keys;
    const bool is_key = std::find(keys.begin(), keys.end(), table.columns[i].name) != keys.end();
    if (table.columns[i].kind == TableColumn::Kind::kPhysical && !is_key) stored.push_back(static_cast<int>(i));
  }
  return stored;
}

Schema StoredSchema(const TableDefinition& table) {
  Schema schema;
  for (int column : StoredColumns(table)) schema.push_back({table.columns[column].name, table.columns[column].type});
  return schema;
}

}  // namespace tidemark::connectors
