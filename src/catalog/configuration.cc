// SPDX-License-Identifier: Apache-2.0
// The configuration keys, and the values of a session.
#include "catalog/configuration.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "sql/diagnostic.h"
#include "sql/store_address.h"

namespace tidemark {
namespace {

/// Families of Flink's keys: a key that begins so and is not in Specs() is kept, so that the same file runs on both.
constexpr std::string_view kFlinkPrefixes[] = {
    "table.",
    "execution.",
    "pipeline.",
    "parallelism.",
    "state.",
    "sql-client.",
    "taskmanager.",
    "jobmanager.",
    "rest.",
    "metrics.",
    "env.",
    "restart-strategy",
    "heartbeat.",
    "cluster.",
    "fs.",
    "io.",
    "akka.",
    "pekko.",
    "web.",
    "security.",
    "high-availability",
    "scheduler.",
    "slot.",
    "python.",
    "s3.",
    "kubernetes.",
    "yarn.",
    "classloader.",
    "client.",
    "job-event.",
    "job.",
    "blob.",
    "queryable-state.",
    "historyserver.",
    "akka",
    "slotmanager.",
};

const OptionSpec* FindSpec(const std::string& key) {
  const auto& specs = Configuration::Specs();
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& spec) { return spec.key == key; });
  return found == specs.end() ? nullptr : &*found;
}

std::vector<std::string> Keys() {
  std::vector<std::string> keys;
  for (const auto& spec : Configuration::Specs()) keys.push_back(spec.key);
  return keys;
}

/// Insertions, deletions and replacements between two keys.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

/// What the number of a key may be.
struct IntegerRange {
  std::string_view key;
  int64_t min;
  int64_t max;
};
constexpr IntegerRange kIntegerRanges[] = {
    {config::kParallelism, -1, 128},  // as many workers as there are groups of keys
    {config::kBatchSize, 1, 1 << 20},
    {config::kChannelCapacity, 1, 1 << 20},
    {config::kReadAhead, 0, 1 << 20},
    {config::kCheckpointsRetained, 1, 1 << 20},
    {config::kReplaySpeed, 0, std::numeric_limits<int64_t>::max()},
};

arrow::Status CheckRange(const std::string& key, const std::string& value) {
  for (const auto& range : kIntegerRanges) {
    if (range.key != key) continue;
    ARROW_ASSIGN_OR_RAISE(const int64_t number, ParseInteger(value));
    if (number >= range.min && number <= range.max) return arrow::Status::OK();
    return arrow::Status::Invalid("Option '", key, "' must lie between ", range.min, " and ", range.max, ", not ",
                                  value);
  }
  return arrow::Status::OK();
}

bool SameIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// A slip of the finger: nearly a key with a meaning here, and so hardly one of Flink's other keys.
bool IsMisspelled(const std::string& key) {
  constexpr size_t kSlips = 2;
  const auto keys = Keys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& known) { return EditDistance(key, known) <= kSlips; });
}

bool IsFlinkFamily(const std::string& key) {
  return std::any_of(std::begin(kFlinkPrefixes), std::end(kFlinkPrefixes),
                     [&](std::string_view prefix) { return key.compare(0, prefix.size(), prefix) == 0; });
}

arrow::Status UnknownKey(const std::string& key) {
  return sql::SqlError({}, "Unknown configuration key '" + key + "'", sql::DidYouMean(key, Keys()));
}

}  // namespace

