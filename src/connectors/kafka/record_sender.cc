// SPDX-License-Identifier: Apache-2.0
// Records are buffered and sent by librdkafka's own threads, which report those that did not arrive.
#include "connectors/kafka/record_sender.h"

#include <arrow/status.h>

#include <algorithm>

namespace tidemark::connectors::kafka {
namespace {

/// While the last records are on their way, failures are looked for so often.
constexpr int kFlushMs = 100;
/// While librdkafka's buffer is full, room is looked for so often.
constexpr int kFullMs = 1;
/// To librdkafka this timestamp means the time of writing.
constexpr int64_t kNow = 0;

}  // namespace

static_assert(kAnyPartition == RD_KAFKA_PARTITION_UA);

arrow::Result<std::unique_ptr<RecordSender>> RecordSender::Open(
    const std::string& table, const KafkaOptions& options,
    const std::vector<std::pair<std::string, std::string>>& settings) {
  std::unique_ptr<RecordSender> sender(new RecordSender(table, options));
  ARROW_ASSIGN_OR_RAISE(sender->client_, Client::MakeProducer(options.properties, sender.get(), settings));
  for (const auto& topic : options.topics) ARROW_RETURN_NOT_OK(sender->FindTopic(topic).status());
  return sender;
}

arrow::Result<int32_t> RecordSender::PartitionsOf(const std::string& topic) {
  ARROW_ASSIGN_OR_RAISE(const OpenTopic* const found, FindTopic(topic));
  return found->partitions;
}

arrow::Status RecordSender::Send(const OutRecord& record) {
  ARROW_ASSIGN_OR_RAISE(const OpenTopic* const topic, FindTopic(record.topic));
  while (true) {
    const rd_kafka_resp_err_t error = Produce(*topic, record);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return arrow::Status::OK();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
      return client_->ToStatus(error, "Writing to topic '" + record.topic + "'");
    // Backpressure: brokers take records, or their time is over and they fail.
    client_->Serve(kFullMs);
    ARROW_RETURN_NOT_OK(Heed());
  }
}

arrow::Status RecordSender::Heed() {
  client_->Serve(0);
  return failures_ > 0 ? Failure() : arrow::Status::OK();
}

arrow::Status RecordSender::Arrive() {
  // Ends: each record is acknowledged, or fails when its time is over (delivery.timeout.ms).
  while (rd_kafka_outq_len(client_->handle()) > 0) {
    rd_kafka_flush(client_->handle(), kFlushMs);
    ARROW_RETURN_NOT_OK(Heed());
  }
  return Heed();
}

void RecordSender::Purge() { rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT); }

void RecordSender::Failed(const rd_kafka_message_t& message) {
  if (failures_++ > 0) return;
  failed_topic_ = rd_kafka_topic_name(message.rkt);
  failed_partition_ = message.partition;
  failed_error_ = message.err;
}

arrow::Status RecordSender::Failure() const {
  std::string where = "Writing to topic '" + failed_topic_ + "'";
  if (failed_partition_ >= 0) where += " partition " + std::to_string(failed_partition_);
  if (failed_error_ == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
    return client_->Unreachable(where + ": " + std::to_string(failures_) + " records were not acknowledged in time");
  return client_->ToStatus(failed_error_, where);
}

arrow::Result<const RecordSender::OpenTopic*> RecordSender::FindTopic(const std::string& name) {
  if (last_ != nullptr && last_->first == name) return &last_->second;
  auto known = topics_.find(name);
  if (known == topics_.end()) {
    const bool allowed = options_.topic_pattern.empty()
                             ? std::find(options_.topics.begin(), options_.topics.end(), name) != options_.topics.end()
                             : MatchesPattern(options_.topic_pattern, name);
    if (!allowed) {
      return arrow::Status::Invalid("Topic '", name, "' is none of those that table '", table_, "' names");
    }
    OpenTopic topic;
    ARROW_ASSIGN_OR_RAISE(const auto found, client_->FindTopic(name, /*may_appear=*/true));
    topic.partitions = found.partitions;
    ARROW_ASSIGN_OR_RAISE(topic.handle, client_->OpenTopic(name));
    known = topics_.emplace(name, std::move(topic)).first;
  }
  last_ = &*known;
  return &known->second;
}

rd_kafka_resp_err_t RecordSender::Produce(const OpenTopic& topic, const OutRecord& record) const {
  const void* key = record.key ? record.key->data() : nullptr;
  const size_t key_size = record.key ? record.key->size() : 0;
  // librdkafka copies it.
  void* value = record.value ? const_cast<char*>(record.value->data()) : nullptr;
  const size_t value_size = record.value ? record.value->size() : 0;
  if (record.headers.empty() && !record.timestamp_ms) {
    const int result = rd_kafka_produce(topic.handle.get(), record.partition, RD_KAFKA_MSG_F_COPY, value, value_size,
                                        key, key_size, nullptr);
    return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
  }
  rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
  for (const auto& [name, text] : record.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), text ? text->data() : nullptr,
                        text ? static_cast<ssize_t>(text->size()) : 0);
  }
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      client_->handle(), RD_KAFKA_V_RKT(topic.handle.get()), RD_KAFKA_V_PARTITION(record.partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size),
      RD_KAFKA_V_TIMESTAMP(record.timestamp_ms.value_or(kNow)), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
  // librdkafka owns the headers of what it took.
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_headers_destroy(headers);
  return error;
}

}  // namespace tidemark::connectors::kafka
