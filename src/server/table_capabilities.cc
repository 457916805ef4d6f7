// SPDX-License-Identifier: Apache-2.0
// The planner's view of the connectors' registry.
#include "server/table_capabilities.h"

#include "connectors/connector.h"

namespace tidemark::server {
namespace {

/// Tables are validated when they are created, so their connector exists.
const connectors::Connector& ConnectorOf(const TableDefinition& table) {
  return *connectors::FindConnector(table.options.at("connector"));
}

class Capabilities final : public plan::TableCapabilities {
 public:
  arrow::Status Validate(const TableDefinition& table) const override { return connectors::ValidateTable(table); }
  bool IsBounded(const TableDefinition& table) const override { return ConnectorOf(table).IsBounded(table); }
  bool CanRead(const TableDefinition& table) const override { return ConnectorOf(table).can_read(); }
  bool CanWrite(const TableDefinition& table) const override { return ConnectorOf(table).can_write(); }
  plan::ChangelogMode SourceChangelog(const TableDefinition& table) const override {
    return ConnectorOf(table).SourceChangelog(table);
  }
  plan::ChangelogMode SinkChangelog(const TableDefinition& table) const override {
    return ConnectorOf(table).SinkChangelog(table);
  }
  std::vector<Field> MetadataColumns(const TableDefinition& table) const override {
    const auto connector = table.options.find("connector");
    const auto* found = connector == table.options.end() ? nullptr : connectors::FindConnector(connector->second);
    return found == nullptr ? std::vector<Field>() : found->MetadataColumns(table);
  }
  bool PushesFilters(const TableDefinition& table) const override { return ConnectorOf(table).PushesFilters(table); }
};

}  // namespace

const plan::TableCapabilities* ConnectorCapabilities() {
  static const Capabilities capabilities;
  return &capabilities;
}

}  // namespace tidemark::server
