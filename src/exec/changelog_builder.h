// SPDX-License-Identifier: Apache-2.0
// Changes of single rows gathered into batches with row kinds, for operators that keep rows as bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "exec/operator.h"
#include "exec/ordered_rows.h"

namespace tidemark::exec {

/// Changes in order, row bytes copied. Emit turns them into batches.
class ChangelogRows {
 public:
  void Add(RowKind kind, std::string_view row, int64_t rank = 0);
  bool empty() const { return rows_.empty(); }
  /// Emits all, in batches of about `batch_rows`, and forgets them. `with_rank`: a BIGINT NOT NULL column with the ranks
  /// comes last.
  arrow::Status Emit(const RowStore& store, int64_t batch_rows, Emitter& out, bool with_rank = false);

 private:
  std::vector<RowKind> kinds_;
  std::vector<RowBytes> rows_;
  std::vector<int64_t> ranks_;
};

/// What turns the rows `before` into the rows `now`, as -D and +I. Order does not matter, equal rows count.
void DiffRows(const std::vector<RowBytes>& before, const std::vector<RowBytes>& now, ChangelogRows* changes);

/// The same where a row's place is part of it: position i has rank `first_rank` + i. Gives -U/+U for a place that has
/// another row now, +I for a new place, -D for one that is gone.
void DiffRanks(const std::vector<RowBytes>& before, const std::vector<RowBytes>& now, int64_t first_rank,
               ChangelogRows* changes);

}  // namespace tidemark::exec
