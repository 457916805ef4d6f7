// SPDX-License-Identifier: Apache-2.0
// OutRecord: one record as it is written to a topic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::connectors::kafka {

/// The partition is left to librdkafka (RD_KAFKA_PARTITION_UA).
constexpr int32_t kAnyPartition = -1;

struct OutRecord {
  std::string topic;
  int32_t partition = kAnyPartition;
  std::optional<std::string> key;
  std::optional<std::string> value;     ///< nullopt: a tombstone
  std::optional<int64_t> timestamp_ms;  ///< above 0; nullopt: the time of writing
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

}  // namespace tidemark::connectors::kafka
