// SPDX-License-Identifier: Apache-2.0
// Connectors 'kafka' and 'upsert-kafka': topics of Apache Kafka as tables of records, and as tables with a key.
#include <arrow/status.h>

#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/kafka_sink.h"
#include "connectors/kafka/kafka_source.h"
#include "connectors/kafka/record_layout.h"
#include "connectors/registry.h"

namespace tidemark::connectors {
namespace {

class Kafka final : public Connector {
 public:
  explicit Kafka(bool upsert) : upsert_(upsert) {}

  std::string name() const override { return upsert_ ? "upsert-kafka" : "kafka"; }
  std::vector<OptionSpec> options() const override {
    return upsert_ ? kafka::UpsertKafkaOptionSpecs() : kafka::KafkaOptionSpecs();
  }

  arrow::Status Validate(const TableDefinition& table) const override {
    ARROW_RETURN_NOT_OK(kafka::ReadKafkaOptions(table, upsert_).status());
    return kafka::RecordLayout::Of(table, upsert_).status();
  }

  bool IsBounded(const TableDefinition& table) const override {
    const std::string mode = kafka::ChoiceOf(table, "scan.bounded.mode");
    return !mode.empty() && mode != "unbounded";
  }

  plan::ChangelogMode SourceChangelog(const TableDefinition& table) const override {
    if (upsert_) return {.updates = true, .update_before = false, .deletes = true};
    return CarriesChanges(table) ? plan::ChangelogMode{true, true, true} : plan::ChangelogMode{};
  }
  plan::ChangelogMode SinkChangelog(const TableDefinition& table) const override { return SourceChangelog(table); }

  std::vector<Field> MetadataColumns(const TableDefinition&) const override { return kafka::RecordMetadata(); }

  arrow::Result<std::unique_ptr<Source>> MakeSource(const SourceRequest& request,
                                                    const ConnectorContext& context) const override {
    return kafka::MakeKafkaSource(request, context, upsert_);
  }
  arrow::Result<std::unique_ptr<Sink>> MakeSink(const plan::SinkNode& node,
                                                const ConnectorContext& context) const override {
    return kafka::MakeKafkaSink(node, context, upsert_);
  }

 private:
  static bool CarriesChanges(const TableDefinition& table) {
    for (const char* option : {"format", "value.format"}) {
      const auto found = table.options.find(option);
      const auto* format = found == table.options.end() ? nullptr : formats::FindFormat(found->second);
      if (format != nullptr && format->changelog) return true;
    }
    return false;
  }

  const bool upsert_;
};

}  // namespace

const Connector* KafkaConnector() {
  static const Kafka connector(/*upsert=*/false);
  return &connector;
}

const Connector* UpsertKafkaConnector() {
  static const Kafka connector(/*upsert=*/true);
  return &connector;
}

}  // namespace tidemark::connectors
