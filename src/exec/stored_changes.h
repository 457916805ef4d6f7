// SPDX-License-Identifier: Apache-2.0
// StoredChanges: the keys of a table on disk whose entries had changed when they went there, as lists on disk.
//
// A checkpoint of changes is to find what changed without reading all that lies on disk. So an entry that changed in
// the epoch under way and goes to disk is listed there. The epochs take turns with two lists: while a checkpoint reads
// the list of the epoch that it ended, changes of the next go to the other.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <optional>

#include "exec/change_tracker.h"
#include "state/store_batch.h"

namespace tidemark::exec {

/// One thread.
class StoredChanges {
 public:
  /// `keys` outlives the object.
  explicit StoredChanges(const state::StoreKeys* keys) : keys_(*keys) {}
  /// `store` outlives the object.
  void Open(state::StateStore* store) { store_ = store; }

  /// Writes values for the keys last encoded, and puts those that `values` names on the list of changes with this
  /// generation. `num_entries`: of the table, about.
  arrow::Status Write(const state::StoreValues& values, uint32_t generation, int64_t num_entries);

  /// Entries of the table.
  class Reading {
   public:
    /// About `entries_max` entries, perhaps none; nothing at the end.
    arrow::Result<std::optional<state::StorePiece>> Next(int64_t entries_max);
    /// Whether an entry with this mark is one that is read.
    bool Wants(uint32_t generation, uint32_t saved) const {
      return changes_ == 0 || IsStoredChange(generation, saved, changes_);
    }

   private:
    friend class StoredChanges;
    Reading(StoredChanges* of, std::optional<state::StoreReading> entries, uint32_t changes)
        : of_(of), entries_(std::move(entries)), changes_(changes) {}

    StoredChanges* of_;
    std::optional<state::StoreReading> entries_;  ///< none: all is read
    uint32_t changes_;
  };
  /// `changes`: see LoggedEntries::ReadStored. `num_entries`: of the table, about.
  Reading Read(uint32_t changes, int64_t num_entries);
  /// A list is being read, with the entries as they are. Those that nobody has loaded must stay.
  bool is_reading_list() const { return is_reading_list_; }

 private:
  struct List {
    int64_t num_keys = 0;  ///< at most; a key may have been listed more than once
    bool is_cut = false;   ///< it was about to get too long to be of use, and has not got all
  };
  static uint32_t ListOf(uint32_t generation) { return generation / 2 % 2; }
  List& list_of(uint32_t generation) { return lists_[ListOf(generation)]; }

  const state::StoreKeys& keys_;
  state::StateStore* store_ = nullptr;  ///< null: nothing is on disk
  List lists_[2];
  bool is_reading_list_ = false;
};

}  // namespace tidemark::exec
