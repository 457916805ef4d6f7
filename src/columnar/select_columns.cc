// SPDX-License-Identifier: Apache-2.0
// Columns by their numbers.
#include "columnar/select_columns.h"

namespace tidemark {

std::vector<std::shared_ptr<arrow::Array>> SelectColumns(const Batch& batch, const std::vector<int>& columns) {
  std::vector<std::shared_ptr<arrow::Array>> selected;
  selected.reserve(columns.size());
  for (int column : columns) selected.push_back(batch.columns[column]);
  return selected;
}

}  // namespace tidemark
