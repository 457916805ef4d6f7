// SPDX-License-Identifier: Apache-2.0
// Connector 'blackhole': takes every row and forgets it. For benchmarks.
#include "connectors/registry.h"

namespace tidemark::connectors {
namespace {

class BlackholeSink final : public Sink {
 public:
  arrow::Status Write(const Batch&) override { return arrow::Status::OK(); }
  arrow::Status Close(bool /*complete*/) override { return arrow::Status::OK(); }
  void Abort() override {}
};

class Blackhole final : public Connector {
 public:
  std::string name() const override { return "blackhole"; }
  std::vector<OptionSpec> options() const override { return {}; }
  arrow::Status Validate(const TableDefinition&) const override { return arrow::Status::OK(); }
  bool can_read() const override { return false; }
  bool IsBounded(const TableDefinition&) const override { return true; }
  plan::ChangelogMode SinkChangelog(const TableDefinition&) const override { return {true, true, true}; }
  arrow::Result<std::unique_ptr<Sink>> MakeSink(const plan::SinkNode&, const ConnectorContext&) const override {
    return std::make_unique<BlackholeSink>();
  }
};

}  // namespace

const Connector* BlackholeConnector() {
  static const Blackhole connector;
  return &connector;
}

}  // namespace tidemark::connectors
