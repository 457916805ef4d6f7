// SPDX-License-Identifier: Apache-2.0
// GroupSpill: the groups of an aggregation that are on disk because memory was short.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exec/aggregate_table.h"
#include "exec/change_tracker.h"
#include "exec/entry_log.h"
#include "exec/entry_watcher.h"
#include "exec/operator.h"
#include "exec/state_ttl.h"
#include "exec/stored_changes.h"
#include "state/store_batch.h"

namespace tidemark::exec {

/// The header of a group of GROUP BY, at the beginning of its payload.
struct GroupHeader {
  int32_t change = 0;      ///< the group is among the changed ones
  uint8_t is_emitted = 0;  ///< a row of the group is part of the result so far

  // GroupSpill's own.
  uint8_t is_stored = 0;  ///< the store has something of the group, be it out of date
  uint8_t is_used = 0;    ///< it was looked up again after it had been made or loaded
  uint8_t is_erased = 0;  ///< there is no such group any more, and the store does not know yet
};
static_assert(sizeof(GroupHeader) == 8);

inline GroupHeader* HeaderOf(uint8_t* group) { return reinterpret_cast<GroupHeader*>(group); }
/// Only where the groups of an operator have one.
inline ChangeMark* ChangeMarkOf(uint8_t* group) { return reinterpret_cast<ChangeMark*>(group + sizeof(GroupHeader)); }

/// The time of a group's last write, which ends its header. Only where the operator has a time-to-live.
inline int32_t WrittenOffset(const AggregateTableLayout& layout) { return layout.header_bytes - StateTtl::kBytes; }

/// Moves groups between a table and a StateStore. Invariants:
/// 1. A group that is in the table is the truth; what the store has of it is out of date, and is not looked at.
/// 2. A group that is not in the table is as the store has it, or does not exist.
/// 3. A group that ends while the store has something of it stays in the table as an erased one, which looks like one
///    just made, until it is moved: then the store forgets it too.
/// All that is in memory has been written to since it was loaded (every look-up of GROUP BY is a change), so there is
/// nothing clean that need not be written again.
///
/// Which groups go: the oldest first, by the page of the table that they were made in; one that stays (see
/// ChooseEvicted) is made anew instead. One thread.
class GroupSpill final : public GroupLoader {
 public:
  /// `table` and `ttl` outlive the object, and the table's layout has a GroupHeader. `key_groups`: see StoreKeys.
  GroupSpill(AggregateTable* table, const AggregateTableLayout& layout, const OperatorContext& context,
             const StateTtl* ttl, std::vector<int> key_groups);

  /// `watcher` outlives the object. Groups then have a ChangeMark behind their header. What checkpoints have of a group
  /// goes to disk with it.
  void set_watcher(EntryWatcher* watcher) { watcher_ = watcher; }

  arrow::Status LoadGroups(state::KeyedTable::Columns keys, int64_t num_rows, const std::vector<uint8_t*>& groups,
                           std::vector<int32_t>* created) override;

  /// How many bytes must be moved now, where the table's operator holds `own_bytes`; 0: none.
  int64_t Excess(int64_t own_bytes) const;
  /// Moves groups of about `bytes` to the store, but never more than a slice, so that it takes some 100 ms at most.
  /// Invalidates all groups. False: there was nothing left to move. REQUIRES: no group has `change` set.
  arrow::Result<bool> Evict(int64_t bytes);

  /// Ends groups that the store has something of (GroupHeader::is_stored).
  void MarkErased(const std::vector<uint8_t*>& groups);
  /// Removes from the store what it has of groups that are in the table, ended ones among them; the caller takes them
  /// out of the table. Writes a file: not for a few groups.
  arrow::Status Forget(const std::vector<uint8_t*>& groups);
  /// Removes groups from the store that are expired there, some of them at a time. True: there were any.
  arrow::Result<bool> SweepStore();

  /// Groups that are not in memory, and erased ones that are.
  int64_t groups_on_disk() const { return groups_on_disk_; }
  int64_t groups_erased() const { return groups_erased_; }
  int64_t disk_bytes() const { return store_ ? store_->disk_bytes(keys_.prefix()) : 0; }

  /// The groups that are not in memory, in batches as AggregateTable::Save gives them, with one more column: whether
  /// the group is emitted; where there is a watcher, one more with the generation, and where there is a time-to-live,
  /// one more with the time of the last write. They are as they were when the reader was made.
  class Reader final : public StoredEntries {
   public:
    /// At most `rows_max` of them.
    arrow::Result<std::optional<Batch>> Next(int64_t rows_max) override;

   private:
    friend class GroupSpill;
    Reader(GroupSpill* spill, StoredChanges::Reading reading, bool all)
        : spill_(spill), reading_(std::move(reading)), all_(all) {}

    GroupSpill* spill_;
    StoredChanges::Reading reading_;
    bool all_;
  };
  Reader Read() { return {this, changes_.Read(/*changes=*/0, groups_on_disk_), /*all=*/false}; }
  /// For LoggedEntries::ReadStored. Groups that are in memory are among them: out of date.
  Reader ReadForCheckpoint(uint32_t changes) { return {this, changes_.Read(changes, groups_on_disk_), /*all=*/true}; }

 private:
  struct Stored {
    bool is_emitted = false;
    int64_t row_count = 0;
    uint32_t generation = 0;
    uint32_t saved = 0;  ///< see ChangeMark
    int64_t written_ms = 0;
    std::string_view accumulators;
  };
  void AppendStored(const Stored& group, std::string* to) const;
  arrow::Result<Stored> ParseStored(std::string_view value) const;
  arrow::Status Write(const std::vector<uint8_t*>& groups);
  arrow::Status MarkUsed(const std::vector<uint8_t*>& groups, const std::vector<int32_t>& created);

  AggregateTable& table_;
  const AggregateTableLayout& layout_;
  const OperatorContext& context_;
  const StateTtl& ttl_;
  StoreSweep sweep_;
  state::StoreKeys keys_;
  state::StateStore* store_ = nullptr;  ///< null: nothing was moved yet
  EntryWatcher* watcher_ = nullptr;
  StoredChanges changes_{&keys_};
  int64_t groups_on_disk_ = 0;
  int64_t groups_erased_ = 0;
};

}  // namespace tidemark::exec
