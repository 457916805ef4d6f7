// SPDX-License-Identifier: Apache-2.0
// Writing records: encoded a batch at a time, buffered and sent by librdkafka, and counted as written when the brokers
// have acknowledged them, which is before Close returns.
#include "connectors/kafka/kafka_sink.h"

#include <arrow/status.h>

#include <unordered_map>
#include <utility>

#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/record_addresser.h"
#include "connectors/kafka/record_encoder.h"
#include "connectors/kafka/record_sender.h"
#include "connectors/kafka/transactional_sink.h"

namespace tidemark::connectors::kafka {
namespace {

/// What a record that is held back takes, with its key in the table of such records.
int64_t BytesOf(const OutRecord& record) {
  size_t bytes =
      sizeof(record) + record.topic.size() + 2 * record.key->size() + (record.value ? record.value->size() : 0);
  for (const auto& [name, value] : record.headers) bytes += name.size() + (value ? value->size() : 0);
  return static_cast<int64_t>(bytes);
}

class KafkaSink final : public Sink {
 public:
  KafkaSink(const plan::SinkNode& node, const ConnectorContext& context, KafkaOptions options)
      : node_(node),
        context_(context),
        options_(std::move(options)),
        addresser_(options_.partitioner, context.worker,
                   [this](const std::string& topic) { return sender_->PartitionsOf(topic); }) {}

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(encoder_, RecordEncoder::Make(*node_.table, options_, context_.functions->local_time_zone));
    ARROW_ASSIGN_OR_RAISE(sender_, RecordSender::Open(node_.table->name(), options_, {}));
    return arrow::Status::OK();
  }

  arrow::Status Write(const Batch& batch) override {
    ARROW_RETURN_NOT_OK(encoder_->Encode(batch));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_ASSIGN_OR_RAISE(OutRecord record, encoder_->RecordOf(batch, row));
      if (options_.flush_rows > 0) {
        ARROW_RETURN_NOT_OK(HoldBack(std::move(record)));
      } else {
        ARROW_RETURN_NOT_OK(Send(&record));
      }
    }
    return sender_->Heed();
  }

  arrow::Status Tick() override {
    const bool due =
        !held_.empty() && context_.clock->SteadyMicros() - held_since_micros_ >= options_.flush_interval_ms * 1000;
    if (due) ARROW_RETURN_NOT_OK(SendHeld());
    return sender_->Heed();
  }

  /// Records cannot be hidden, but they have arrived: after the checkpoint none of them is lost.
  arrow::Result<std::string> Prepare(int64_t /*checkpoint*/) override {
    if (options_.waits_for_arrival) ARROW_RETURN_NOT_OK(Arrive());
    return std::string();
  }

  arrow::Status Close(bool /*complete*/) override { return Arrive(); }

  void Abort() override {
    if (sender_) sender_->Purge();
  }

 private:
  /// Everything that was written is acknowledged.
  arrow::Status Arrive() {
    ARROW_RETURN_NOT_OK(SendHeld());
    return sender_->Arrive();
  }

  arrow::Status Send(OutRecord* record) {
    ARROW_RETURN_NOT_OK(addresser_.Address(record));
    return sender_->Send(*record);
  }

  /// Of each key the last record counts.
  arrow::Status HoldBack(OutRecord record) {
    if (held_.empty()) held_since_micros_ = context_.clock->SteadyMicros();
    const std::string key = *record.key;
    OutRecord& held = held_[key];
    held_bytes_ += BytesOf(record) - (held.key ? BytesOf(held) : 0);
    held = std::move(record);
    const bool full =
        static_cast<int64_t>(held_.size()) >= options_.flush_rows || held_bytes_ > options_.held_bytes_max;
    return full ? SendHeld() : arrow::Status::OK();
  }

  arrow::Status SendHeld() {
    for (auto& [key, record] : held_) ARROW_RETURN_NOT_OK(Send(&record));
    held_.clear();
    held_bytes_ = 0;
    return arrow::Status::OK();
  }

  const plan::SinkNode& node_;
  const ConnectorContext context_;
  const KafkaOptions options_;
  std::unique_ptr<RecordEncoder> encoder_;
  std::unique_ptr<RecordSender> sender_;
  RecordAddresser addresser_;
  std::unordered_map<std::string, OutRecord> held_;  ///< by key
  int64_t held_bytes_ = 0;
  int64_t held_since_micros_ = 0;
};

}  // namespace

arrow::Result<std::unique_ptr<Sink>> MakeKafkaSink(const plan::SinkNode& node, const ConnectorContext& context,
                                                   bool upsert) {
  ARROW_ASSIGN_OR_RAISE(auto options, ReadKafkaOptions(*node.table, upsert));
  if (options.exactly_once) return MakeTransactionalSink(node, context, std::move(options));
  auto sink = std::make_unique<KafkaSink>(node, context, std::move(options));
  ARROW_RETURN_NOT_OK(sink->Open());
  return sink;
}

}  // namespace tidemark::connectors::kafka
