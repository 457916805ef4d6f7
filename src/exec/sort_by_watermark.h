// SPDX-License-Identifier: Apache-2.0
// ORDER BY rowtime of a stream.
#pragma once

#include <memory>
#include <vector>

#include "columnar/sort_key.h"
#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Holds rows back until the watermark reaches their time, then emits them in order. Rows behind the watermark are
/// late, and those at the watermark too unless `keeps_equal`. `input` gives the rows. REQUIRES: the first
/// column is the rowtime, ascending.
std::unique_ptr<Operator> MakeSortByWatermarkOperator(const plan::PhysicalNode& input, std::vector<SortColumn> columns,
                                                      bool keeps_equal = false);

}  // namespace tidemark::exec
