// SPDX-License-Identifier: Apache-2.0
// RecordSender: a producer and the topics of one table that it writes to.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/out_record.h"

namespace tidemark::connectors::kafka {

/// One thread.
class RecordSender final : private DeliveryListener {
 public:
  /// `options` outlives the sender; `settings` are librdkafka's, beyond the table's. Looks for the table's topics.
  static arrow::Result<std::unique_ptr<RecordSender>> Open(
      const std::string& table, const KafkaOptions& options,
      const std::vector<std::pair<std::string, std::string>>& settings);

  Client& client() { return *client_; }

  /// How many partitions a topic has. Fails when it is not one of the table's.
  arrow::Result<int32_t> PartitionsOf(const std::string& topic);
  /// Hands an addressed record to librdkafka; waits while its buffer is full.
  arrow::Status Send(const OutRecord& record);
  /// Takes in reports; fails when a record could not be delivered.
  arrow::Status Heed();
  /// Waits until everything that was sent is acknowledged.
  arrow::Status Arrive();
  /// Forgets what is not yet on its way.
  void Purge();
  /// Failures so far do not count any more.
  void ForgetFailures() { failures_ = 0; }

 private:
  struct OpenTopic {
    TopicHandle handle;
    int32_t partitions = 0;
  };

  RecordSender(std::string table, const KafkaOptions& options) : table_(std::move(table)), options_(options) {}
  void Failed(const rd_kafka_message_t& message) override;
  arrow::Status Failure() const;
  arrow::Result<const OpenTopic*> FindTopic(const std::string& name);
  rd_kafka_resp_err_t Produce(const OpenTopic& topic, const OutRecord& record) const;

  const std::string table_;
  const KafkaOptions& options_;
  // The first failure is kept; the others are about the same outage as a rule.
  int64_t failures_ = 0;
  std::string failed_topic_;
  int32_t failed_partition_ = -1;
  rd_kafka_resp_err_t failed_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::unordered_map<std::string, OpenTopic> topics_;
  const std::pair<const std::string, OpenTopic>* last_ = nullptr;  ///< the topic that was asked for last
  // Goes first: it needs no topic to end, and tells of what it could not deliver.
  std::unique_ptr<Client> client_;
};

}  // namespace tidemark::connectors::kafka
