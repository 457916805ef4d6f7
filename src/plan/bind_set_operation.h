// SPDX-License-Identifier: Apache-2.0
// Binds UNION, INTERSECT and EXCEPT. Internal to the binder.
#pragma once

#include <arrow/result.h>

#include "plan/bind_environment.h"
#include "sql/ast_query.h"

namespace tidemark::plan {

arrow::Result<BoundRelation> BindSetOperation(const sql::SetOperationBody& operation,
                                              const BindEnvironment& environment);

/// A query without WITH, ORDER BY and LIMIT (bind_query.cc).
arrow::Result<BoundRelation> BindQueryBody(const sql::QueryBody& body, const BindEnvironment& environment);

}  // namespace tidemark::plan
