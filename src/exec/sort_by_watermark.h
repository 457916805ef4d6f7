// SPDX-License-Identifier: Apache-2.0
// ORDER BY rowtime of a stream.
#pragma once

#include <memory>
#include <vector>

#include "columnar/sort_key.h"
#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Holds rows back until the watermark reaches their time, then emits them in order. Rows at or before the last row
/// that was emitted are late (RowTimeGate); `by_watermark`: rows behind the watermark are. `input` gives the rows.
/// REQUIRES: the first column is the rowtime, ascending.
std::unique_ptr<Operator> MakeSortByWatermarkOperator(const plan::PhysicalNode& input, std::vector<SortColumn> columns,
                                                      bool by_watermark = false);

}  // namespace tidemark::exec
