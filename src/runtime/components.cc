// SPDX-License-Identifier: Apache-2.0
// The real components.
#include "runtime/components.h"

#include "exec/make_operator.h"

namespace tidemark::runtime {
namespace {

arrow::Result<const connectors::Connector*> ConnectorOf(const TableDefinition& table) {
  const auto option = table.options.find("connector");
  const std::string name = option == table.options.end() ? "" : option->second;
  const connectors::Connector* connector = connectors::FindConnector(name);
  if (connector == nullptr)
    return arrow::Status::Invalid("Unknown connector '", name, "' of table '", table.name(), "'");
  return connector;
}

class BuiltIn final : public Components {
 public:
  arrow::Result<std::unique_ptr<exec::Operator>> MakeOperator(const plan::PhysicalNode& node) override {
    return exec::MakeOperator(node);
  }
  arrow::Result<std::unique_ptr<connectors::Source>> MakeSource(const connectors::SourceRequest& request,
                                                                const connectors::ConnectorContext& context) override {
    ARROW_ASSIGN_OR_RAISE(const auto* connector, ConnectorOf(*request.node->table));
    return connector->MakeSource(request, context);
  }
  arrow::Result<std::unique_ptr<connectors::Sink>> MakeSink(const plan::SinkNode& node,
                                                            const connectors::ConnectorContext& context) override {
    ARROW_ASSIGN_OR_RAISE(const auto* connector, ConnectorOf(*node.table));
    return connector->MakeSink(node, context);
  }
};

}  // namespace

Components* BuiltInComponents() {
  static BuiltIn components;
  return &components;
}

}  // namespace tidemark::runtime
