// SPDX-License-Identifier: Apache-2.0
// Which partitions a table has, and from which offset to which each of them is read.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/name_hash.h"

namespace tidemark::connectors::kafka {

struct PartitionRange {
  static constexpr int64_t kNoEnd = -1;

  std::string topic;
  int32_t partition = 0;
  int64_t begin = 0;
  int64_t end = kNoEnd;  ///< the first offset not read
  /// Begins at whatever is the first record when reading begins: `begin` may be gone by then.
  bool from_earliest = false;

  bool bounded() const { return end != kNoEnd; }
  /// "orders-3", as Kafka's tools write it.
  std::string name() const { return topic + "-" + std::to_string(partition); }
  /// Checkpoints know the partition by it. '/' is in no name of a topic.
  SplitId split() const { return static_cast<SplitId>(HashOfName(topic + "/" + std::to_string(partition)) >> 1); }
};

/// Asks the cluster, once for a job: all workers share the answer. Topics in their order, partitions ascending.
arrow::Result<std::vector<PartitionRange>> FindPartitions(const KafkaOptions& options, Client* client);

/// Partitions, read from their first record, that are not in `known`; waits for the cluster `timeout_ms` at most.
arrow::Result<std::vector<PartitionRange>> FindNewPartitions(const KafkaOptions& options,
                                                             const std::set<std::pair<std::string, int32_t>>& known,
                                                             int timeout_ms, Client* client);

}  // namespace tidemark::connectors::kafka
