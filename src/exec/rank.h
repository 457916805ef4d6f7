// SPDX-License-Identifier: Apache-2.0
// ROW_NUMBER() with a limit: Top-N per partition, deduplication, and the Top-N of ORDER BY ... LIMIT.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "columnar/sort_key.h"
#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// What a ranking operator does. Rows with equal keys rank in the order in which they came, and a partition's results
/// change only by what a batch changes in the end.
struct RankSpec {
  enum class RankColumn {
    kNone,
    kUnread,  ///< there, with `first` in every row, because nothing reads it
    kKept,    ///< the row's rank; rows that move up or down are sent anew
  };

  Schema input;
  std::vector<int> partition_columns;
  std::vector<SortColumn> keys;
  int64_t first = 1;
  int64_t last = 1;
  RankColumn rank_column = RankColumn::kNone;
  bool input_retracts = false;
  /// Emit once, in order, when the input ends.
  bool final_only = false;
  /// Updates are sent as +U alone.
  bool update_before = true;
  /// Of rows with equal keys the one that came last ranks first, as Flink has it when it keeps the last row by a time
  /// attribute. REQUIRES: last == 1, !input_retracts.
  bool latest_wins = false;
  /// As long as a partition is kept after a row entered it last; 0: for ever.
  int64_t state_ttl_ms = 0;
  /// Of rows of `input`: by what they are spread over the workers.
  state::RowOwner owner;
};

/// `node` must outlive the operator.
std::unique_ptr<Operator> MakeRankOperator(const plan::RankNode& node);
std::unique_ptr<Operator> MakeRankOperator(RankSpec spec);

/// The two forms, by input_retracts.
std::unique_ptr<Operator> MakeAppendRankOperator(RankSpec spec);
std::unique_ptr<Operator> MakeRetractRankOperator(RankSpec spec);

/// Sort columns of plan sort keys.
std::vector<SortColumn> SortColumns(const std::vector<plan::SortKey>& keys);

}  // namespace tidemark::exec
