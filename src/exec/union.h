// SPDX-License-Identifier: Apache-2.0
// UNION ALL.
#pragma once

#include <memory>

#include "exec/operator.h"

namespace tidemark::exec {

/// Passes every input's batches on. (Watermarks of several inputs are merged by the runtime, for every operator.)
std::unique_ptr<Operator> MakeUnionOperator();

}  // namespace tidemark::exec
