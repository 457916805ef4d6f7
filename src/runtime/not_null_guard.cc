// SPDX-License-Identifier: Apache-2.0
// Checking and filtering by NULLs.
#include "runtime/not_null_guard.h"

#include <arrow/array.h>

#include <algorithm>
#include <utility>

namespace tidemark::runtime {

NotNullGuard::NotNullGuard(const plan::SinkNode& node, bool drops) : node_(node), drop_(drops) {
  if (!node.table) return;
  int position = 0;
  for (const TableColumn& column : node.table->columns) {
    if (!column.takes_values()) continue;
    if (!column.type.nullable()) columns_.push_back(position);
    ++position;
  }
}

arrow::Result<Batch> NotNullGuard::Check(Batch batch) const {
  const auto has_nulls = [&](int column) { return batch.columns[static_cast<size_t>(column)]->null_count() > 0; };
  const auto found = std::find_if(columns_.begin(), columns_.end(), has_nulls);
  if (found == columns_.end()) return batch;
  if (!drop_) {
    return arrow::Status::Invalid("Column '", node_.schema()[static_cast<size_t>(*found)].name, "' of '",
                                  node_.table->name(), "' is NOT NULL, and a row has NULL there. To leave such rows ",
                                  "out: SET 'table.exec.sink.not-null-enforcer' = 'DROP'");
  }
  std::vector<int32_t> kept;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const auto is_null = [&](int column) { return batch.columns[static_cast<size_t>(column)]->IsNull(row); };
    if (std::none_of(columns_.begin(), columns_.end(), is_null)) kept.push_back(static_cast<int32_t>(row));
  }
  return Take(batch, kept);
}

}  // namespace tidemark::runtime
