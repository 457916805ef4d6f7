// SPDX-License-Identifier: Apache-2.0
// Deduplication that keeps the first row by a time attribute.
#pragma once

#include <memory>

#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// The first row of each partition, once: by event time when the watermark passes it (rows behind the watermark are
/// late; of equal times the one that came first counts), by processing time as it comes. REQUIRES: node.keeps_first,
/// which must outlive the operator.
std::unique_ptr<Operator> MakeFirstRowOperator(const plan::RankNode& node);

}  // namespace tidemark::exec
