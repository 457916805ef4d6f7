// SPDX-License-Identifier: Apache-2.0
// GroupedState: all groups of a GROUP BY, those in memory and those on disk.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "exec/aggregate_set.h"
#include "exec/aggregate_table.h"
#include "exec/group_log.h"
#include "exec/group_spill.h"
#include "exec/operator.h"
#include "exec/state_report.h"
#include "exec/state_ttl.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// The state that both forms of GROUP BY have. Groups stay in memory where there is no limit, no place to spill to, or
/// no key. One thread.
class GroupedState {
 public:
  using Columns = std::vector<std::shared_ptr<arrow::Array>>;

  /// `node` outlives the object. `with_header`: groups have a GroupHeader also where none is moved to disk.
  GroupedState(const plan::GroupAggregateNode& node, AggregateSet aggregates, bool with_header);

  arrow::Status Open(const OperatorContext& context);

  AggregateTable& table() { return *table_; }
  const AggregateTable& table() const { return *table_; }
  const AggregateTableLayout& layout() const { return layout_; }
  const std::vector<DataType>& key_types() const { return layout_.key_types; }

  /// AggregateTable::FindGroups for all rows. The groups may be changed then, and count as written now. Those that are
  /// expired, but have no `change` set, are as just made.
  arrow::Result<const std::vector<uint8_t*>*> FindGroups(const Batch& batch);
  /// Groups that were found by an earlier call are about to be changed.
  arrow::Status BeforeChange(const std::vector<uint8_t*>& groups);
  arrow::Status Erase(const std::vector<uint8_t*>& groups);
  /// Drops groups that are expired and have no `change` set, some of them at a time: after each batch and now and then
  /// while none comes. The table's other groups stay where they are.
  arrow::Status DropExpired();

  /// True when Report is going to move groups to disk. They must not be referred to then, nor have `change` set.
  bool IsTight() const;
  /// States what is held, `held_bytes` outside the groups included. Where memory is short and `may_move`, moves groups
  /// to disk; this invalidates all groups. OutOfMemory, naming the operator, where that is not enough.
  arrow::Status Report(int64_t held_bytes, bool may_move = true);

  /// Every group in memory that is alive. Those on disk come from ReadStored.
  std::vector<uint8_t*> AliveGroups() const;
  /// Calls `visit` with the groups on disk, batch by batch (see GroupSpill::Reader). REQUIRES: `visit` does not touch
  /// the table.
  arrow::Status ReadStored(const std::function<arrow::Status(Batch rows)>& visit) const;

  // Checkpoints.

  arrow::Result<state::RowOwner> Owner() const;
  /// Writes all groups: keys, number of rows, accumulators, and, `with_emitted`, whether they are emitted.
  arrow::Status Save(bool with_emitted, state::StateWriter& out) const;
  // See Operator.
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) { return log_->BeginSave(changes_only, out); }
  arrow::Result<bool> SaveMore(int64_t rows) { return log_->SaveMore(rows); }
  /// Takes in what Save or BeginSave wrote.
  arrow::Status Restore(bool with_emitted, const state::StateReader& in);

 private:
  static constexpr std::string_view kGroups = "groups";

  bool CanSpill() const;
  arrow::Status RenewExpired(const std::vector<uint8_t*>& groups);

  const plan::GroupAggregateNode& node_;
  const OperatorContext* context_ = nullptr;
  AggregateSet aggregates_;
  AggregateTableLayout layout_;
  StateTtl ttl_;
  TableSweep sweep_;
  std::unique_ptr<AggregateTable> table_;
  std::unique_ptr<GroupSpill> spill_;  ///< null: groups stay in memory
  std::unique_ptr<GroupLog> log_;      ///< null: there are no checkpoints
  StateReport report_;
};

}  // namespace tidemark::exec
