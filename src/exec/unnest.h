// SPDX-License-Identifier: Apache-2.0
// The elements of collections as rows.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Each row once per element of its ARRAY, or entry of its MAP, with the element's columns behind its own; kinds and
/// watermarks go along. A row without elements is dropped, or comes once with NULLs where `node.padded`. `node` must
/// outlive the operator.
std::unique_ptr<Operator> MakeUnnestOperator(const plan::UnnestNode& node);

}  // namespace tidemark::exec
