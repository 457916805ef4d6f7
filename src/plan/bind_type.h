// SPDX-License-Identifier: Apache-2.0
// From types as written to data types. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <string>

#include "catalog/data_type.h"
#include "sql/ast_type.h"

namespace tidemark::plan {

/// Checks lengths, precisions and scales. Nullable as written.
arrow::Result<DataType> BindType(const sql::TypeName& type);

/// The same for the type of a CAST, where digits beyond the most that DECIMAL and TIMESTAMP have are cut, as Flink
/// does.
arrow::Result<DataType> BindCastType(const sql::TypeName& type);

/// "BIGINT": without NOT NULL and time attribute, as messages name types.
std::string TypeText(const DataType& type);

}  // namespace tidemark::plan
