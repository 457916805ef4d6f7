// SPDX-License-Identifier: Apache-2.0
// Option names and defaults as in Flink's documentation of the two connectors.
#include "connectors/kafka/kafka_options.h"

#include <arrow/status.h>
#include <re2/re2.h>

#include <algorithm>
#include <cctype>

#include "connectors/bad_records.h"
#include "connectors/option_value.h"
#include "sql/diagnostic.h"

namespace tidemark::connectors::kafka {
namespace {

/// Both connectors have these.
const std::vector<OptionSpec>& SharedSpecs() {
  static const std::vector<OptionSpec> specs = {
      {.key = "topic", .description = "The topic, or several with ; between them"},
      {.key = "topic-pattern", .description = "A regular expression for whole names of topics, instead of `topic`"},
      {.key = "properties.bootstrap.servers",
       .description = "Brokers to ask first, as host:port, with commas between them",
       .required = true},
      {.key = "properties.#",
       .description = "Any setting of the Java client or of librdkafka, by its name there; see below"},
      {.key = "key.fields-prefix",
       .description = "What the names of the table's key columns begin with, and the key's own fields do not"},
      {.key = "value.fields-include",
       .type = OptionType::kEnum,
       .default_value = "ALL",
       .description = "Whether the value holds the key columns too",
       .enum_values = {"ALL", "EXCEPT_KEY"}},
      {.key = "scan.bounded.mode",
       .type = OptionType::kEnum,
       .default_value = "unbounded",
       .description = "Where reading ends",
       .enum_values = {"unbounded", "latest-offset", "group-offsets", "timestamp", "specific-offsets"}},
      {.key = "scan.bounded.specific-offsets",
       .description = "partition:0,offset:42;partition:1,offset:300; other partitions are not read"},
      {.key = "scan.bounded.timestamp-millis",
       .type = OptionType::kInteger,
       .description = "Reading ends before the first record of this time or later, ms since 1970"},
      {.key = "scan.topic-partition-discovery.interval",
       .type = OptionType::kDuration,
       .default_value = "5 min",
       .description = "Look for new partitions and topics so often, where reading has no end; 0: never"},
      {.key = "sink.delivery-guarantee",
       .type = OptionType::kEnum,
       .default_value = "at-least-once",
       .description = "How often a record is written that is on its way when the job fails",
       .enum_values = {"at-least-once", "none", "exactly-once"}},
      {.key = "sink.transactional-id-prefix",
       .description =
           "exactly-once: what transactional ids and the groups of markers begin with; each job needs its own"},
      {.key = "sink.transaction-naming-strategy",
       .type = OptionType::kEnum,
       .default_value = "INCREMENTING",
       .description = "Accepted; each writer has one transactional id",
       .enum_values = {"INCREMENTING", "POOLING"}},
  };
  return specs;
}

arrow::Result<std::map<int32_t, int64_t>> ParseOffsets(const std::string& key, const std::string& text) {
  static const RE2 kEntry(R"(\s*partition:(\d+),\s*offset:(\d+)\s*)");
  std::map<int32_t, int64_t> offsets;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(';', begin), text.size());
    const std::string entry = text.substr(begin, end - begin);
    begin = end + 1;
    int32_t partition = 0;
    int64_t offset = 0;
    if (entry.empty() && begin > text.size() && !offsets.empty()) break;
    if (!RE2::FullMatch(entry, kEntry, &partition, &offset)) {
      return arrow::Status::Invalid(
          "Option '", key, "' must look like 'partition:0,offset:42;partition:1,offset:300', not '", text, "'");
    }
    offsets[partition] = offset;
  }
  return offsets;
}

OffsetMode ModeOf(const std::string& value, OffsetMode otherwise) {
  if (value == "earliest-offset") return OffsetMode::kEarliest;
  if (value == "latest-offset") return OffsetMode::kLatest;
  if (value == "group-offsets") return OffsetMode::kGroup;
  if (value == "timestamp") return OffsetMode::kTimestamp;
  if (value == "specific-offsets") return OffsetMode::kSpecific;
  return otherwise;
}

