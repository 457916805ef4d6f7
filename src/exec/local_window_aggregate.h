// SPDX-License-Identifier: Apache-2.0
// The first phase of a window aggregation: partial results, on the sending side of an exchange.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Positions in the schema of a LocalWindowAggregateNode; the group columns come first.
struct PartialColumns {
  explicit PartialColumns(const plan::WindowAggregateNode& whole)
      : accumulators(whole.group_columns.size()), slice_end(accumulators + 1), slice_part(accumulators + 2) {}
  size_t accumulators;
  size_t slice_end;   ///< SliceKey::end
  size_t slice_part;  ///< SliceKey::part, where plan::SlicesHaveParts
};

/// Takes in rows, emits accumulators by key and slice, as often as it likes: all those of a window before the watermark
/// that completes the window. Which row is late is decided here, as by the aggregation in one phase. Where rows hardly
/// ever share a key and a slice it makes each row a partial result of its own. `node` must outlive the operator.
arrow::Result<std::unique_ptr<Operator>> MakeLocalWindowAggregateOperator(const plan::LocalWindowAggregateNode& node);

}  // namespace tidemark::exec