const std::vector<OptionSpec>& Configuration::Specs() {
  static const std::vector<OptionSpec> specs = {
      {config::kRuntimeMode,
       OptionType::kEnum,
       "streaming",
       "Emit changes as they come, or final rows only",
       {"streaming", "batch", "automatic"},
       false},
      {config::kParallelism, OptionType::kInteger, "-1", "Number of workers; -1: one per core", {}, false},
      {config::kLocalTimeZone,
       OptionType::kString,
       "default",
       "Time zone of TIMESTAMP_LTZ; default: the machine's",
       {},
       false},
      {config::kIdleTimeout,
       OptionType::kDuration,
       "0 ms",
       "A split that is caught up and silent for so long holds no watermark back; 0: never",
       {},
       false},
      {config::kMiniBatchEnabled, OptionType::kBoolean, "false", "Gather rows before aggregations emit", {}, false},
      {config::kMiniBatchLatency, OptionType::kDuration, "0 ms", "How long rows are gathered at most", {}, false},
      {config::kMiniBatchSize, OptionType::kInteger, "-1", "How many rows are gathered at most", {}, false},
      {config::kReuseSubPlans, OptionType::kBoolean, "true", "Compute equal parts of a job once", {}, false},
      {config::kReuseSources,
       OptionType::kBoolean,
       "true",
       "Read a table once for all its readers; needs table.optimizer.reuse-sub-plan-enabled",
       {},
       false},
      {config::kStateTtl,
       OptionType::kDuration,
       "0 ms",
       "A stream forgets state by key that was not written for so long; 0: never",
       {},
       false},
      {"table.optimizer.distinct-agg.split.enabled", OptionType::kBoolean, "false", "Accepted; not needed", {}, false},
      {config::kAggPhaseStrategy,
       OptionType::kEnum,
       "AUTO",
       "ONE_PHASE: workers send each other every row of a window aggregation, not partial results",
       {"AUTO", "TWO_PHASE", "ONE_PHASE"},
       false},
      {config::kNotNullEnforcer,
       OptionType::kEnum,
       "ERROR",
       "What a NULL in a NOT NULL column of a sink does: fail the job, or drop the row",
       {"ERROR", "DROP"},
       false},
      {"table.exec.sink.upsert-materialize", OptionType::kString, "AUTO", "Accepted", {}, false},
      {"table.dml-sync", OptionType::kBoolean, "true", "Accepted; bounded jobs run one after the other", {}, false},
      {"table.sql-dialect", OptionType::kString, "default", "Accepted; the dialect is Flink SQL", {}, false},
      {"pipeline.name", OptionType::kString, "", "Accepted; the job's name", {}, false},
      {"pipeline.auto-watermark-interval",
       OptionType::kDuration,
       "0 ms",
       "Accepted; watermarks follow rows",
       {},
       false},
      {"pipeline.object-reuse", OptionType::kBoolean, "false", "Accepted; not needed", {}, false},
      {config::kCheckpointFolder,
       OptionType::kString,
       "",
       "Folder for the checkpoints of streaming INSERTs; --state sets it; empty: none are kept",
       {},
       false},
      {"execution.checkpointing.savepoint-dir",
       OptionType::kString,
       "",
       "Folder for savepoints that are asked for without one; empty: with the job's checkpoints",
       {},
       false},
      {config::kCheckpointInterval, OptionType::kDuration, "10 s", "Time from one checkpoint to the next", {}, false},
      {"execution.checkpointing.timeout",
       OptionType::kDuration,
       "10 min",
       "A checkpoint that takes longer is given up, and counts as failed; 0: none is",
       {},
       false},
      {config::kCheckpointsRetained, OptionType::kInteger, "1", "How many of a job's checkpoints are kept", {}, false},
      {config::kCheckpointsTolerated,
       OptionType::kInteger,
       "0",
       "How many checkpoints in a row may fail to be written before the job does",
       {},
       false},
      {"s3.endpoint",
       OptionType::kString,
       "",
       "Where s3:// is, as http://host:port or https://host; empty: as AWS_ENDPOINT_URL says, else AWS",
       {},
       false},
      {"s3.endpoint.region",
       OptionType::kString,
       "",
       "Region of s3://; empty: as AWS_REGION says, else the bucket's",
       {},
       false},
      {"s3.path.style.access",
       OptionType::kBoolean,
       "false",
       "Accepted; buckets are part of the path wherever an endpoint is named",
       {},
       false},
      {"s3.access-key",
       OptionType::kString,
       "",
       "Access key for s3://, in the file of --config only; empty: as the AWS tools find it",
       {},
       false},
      {"s3.secret-key", OptionType::kString, "", "Secret key that goes with s3.access-key", {}, false},
      {config::kMemory, OptionType::kMemorySize, "0", "Limit on state and buffered rows of a job; 0: none", {}, false},
      {"tidemark.spill.folder",
       OptionType::kString,
       "",
       "Folder for state that does not fit into 'tidemark.memory'; empty: in that of --state, else a temporary one",
       {},
       false},
      {config::kBatchSize, OptionType::kInteger, "8192", "Rows in a batch", {}, false},
      {config::kChannelCapacity, OptionType::kInteger, "8", "Batches in each queue between two workers", {}, false},
      {config::kMaxRecordBytes, OptionType::kMemorySize, "64 mb", "Longest record a text format accepts", {}, false},
      {config::kLateTable,
       OptionType::kString,
       "",
       "Table that takes rows which came too late for their window",
       {},
       false},
      {config::kDeadLetterTable,
       OptionType::kString,
       "",
       "Table that takes the bad records of tables with 'tidemark.bad-records' = 'dead-letter'",
       {},
       false},
      {config::kReadAhead,
       OptionType::kInteger,
       "64",
       "Batches that a source decodes ahead while an earlier piece of the same file is read elsewhere",
       {},
       false},
      {config::kReplaySpeed,
       OptionType::kInteger,
       "0",
       "Replay event time so many times as fast as it went by; 0: as fast as possible",
       {},
       false},
  };
  return specs;
}

arrow::Status Configuration::Set(const std::string& key, const std::string& value) {
  ARROW_RETURN_NOT_OK(sql::CheckStoreAddress(value));
  if (const OptionSpec* spec = FindSpec(key)) {
    ARROW_RETURN_NOT_OK(CheckOptionValue(*spec, value));
    ARROW_RETURN_NOT_OK(CheckRange(key, value));
    values_[key] = value;
    return arrow::Status::OK();
  }
  const bool ours = key.compare(0, 9, "tidemark.") == 0;
  if (!ours && IsFlinkFamily(key) && !IsMisspelled(key)) {
    values_[key] = value;
    return arrow::Status::OK();
  }
  return UnknownKey(key);
}

arrow::Status Configuration::Reset(const std::string& key) {
  if (values_.erase(key) > 0 || FindSpec(key) != nullptr || IsFlinkFamily(key)) return arrow::Status::OK();
  return UnknownKey(key);
}

std::string Configuration::GetString(const std::string& key) const {
  const OptionSpec* spec = FindSpec(key);
  const auto found = values_.find(key);
  if (found == values_.end()) return spec == nullptr ? "" : spec->default_value;
  if (spec != nullptr) {
    for (const auto& choice : spec->enum_values) {
      if (SameIgnoringCase(choice, found->second)) return choice;
    }
  }
  return found->second;
}

// Values were checked when they were set, and the defaults are ours.
int64_t Configuration::GetInteger(const std::string& key) const { return ParseInteger(GetString(key)).ValueOr(0); }
bool Configuration::GetBoolean(const std::string& key) const { return ParseBoolean(GetString(key)).ValueOr(false); }
int64_t Configuration::GetDurationMillis(const std::string& key) const {
  return ParseDurationMillis(GetString(key)).ValueOr(0);
}
int64_t Configuration::GetMemoryBytes(const std::string& key) const {
  return ParseMemorySizeBytes(GetString(key)).ValueOr(0);
}

}  // namespace tidemark