/// `name`: "scan.startup" or "scan.bounded".
arrow::Result<OffsetRule> ReadRule(const TableDefinition& table, const std::string& name, OffsetMode otherwise,
                                   const KafkaOptions& options) {
  OffsetRule rule;
  const std::string mode = ChoiceOf(table, name + ".mode");
  rule.mode = ModeOf(mode, otherwise);
  const auto required = [&](const std::string& key) -> arrow::Result<std::string> {
    const std::string value = OptionValue(table, key);
    if (value.empty())
      return arrow::Status::Invalid("Option '", name, ".mode' = '", mode, "' needs the option '", key, "'");
    return value;
  };
  if (rule.mode == OffsetMode::kTimestamp) {
    ARROW_ASSIGN_OR_RAISE(const std::string value, required(name + ".timestamp-millis"));
    ARROW_ASSIGN_OR_RAISE(rule.timestamp_ms, ParseInteger(value));
    if (rule.timestamp_ms < 0)
      return arrow::Status::Invalid("Option '", name, ".timestamp-millis' must not be negative");
  }
  if (rule.mode == OffsetMode::kSpecific) {
    ARROW_ASSIGN_OR_RAISE(const std::string value, required(name + ".specific-offsets"));
    if (options.topics.size() != 1)
      return arrow::Status::Invalid("Option '", name, ".mode' = 'specific-offsets' needs a table of one topic");
    ARROW_ASSIGN_OR_RAISE(rule.offsets, ParseOffsets(name + ".specific-offsets", value));
  }
  if (rule.mode == OffsetMode::kGroup && !mode.empty() && options.properties.group_id.empty())
    return arrow::Status::Invalid("Option '", name, ".mode' = 'group-offsets' needs the option 'properties.group.id'");
  return rule;
}

arrow::Status ReadTopics(const TableDefinition& table, KafkaOptions* options) {
  const std::string topics = OptionValue(table, "topic");
  options->topic_pattern = OptionValue(table, "topic-pattern");
  if (topics.empty() == options->topic_pattern.empty()) {
    return arrow::Status::Invalid(topics.empty()
                                      ? "Table '" + table.name() + "' needs the option 'topic', or 'topic-pattern'"
                                      : "Options 'topic' and 'topic-pattern' exclude each other; set one of them");
  }
  for (size_t begin = 0; begin < topics.size();) {
    const size_t end = std::min(topics.find(';', begin), topics.size());
    std::string topic = topics.substr(begin, end - begin);
    begin = end + 1;
    while (topic.starts_with(' ')) topic.erase(0, 1);
    while (topic.ends_with(' ')) topic.pop_back();
    static const RE2 kName("[A-Za-z0-9._-]{1,249}");
    if (!RE2::FullMatch(topic, kName))
      return arrow::Status::Invalid("Option 'topic': '", topic,
                                    "' is no name of a topic: letters, digits, '.', '_' and '-' make one");
    options->topics.push_back(std::move(topic));
  }
  if (!options->topic_pattern.empty()) {
    const RE2 pattern(options->topic_pattern, RE2::Quiet);
    if (!pattern.ok()) return arrow::Status::Invalid("Option 'topic-pattern': ", pattern.error());
  }
  return arrow::Status::OK();
}

/// What a checkpoint keeps of one worker's records is one value in it.
constexpr int64_t kGatheredBytesMax = int64_t{1} << 30;

arrow::Status ReadTransactionOptions(const TableDefinition& table, KafkaOptions* options) {
  if (options->upsert) {
    return sql::NotSupportedYet({}, "Option 'sink.delivery-guarantee' = 'exactly-once' of connector 'upsert-kafka'",
                                "There is: at-least-once, which leaves every key with its last value, and none.");
  }
  options->transactional_id_prefix = OptionValue(table, "sink.transactional-id-prefix");
  const auto timeout = options->properties.settings.find("transaction.timeout.ms");
  if (timeout != options->properties.settings.end()) {
    ARROW_ASSIGN_OR_RAISE(options->transaction_timeout_ms, ParseInteger(timeout->second));
  }
  const std::string buffer = OptionValue(table, "tidemark.checkpoint-buffer");
  ARROW_ASSIGN_OR_RAISE(options->gathered_bytes_max, ParseMemorySizeBytes(buffer.empty() ? "512 mb" : buffer));
  if (options->gathered_bytes_max >= 1 && options->gathered_bytes_max <= kGatheredBytesMax) return arrow::Status::OK();
  return arrow::Status::Invalid("Option 'tidemark.checkpoint-buffer' must be between 1 byte and 1 gb, not '", buffer,
                                "'");
}

