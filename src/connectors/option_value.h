// SPDX-License-Identifier: Apache-2.0
// OptionValue: what WITH says of one option.
#pragma once

#include <string>
#include <vector>

#include "catalog/configuration.h"
#include "catalog/table.h"

namespace tidemark::connectors {

/// As it was written; empty: the table does not say.
std::string OptionValue(const TableDefinition& table, const std::string& key);
/// Likewise; what the table does not say is the default in `specs`.
std::string OptionValue(const TableDefinition& table, const std::string& key, const std::vector<OptionSpec>& specs);

}  // namespace tidemark::connectors
