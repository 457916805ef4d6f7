// SPDX-License-Identifier: Apache-2.0
// Looking up options by key.
#include "connectors/option_value.h"

namespace tidemark::connectors {

std::string OptionValue(const TableDefinition& table, const std::string& key) { return OptionValue(table, key, {}); }

std::string OptionValue(const TableDefinition& table, const std::string& key, const std::vector<OptionSpec>& specs) {
  const auto found = table.options.find(key);
  if (found != table.options.end()) return found->second;
  for (const auto& spec : specs) {
    if (spec.key == key) return spec.default_value;
  }
  return "";
}

}  // namespace tidemark::connectors
