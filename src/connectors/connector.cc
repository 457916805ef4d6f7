// SPDX-License-Identifier: Apache-2.0
// Defaults of the connector interface.
#include "connectors/connector.h"

namespace tidemark::connectors {

arrow::Result<std::unique_ptr<Source>> Connector::MakeSource(const SourceRequest&, const ConnectorContext&) const {
  return arrow::Status::Invalid("The connector '", name(), "' can only be written to");
}

arrow::Result<std::unique_ptr<Sink>> Connector::MakeSink(const plan::SinkNode&, const ConnectorContext&) const {
  return arrow::Status::Invalid("The connector '", name(), "' can only be read");
}

}  // namespace tidemark::connectors
