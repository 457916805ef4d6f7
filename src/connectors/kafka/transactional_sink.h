// SPDX-License-Identifier: Apache-2.0
// The sink of connector 'kafka' with 'sink.delivery-guarantee' = 'exactly-once'.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "connectors/connector.h"
#include "connectors/kafka/kafka_options.h"

namespace tidemark::connectors::kafka {

/// Invalid when the job keeps no checkpoints.
arrow::Result<std::unique_ptr<Sink>> MakeTransactionalSink(const plan::SinkNode& node, const ConnectorContext& context,
                                                           KafkaOptions options);

}  // namespace tidemark::connectors::kafka
