// SPDX-License-Identifier: Apache-2.0
// A source that reads the simulated broker as the connector 'kafka' reads a real one: partitions are splits, records
// are decoded and positions kept by the same code.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "connectors/connector.h"
#include "golden/simulated_broker.h"

namespace tidemark::golden {

/// Ends when all partitions, also those that are not known yet, are read. ConnectorContext::files is the machine.
arrow::Result<std::unique_ptr<connectors::Source>> MakeBrokerSource(const connectors::SourceRequest& request,
                                                                    const connectors::ConnectorContext& context,
                                                                    SimulatedBroker* broker);

}  // namespace tidemark::golden
