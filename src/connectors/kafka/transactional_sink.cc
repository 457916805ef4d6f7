// SPDX-License-Identifier: Apache-2.0
// Exactly once. A transaction that is left open by one process cannot be taken up by another, so none is: records are
// gathered in memory, kept in the checkpoint as bytes (prepared_records.h), and written in one transaction when the
// checkpoint is complete (exactly_once.h). After a crash the next process writes what the checkpoint holds, unless the
// transaction's marker says that this was done.
#include "connectors/kafka/transactional_sink.h"

#include <arrow/status.h>

#include <mutex>
#include <utility>

#include "base/random.h"
#include "connectors/kafka/record_addresser.h"
#include "connectors/kafka/record_encoder.h"
#include "connectors/kafka/transaction.h"

namespace tidemark::connectors::kafka {
namespace {

/// The group of the marker is the job's own even where jobs share a prefix: another job's numbers say nothing.
PreparingWriter WriterOf(const TableDefinition& table, const ConnectorContext& context, const KafkaOptions& options,
                         int worker) {
  const std::string place = std::to_string(worker) + "-" + std::to_string(context.sink_number);
  const std::string own = "tidemark-" + context.job_id + "-" + table.name();
  const std::string& prefix = options.transactional_id_prefix;
  return {.transactional_id = (prefix.empty() ? own : prefix) + "-" + place,
          .marker_group = (prefix.empty() ? own : prefix + "-" + context.job_id) + "-" + place};
}

class TransactionalSink final : public Sink {
 public:
  TransactionalSink(const plan::SinkNode& node, const ConnectorContext& context, KafkaOptions options)
      : node_(node),
        context_(context),
        options_(std::move(options)),
        addresser_(options_.partitioner, context.worker,
                   [this](const std::string& topic) { return AskPartitions(topic); }) {}

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(encoder_, RecordEncoder::Make(*node_.table, options_, context_.functions->local_time_zone));
    ExactlyOnceSettings settings;
    settings.writer_of = [this](int worker) { return WriterOf(*node_.table, context_, options_, worker); };
    settings.open = [this](const PreparingWriter& writer) { return OpenProducer(writer); };
    RandomSource* const random = context_.random != nullptr ? context_.random : SystemRandom();
    settings.new_nonce = [random] { return random->Next(); };
    if (options_.topics.size() == 1) settings.topic = options_.topics[0];
    ARROW_ASSIGN_OR_RAISE(records_, ExactlyOnceWriter::Open(node_.table->name(), context_, std::move(settings)));
    return arrow::Status::OK();
  }

  arrow::Status Write(const Batch& batch) override {
    ARROW_RETURN_NOT_OK(encoder_->Encode(batch));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_ASSIGN_OR_RAISE(OutRecord record, encoder_->RecordOf(batch, row));
      ARROW_RETURN_NOT_OK(addresser_.Address(&record));
      records_->Add(record);
    }
    if (records_->gathered_bytes() <= options_.gathered_bytes_max) return arrow::Status::OK();
    return arrow::Status::CapacityError(
        "Table '", node_.table->name(), "': more than ", options_.gathered_bytes_max,
        " bytes of records came between two checkpoints on one worker. Take checkpoints more often "
        "('execution.checkpointing.interval'), or raise the option 'tidemark.checkpoint-buffer'");
  }

  arrow::Result<std::string> Prepare(int64_t checkpoint) override { return records_->Prepare(checkpoint); }

  void Recycle(std::string prepared) override { records_->Recycle(std::move(prepared)); }
  bool CommitsApart() const override { return true; }
  /// Where checkpoints fail, what they had prepared adds up.
  bool HasRoom() const override {
    const int64_t gathered = records_->gathered_bytes();
    return gathered < options_.gathered_bytes_max / 2 &&
           gathered + records_->prepared_bytes() < options_.gathered_bytes_max;
  }

  arrow::Status Commit(const std::string& prepared) override {
    const std::lock_guard<std::mutex> lock(producing_);
    return records_->Commit(prepared);
  }

  arrow::Status Close(bool /*complete*/) override {
    if (records_->empty()) return arrow::Status::OK();
    return arrow::Status::UnknownError("Table '", node_.table->name(), "': records after the last checkpoint");
  }

  void Abort() override {}

 private:
  arrow::Result<std::unique_ptr<TransactionPort>> OpenProducer(const PreparingWriter& writer) {
    ARROW_ASSIGN_OR_RAISE(auto producer, TransactionalProducer::Open(node_.table->name(), options_, context_, writer));
    // The first is this worker's own: it stays open.
    if (sender_ == nullptr) sender_ = &producer->sender();
    return producer;
  }

  /// A topic that was not seen before waits for the commit that may be under way.
  arrow::Result<int32_t> AskPartitions(const std::string& topic) {
    const std::lock_guard<std::mutex> lock(producing_);
    return sender_->PartitionsOf(topic);
  }

  const plan::SinkNode& node_;
  const ConnectorContext context_;
  const KafkaOptions options_;
  RecordAddresser addresser_;
  std::unique_ptr<RecordEncoder> encoder_;
  std::mutex producing_;  ///< of whoever has to do with the producers
  std::unique_ptr<ExactlyOnceWriter> records_;
  RecordSender* sender_ = nullptr;
};

}  // namespace

arrow::Result<std::unique_ptr<Sink>> MakeTransactionalSink(const plan::SinkNode& node, const ConnectorContext& context,
                                                           KafkaOptions options) {
  if (context.job_id.empty()) {
    return arrow::Status::Invalid("Table '", node.table->name(),
                                  "': 'sink.delivery-guarantee' = 'exactly-once' needs checkpoints: run the job with "
                                  "--state FOLDER");
  }
  auto sink = std::make_unique<TransactionalSink>(node, context, std::move(options));
  ARROW_RETURN_NOT_OK(sink->Open());
  return sink;
}

}  // namespace tidemark::connectors::kafka
