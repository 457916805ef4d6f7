// SPDX-License-Identifier: Apache-2.0
// KeySpill: the keys of an operator that are on disk because memory was short, whatever is kept of each.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exec/change_tracker.h"
#include "exec/entry_watcher.h"
#include "exec/operator.h"
#include "exec/state_report.h"
#include "exec/state_ttl.h"
#include "exec/stored_changes.h"
#include "state/keyed_table.h"
#include "state/store_batch.h"

namespace tidemark::exec {

/// What an operator keeps of a key, as bytes.
class SpilledValues {
 public:
  virtual ~SpilledValues() = default;
  virtual void AppendValue(const uint8_t* payload, std::string* to) const = 0;
  /// Fills the payload of a key just made. Invalid for bytes that AppendValue cannot have written.
  virtual arrow::Status LoadValue(std::string_view value, uint8_t* payload) = 0;
  /// Frees what the payload owns outside the table, if anything.
  virtual void ReleaseValue(uint8_t* payload) = 0;
};

/// Moves keys between a KeyedTable and a StateStore. The numbered invariants of GroupSpill hold, with keys in the place
/// of groups. Keys in memory need not have been written to since they were loaded (a row that does not rank changes
/// nothing): what the store has of those is not out of date. It is not looked at either, and they are written again.
/// One thread.
class KeySpill {
 public:
  /// Behind its own bytes each payload has these for the KeySpill, and behind them, where there is a watcher, a
  /// ChangeMark.
  static constexpr int32_t kBytes = 8;

  /// The state of an operator with this key can be moved.
  static bool IsPossible(const OperatorContext& context, size_t num_keys);

  /// Those columns of a key by which rows with this owner, whose key is in `key_columns`, are spread over the workers.
  static std::vector<int> GroupColumns(const state::RowOwner& rows, const std::vector<int>& key_columns);

  /// `table`, whose payloads are `own_bytes` and then kBytes long, `values` and `context` outlive the object. With a
  /// time-to-live, which outlives the object too, the last of the own bytes are the time of the key's last write.
  KeySpill(state::KeyedTable* table, int32_t own_bytes, SpilledValues* values, std::vector<DataType> key_types,
           std::vector<int> key_groups, const StateTtl* ttl, const OperatorContext& context);

  /// `watcher` outlives the object. What checkpoints have of a key goes to disk with it.
  void set_watcher(EntryWatcher* watcher) { watcher_ = watcher; }

  /// Call it behind every FindOrInsert of all rows of a batch, with what that gave: fills those of the new keys that
  /// the store has, expired ones too (see KeyTtl::RenewExpired), and removes them from `created`.
  arrow::Status Load(state::KeyedTable::Columns keys, int64_t num_rows, const std::vector<uint8_t*>& payloads,
                     std::vector<int32_t>* created);
  /// For each row of a batch whose key Find did not find (null in `payloads`), whether the store has it. What is
  /// expired the store has not.
  arrow::Status FindStored(state::KeyedTable::Columns keys, int64_t num_rows, const std::vector<uint8_t*>& payloads,
                           std::vector<bool>* stored);
  /// A payload that Find gave, and that was not made again since: its key has ended.
  bool IsErased(const uint8_t* payload) const { return FlagsOf(payload)->is_erased != 0; }
  /// As KeyedTable::Erase. The values have been released.
  void Erase(std::span<uint8_t* const> payloads);

  /// Erases keys of which some are in the store, there too. Writes a file: not for a few keys. The values have been
  /// released; keys that had ended may be among them.
  arrow::Status Forget(const std::vector<uint8_t*>& payloads);
  bool IsStored(const uint8_t* payload) const { return FlagsOf(payload)->is_stored != 0; }
  /// Removes keys from the store that are expired there, some of them at a time, and says so in `metrics`.
  arrow::Status SweepStore(StateReport* metrics);

  /// Reports, then moves keys to the store as long as memory is short, where the operator holds `held_bytes()`, and
  /// reports after each step; what lies on disk goes to `metrics`. Returns the last report's status. Invalidates all
  /// payloads. REQUIRES: no batch is under way.
  arrow::Status MakeRoom(const std::function<int64_t()>& held_bytes, const std::function<arrow::Status()>& report,
                         StateReport* metrics);

  /// Loads the keys that are on disk for the time of a call of `visit`, some after the other, of which `visit` may use
  /// the payloads. The store stays as it is.
  arrow::Status VisitStored(int64_t keys_max, const std::function<arrow::Status(const std::vector<uint8_t*>&)>& visit);

  /// For LoggedEntries::ReadStored. Keys that were moved into memory since are among them.
  class Reader {
   public:
    /// Takes key columns and payloads, which are not in the table, and whose values are freed when it returns. They
    /// have a ChangeMark where there is a watcher.
    using Visit = std::function<arrow::Status(state::KeyedTable::Columns, const std::vector<uint8_t*>&)>;
    /// Calls `visit` with the next keys, at most `keys_max` of them. False: there were no more.
    arrow::Result<bool> Next(int64_t keys_max, const Visit& visit);

   private:
    friend class KeySpill;
    Reader(KeySpill* spill, StoredChanges::Reading reading) : spill_(spill), reading_(std::move(reading)) {}

    KeySpill* spill_;
    StoredChanges::Reading reading_;
  };
  Reader ReadForCheckpoint(uint32_t changes) { return {this, changes_.Read(changes, keys_on_disk_)}; }

  /// How many keys there are beside those in the table, which also has keys that have ended.
  int64_t more_keys() const { return keys_on_disk_ - keys_erased_; }
  int64_t disk_bytes() const { return store_ ? store_->disk_bytes(keys_.prefix()) : 0; }

 private:
  struct Flags {
    uint8_t is_stored;
    uint8_t is_used;
    uint8_t is_erased;
  };
  Flags* FlagsOf(uint8_t* payload) const { return reinterpret_cast<Flags*>(payload + own_bytes_); }
  const Flags* FlagsOf(const uint8_t* payload) const { return reinterpret_cast<const Flags*>(payload + own_bytes_); }
  ChangeMark* MarkOf(uint8_t* payload) const { return reinterpret_cast<ChangeMark*>(payload + own_bytes_ + kBytes); }
  int64_t Excess(int64_t held_bytes) const;
  arrow::Result<bool> Evict(int64_t bytes, int64_t held_bytes);
  /// Takes the time of the last write, 0 where there is none, from the front of a value in the store.
  arrow::Result<int64_t> TakeWrittenMs(std::string_view* value) const;
  void AppendEntry(uint8_t* payload, std::string* to) const;
  arrow::Status LoadEntry(std::string_view value, uint8_t* payload);
  /// The generation, and the last checkpoint that has the key, in a value.
  arrow::Result<ChangeMark> MarkIn(std::string_view value) const;
  arrow::Status Write(const std::vector<uint8_t*>& payloads);

  state::KeyedTable& table_;
  const int32_t own_bytes_;
  SpilledValues& values_;
  const StateTtl& ttl_;
  StoreSweep sweep_;
  const OperatorContext& context_;
  state::StoreKeys keys_;
  state::StateStore* store_ = nullptr;  ///< null: nothing was moved yet
  EntryWatcher* watcher_ = nullptr;
  StoredChanges changes_{&keys_};
  int64_t keys_on_disk_ = 0;
  int64_t keys_erased_ = 0;
  double bytes_per_key_ = 0;  ///< where no room between rows is unused
};

}  // namespace tidemark::exec
