// SPDX-License-Identifier: Apache-2.0
// The source side of connector 'filesystem'.
#pragma once

#include "connectors/connector.h"

namespace tidemark::connectors {

/// Each file is a split. Pieces of files go to the workers in turn, the same way in every run.
arrow::Result<std::unique_ptr<Source>> MakeFilesSource(const SourceRequest& request, const ConnectorContext& context);

}  // namespace tidemark::connectors