/// Records that brokers do not acknowledge have arrived as soon as they are sent, or lost.
arrow::Status CheckAcks(const std::map<std::string, std::string>& settings) {
  for (const char* key : {"acks", "request.required.acks"}) {
    const auto found = settings.find(key);
    if (found == settings.end() || found->second != "0") continue;
    return arrow::Status::Invalid("Option 'properties.", key,
                                  "' = '0' asks brokers for no acknowledgement, so records may be lost: it needs "
                                  "'sink.delivery-guarantee' = 'none'");
  }
  return arrow::Status::OK();
}

arrow::Status ReadSinkOptions(const TableDefinition& table, KafkaOptions* options) {
  for (const char* key : {"sink.delivery-guarantee", "sink.semantic"}) {
    const std::string guarantee = ChoiceOf(table, key);
    if (guarantee == "none") options->waits_for_arrival = false;
    options->exactly_once |= guarantee == "exactly-once";
  }
  if (options->waits_for_arrival) ARROW_RETURN_NOT_OK(CheckAcks(options->properties.settings));
  if (options->exactly_once) ARROW_RETURN_NOT_OK(ReadTransactionOptions(table, options));
  const std::string partitioner = OptionValue(table, "sink.partitioner");
  if (partitioner == "fixed") options->partitioner = Partitioner::kFixed;
  if (partitioner == "round-robin") options->partitioner = Partitioner::kRoundRobin;
  if (!partitioner.empty() && partitioner != "default" && options->partitioner == Partitioner::kDefault) {
    return sql::NotSupportedYet({}, "Option 'sink.partitioner' = '" + partitioner + "'",
                                "There is: default, fixed, round-robin.");
  }
  if (options->partitioner == Partitioner::kRoundRobin && !OptionValue(table, "key.fields").empty())
    return arrow::Status::Invalid("Option 'sink.partitioner' = 'round-robin' is for tables without 'key.fields'");
  const std::string rows = OptionValue(table, "sink.buffer-flush.max-rows");
  ARROW_ASSIGN_OR_RAISE(options->flush_rows, ParseInteger(rows.empty() ? "0" : rows));
  const std::string interval = OptionValue(table, "sink.buffer-flush.interval");
  ARROW_ASSIGN_OR_RAISE(options->flush_interval_ms, ParseDurationMillis(interval.empty() ? "0 s" : interval));
  if ((options->flush_rows > 0) != (options->flush_interval_ms > 0)) {
    return arrow::Status::Invalid(
        "Options 'sink.buffer-flush.max-rows' and 'sink.buffer-flush.interval' go together: set both above zero, or "
        "none");
  }
  const std::string held = OptionValue(table, "tidemark.upsert-buffer");
  ARROW_ASSIGN_OR_RAISE(options->held_bytes_max, ParseMemorySizeBytes(held.empty() ? "64 mb" : held));
  if (options->held_bytes_max < 1)
    return arrow::Status::Invalid("Option 'tidemark.upsert-buffer' must be at least 1 byte");
  return arrow::Status::OK();
}

}  // namespace

