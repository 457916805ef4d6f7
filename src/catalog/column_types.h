// SPDX-License-Identifier: Apache-2.0
// ColumnTypes: the types of a relation's columns.
#pragma once

#include <vector>

#include "catalog/data_type.h"

namespace tidemark {

/// Of all columns, in order.
std::vector<DataType> ColumnTypes(const Schema& schema);
/// Of those at `columns`, in that order.
std::vector<DataType> ColumnTypes(const Schema& schema, const std::vector<int>& columns);

}  // namespace tidemark
