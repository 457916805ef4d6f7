// SPDX-License-Identifier: Apache-2.0
// The sink side of connector 'filesystem'.
#pragma once

#include "connectors/connector.h"

namespace tidemark::connectors {

/// Writes rolling files, one series per worker and partition. A file is hidden until it is complete.
arrow::Result<std::unique_ptr<Sink>> MakeFilesSink(const plan::SinkNode& node, const ConnectorContext& context);

}  // namespace tidemark::connectors