const std::vector<OptionSpec>& KafkaOptionSpecs() {
  static const std::vector<OptionSpec> specs = [] {
    std::vector<OptionSpec> all = SharedSpecs();
    const std::vector<OptionSpec> own = {
        {.key = "format", .description = "Format of the value: json, csv, raw or debezium-json"},
        {.key = "value.format", .description = "The same; its options are then `value.json.…` rather than `json.…`"},
        {.key = "key.format", .description = "Format of the key; without it keys are not read, and written empty"},
        {.key = "key.fields", .description = "Columns that make the key, with ; between them"},
        {.key = "scan.startup.mode",
         .type = OptionType::kEnum,
         .default_value = "group-offsets",
         .description = "Where reading begins",
         .enum_values = {"earliest-offset", "latest-offset", "group-offsets", "timestamp", "specific-offsets"}},
        {.key = "scan.startup.specific-offsets",
         .description =
             "partition:0,offset:42;partition:1,offset:300; others begin where the group was, or at the first record"},
        {.key = "scan.startup.timestamp-millis",
         .type = OptionType::kInteger,
         .description = "Reading begins at the first record of this time or later, ms since 1970"},
        {.key = "sink.partitioner",
         .default_value = "default",
         .description = "default: by key, as the Java client does; fixed: one partition for each worker; round-robin"},
        {.key = "sink.semantic",
         .type = OptionType::kEnum,
         .description = "Older name of `sink.delivery-guarantee`",
         .enum_values = {"at-least-once", "none", "exactly-once"}},
        {.key = "tidemark.checkpoint-buffer",
         .type = OptionType::kMemorySize,
         .default_value = "512 mb",
         .description = "exactly-once: so much a worker keeps of records between two checkpoints; more fails the job"},
        BadRecordsOption(),
    };
    all.insert(all.end(), own.begin(), own.end());
    return all;
  }();
  return specs;
}

const std::vector<OptionSpec>& UpsertKafkaOptionSpecs() {
  static const std::vector<OptionSpec> specs = [] {
    std::vector<OptionSpec> all = SharedSpecs();
    const std::vector<OptionSpec> own = {
        {.key = "key.format", .description = "Format of the key: json, csv or raw", .required = true},
        {.key = "value.format", .description = "Format of the value: json, csv or raw", .required = true},
        {.key = "sink.buffer-flush.max-rows",
         .type = OptionType::kInteger,
         .default_value = "0",
         .description = "Hold back changes of so many keys, of each the last; 0: send all at once"},
        {.key = "sink.buffer-flush.interval",
         .type = OptionType::kDuration,
         .default_value = "0 s",
         .description = "Hold changes back so long at most"},
        {.key = "tidemark.upsert-buffer",
         .type = OptionType::kMemorySize,
         .default_value = "64 mb",
         .description = "Hold back so much on each worker at most; more is sent before its time"},
        BadRecordsOption(),
    };
    all.insert(all.end(), own.begin(), own.end());
    return all;
  }();
  return specs;
}

arrow::Result<KafkaOptions> ReadKafkaOptions(const TableDefinition& table, bool upsert) {
  KafkaOptions options;
  options.upsert = upsert;
  ARROW_RETURN_NOT_OK(ReadTopics(table, &options));
  ARROW_ASSIGN_OR_RAISE(options.properties, ReadClientProperties(table.options));
  ARROW_ASSIGN_OR_RAISE(options.start,
                        ReadRule(table, "scan.startup", upsert ? OffsetMode::kEarliest : OffsetMode::kGroup, options));
  ARROW_ASSIGN_OR_RAISE(options.stop, ReadRule(table, "scan.bounded", OffsetMode::kUnbounded, options));
  const std::string interval = OptionValue(table, "scan.topic-partition-discovery.interval");
  ARROW_ASSIGN_OR_RAISE(options.discovery_interval_ms, ParseDurationMillis(interval.empty() ? "5 min" : interval));
  ARROW_RETURN_NOT_OK(ReadSinkOptions(table, &options));
  return options;
}

std::string ChoiceOf(const TableDefinition& table, const std::string& key) {
  std::string choice = OptionValue(table, key);
  for (char& c : choice) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return choice;
}

bool MatchesPattern(const std::string& pattern, const std::string& topic) {
  // The cluster's own are never meant.
  for (const char* internal : {"__consumer_offsets", "__transaction_state", "__share_group_state"}) {
    if (topic == internal) return false;
  }
  return RE2::FullMatch(topic, RE2(pattern, RE2::Quiet));
}

}  // namespace tidemark::connectors::kafka
