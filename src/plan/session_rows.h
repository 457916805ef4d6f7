// SPDX-License-Identifier: Apache-2.0
// The rows of a SESSION window function, by operators that there are.
#pragma once

#include <arrow/result.h>

#include "plan/logical_plan.h"

namespace tidemark::plan {

/// A plan that gives the rows of `tvf`, a SESSION window: which session a row belongs to is known only when the session
/// ends, so the rows are aggregated into an array per session, and unnested when it is there.
arrow::Result<LogicalPtr> RowsOfSessions(const LogicalWindowTvf& tvf);

}  // namespace tidemark::plan
