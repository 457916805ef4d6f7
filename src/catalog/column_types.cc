// SPDX-License-Identifier: Apache-2.0
// Types without the names.
#include "catalog/column_types.h"

namespace tidemark {

std::vector<DataType> ColumnTypes(const Schema& schema) {
  std::vector<DataType> types;
  types.reserve(schema.size());
  for (const Field& field : schema) types.push_back(field.type);
  return types;
}

std::vector<DataType> ColumnTypes(const Schema& schema, const std::vector<int>& columns) {
  std::vector<DataType> types;
  types.reserve(columns.size());
  for (int column : columns) types.push_back(schema[column].type);
  return types;
}

}  // namespace tidemark
