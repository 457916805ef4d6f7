// SPDX-License-Identifier: Apache-2.0
// A transaction from its begin to its commit, and what becomes of its errors: some pass, after some the transaction is
// aborted and done once more, the rest fails the job.
#include "connectors/kafka/transaction.h"

#include <arrow/status.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace tidemark::connectors::kafka {
namespace {

/// Before a step is repeated that failed at once.
constexpr int kPauseMs = 50;
/// An abort gets so long, also when the time is over: until then nobody can read what comes after the transaction.
constexpr int64_t kAbortMs = 5'000;
/// One partition that every topic has.
constexpr int32_t kMarkerPartition = 0;

struct ErrorDeleter {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
using Error = std::unique_ptr<rd_kafka_error_t, ErrorDeleter>;

PartitionList MarkerList(const std::string& topic) {
  PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), kMarkerPartition);
  return list;
}

bool IsFenced(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__FENCED || error == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         error == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

}  // namespace

int TransactionalProducer::MillisUntil(int64_t deadline) const {
  return static_cast<int>(std::max<int64_t>((deadline - clock_->SteadyMicros()) / 1'000, 0));
}

TransactionalProducer::TransactionalProducer(const KafkaOptions& options, Clock* clock, PreparingWriter writer)
    : writer_(std::move(writer)),
      clock_(clock),
      timeout_ms_(options.transaction_timeout_ms),
      marker_properties_(options.properties) {
  marker_properties_.group_id = writer_.marker_group;
  marker_properties_.settings["group.id"] = writer_.marker_group;
  // Waits for transactions that are just being ended.
  marker_properties_.settings["isolation.level"] = "read_committed";
}

arrow::Result<std::unique_ptr<TransactionalProducer>> TransactionalProducer::Open(const std::string& table,
                                                                                  const KafkaOptions& options,
                                                                                  const ConnectorContext& context,
                                                                                  const PreparingWriter& writer) {
  std::unique_ptr<TransactionalProducer> producer(new TransactionalProducer(options, context.clock, writer));
  const std::string timeout = std::to_string(options.transaction_timeout_ms);
  std::vector<std::pair<std::string, std::string>> settings = {{"transactional.id", writer.transactional_id},
                                                               {"transaction.timeout.ms", timeout},
                                                               {"message.timeout.ms", timeout}};
  ARROW_ASSIGN_OR_RAISE(producer->sender_, RecordSender::Open(table, options, settings));
  ARROW_ASSIGN_OR_RAISE(producer->markers_, Client::MakeConsumer(producer->marker_properties_, {}));
  ARROW_RETURN_NOT_OK(producer->Init());
  return producer;
}

arrow::Status TransactionalProducer::Init() {
  bool abortable = false;
  return Repeat([&](int ms) { return rd_kafka_init_transactions(sender_->client().handle(), ms); },
                "Beginning transactions", After(sender_->client().timeout_ms()), &abortable);
}

arrow::Result<Marker> TransactionalProducer::ReadMarker(const std::string& topic) {
  while (true) {
    const PartitionList list = MarkerList(topic);
    rd_kafka_topic_partition_t& place = list->elems[0];
    rd_kafka_resp_err_t error = rd_kafka_committed(markers_->handle(), list.get(), MillisUntil(deadline_));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = place.err;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      Marker marker;
      if (place.offset >= 0) marker.checkpoint = place.offset;
      if (place.metadata != nullptr) marker.nonce.assign(static_cast<const char*>(place.metadata), place.metadata_size);
      return marker;
    }
    markers_->Serve(kPauseMs);
    if (MillisUntil(deadline_) == 0 || error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
      return markers_->ToStatus(error, "Reading what group '" + writer_.marker_group + "' has committed");
  }
}

arrow::Status TransactionalProducer::Write(const PreparedReader& reader, const std::string& topic, bool* again) {
  sender_->ForgetFailures();
  bool abortable = false;
  rd_kafka_t* handle = sender_->client().handle();
  *again = false;
  ARROW_RETURN_NOT_OK(Repeat([&](int) { return rd_kafka_begin_transaction(handle); }, "Beginning a transaction",
                             deadline_, &abortable));
  arrow::Status status = Fill(reader, topic, again);
  if (status.ok()) return status;
  const rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(handle, nullptr, 0);
  if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) status = ToStatus(RD_KAFKA_RESP_ERR__FATAL, "", "Writing a transaction");
  const bool aborted =
      fatal == RD_KAFKA_RESP_ERR_NO_ERROR && AbortTransaction(std::max(deadline_, After(kAbortMs))).ok();
  *again = *again && aborted && MillisUntil(deadline_) > 0;
  return status;
}

arrow::Status TransactionalProducer::Fill(const PreparedReader& reader, const std::string& topic, bool* again) {
  rd_kafka_t* handle = sender_->client().handle();
  const arrow::Status sent = SendRecords(reader);
  // Bytes that are damaged stay so.
  *again = !sent.IsInvalid();
  ARROW_RETURN_NOT_OK(sent);
  ARROW_RETURN_NOT_OK(SendMarker(reader, topic, again));
  return Repeat([&](int ms) { return rd_kafka_commit_transaction(handle, ms); }, "Committing a transaction", deadline_,
                again);
}

arrow::Status TransactionalProducer::SendRecords(PreparedReader reader) {
  OutRecord record;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool more, reader.Next(&record));
    if (!more) return sender_->Heed();
    ARROW_RETURN_NOT_OK(sender_->Send(record));
  }
}

