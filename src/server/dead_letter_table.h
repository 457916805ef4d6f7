// SPDX-License-Identifier: Apache-2.0
// The table that 'tidemark.dead-letter-table' names, looked up and checked while a statement is planned.
#pragma once

#include <arrow/result.h>

#include "plan/physical_plan.h"
#include "plan/planner.h"
#include "sql/source_range.h"

namespace tidemark::server {

/// Where the bad records of `job` go; null when the option is not set. An error at `place`, with the declaration that
/// would do, when there is no such table, when it takes no rows or has a column that dead letters cannot fill, and when
/// the option is not set though a source of `job` sends its bad records there.
arrow::Result<TablePtr> FindDeadLetterTable(const plan::PhysicalPlan& job, const plan::PlanContext& context,
                                            sql::SourceRange place);

}  // namespace tidemark::server
