// SPDX-License-Identifier: Apache-2.0
// GroupLog: the groups of a table of accumulators (those of a GROUP BY, or of one slice of a window) as a log in
// checkpoints. Each one gets the groups that changed since the one before, piece by piece while the job goes on.
//
// Rows of the log: the key, the number of rows, the accumulators, whether the group is emitted, the generation (see
// ChangeMark), whether the group is gone, and, where there is a time-to-live, the time of the last write. Of the rows
// of one key that with the greatest generation holds, of equals the last. So the order in which pieces are written does
// not matter, and neither do out-of-date groups from the disk.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exec/change_tracker.h"
#include "exec/group_spill.h"

namespace tidemark::exec {

/// One thread.
class GroupLog final : public GroupWatcher {
 public:
  /// What a layout's `header_bytes` must be.
  static constexpr int32_t kHeaderBytes = sizeof(GroupHeader) + sizeof(ChangeMark);

  /// Everything outlives the object; groups have a GroupHeader and a ChangeMark behind it. `owner`: of the rows.
  /// `spill` and `ttl` may be null. With a time-to-live a group's header ends with the time of its last write. `name`:
  /// of the log.
  GroupLog(AggregateTable* table, const AggregateTableLayout& layout, const OperatorContext& context,
           state::RowOwner owner, GroupSpill* spill, const StateTtl* ttl = nullptr, std::string name = "group-log");

  const std::string& name() const { return name_; }
  /// Some checkpoint has rows of it, or may have.
  bool was_saved() const { return was_saved_; }
  /// Between BeginSave and the call of SaveMore that returns true.
  bool is_saving() const { return stored_ || tracker_.is_saving(); }

  /// The groups were just found and are about to change.
  arrow::Status BeforeChange(std::span<uint8_t* const> groups);
  /// The groups are about to be erased from the table for good.
  arrow::Status BeforeErase(std::span<uint8_t* const> groups);
  // As GroupWatcher.
  arrow::Status BeforeMove(std::span<uint8_t* const> groups) override;
  arrow::Status BeforeReuse(uint8_t* group) override;

  // See Operator.
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out);
  arrow::Result<bool> SaveMore(int64_t rows);
  /// `report`: called after each piece; may move groups to disk.
  arrow::Status Restore(const state::StateReader& in, const std::function<arrow::Status()>& report);

  int64_t memory_bytes() const { return tracker_.memory_bytes() + removed_bytes_; }

 private:
  class Tombstones;

  arrow::Status SaveFirst(std::span<uint8_t* const> groups);
  arrow::Status Write(const std::vector<uint8_t*>& groups);
  arrow::Status RestorePiece(const state::TimedRows& piece, Tombstones* tombstones, uint32_t* greatest);
  /// Erases groups that are not younger than their removal.
  arrow::Status EraseRemoved(const Batch& removed);
  bool has_ttl() const { return ttl_ != nullptr && ttl_->is_on(); }

  AggregateTable& table_;
  const AggregateTableLayout& layout_;
  const OperatorContext& context_;
  const StateTtl* ttl_;  ///< null: groups live for ever
  const state::RowOwner owner_;
  GroupSpill* spill_;
  const std::string name_;
  ChangeTracker tracker_;
  std::vector<Batch> removed_;  ///< keys of groups that were erased in this epoch
  int64_t removed_bytes_ = 0;
  /// What was restored has times where this object writes none, or the other way round: it is written anew.
  bool is_of_other_form_ = false;

  bool was_saved_ = false;

  // The checkpoint under way.
  state::StateWriter* out_ = nullptr;
  std::optional<GroupSpill::Reader> stored_;  ///< of groups on disk, as they were when it began
};

}  // namespace tidemark::exec
