// SPDX-License-Identifier: Apache-2.0
// JoinedRows: the result rows of a join over changelogs, made of references to the rows of both sides.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "exec/join_side.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// One thread.
class JoinedRows {
 public:
  /// `node` and `sides`, the left and the right one, outlive the object.
  JoinedRows(const plan::JoinNode& node, const JoinSide* sides) : node_(node), sides_(sides) {}

  /// Columns of rows of the batch (side `input`; -1: NULLs) beside rows of the other side (null: NULLs): the left ones,
  /// then the right ones if `with_right`.
  arrow::Result<Batch> Make(int input, const Batch& batch, const std::vector<int32_t>& own,
                            const std::vector<JoinRow*>& other, bool with_right) const;

 private:
  using Columns = std::vector<std::shared_ptr<arrow::Array>>;
  arrow::Result<Columns> OwnColumns(int input, const Batch& batch, const std::vector<int32_t>& own) const;
  arrow::Result<Columns> OtherColumns(int side, const std::vector<JoinRow*>& other) const;
  arrow::Result<Columns> NullColumns(int side, int64_t rows) const;

  const plan::JoinNode& node_;
  const JoinSide* sides_;
};

}  // namespace tidemark::exec
