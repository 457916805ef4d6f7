// SPDX-License-Identifier: Apache-2.0
// NotNullGuard: keeps NULLs out of the NOT NULL columns of a sink, as `table.exec.sink.not-null-enforcer` says.
#pragma once

#include <arrow/result.h>

#include <vector>

#include "columnar/batch.h"
#include "plan/physical_plan.h"

namespace tidemark::runtime {

class NotNullGuard {
 public:
  /// `node` outlives the guard. A SELECT has no such columns. `drops`: rows with such a NULL are left out.
  NotNullGuard(const plan::SinkNode& node, bool drops);

  /// The batch if no NOT NULL column has a NULL; else, by the setting, without the rows that have one, or an error that
  /// names the column.
  arrow::Result<Batch> Check(Batch batch) const;

 private:
  const plan::SinkNode& node_;
  std::vector<int> columns_;  ///< positions in a batch
  bool drop_ = false;
};

}  // namespace tidemark::runtime
