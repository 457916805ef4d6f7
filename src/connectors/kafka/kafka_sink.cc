// SPDX-License-Identifier: Apache-2.0
// Writing records: encoded a batch at a time, buffered and sent by librdkafka, and counted as written when the brokers
// have acknowledged them, which is before Close returns.
#include "connectors/kafka/kafka_sink.h"

#include <arrow/array.h>
#include <arrow/status.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/record_layout.h"
#include "sql/diagnostic.h"

namespace tidemark::connectors::kafka {
namespace {

/// While the last records are on their way, failures are looked for so often.
constexpr int kFlushMs = 100;
/// While librdkafka's buffer is full, room is looked for so often.
constexpr int kFullMs = 1;

/// One record, ready to be sent.
struct OutRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;  ///< nullopt: a tombstone
  std::string topic;                 ///< empty: the table's one topic
  int64_t timestamp_ms = 0;          ///< 0: now
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

struct OpenTopic {
  TopicHandle handle;
  int32_t partitions = 0;
};

/// The first failure is kept; the others are about the same outage as a rule.
class Failures final : public DeliveryListener {
 public:
  void Failed(const rd_kafka_message_t& message) override {
    if (count_++ > 0) return;
    topic_ = rd_kafka_topic_name(message.rkt);
    partition_ = message.partition;
    error_ = message.err;
  }
  bool any() const { return count_ > 0; }
  arrow::Status ToStatus(const Client& client) const {
    std::string where = "Writing to topic '" + topic_ + "'";
    if (partition_ >= 0) where += " partition " + std::to_string(partition_);
    if (error_ == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
      return client.Unreachable(where + ": " + std::to_string(count_) + " records were not acknowledged in time");
    return client.ToStatus(error_, where);
  }

 private:
  int64_t count_ = 0;
  std::string topic_;
  int32_t partition_ = -1;
  rd_kafka_resp_err_t error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
};

class KafkaSink final : public Sink {
 public:
  KafkaSink(const plan::SinkNode& node, const ConnectorContext& context, KafkaOptions options)
      : node_(node), context_(context), options_(std::move(options)) {}

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(const RecordLayout layout, RecordLayout::Of(*node_.table, options_.upsert));
    ARROW_RETURN_NOT_OK(PlanColumns(layout));
    ARROW_ASSIGN_OR_RAISE(client_, Client::MakeProducer(options_.properties, &failures_));
    for (const auto& topic : options_.topics) ARROW_RETURN_NOT_OK(FindTopic(topic).status());
    return arrow::Status::OK();
  }

  arrow::Status Write(const Batch& batch) override {
    ARROW_RETURN_NOT_OK(Encode(batch));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_ASSIGN_OR_RAISE(OutRecord record, RecordOf(batch, row));
      if (options_.flush_rows > 0) {
        ARROW_RETURN_NOT_OK(HoldBack(std::move(record)));
      } else {
        ARROW_RETURN_NOT_OK(Send(record));
      }
    }
    return Heed();
  }

  arrow::Status Tick() override {
    const bool due =
        !held_.empty() && context_.clock->SteadyMicros() - held_since_micros_ >= options_.flush_interval_ms * 1000;
    if (due) ARROW_RETURN_NOT_OK(SendHeld());
    return Heed();
  }

  /// Records cannot be hidden, but they have arrived: after the checkpoint none of them is lost.
  arrow::Result<std::string> Prepare(int64_t /*checkpoint*/) override {
    if (options_.waits_for_arrival) ARROW_RETURN_NOT_OK(Arrive());
    return std::string();
  }

  arrow::Status Close(bool /*complete*/) override { return Arrive(); }

