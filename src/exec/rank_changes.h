// SPDX-License-Identifier: Apache-2.0
// RankChanges: how the ranked rows of partitions changed, as a changelog.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "exec/operator.h"
#include "exec/rank.h"
#include "state/state_columns.h"

namespace tidemark::exec {

/// A kept row, wherever its operator keeps it.
using RowHandle = const uint8_t*;

/// Gathers changes of many partitions and emits them in batches. One thread.
class RankChanges {
 public:
  using Equal = std::function<bool(RowHandle, RowHandle)>;
  using Decode =
      std::function<arrow::Result<std::vector<std::shared_ptr<arrow::Array>>>(const std::vector<RowHandle>&)>;

  /// `spec` outlives the object. `equal`: two rows have the same values. `decode`: the columns of rows.
  RankChanges(const RankSpec* spec, Equal equal, Decode decode)
      : spec_(spec), equal_(std::move(equal)), decode_(std::move(decode)) {}

  /// Adds what turns the rows of rank first..last `before` into those `now`, both in order.
  void AddDifference(std::span<const RowHandle> before, std::span<const RowHandle> now);
  /// Adds what turns the row `before` of a place into the row `now`; null where there is none.
  void AddPlace(RowHandle before, RowHandle now, int64_t rank);
  void Add(RowKind kind, RowHandle row, int64_t rank);
  /// Emits and forgets the changes. REQUIRES: every row added is still there.
  arrow::Status Emit(int64_t batch_rows, Emitter& out);

 private:
  void AddAsSet(std::span<const RowHandle> before, std::span<const RowHandle> now);

  const RankSpec* spec_;
  Equal equal_;
  Decode decode_;
  std::vector<RowKind> kinds_;
  std::vector<RowHandle> rows_;
  std::vector<int64_t> ranks_;
};

/// Writes kept rows as one table, in their order; and reads them back. `written_ms`: of each row, where there is a
/// time-to-live, else empty.
arrow::Status SaveRankedRows(const std::vector<RowHandle>& rows, const std::vector<int64_t>& written_ms,
                             const RankChanges::Decode& decode, const state::RowOwner& owner, int64_t rows_max,
                             state::StateWriter& out);
arrow::Result<std::vector<state::TimedRows>> ReadRankedRows(const Schema& schema, const state::StateReader& in,
                                                            int64_t now_ms);

}  // namespace tidemark::exec
