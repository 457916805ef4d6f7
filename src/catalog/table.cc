// SPDX-License-Identifier: Apache-2.0
// Look-ups in table definitions.
#include "catalog/table.h"

#include <algorithm>

namespace tidemark {

const TableColumn* TableDefinition::FindColumn(const std::string& column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const TableColumn& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace tidemark
