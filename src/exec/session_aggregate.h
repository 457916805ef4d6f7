// SPDX-License-Identifier: Apache-2.0
// SESSION window aggregation.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Rows of a key belong to one session as long as no gap of `window.size_ms` or more lies between them; a row exactly
/// the gap after the last one still does. Emits a session when the watermark reaches its end. NotImplemented for inputs
/// that take rows back. `node` must outlive the operator.
arrow::Result<std::unique_ptr<Operator>> MakeSessionAggregateOperator(const plan::WindowAggregateNode& node);

}  // namespace tidemark::exec
