// SPDX-License-Identifier: Apache-2.0
// Making clients, asking for topics, and saying what went wrong.
#include "connectors/kafka/client.h"

#include <arrow/status.h>

#include <algorithm>

#include "sql/diagnostic.h"
#include "sql/secret_options.h"

namespace tidemark::connectors::kafka {
namespace {

/// So long one request waits before errors that came meanwhile are looked at.
constexpr int kSliceMs = 200;
/// A topic that the broker creates on first use appears within this time.
constexpr int kAppearMs = 5'000;

bool IsUnknownTopic(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

/// As the Java client does: exactly one copy of each message, unless the settings exclude it.
bool IsIdempotent(const std::map<std::string, std::string>& settings) {
  const auto is = [&](const char* key, std::initializer_list<std::string_view> values) {
    const auto found = settings.find(key);
    return found == settings.end() || std::find(values.begin(), values.end(), found->second) != values.end();
  };
  return is("acks", {"all", "-1"}) && is("request.required.acks", {"all", "-1"}) &&
         is("max.in.flight.requests.per.connection", {"1", "2", "3", "4", "5"}) &&
         is("max.in.flight", {"1", "2", "3", "4", "5"});
}

}  // namespace

bool IsPassing(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
      return true;
    default:
      return false;
  }
}

arrow::Result<std::unique_ptr<Client>> Client::MakeConsumer(
    const ClientProperties& properties, const std::vector<std::pair<std::string, std::string>>& defaults) {
  std::unique_ptr<Client> client(new Client(properties));
  std::vector<std::pair<std::string, std::string>> all = {
      // As the Java client; librdkafka would read committed records only.
      {"isolation.level", "read_uncommitted"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"enable.partition.eof", "true"},
      // Records that are gone are an error, unless the table says otherwise.
      {"auto.offset.reset", properties.offset_reset == OffsetReset::kEarliest ? "earliest"
                            : properties.offset_reset == OffsetReset::kLatest ? "latest"
                                                                              : "error"},
  };
  all.insert(all.end(), defaults.begin(), defaults.end());
  ARROW_RETURN_NOT_OK(client->Open(RD_KAFKA_CONSUMER, properties, all, nullptr));
  return client;
}

arrow::Result<std::unique_ptr<Client>> Client::MakeProducer(
    const ClientProperties& properties, DeliveryListener* listener,
    const std::vector<std::pair<std::string, std::string>>& more_defaults) {
  std::unique_ptr<Client> client(new Client(properties));
  std::vector<std::pair<std::string, std::string>> defaults = {
      {"partitioner", "murmur2_random"},  // the Java client's: the same key goes to the same partition
      {"message.timeout.ms", "120000"},   // the Java client's
      {"delivery.report.only.error", "true"},  {"queue.buffering.max.messages", "1000000"},
      {"queue.buffering.max.kbytes", "65536"},
  };
  if (IsIdempotent(properties.settings)) defaults.emplace_back("enable.idempotence", "true");
  defaults.insert(defaults.end(), more_defaults.begin(), more_defaults.end());
  ARROW_RETURN_NOT_OK(client->Open(RD_KAFKA_PRODUCER, properties, defaults, listener));
  return client;
}

arrow::Status Client::Open(rd_kafka_type_t type, const ClientProperties& properties,
                           const std::vector<std::pair<std::string, std::string>>& defaults,
                           DeliveryListener* listener) {
  listener_ = listener;
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char reason[512] = "";
  const auto set = [&](const std::string& key, const std::string& value) -> arrow::Status {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), reason, sizeof(reason)) == RD_KAFKA_CONF_OK)
      return arrow::Status::OK();
    return arrow::Status::Invalid("Kafka setting '", key, "': ", sql::IsSecretOption(key) ? "refused" : reason);
  };
  arrow::Status status = set("client.id", "tidemark");
  for (const auto& [key, value] : defaults) status &= set(key, value);
  for (const auto& [key, value] : properties.settings) status &= set(key, value);
  if (!status.ok()) {
    rd_kafka_conf_destroy(conf);
    return status;
  }
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_log_cb(conf, nullptr);
  rd_kafka_conf_set_error_cb(conf, OnError);
  if (type == RD_KAFKA_CONSUMER) rd_kafka_conf_set_offset_commit_cb(conf, OnCommit);
  if (listener != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
  handle_ = rd_kafka_new(type, conf, reason, sizeof(reason));
  if (handle_ != nullptr) return arrow::Status::OK();
  rd_kafka_conf_destroy(conf);
  return arrow::Status::Invalid("Kafka client for '", brokers_, "': ", reason);
}

Client::~Client() {
  if (handle_ != nullptr) rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void Client::OnError(rd_kafka_t* handle, int error, const char* reason, void* self) {
  auto* client = static_cast<Client*>(self);
  char fatal[512];
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    rd_kafka_fatal_error(handle, fatal, sizeof(fatal));
    reason = fatal;
  }
  const bool refused = error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__SSL;
  client->refused_ |= refused;
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    client->all_down_ = true;
    if (!client->last_error_.empty()) return;  // says less than what came before
  }
  if (refused || !client->refused_) client->last_error_ = reason;
}

void Client::OnDelivery(rd_kafka_t* /*handle*/, const rd_kafka_message_t* message, void* self) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<Client*>(self)->listener_->Failed(*message);
}

