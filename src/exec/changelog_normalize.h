// SPDX-License-Identifier: Apache-2.0
// Makes a full changelog out of upserts and deletes by key.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// `node` must outlive the operator.
std::unique_ptr<Operator> MakeChangelogNormalizeOperator(const plan::ChangelogNormalizeNode& node);

}  // namespace tidemark::exec
