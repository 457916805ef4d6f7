// SPDX-License-Identifier: Apache-2.0
// Driving the mock cluster with a plain client.
#include "connectors/kafka/kafka_testing.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace tidemark::connectors::kafka {
namespace {

rd_kafka_t* MakeClient(rd_kafka_type_t type, std::initializer_list<std::pair<const char*, std::string>> settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char reason[512];
  for (const auto& [key, value] : settings) {
    if (rd_kafka_conf_set(conf, key, value.c_str(), reason, sizeof(reason)) != RD_KAFKA_CONF_OK) std::puts(reason);
  }
  rd_kafka_conf_set_log_cb(conf, nullptr);
  rd_kafka_t* client = rd_kafka_new(type, conf, reason, sizeof(reason));
  if (client == nullptr) std::abort();
  return client;
}

std::optional<std::string> TextOf(const void* data, size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

TestRecord RecordOf(const rd_kafka_message_t& message) {
  TestRecord record;
  record.key = TextOf(message.key, message.key_len);
  record.value = TextOf(message.payload, message.len);
  record.topic = rd_kafka_topic_name(message.rkt);
  record.partition = message.partition;
  record.timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    record.headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
  return record;
}

}  // namespace

std::string TestRow(int a, const std::string& b) { return "{\"a\":" + std::to_string(a) + ",\"b\":\"" + b + "\"}"; }

MockCluster::MockCluster(int brokers)
    : owner_(MakeClient(RD_KAFKA_PRODUCER, {})), cluster_(rd_kafka_mock_cluster_new(owner_, brokers)) {
  producer_ = MakeClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap()}});
}

MockCluster::~MockCluster() {
  rd_kafka_destroy(producer_);
  rd_kafka_mock_cluster_destroy(cluster_);
  rd_kafka_destroy(owner_);
}

void MockCluster::CreateTopic(const std::string& topic, int partitions) {
  rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 1);
}

void MockCluster::Put(const std::string& topic, int32_t partition, const std::vector<TestRecord>& records) {
  for (const auto& record : records) {
    rd_kafka_headers_t* headers = nullptr;
    if (!record.headers.empty()) headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers)
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    const void* key = record.key ? record.key->data() : nullptr;
    const size_t key_size = record.key ? record.key->size() : 0;
    const void* value = record.value ? record.value->data() : nullptr;
    const size_t value_size = record.value ? record.value->size() : 0;
    const auto error =
        rd_kafka_producev(producer_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                          RD_KAFKA_V_VALUE(const_cast<void*>(value), value_size),
                          RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) std::abort();
  }
  if (rd_kafka_flush(producer_, 30'000) != RD_KAFKA_RESP_ERR_NO_ERROR) std::abort();
}

void MockCluster::PutValues(const std::string& topic, int32_t partition, const std::vector<std::string>& values) {
  std::vector<TestRecord> records;
  for (const auto& value : values) records.push_back({.value = value});
  Put(topic, partition, records);
}

void MockCluster::Commit(const std::string& group, const std::string& topic, int32_t partition, int64_t offset,
                         const std::string& metadata) {
  rd_kafka_t* consumer = MakeClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap()}, {"group.id", group}});
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_t* place = rd_kafka_topic_partition_list_add(list, topic.c_str(), partition);
  place->offset = offset;
  place->metadata = strdup(metadata.c_str());  // the list frees it
  place->metadata_size = metadata.size();
  if (rd_kafka_commit(consumer, list, 0) != RD_KAFKA_RESP_ERR_NO_ERROR) std::abort();
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(consumer);
}

std::vector<TestRecord> MockCluster::Take(const std::string& topic, int partitions) {
  rd_kafka_t* consumer =
      MakeClient(RD_KAFKA_CONSUMER,
                 {{"bootstrap.servers", bootstrap()}, {"enable.partition.eof", "true"}, {"fetch.wait.max.ms", "10"}});
  rd_kafka_topic_t* handle = rd_kafka_topic_new(consumer, topic.c_str(), nullptr);
  // A client that knows who leads a partition begins at once.
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(consumer, 0, handle, &metadata, 10'000) == RD_KAFKA_RESP_ERR_NO_ERROR)
    rd_kafka_metadata_destroy(metadata);
  std::vector<TestRecord> records;
  for (int32_t partition = 0; partition < partitions; ++partition) {
    rd_kafka_consume_start(handle, partition, 0);
    bool at_end = false;
    for (int quiet = 0; !at_end && quiet < 300;) {
      rd_kafka_message_t* message = rd_kafka_consume(handle, partition, 100);
      if (message == nullptr) {
        ++quiet;
        continue;
      }
      at_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) records.push_back(RecordOf(*message));
      rd_kafka_message_destroy(message);
    }
    rd_kafka_consume_stop(handle, partition);
  }
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(consumer);
  return records;
}

TableOptions MockCluster::Options(const std::string& topic, const TableOptions& more) const {
  TableOptions options = more;
  options.merge(TableOptions{{"connector", "kafka"},
                             {"topic", topic},
                             {"properties.bootstrap.servers", bootstrap()},
                             {"scan.startup.mode", "earliest-offset"},
                             {"scan.bounded.mode", "latest-offset"}});
  const bool upsert = options["connector"] == "upsert-kafka";
  if (upsert) options.erase("scan.startup.mode");
  if (!upsert && !options.contains("value.format")) options.emplace("format", "json");
  return options;
}

}  // namespace tidemark::connectors::kafka
