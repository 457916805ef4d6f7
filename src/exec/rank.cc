// SPDX-License-Identifier: Apache-2.0
// From plan nodes to ranking operators.
#include "exec/rank.h"

#include "exec/input_distribution.h"

namespace tidemark::exec {

std::vector<SortColumn> SortColumns(const std::vector<plan::SortKey>& keys) {
  std::vector<SortColumn> columns;
  for (const auto& key : keys) columns.push_back({key.column, key.ascending, key.nulls_first});
  return columns;
}

std::unique_ptr<Operator> MakeRankOperator(RankSpec spec) {
  return spec.input_retracts ? MakeRetractRankOperator(std::move(spec)) : MakeAppendRankOperator(std::move(spec));
}

std::unique_ptr<Operator> MakeRankOperator(const plan::RankNode& node) {
  RankSpec spec;
  spec.input = node.inputs()[0]->schema();
  spec.partition_columns = node.partition_columns;
  spec.keys = SortColumns(node.keys);
  spec.first = node.first;
  spec.last = node.last;
  if (node.schema().size() > spec.input.size()) {
    spec.rank_column = node.emit_rank ? RankSpec::RankColumn::kKept : RankSpec::RankColumn::kUnread;
  }
  spec.input_retracts = node.input_retracts;
  spec.final_only = node.final_only;
  spec.update_before = node.changelog().update_before;
  spec.state_ttl_ms = node.state_ttl_ms;
  spec.owner = OwnerOfRows(*node.inputs()[0]);
  if (node.keys.size() == 1 && !node.keys[0].ascending && node.first == 1 && node.last == 1 && !node.input_retracts) {
    spec.latest_wins = spec.input[node.keys[0].column].type.time_attribute() != TimeAttribute::kNone;
  }
  return MakeRankOperator(std::move(spec));
}

}  // namespace tidemark::exec
