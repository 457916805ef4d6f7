// SPDX-License-Identifier: Apache-2.0
// Sharing of equal subplans, so that a view used twice, or by two INSERTs of a statement set, is read and computed
// once.
#pragma once

#include <vector>

#include "plan/logical_plan.h"

namespace tidemark::plan {

/// Makes subtrees that give the same rows one node, within a query and over all queries of a job.
class SubplanSharing {
 public:
  /// `node` with every subtree that equals one seen before replaced by that one. What is not deterministic is left
  /// apart: each use of a view with RAND() draws its own numbers. Names of columns do not count.
  LogicalPtr Share(const LogicalPtr& node);

 private:
  std::vector<LogicalPtr> seen_;
};

}  // namespace tidemark::plan
