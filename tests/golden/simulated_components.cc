// SPDX-License-Identifier: Apache-2.0
// A sink of the simulated broker.
#include "golden/simulated_components.h"

#include <arrow/status.h>

#include <utility>

#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/record_encoder.h"
#include "golden/simulated_source.h"

namespace tidemark::golden {
namespace {

using connectors::kafka::ExactlyOnceSettings;
using connectors::kafka::ExactlyOnceWriter;
using connectors::kafka::OutRecord;
using connectors::kafka::PreparingWriter;
using connectors::kafka::RecordEncoder;

ExactlyOnceSettings SettingsFor(const std::string& topic, const connectors::ConnectorContext& context,
                                SimulatedBroker* broker) {
  auto* machine = static_cast<io::SimulatedDisk*>(context.files);
  const std::string place = "-" + std::to_string(context.sink_number);
  ExactlyOnceSettings settings;
  settings.topic = topic;
  settings.writer_of = [=, job = context.job_id](int worker) {
    const std::string name = topic + "-" + std::to_string(worker) + place;
    return PreparingWriter{.transactional_id = name, .marker_group = job + "-" + name};
  };
  settings.open = [=](const PreparingWriter& writer) { return OpenBrokerTransactions(broker, machine, writer); };
  settings.new_nonce = [=] { return broker->NewNonce(); };
  return settings;
}

/// Little, so that commits are waited for.
constexpr int64_t kRoomBytes = 1024;

/// Whose records become visible with the checkpoint they belong to.
class ExactlyOnceSink : public connectors::Sink {
 public:
  explicit ExactlyOnceSink(std::unique_ptr<ExactlyOnceWriter> records) : records_(std::move(records)) {}

  arrow::Result<std::string> Prepare(int64_t checkpoint) final { return records_->Prepare(checkpoint); }
  arrow::Status Commit(const std::string& prepared) final { return records_->Commit(prepared); }
  void Recycle(std::string prepared) final { records_->Recycle(std::move(prepared)); }
  bool CommitsApart() const final { return true; }
  bool HasRoom() const final {
    return records_->gathered_bytes() < kRoomBytes &&
           records_->gathered_bytes() + records_->prepared_bytes() < 2 * kRoomBytes;
  }
  arrow::Status Close(bool /*complete*/) final {
    return records_->empty() ? arrow::Status::OK() : arrow::Status::UnknownError("rows behind the last checkpoint");
  }
  void Abort() final {}

 protected:
  ExactlyOnceWriter& records() { return *records_; }

 private:
  std::unique_ptr<ExactlyOnceWriter> records_;
};

class QuerySink final : public ExactlyOnceSink {
 public:
  QuerySink(std::unique_ptr<ExactlyOnceWriter> records, const std::function<std::string(const Batch&, int64_t)>* render)
      : ExactlyOnceSink(std::move(records)), render_(render) {}

  arrow::Status Write(const Batch& batch) override {
    OutRecord record;
    record.topic = kResultTopic;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      record.value = (*render_)(batch, row);
      records().Add(record);
    }
    return arrow::Status::OK();
  }

 private:
  const std::function<std::string(const Batch&, int64_t)>* render_;
};

/// Of a table of connector 'kafka', whose records are encoded as the connector does it.
class TableSink final : public ExactlyOnceSink {
 public:
  TableSink(std::unique_ptr<RecordEncoder> encoder, std::unique_ptr<ExactlyOnceWriter> records)
      : ExactlyOnceSink(std::move(records)), encoder_(std::move(encoder)) {}

  arrow::Status Write(const Batch& batch) override {
    ARROW_RETURN_NOT_OK(encoder_->Encode(batch));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      ARROW_ASSIGN_OR_RAISE(OutRecord record, encoder_->RecordOf(batch, row));
      records().Add(record);
    }
    return arrow::Status::OK();
  }

 private:
  std::unique_ptr<RecordEncoder> encoder_;
};

bool IsOfBroker(const TableDefinition& table) {
  const auto connector = table.options.find("connector");
  return connector != table.options.end() && connector->second == "kafka";
}

}  // namespace

arrow::Result<std::unique_ptr<connectors::Source>> SimulatedComponents::MakeSource(
    const connectors::SourceRequest& request, const connectors::ConnectorContext& context) {
  if (!IsOfBroker(*request.node->table)) return components_->MakeSource(request, context);
  return MakeBrokerSource(request, context, broker_);
}

arrow::Result<std::unique_ptr<connectors::Sink>> SimulatedComponents::MakeSink(
    const plan::SinkNode& node, const connectors::ConnectorContext& context) {
  if (node.table && !IsOfBroker(*node.table)) return components_->MakeSink(node, context);
  ARROW_ASSIGN_OR_RAISE(auto sink, MakeBrokerSink(node, Break(broken_, context)));
  return Break(broken_, std::move(sink), context);
}

arrow::Result<std::unique_ptr<connectors::Sink>> SimulatedComponents::MakeBrokerSink(
    const plan::SinkNode& node, const connectors::ConnectorContext& context) {
  const auto open = [&](const std::string& topic) {
    return ExactlyOnceWriter::Open(topic, context, Break(broken_, SettingsFor(topic, context, broker_)));
  };
  if (!node.table) {
    ARROW_ASSIGN_OR_RAISE(auto records, open(kResultTopic));
    return std::make_unique<QuerySink>(std::move(records), &render_);
  }
  ARROW_ASSIGN_OR_RAISE(const auto options, connectors::kafka::ReadKafkaOptions(*node.table, /*upsert=*/false));
  ARROW_ASSIGN_OR_RAISE(auto encoder, RecordEncoder::Make(*node.table, options, context.functions->local_time_zone));
  ARROW_ASSIGN_OR_RAISE(auto records, open(options.topics[0]));
  return std::make_unique<TableSink>(std::move(encoder), std::move(records));
}

}  // namespace tidemark::golden
