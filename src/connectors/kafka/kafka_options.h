// SPDX-License-Identifier: Apache-2.0
// The options of connectors 'kafka' and 'upsert-kafka', read once from the table.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "catalog/configuration.h"
#include "catalog/table.h"
#include "connectors/kafka/client_properties.h"

namespace tidemark::connectors::kafka {

/// Where reading begins or ends.
enum class OffsetMode { kUnbounded, kEarliest, kLatest, kGroup, kTimestamp, kSpecific };

struct OffsetRule {
  OffsetMode mode = OffsetMode::kUnbounded;
  int64_t timestamp_ms = 0;            ///< kTimestamp
  std::map<int32_t, int64_t> offsets;  ///< kSpecific: partition to offset
};

enum class Partitioner { kDefault, kFixed, kRoundRobin };

struct KafkaOptions {
  bool upsert = false;
  std::vector<std::string> topics;  ///< or
  std::string topic_pattern;        ///< a regular expression for whole names
  ClientProperties properties;
  OffsetRule start;
  OffsetRule stop;
  int64_t discovery_interval_ms = 0;  ///< 0: never
  bool waits_for_arrival = true;      ///< at each checkpoint; not with 'sink.delivery-guarantee' = 'none'
  bool exactly_once = false;
  std::string transactional_id_prefix;  ///< empty: of the job and the table
  int64_t transaction_timeout_ms = 60'000;
  int64_t gathered_bytes_max = 0;  ///< exactly once: between two checkpoints
  Partitioner partitioner = Partitioner::kDefault;
  int64_t flush_rows = 0;  ///< upserts are held back until so many keys, or so long; 0: not at all
  int64_t flush_interval_ms = 0;
  int64_t held_bytes_max = 0;  ///< or until they are larger than this together
};

const std::vector<OptionSpec>& KafkaOptionSpecs();
const std::vector<OptionSpec>& UpsertKafkaOptionSpecs();

/// Checks all of them, without contacting anybody.
arrow::Result<KafkaOptions> ReadKafkaOptions(const TableDefinition& table, bool upsert);

/// One of several choices, which users may write in any case: in small letters. Empty: not set.
std::string ChoiceOf(const TableDefinition& table, const std::string& key);

/// Whether a topic is one that the pattern means.
bool MatchesPattern(const std::string& pattern, const std::string& topic);

}  // namespace tidemark::connectors::kafka
