// SPDX-License-Identifier: Apache-2.0
// Session configuration: the keys that SET accepts, their types and defaults, and the values in force.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tidemark {

enum class OptionType { kString, kInteger, kBoolean, kDuration, kMemorySize, kEnum };

/// One configuration key or connector option: what it is called, what it takes, what it defaults to.
struct OptionSpec {
  std::string key;
  OptionType type = OptionType::kString;
  std::string default_value;  ///< empty: none
  std::string description;
  std::vector<std::string> enum_values;  ///< for kEnum
  bool required = false;                 ///< connector options only
};

/// Parsers for option values in Flink's spelling. Invalid input gives a Status whose message says what is accepted.
arrow::Result<int64_t> ParseDurationMillis(const std::string& text);   ///< "10 s", "500ms", "1 min", "2 h", "1 d"
arrow::Result<int64_t> ParseMemorySizeBytes(const std::string& text);  ///< "64 mb", "1g", "4096"
arrow::Result<bool> ParseBoolean(const std::string& text);
arrow::Result<int64_t> ParseInteger(const std::string& text);

/// Checks `value` against the type of `spec`.
arrow::Status CheckOptionValue(const OptionSpec& spec, const std::string& value);

/// The values of a session. Keys that Flink knows and tidemark has no use for are accepted and kept (so that the same
/// file runs on both); unknown `tidemark.` keys and misspelled ones are refused with the nearest names.
class Configuration {
 public:
  /// Every key with a meaning here; the documentation and `SET` listing come from it.
  static const std::vector<OptionSpec>& Specs();

  arrow::Status Set(const std::string& key, const std::string& value);
  arrow::Status Reset(const std::string& key);
  void ResetAll() { values_.clear(); }
  const std::map<std::string, std::string>& values() const { return values_; }

  /// The value in force (set, or default); one of several choices in the spelling of its OptionSpec. REQUIRES: `key` is
  /// in Specs() with the matching type.
  std::string GetString(const std::string& key) const;
  int64_t GetInteger(const std::string& key) const;
  bool GetBoolean(const std::string& key) const;
  int64_t GetDurationMillis(const std::string& key) const;
  int64_t GetMemoryBytes(const std::string& key) const;

 private:
  std::map<std::string, std::string> values_;
};

/// Keys used by name in the code. The full list, with defaults: configuration.cc.
namespace config {
inline constexpr char kRuntimeMode[] = "execution.runtime-mode";          // streaming | batch
inline constexpr char kParallelism[] = "parallelism.default";             // -1: number of cores
inline constexpr char kLocalTimeZone[] = "table.local-time-zone";         // "default": TZ of the machine
inline constexpr char kIdleTimeout[] = "table.exec.source.idle-timeout";  // duration, 0: off
inline constexpr char kMiniBatchEnabled[] = "table.exec.mini-batch.enabled";
inline constexpr char kMiniBatchLatency[] = "table.exec.mini-batch.allow-latency";
inline constexpr char kMiniBatchSize[] = "table.exec.mini-batch.size";
inline constexpr char kAggPhaseStrategy[] = "table.optimizer.agg-phase-strategy";  // AUTO | TWO_PHASE | ONE_PHASE
inline constexpr char kReuseSubPlans[] = "table.optimizer.reuse-sub-plan-enabled";
inline constexpr char kReuseSources[] = "table.optimizer.reuse-source-enabled";
inline constexpr char kNotNullEnforcer[] = "table.exec.sink.not-null-enforcer";  // ERROR | DROP
inline constexpr char kStateTtl[] = "table.exec.state.ttl";
inline constexpr char kCheckpointInterval[] = "execution.checkpointing.interval";
inline constexpr char kCheckpointsTolerated[] = "execution.checkpointing.tolerable-failed-checkpoints";
inline constexpr char kCheckpointFolder[] = "execution.checkpointing.dir";              // "": no checkpoints
inline constexpr char kCheckpointsRetained[] = "execution.checkpointing.num-retained";  // of each job
inline constexpr char kMemory[] = "tidemark.memory";                                    // bytes of state, 0: unlimited
inline constexpr char kBatchSize[] = "tidemark.batch-size";                             // rows per batch, default 8192
inline constexpr char kChannelCapacity[] = "tidemark.channel-capacity";                 // batches per exchange queue
inline constexpr char kMaxRecordBytes[] = "tidemark.max-record-size";     // longest record a text format accepts
inline constexpr char kLateTable[] = "tidemark.late-table";               // table that late rows are written to
inline constexpr char kReadAhead[] = "tidemark.source.read-ahead";        // batches read ahead of their turn
inline constexpr char kDeadLetterTable[] = "tidemark.dead-letter-table";  // table that bad records are written to
inline constexpr char kReplaySpeed[] = "tidemark.replay.speed";           // event time per wall clock time, 0: off
}  // namespace config

}  // namespace tidemark
