// SPDX-License-Identifier: Apache-2.0
// All rows of a table at once.
#include "state/operator_state.h"

#include <utility>

namespace tidemark::state {

arrow::Result<std::vector<Batch>> StateReader::Read(std::string_view table) const {
  std::vector<Batch> all;
  ARROW_RETURN_NOT_OK(Visit(table, [&](Batch rows) {
    all.push_back(std::move(rows));
    return arrow::Status::OK();
  }));
  return all;
}

}  // namespace tidemark::state
