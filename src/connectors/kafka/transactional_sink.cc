// SPDX-License-Identifier: Apache-2.0
// Exactly once. A transaction that is left open by one process cannot be taken up by another, so none is: records are
// gathered in memory, kept in the checkpoint as bytes (prepared_records.h), and written in one transaction when the
// checkpoint is complete (transaction.h). After a crash the next process writes what the checkpoint holds, unless the
// transaction's marker says that this was done.
#include "connectors/kafka/transactional_sink.h"

#include <arrow/status.h>

#include <utility>

#include "base/random.h"
#include "connectors/kafka/record_encoder.h"
#include "connectors/kafka/transaction.h"

namespace tidemark::connectors::kafka {
namespace {

/// The group of the marker is the job's own even where jobs share a prefix: another job's numbers say nothing.
PreparingWriter WriterOf(const TableDefinition& table, const ConnectorContext& context, const KafkaOptions& options) {
  const std::string place = std::to_string(context.worker) + "-" + std::to_string(context.sink_number);
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
        random_(context.random != nullptr ? context.random : SystemRandom()),
        writer_(WriterOf(*node.table, context, options_)),
        gathered_(writer_) {}

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(encoder_, RecordEncoder::Make(*node_.table, options_, context_.functions->local_time_zone));
    ARROW_ASSIGN_OR_RAISE(producer_, OpenProducer(writer_));
    return arrow::Status::OK();
  }

  arrow::Status Write(const Batch& batch) override {
    ARROW_RETURN_NOT_OK(encoder_->Encode(batch));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_ASSIGN_OR_RAISE(OutRecord record, encoder_->RecordOf(batch, row));
      ARROW_RETURN_NOT_OK(producer_->sender().Address(&record));
      gathered_.Add(record);
    }
    if (gathered_.size() <= options_.gathered_bytes_max) return arrow::Status::OK();
    return arrow::Status::CapacityError(
        "Table '", node_.table->name(), "': more than ", options_.gathered_bytes_max,
        " bytes of records came between two checkpoints on one worker. Take checkpoints more often "
        "('execution.checkpointing.interval'), or raise the option 'tidemark.checkpoint-buffer'");
  }

  arrow::Result<std::string> Prepare(int64_t checkpoint) override {
    if (gathered_.empty()) return std::string();
    return gathered_.Finish(checkpoint, random_->Next());
  }

  arrow::Status Commit(const std::string& prepared) override {
    ARROW_ASSIGN_OR_RAISE(const PreparedReader reader, PreparedReader::Open(prepared));
    const bool resumed = reader.checkpoint() <= context_.resumed_checkpoint;
    if (reader.writer().transactional_id == writer_.transactional_id &&
        reader.writer().marker_group == writer_.marker_group)
      return producer_->Commit(prepared, resumed);
    // Of a worker that the job had once. Under its id nothing that it may still be doing can come after this.
    ARROW_ASSIGN_OR_RAISE(const auto producer, OpenProducer(reader.writer()));
    return producer->Commit(prepared, resumed);
  }

  arrow::Status Close(bool /*complete*/) override {
    if (gathered_.empty()) return arrow::Status::OK();
    return arrow::Status::UnknownError("Table '", node_.table->name(), "': records after the last checkpoint");
  }

  void Abort() override {}

 private:
  arrow::Result<std::unique_ptr<TransactionalProducer>> OpenProducer(const PreparingWriter& writer) {
    return TransactionalProducer::Open(node_.table->name(), options_, context_, writer);
  }

  const plan::SinkNode& node_;
  const ConnectorContext context_;
  const KafkaOptions options_;
  RandomSource* const random_;
  const PreparingWriter writer_;
  PreparedWriter gathered_;
  std::unique_ptr<RecordEncoder> encoder_;
  std::unique_ptr<TransactionalProducer> producer_;
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
