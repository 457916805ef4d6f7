// SPDX-License-Identifier: Apache-2.0
// A table's declaration with its expressions bound: computed columns and watermark. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <vector>

#include "plan/bind_environment.h"

namespace tidemark::plan {

struct TableSchema {
  Schema columns;                             ///< in declaration order; the rowtime column has its attribute
  std::vector<expr::ExpressionPtr> computed;  ///< null for physical and metadata columns
  expr::ExpressionPtr watermark;
  int rowtime_column = -1;
};

/// Binds the expressions of `table`. Errors are at their places in the text of CREATE TABLE; `rowtime` is where
/// WATERMARK FOR names its column.
arrow::Result<TableSchema> BindTableSchema(const TableDefinition& table, const BindEnvironment& environment,
                                           sql::SourceRange rowtime = {});

}  // namespace tidemark::plan
