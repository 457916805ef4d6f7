// SPDX-License-Identifier: Apache-2.0
// By which columns an operator's input is spread over the workers, so that what it keeps is found again by the worker
// that is sent the rows it belongs to.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <vector>

#include "plan/physical_plan.h"
#include "state/operator_state.h"

namespace tidemark::exec {

/// The columns of `node`'s rows that say on which worker a row is, in the order in which they are hashed: those of the
/// nearest exchange below, which may be fewer, or in another order, than the keys of an operator above. Nullopt: no
/// columns say it (all rows are on one worker, or wherever they were read).
std::optional<std::vector<int>> DistributionColumns(const plan::PhysicalNode& node);

/// The owner of rows that are kept of `input`, by the columns `kept` of it, which come first in the written rows. An
/// error when rows are spread by a column that is not kept: a plan that must not be.
arrow::Result<state::RowOwner> OwnerOfKept(const plan::PhysicalNode& input, const std::vector<int>& kept);
/// The same where whole rows are kept.
state::RowOwner OwnerOfRows(const plan::PhysicalNode& input);

}  // namespace tidemark::exec
