// SPDX-License-Identifier: Apache-2.0
// By key it is librdkafka that decides, when the record is sent.
#include "connectors/kafka/record_addresser.h"

#include <arrow/status.h>

namespace tidemark::connectors::kafka {

arrow::Status RecordAddresser::Address(OutRecord* record) {
  ARROW_ASSIGN_OR_RAISE(const int32_t partitions, PartitionsOf(record->topic));
  if (partitioner_ == Partitioner::kFixed) record->partition = worker_ % partitions;
  if (partitioner_ == Partitioner::kRoundRobin) record->partition = static_cast<int32_t>(addressed_ % partitions);
  ++addressed_;
  return arrow::Status::OK();
}

arrow::Result<int32_t> RecordAddresser::PartitionsOf(const std::string& topic) {
  if (last_ != nullptr && last_->first == topic) return last_->second;
  auto known = partitions_.find(topic);
  if (known == partitions_.end()) {
    ARROW_ASSIGN_OR_RAISE(const int32_t partitions, ask_(topic));
    known = partitions_.emplace(topic, partitions).first;
  }
  last_ = &*known;
  return known->second;
}

}  // namespace tidemark::connectors::kafka
