// SPDX-License-Identifier: Apache-2.0
// ORDER BY rowtime of a stream.
#pragma once

#include <memory>
#include <vector>

#include "columnar/sort_key.h"
#include "exec/operator.h"

namespace tidemark::exec {

/// Holds rows back until the watermark reaches their time, then emits them in order. Rows behind the watermark are
/// late, and those at the watermark too unless `keeps_equal`. REQUIRES: the first column is the rowtime, ascending.
std::unique_ptr<Operator> MakeSortByWatermarkOperator(std::vector<SortColumn> columns, bool keeps_equal = false);

}  // namespace tidemark::exec
