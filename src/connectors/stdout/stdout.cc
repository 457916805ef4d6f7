// SPDX-License-Identifier: Apache-2.0
// Connector 'stdout': rows in a text format on standard output, each record whole.
#include <arrow/status.h>

#include "connectors/registry.h"
#include "connectors/text_table.h"
#include "io/standard_streams.h"

namespace tidemark::connectors {
namespace {

class StdoutSink final : public Sink {
 public:
  StdoutSink(std::unique_ptr<formats::Encoder> encoder, io::StandardStreams* streams)
      : encoder_(std::move(encoder)), streams_(streams) {}

  arrow::Status Write(const Batch& batch) override {
    text_.clear();
    ARROW_RETURN_NOT_OK(encoder_->Encode(batch, &text_));
    return streams_->WriteOutput(text_);
  }
  arrow::Status Close(bool /*complete*/) override { return arrow::Status::OK(); }
  void Abort() override {}

 private:
  const std::unique_ptr<formats::Encoder> encoder_;
  io::StandardStreams* const streams_;
  std::string text_;
};

class Stdout final : public Connector {
 public:
  std::string name() const override { return "stdout"; }
  std::vector<OptionSpec> options() const override { return {TextTable::FormatOption()}; }
  arrow::Status Validate(const TableDefinition& table) const override { return TextTable::Check(table); }
  bool can_read() const override { return false; }
  bool IsBounded(const TableDefinition&) const override { return true; }
  plan::ChangelogMode SinkChangelog(const TableDefinition& table) const override { return TextTable::Changelog(table); }

  arrow::Result<std::unique_ptr<Sink>> MakeSink(const plan::SinkNode& node,
                                                const ConnectorContext& context) const override {
    ARROW_ASSIGN_OR_RAISE(const TextTable text, TextTable::Of(*node.table));
    ARROW_ASSIGN_OR_RAISE(auto encoder,
                          text.format->make_encoder(text.options, text.schema, context.functions->local_time_zone));
    return std::make_unique<StdoutSink>(std::move(encoder),
                                        context.streams != nullptr ? context.streams : io::ProcessStreams());
  }
};

}  // namespace

const Connector* StdoutConnector() {
  static const Stdout connector;
  return &connector;
}

}  // namespace tidemark::connectors
