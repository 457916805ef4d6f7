// SPDX-License-Identifier: Apache-2.0
// The elements of collections as rows.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Each row once per element of its collection (see plan::LogicalUnnest), with the element's columns behind its own;
/// kinds and watermarks go along. `node` must outlive the operator.
std::unique_ptr<Operator> MakeUnnestOperator(const plan::UnnestNode& node);

}  // namespace tidemark::exec