void Client::CommitOffsets(const rd_kafka_topic_partition_list_t& offsets) {
  const rd_kafka_resp_err_t error = rd_kafka_commit(handle_, &offsets, /*async=*/1);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++commits_under_way_;
  } else {
    commit_error_ = rd_kafka_err2str(error);
  }
}

void Client::OnCommit(rd_kafka_t* /*handle*/, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* offsets,
                      void* self) {
  auto* client = static_cast<Client*>(self);
  --client->commits_under_way_;
  const bool answered = error == RD_KAFKA_RESP_ERR_NO_ERROR;
  for (int i = 0; answered && offsets != nullptr && i < offsets->cnt; ++i) {
    const rd_kafka_topic_partition_t& place = offsets->elems[i];
    if (place.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      error = place.err;
    else
      client->committed_[{place.topic, place.partition}] = place.offset;
  }
  client->commit_error_ = error == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : rd_kafka_err2str(error);
}

int64_t Client::committed(const std::string& topic, int32_t partition) const {
  const auto found = committed_.find({topic, partition});
  return found == committed_.end() ? -1 : found->second;
}

arrow::Status Client::Unreachable(const std::string& doing) const {
  return arrow::Status::IOError(
      doing, ": ", refused_ ? "Kafka at '" : "cannot reach Kafka at '", brokers_,
      refused_ ? "' refuses the connection: " : "': ",
      last_error_.empty() ? "no answer within " + std::to_string(timeout_ms_) + " ms" : last_error_);
}

arrow::Status Client::ToStatus(rd_kafka_resp_err_t error, const std::string& doing, std::string_view detail) const {
  switch (error) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
      return Unreachable(doing);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return arrow::Status::IOError(doing, ": Kafka at '", brokers_, "' does not allow it: ", rd_kafka_err2str(error));
    default:
      return arrow::Status::IOError(doing, ": ", rd_kafka_err2str(error), detail.empty() ? "" : ": ", detail);
  }
}

arrow::Result<std::vector<TopicPartitions>> Client::AskMetadata(rd_kafka_topic_t* topic, int timeout_ms,
                                                                rd_kafka_resp_err_t* topic_error) {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  for (int waited_ms = 0; waited_ms < timeout_ms && !refused_; waited_ms += kSliceMs) {
    const int slice_ms = std::min(kSliceMs, timeout_ms - waited_ms);
    const rd_kafka_metadata_t* metadata = nullptr;
    error = rd_kafka_metadata(handle_, topic == nullptr ? 1 : 0, topic, &metadata, slice_ms);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      std::vector<TopicPartitions> topics;
      for (int i = 0; i < metadata->topic_cnt; ++i) {
        const auto& found = metadata->topics[i];
        if (topic_error != nullptr) *topic_error = found.err;
        if (found.err == RD_KAFKA_RESP_ERR_NO_ERROR) topics.push_back({found.topic, found.partition_cnt});
      }
      rd_kafka_metadata_destroy(metadata);
      Reached();
      return topics;
    }
    Serve(error == RD_KAFKA_RESP_ERR__TIMED_OUT ? 0 : slice_ms);
  }
  Serve(0);
  return ToStatus(error, topic == nullptr ? "Listing topics"
                                          : "Looking for topic '" + std::string(rd_kafka_topic_name(topic)) + "'");
}

arrow::Result<std::vector<TopicPartitions>> Client::ListTopics(int timeout_ms) {
  return AskMetadata(nullptr, timeout_ms, nullptr);
}

arrow::Result<TopicPartitions> Client::FindTopic(const std::string& topic, bool may_appear) {
  ARROW_ASSIGN_OR_RAISE(const TopicHandle handle, OpenTopic(topic));
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  const int appears_ms = may_appear ? std::min(timeout_ms(), kAppearMs) : 0;
  int patience_ms = 0;
  for (int waited_ms = 0; waited_ms <= patience_ms; waited_ms += kSliceMs) {
    ARROW_ASSIGN_OR_RAISE(const auto found, AskMetadata(handle.get(), timeout_ms(), &error));
    for (const auto& one : found) {
      if (one.topic == topic && one.partitions > 0) return one;
    }
    patience_ms = IsPassing(error) ? timeout_ms() : IsUnknownTopic(error) ? appears_ms : 0;
    if (waited_ms < patience_ms) Serve(kSliceMs);
  }
  if (!IsUnknownTopic(error) && error != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(error, "Topic '" + topic + "'");
  std::vector<std::string> names;
  if (const auto all = ListTopics(timeout_ms()); all.ok()) {
    for (const auto& one : *all) {
      if (!one.topic.starts_with("__")) names.push_back(one.topic);
    }
  }
  const std::string near = sql::DidYouMean(topic, names);
  return arrow::Status::Invalid("There is no topic '", topic, "' at Kafka '", brokers_, "'", near.empty() ? "" : ". ",
                                near);
}

arrow::Result<TopicHandle> Client::OpenTopic(const std::string& topic) const {
  TopicHandle handle(rd_kafka_topic_new(handle_, topic.c_str(), nullptr));
  if (handle == nullptr) return ToStatus(rd_kafka_last_error(), "Topic '" + topic + "'");
  return handle;
}

}  // namespace tidemark::connectors::kafka