  void Abort() override {
    if (client_) rd_kafka_purge(client_->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }

 private:
  /// Everything that was written is acknowledged.
  arrow::Status Arrive() {
    ARROW_RETURN_NOT_OK(SendHeld());
    // Ends: each record is acknowledged, or fails when its time is over (delivery.timeout.ms).
    while (rd_kafka_outq_len(client_->handle()) > 0) {
      rd_kafka_flush(client_->handle(), kFlushMs);
      ARROW_RETURN_NOT_OK(Heed());
    }
    return Heed();
  }

  arrow::Status PlanColumns(const RecordLayout& layout) {
    std::map<int, int> position;  // of a table's column in a batch
    for (size_t i = 0; i < node_.table->columns.size(); ++i) {
      const auto& column = node_.table->columns[i];
      if (!column.takes_values()) continue;
      const int at = static_cast<int>(position.size());
      position[static_cast<int>(i)] = at;
      if (column.kind == TableColumn::Kind::kMetadata) ARROW_RETURN_NOT_OK(PlanMetadata(column, at));
    }
    const std::string& zone = context_.functions->local_time_zone;
    const auto make = [&](const RecordPart& part, std::vector<int>* columns) {
      for (const int column : part.columns) columns->push_back(position.at(column));
      return part.format->make_encoder(part.options, part.schema, zone);
    };
    if (layout.key) {
      ARROW_ASSIGN_OR_RAISE(key_encoder_, make(*layout.key, &key_columns_));
    }
    ARROW_ASSIGN_OR_RAISE(value_encoder_, make(layout.value, &value_columns_));
    raw_key_ = layout.key && layout.key->format->name == "raw";
    raw_value_ = layout.value.format->name == "raw";
    if (topic_column_ < 0 && options_.topics.size() != 1) {
      return arrow::Status::Invalid(
          "Table '", node_.table->name(),
          "' is written to several topics, so it needs a column that says which: topic STRING "
          "METADATA");
    }
    return arrow::Status::OK();
  }

  arrow::Status PlanMetadata(const TableColumn& column, int at) {
    const std::string key = column.metadata_key.empty() ? column.name : column.metadata_key;
    const bool is_text = column.type.is_character();
    const bool is_time = column.type.kind() == TypeKind::kTimestampLtz || column.type.kind() == TypeKind::kTimestamp;
    const bool is_map = column.type.kind() == TypeKind::kMap && column.type.map_key().is_character() &&
                        (column.type.map_value().is_binary() || column.type.map_value().is_character());
    if (key == "topic" && is_text) {
      topic_column_ = at;
    } else if (key == "timestamp" && is_time) {
      timestamp_column_ = at;
      timestamp_per_milli_ = column.type.precision() <= 3 ? 1 : column.type.precision() <= 6 ? 1'000 : 1'000'000;
    } else if (key == "headers" && is_map) {
      headers_column_ = at;
    } else if (key == "topic" || key == "timestamp" || key == "headers") {
      return arrow::Status::Invalid("Metadata column '", column.name, "' of type ", column.type.ToString(),
                                    " cannot be written as '", key, "'");
    } else {
      return arrow::Status::Invalid("Metadata '", key, "' is decided by Kafka: declare column '", column.name,
                                    "' VIRTUAL to write to the table");
    }
    return arrow::Status::OK();
  }

  static Batch Part(const Batch& batch, const std::vector<int>& columns) {
    std::vector<std::shared_ptr<arrow::Array>> part;
    for (const int column : columns) part.push_back(batch.columns[static_cast<size_t>(column)]);
    return batch.WithColumns(std::move(part));
  }

  arrow::Status Encode(const Batch& batch) {
    keys_.clear();
    values_.clear();
    if (key_encoder_) ARROW_RETURN_NOT_OK(key_encoder_->EncodeMessages(Part(batch, key_columns_), &keys_));
    return value_encoder_->EncodeMessages(Part(batch, value_columns_), &values_);
  }

  /// A part of format 'raw' has no bytes of its own for NULL: it is left out.
  static bool IsLeftOut(bool raw, const Batch& batch, const std::vector<int>& columns, int64_t row) {
    return raw && batch.columns[static_cast<size_t>(columns[0])]->IsNull(row);
  }

  arrow::Result<OutRecord> RecordOf(const Batch& batch, int64_t row) {
    OutRecord record;
    if (key_encoder_ && !IsLeftOut(raw_key_, batch, key_columns_, row))
      record.key = std::move(keys_[static_cast<size_t>(row)]);
    const bool tombstone = options_.upsert && !IsAddition(batch.kind(row));
    if (!tombstone && !IsLeftOut(raw_value_, batch, value_columns_, row))
      record.value = std::move(values_[static_cast<size_t>(row)]);
    if (topic_column_ >= 0) {
      const auto& topics = static_cast<const arrow::StringArray&>(*batch.columns[static_cast<size_t>(topic_column_)]);
      if (topics.IsNull(row)) return arrow::Status::Invalid("Column 'topic' is NULL: the record has nowhere to go");
      record.topic = topics.GetString(row);
    }
    if (timestamp_column_ >= 0) ARROW_RETURN_NOT_OK(SetTimestamp(batch, row, &record));
    if (headers_column_ >= 0) SetHeaders(batch, row, &record);
    return record;
  }

  arrow::Status SetTimestamp(const Batch& batch, int64_t row, OutRecord* record) const {
    const auto& times =
        static_cast<const arrow::TimestampArray&>(*batch.columns[static_cast<size_t>(timestamp_column_)]);
    if (times.IsNull(row)) return arrow::Status::OK();
    record->timestamp_ms = times.Value(row) / timestamp_per_milli_;
    if (record->timestamp_ms >= 0) return arrow::Status::OK();
    return arrow::Status::Invalid("Kafka has no timestamps before 1970: ", record->timestamp_ms, " ms");
  }

  void SetHeaders(const Batch& batch, int64_t row, OutRecord* record) const {
    const auto& maps = static_cast<const arrow::MapArray&>(*batch.columns[static_cast<size_t>(headers_column_)]);
    if (maps.IsNull(row)) return;
    const auto& names = static_cast<const arrow::BinaryArray&>(*maps.keys());
    const auto& values = static_cast<const arrow::BinaryArray&>(*maps.items());
    for (int64_t i = maps.value_offset(row); i < maps.value_offset(row + 1); ++i) {
      record->headers.emplace_back(names.GetString(i),
                                   values.IsNull(i) ? std::nullopt : std::optional<std::string>(values.GetString(i)));
    }
  }

  /// Of each key the last record counts.
  arrow::Status HoldBack(OutRecord record) {
    if (held_.empty()) held_since_micros_ = context_.clock->SteadyMicros();
    const std::string key = *record.key;
    held_[key] = std::move(record);
    return static_cast<int64_t>(held_.size()) < options_.flush_rows ? arrow::Status::OK() : SendHeld();
  }

  arrow::Status SendHeld() {
    for (const auto& [key, record] : held_) ARROW_RETURN_NOT_OK(Send(record));
    held_.clear();
    return arrow::Status::OK();
  }

  arrow::Result<OpenTopic*> FindTopic(const std::string& name) {
    const auto known = topics_.find(name);
    if (known != topics_.end()) return &known->second;
    const bool allowed = options_.topic_pattern.empty()
                             ? std::find(options_.topics.begin(), options_.topics.end(), name) != options_.topics.end()
                             : MatchesPattern(options_.topic_pattern, name);
    if (!allowed)
      return arrow::Status::Invalid("Topic '", name, "' is none of those that table '", node_.table->name(), "' names");
    OpenTopic topic;
    ARROW_ASSIGN_OR_RAISE(const auto found, client_->FindTopic(name, /*may_appear=*/true));
    topic.partitions = found.partitions;
    ARROW_ASSIGN_OR_RAISE(topic.handle, client_->OpenTopic(name));
    return &topics_.emplace(name, std::move(topic)).first->second;
  }

  int32_t PartitionFor(const OpenTopic& topic) {
    switch (options_.partitioner) {
      case Partitioner::kFixed:
        return context_.worker % topic.partitions;
      case Partitioner::kRoundRobin:
        return static_cast<int32_t>(sent_ % topic.partitions);
      case Partitioner::kDefault:
        break;
    }
    return RD_KAFKA_PARTITION_UA;
  }

  arrow::Status Send(const OutRecord& record) {
    ARROW_ASSIGN_OR_RAISE(OpenTopic* const topic,
                          FindTopic(record.topic.empty() && topic_column_ < 0 ? options_.topics[0] : record.topic));
    const int32_t partition = PartitionFor(*topic);
    ++sent_;
    while (true) {
      const rd_kafka_resp_err_t error = Produce(*topic, partition, record);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return arrow::Status::OK();
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL)
        return client_->ToStatus(error,
                                 std::string("Writing to topic '") + rd_kafka_topic_name(topic->handle.get()) + "'");
      // Backpressure: brokers take records, or their time is over and they fail.
      client_->Serve(kFullMs);
      ARROW_RETURN_NOT_OK(Heed());
    }
  }

