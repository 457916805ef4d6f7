// SPDX-License-Identifier: Apache-2.0
// Puts the results of the branches of CASE or COALESCE together, row by row.
#pragma once

#include <arrow/datum.h>
#include <arrow/result.h>

#include <memory>
#include <vector>

namespace tidemark::expr {

/// The values of one branch.
struct BranchValues {
  /// A scalar, an array with a value for every row (`for_all_rows`), or one with a value for each row of this branch.
  arrow::Datum values;
  bool for_all_rows = false;
};

/// For each row, the value of branch `branch_of_row[row]`. All branches have the Arrow type `type`.
arrow::Result<std::shared_ptr<arrow::Array>> MergeBranches(const std::vector<BranchValues>& branches,
                                                           const std::vector<int32_t>& branch_of_row,
                                                           const std::shared_ptr<arrow::DataType>& type);

}  // namespace tidemark::expr
