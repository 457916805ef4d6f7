// SPDX-License-Identifier: Apache-2.0
// RecordAddresser: which partition each record of a table goes to.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/out_record.h"

namespace tidemark::connectors::kafka {

/// One thread.
class RecordAddresser {
 public:
  /// How many partitions a topic has. Asked once for each topic; may wait for brokers, and fails when the topic is not
  /// one of the table's.
  using AskPartitions = std::function<arrow::Result<int32_t>(const std::string& topic)>;

  RecordAddresser(Partitioner partitioner, int worker, AskPartitions ask)
      : partitioner_(partitioner), worker_(worker), ask_(std::move(ask)) {}

  /// Decides on the record's partition. Fails when its topic is not one of the table's.
  arrow::Status Address(OutRecord* record);

 private:
  arrow::Result<int32_t> PartitionsOf(const std::string& topic);

  const Partitioner partitioner_;
  const int worker_;
  const AskPartitions ask_;
  std::unordered_map<std::string, int32_t> partitions_;
  const std::pair<const std::string, int32_t>* last_ = nullptr;  ///< the topic that was addressed last
  int64_t addressed_ = 0;
};

}  // namespace tidemark::connectors::kafka