arrow::Status TransactionalProducer::SendMarker(const PreparedReader& reader, const std::string& topic,
                                                bool* abortable) {
  const PartitionList list = MarkerList(topic);
  rd_kafka_topic_partition_t& place = list->elems[0];
  place.offset = reader.checkpoint();
  const std::string nonce = std::to_string(reader.nonce());
  place.metadata = strdup(nonce.c_str());  // the list frees it
  place.metadata_size = nonce.size();
  const std::unique_ptr<rd_kafka_consumer_group_metadata_t, void (*)(rd_kafka_consumer_group_metadata_t*)> group(
      rd_kafka_consumer_group_metadata_new(writer_.marker_group.c_str()), rd_kafka_consumer_group_metadata_destroy);
  const auto send = [&](int ms) {
    return rd_kafka_send_offsets_to_transaction(sender_->client().handle(), list.get(), group.get(), ms);
  };
  return Repeat(send, "Marking a transaction in group '" + writer_.marker_group + "'", deadline_, abortable);
}

arrow::Status TransactionalProducer::AbortTransaction(int64_t deadline) {
  bool abortable = false;
  return Repeat([&](int ms) { return rd_kafka_abort_transaction(sender_->client().handle(), ms); },
                "Aborting a transaction", deadline, &abortable);
}

template <typename Step>
arrow::Status TransactionalProducer::Repeat(const Step& step, const std::string& doing, int64_t deadline,
                                            bool* abortable) {
  while (true) {
    const Error error(step(MillisUntil(deadline)));
    if (!error) return arrow::Status::OK();
    *abortable = rd_kafka_error_txn_requires_abort(error.get()) != 0;
    const bool may_pass = !*abortable && rd_kafka_error_is_retriable(error.get()) != 0;
    if (!may_pass || MillisUntil(deadline) == 0)
      return ToStatus(rd_kafka_error_code(error.get()), rd_kafka_error_string(error.get()), doing);
    sender_->client().Serve(kPauseMs);
  }
}

arrow::Status TransactionalProducer::ToStatus(rd_kafka_resp_err_t error, const std::string& text,
                                              const std::string& doing) {
  Client& client = sender_->client();
  const std::string where = doing + " as '" + writer_.transactional_id + "'";
  char reason[512] = "";
  if (error == RD_KAFKA_RESP_ERR__FATAL) error = rd_kafka_fatal_error(client.handle(), reason, sizeof(reason));
  if (IsFenced(error)) {
    return arrow::Status::IOError(where,
                                  ": another job, or another run of this one, has taken over this transactional id. "
                                  "Each job needs its own option 'sink.transactional-id-prefix'");
  }
  if (error == RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT) {
    const std::string longest = AskLongestTransaction();
    return arrow::Status::Invalid("Option 'properties.transaction.timeout.ms' is ", timeout_ms_,
                                  ", more than the brokers allow (their setting transaction.max.timeout.ms",
                                  longest.empty() ? "" : " is ", longest, ")");
  }
  return client.ToStatus(error, where, reason[0] != '\0' ? reason : text);
}

std::string TransactionalProducer::AskLongestTransaction() {
  rd_kafka_t* handle = sender_->client().handle();
  const rd_kafka_metadata_t* metadata = nullptr;
  const int timeout_ms = sender_->client().timeout_ms();
  if (rd_kafka_metadata(handle, 0, nullptr, &metadata, timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) return "";
  const std::string broker = std::to_string(metadata->orig_broker_id);
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_ConfigResource_t* resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, broker.c_str());
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle);
  rd_kafka_DescribeConfigs(handle, &resource, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, timeout_ms);
  std::string longest;
  const auto* result = event == nullptr ? nullptr : rd_kafka_event_DescribeConfigs_result(event);
  size_t resources = 0;
  const auto** described = result == nullptr ? nullptr : rd_kafka_DescribeConfigs_result_resources(result, &resources);
  for (size_t i = 0; i < resources; ++i) {
    size_t count = 0;
    const auto** entries = rd_kafka_ConfigResource_configs(described[i], &count);
    for (size_t j = 0; j < count; ++j) {
      const char* value = rd_kafka_ConfigEntry_value(entries[j]);
      if (std::strcmp(rd_kafka_ConfigEntry_name(entries[j]), "transaction.max.timeout.ms") == 0 && value != nullptr)
        longest = value;
    }
  }
  if (event != nullptr) rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_ConfigResource_destroy(resource);
  return longest;
}

}  // namespace tidemark::connectors::kafka
