// SPDX-License-Identifier: Apache-2.0
// The sink of connectors 'kafka' and 'upsert-kafka'.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "connectors/connector.h"

namespace tidemark::connectors::kafka {

arrow::Result<std::unique_ptr<Sink>> MakeKafkaSink(const plan::SinkNode& node, const ConnectorContext& context,
                                                   bool upsert);

}  // namespace tidemark::connectors::kafka
