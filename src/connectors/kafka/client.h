// SPDX-License-Identifier: Apache-2.0
// Client: one consumer or producer of librdkafka, owned, with the errors it told of turned into messages for the user.
#pragma once

#include <arrow/result.h>
#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/kafka/client_properties.h"

namespace tidemark::connectors::kafka {

struct TopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, TopicDeleter>;

struct PartitionListDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionListDeleter>;

struct TopicPartitions {
  std::string topic;
  int32_t partitions = 0;
};

/// Told of messages that could not be delivered, from within Client::Serve.
class DeliveryListener {
 public:
  virtual ~DeliveryListener() = default;
  virtual void Failed(const rd_kafka_message_t& message) = 0;
};

/// What brokers answer while they start, or while a partition or a group changes its leader: it passes by itself.
bool IsPassing(rd_kafka_resp_err_t error);

/// One thread; librdkafka's own threads are inside.
class Client {
 public:
  static arrow::Result<std::unique_ptr<Client>> MakeConsumer(
      const ClientProperties& properties, const std::vector<std::pair<std::string, std::string>>& defaults);
  /// `listener` outlives the client; null: nobody asks.
  static arrow::Result<std::unique_ptr<Client>> MakeProducer(
      const ClientProperties& properties, DeliveryListener* listener,
      const std::vector<std::pair<std::string, std::string>>& more_defaults = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  rd_kafka_t* handle() const { return handle_; }
  int timeout_ms() const { return static_cast<int>(timeout_ms_); }
  const std::string& brokers() const { return brokers_; }

  /// Takes in what librdkafka has to tell, waiting `wait_ms` for it at most.
  void Serve(int wait_ms) { rd_kafka_poll(handle_, wait_ms); }

  /// Every topic of the cluster and its partitions. Fails when no broker answers in time, or one refuses us.
  arrow::Result<std::vector<TopicPartitions>> ListTopics(int timeout_ms);
  /// One topic. An unknown one is an error that names those of nearly the same name. `may_appear`: the broker may be
  /// creating it, so it is waited for.
  arrow::Result<TopicPartitions> FindTopic(const std::string& topic, bool may_appear);

  arrow::Result<TopicHandle> OpenTopic(const std::string& topic) const;
  /// Asks now which broker leads which partition of the topic.
  arrow::Status LearnLeaders(rd_kafka_topic_t* topic) { return AskMetadata(topic, timeout_ms(), nullptr).status(); }

  /// Commits offsets for the client's group, in the background; what becomes of it is heard while serving.
  void CommitOffsets(const rd_kafka_topic_partition_list_t& offsets);
  /// What the group has committed of the partition as far as the brokers have answered; -1: nothing so far.
  int64_t committed(const std::string& topic, int32_t partition) const;
  /// Commits that were begun and not yet answered.
  int commits_under_way() const { return commits_under_way_; }
  /// Why the last one failed; empty: it did not.
  const std::string& commit_error() const { return commit_error_; }

  /// Every broker is out of reach since the last call of Reached.
  bool all_down() const { return all_down_; }
  void Reached() { all_down_ = false; }
  /// "Cannot reach Kafka at 'a:9092,b:9092' ...: <the last thing that was heard>".
  arrow::Status Unreachable(const std::string& doing) const;
  /// What the error means, and about what.
  arrow::Status ToStatus(rd_kafka_resp_err_t error, const std::string& doing, std::string_view detail = {}) const;

 private:
  explicit Client(const ClientProperties& properties)
      : brokers_(properties.brokers), timeout_ms_(properties.timeout_ms) {}
  arrow::Status Open(rd_kafka_type_t type, const ClientProperties& properties,
                     const std::vector<std::pair<std::string, std::string>>& defaults, DeliveryListener* listener);
  arrow::Result<std::vector<TopicPartitions>> AskMetadata(rd_kafka_topic_t* topic, int timeout_ms,
                                                          rd_kafka_resp_err_t* topic_error);
  static void OnError(rd_kafka_t* handle, int error, const char* reason, void* self);
  static void OnCommit(rd_kafka_t* handle, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* offsets,
                       void* self);
  static void OnDelivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* self);

  const std::string brokers_;
  const int64_t timeout_ms_;
  rd_kafka_t* handle_ = nullptr;
  DeliveryListener* listener_ = nullptr;
  int commits_under_way_ = 0;
  std::string commit_error_;
  std::map<std::pair<std::string, int32_t>, int64_t> committed_;
  bool all_down_ = false;
  bool refused_ = false;  ///< wrong password, wrong certificate: waiting does not help
  std::string last_error_;
};

}  // namespace tidemark::connectors::kafka