  rd_kafka_resp_err_t Produce(const OpenTopic& topic, int32_t partition, const OutRecord& record) const {
    const void* key = record.key ? record.key->data() : nullptr;
    const size_t key_size = record.key ? record.key->size() : 0;
    // librdkafka copies it.
    void* value = record.value ? const_cast<char*>(record.value->data()) : nullptr;
    const size_t value_size = record.value ? record.value->size() : 0;
    if (record.headers.empty() && record.timestamp_ms == 0) {
      const int result = rd_kafka_produce(topic.handle.get(), partition, RD_KAFKA_MSG_F_COPY, value, value_size, key,
                                          key_size, nullptr);
      return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
    }
    rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, text] : record.headers) {
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), text ? text->data() : nullptr,
                          text ? static_cast<ssize_t>(text->size()) : 0);
    }
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client_->handle(), RD_KAFKA_V_RKT(topic.handle.get()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size),
        RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    // librdkafka owns the headers of what it took.
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_headers_destroy(headers);
    return error;
  }

  /// Takes in reports; fails when a record could not be delivered.
  arrow::Status Heed() {
    client_->Serve(0);
    return failures_.any() ? failures_.ToStatus(*client_) : arrow::Status::OK();
  }

  const plan::SinkNode& node_;
  const ConnectorContext context_;
  const KafkaOptions options_;
  std::unique_ptr<formats::Encoder> key_encoder_;  ///< null: records have no key
  std::unique_ptr<formats::Encoder> value_encoder_;
  std::vector<int> key_columns_;  ///< positions in a batch
  std::vector<int> value_columns_;
  bool raw_key_ = false;
  bool raw_value_ = false;
  int topic_column_ = -1;
  int timestamp_column_ = -1;
  int64_t timestamp_per_milli_ = 1;
  int headers_column_ = -1;
  Failures failures_;
  std::unique_ptr<Client> client_;
  std::unordered_map<std::string, OpenTopic> topics_;
  std::vector<std::string> keys_;  ///< of the batch at hand
  std::vector<std::string> values_;
  std::unordered_map<std::string, OutRecord> held_;  ///< by key
  int64_t held_since_micros_ = 0;
  int64_t sent_ = 0;
};

}  // namespace

arrow::Result<std::unique_ptr<Sink>> MakeKafkaSink(const plan::SinkNode& node, const ConnectorContext& context,
                                                   bool upsert) {
  ARROW_ASSIGN_OR_RAISE(auto options, ReadKafkaOptions(*node.table, upsert));
  auto sink = std::make_unique<KafkaSink>(node, context, std::move(options));
  ARROW_RETURN_NOT_OK(sink->Open());
  return sink;
}

}  // namespace tidemark::connectors::kafka
