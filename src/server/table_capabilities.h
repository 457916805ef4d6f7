// SPDX-License-Identifier: Apache-2.0
// Answers the planner's questions about tables from the connectors.
#pragma once

#include "plan/planner.h"

namespace tidemark::server {

/// Stateless; lives for the whole process.
const plan::TableCapabilities* ConnectorCapabilities();

}  // namespace tidemark::server
