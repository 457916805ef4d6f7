// SPDX-License-Identifier: Apache-2.0
// Every connector that is built in: one function each. A new connector adds a line here and one in registry.cc.
#pragma once

#include <vector>

#include "connectors/connector.h"

namespace tidemark::connectors {

// Each returns an object that lives for the whole process.
const Connector* BlackholeConnector();
const Connector* DatagenConnector();
const Connector* FilesystemConnector();
const Connector* KafkaConnector();
const Connector* NexmarkConnector();
const Connector* PrintConnector();
const Connector* StdinConnector();
const Connector* StdoutConnector();
const Connector* UpsertKafkaConnector();

/// Options that every table takes, whatever its connector.
const std::vector<OptionSpec>& CommonOptions();

}  // namespace tidemark::connectors
