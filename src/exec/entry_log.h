// SPDX-License-Identifier: Apache-2.0
// EntryLog: the entries of an operator's table as a log in checkpoints. Each checkpoint gets the entries that changed
// since the one before, piece by piece while the job goes on.
//
// An entry is one or more rows of the log. Columns of a row: the entry's key, values (which may be NULL), facts (which
// may not), the generation (see ChangeMark), whether the entry is gone, and, where there is a time-to-live, the time of
// the entry's last write. Of one key the rows with the greatest generation hold. So the order in which pieces are
// written does not matter, and neither do out-of-date entries from the disk.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "exec/change_tracker.h"
#include "exec/entry_watcher.h"
#include "exec/log_tombstones.h"
#include "exec/operator.h"
#include "exec/state_ttl.h"
#include "state/state_columns.h"

namespace tidemark::exec {

/// Rows of a log, and the entry that each of them is of: rows of one entry follow each other.
struct EntryRows {
  Batch rows;
  std::vector<uint8_t*> entries;
};

/// Entries on disk, as they were when the object was made.
class StoredEntries {
 public:
  virtual ~StoredEntries() = default;
  /// About `rows_max` rows of the log, perhaps none, without the column that says whether the entry is gone; no batch
  /// at the end. Entries that were moved to memory since may be among them, as they are in a log: their generation is
  /// less than that with which a checkpoint has the entry from memory.
  virtual arrow::Result<std::optional<Batch>> Next(int64_t rows_max) = 0;
};

/// What an operator says of its entries. Each has a ChangeMark, which is all 0 when the entry is made and else the
/// log's affair.
class LoggedEntries {
 public:
  virtual ~LoggedEntries() = default;

  /// Visits some of the entries in memory; see state::RowPages::Walk.
  virtual bool Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t* entry)>& visit) const = 0;
  /// Key columns of entries.
  virtual arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> KeysOf(std::span<uint8_t* const> entries) const = 0;
  /// Keys, values and facts of the entries from `*next` on, as many as make up a piece of about `rows_max` rows, at
  /// least one entry. Moves `*next` on.
  virtual arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& entries, int64_t rows_max,
                                          size_t* next) const = 0;
  /// There is no such entry any more: it stays in memory until the disk knows that, too.
  virtual bool HasEnded(const uint8_t* /*entry*/) const { return false; }
  /// `changes`: only entries that were listed as changed ones, with this generation, and that the checkpoint of its
  /// epoch has not got from memory (see IsStoredChange); the list ends when they have been read. 0: all entries. Null:
  /// nothing is on disk.
  virtual std::unique_ptr<StoredEntries> ReadStored(uint32_t /*changes*/) { return nullptr; }

  // For Restore.

  /// Entries for rows that begin with their keys: found, in memory or on disk, or made.
  virtual arrow::Status FindOrMake(const Batch& rows, std::vector<uint8_t*>* entries) = 0;
  /// Makes an entry, which has rows of an older generation, as one just made. What the disk has of it stays so.
  virtual void Clear(uint8_t* entry) = 0;
  /// Adds rows, which are of the types that RowsOf gives, to their entries, in order.
  virtual arrow::Status Load(const Batch& rows, const std::vector<uint8_t*>& entries) = 0;
  /// Removes entries that FindOrMake gave.
  virtual arrow::Status Remove(const std::vector<uint8_t*>& entries) = 0;
};

/// Of what a log consists.
struct EntryLogForm {
  std::string name;
  std::vector<DataType> key_types;
  state::KeyCodec::Floats key_floats = state::KeyCodec::Floats::kAsKeys;  ///< those of the table of entries
  state::ArrowTypes values;
  state::ArrowTypes facts;  ///< BIGINT, BOOLEAN or BYTES
  state::RowOwner owner;
  int32_t mark_offset = 0;        ///< of the ChangeMark within an entry
  const StateTtl* ttl = nullptr;  ///< null: entries live for ever
  int32_t written_offset = 0;     ///< with a time-to-live: of the time of the last write within an entry
};

/// One thread.
class EntryLog final : public EntryWatcher {
 public:
  /// `entries` and `context` outlive the object.
  EntryLog(LoggedEntries* entries, EntryLogForm form, const OperatorContext& context);

  const std::string& name() const { return form_.name; }
  /// Some checkpoint has rows of it, or may have.
  bool was_saved() const { return was_saved_; }
  /// Between BeginSave and the call of SaveMore that returns true.
  bool is_saving() const { return stored_ != nullptr || !leaving_.empty() || tracker_.is_saving(); }

  /// The entries were just found or made, and are about to change.
  arrow::Status BeforeChange(std::span<uint8_t* const> entries) {
    ARROW_RETURN_NOT_OK(SaveFirst(entries));
    tracker_.NoteChanged(entries);
    return arrow::Status::OK();
  }
  /// The two halves of BeforeChange, for entries of which only some will change: the first for all of them, the second
  /// for those that do, as soon as that is known.
  arrow::Status SaveFirst(std::span<uint8_t* const> entries);
  void NoteChanged(std::span<uint8_t* const> entries) { tracker_.NoteChanged(entries); }
  /// The entries are about to be erased from the table for good.
  arrow::Status BeforeErase(std::span<uint8_t* const> entries);
  // See EntryWatcher.
  uint32_t generation() const override { return is_restoring() ? 0 : tracker_.generation(); }
  arrow::Status BeforeMove(std::span<uint8_t* const> entries) override;
  void AfterMove(std::span<uint8_t* const> entries) override;
  void AfterLoad(std::span<uint8_t* const> entries) override;
  arrow::Status AfterErase(Batch keys) override;
  arrow::Status BeforeReuse(std::span<uint8_t* const> entries) override { return SaveFirst(entries); }

  // See Operator.
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out);
  arrow::Result<bool> SaveMore(int64_t rows);
  /// `report`: called after each piece; may move entries to disk.
  arrow::Status Restore(const state::StateReader& in, const std::function<arrow::Status()>& report);

  int64_t memory_bytes() const {
    return tracker_.memory_bytes() + removed_bytes_ + leaving_bytes_ + (tombstones_ ? tombstones_->memory_bytes() : 0);
  }

 private:
  bool is_restoring() const { return tombstones_ != nullptr; }
  bool has_ttl() const { return form_.ttl != nullptr && form_.ttl->is_on(); }
  /// Of the first column behind the facts.
  size_t generation_column() const { return form_.key_types.size() + form_.values.size() + form_.facts.size(); }
  arrow::Status Write(const std::vector<uint8_t*>& entries);
  arrow::Status WriteAlive(const std::vector<uint8_t*>& entries);
  /// Makes rows of the log, which say that their entries are gone, of keys, and writes them.
  arrow::Status WriteRemoved(Batch keys, int64_t generation);
  arrow::Status RestoreRows(const state::StateReader& in, const std::function<arrow::Status()>& report);
  arrow::Status RestorePiece(const state::TimedRows& piece, uint32_t* greatest);
  /// What the keys of entries that went may take, here and when the log is read; 0: anything.
  int64_t RemovedBytesMax() const;
  /// Keeps the keys of entries that went for the next checkpoint.
  arrow::Status NoteRemoved(std::span<uint8_t* const> entries);
  arrow::Status AddRemoved(Batch keys);
  /// Removes entries that are not younger than their removal.
  arrow::Status RemoveOld(const Batch& removed);

  LoggedEntries& entries_;
  const EntryLogForm form_;
  const OperatorContext& context_;
  ChangeTracker tracker_;
  std::vector<Batch> removed_;  ///< keys of entries that were erased in this epoch
  int64_t removed_bytes_ = 0;
  int64_t removed_before_bytes_ = 0;  ///< of keys that went, in the chain of checkpoints
  bool has_lost_removed_ = false;     ///< they were too many: the next checkpoint holds everything
  /// What was restored has times where this object writes none, or the other way round: it is written anew.
  bool is_of_other_form_ = false;
  bool was_saved_ = false;
  std::unique_ptr<LogTombstones> tombstones_;  ///< null: not restoring

  // The checkpoint under way.
  state::StateWriter* out_ = nullptr;
  std::unique_ptr<StoredEntries> stored_;
  std::vector<Batch> leaving_;  ///< keys of entries that had been erased when it began
  int64_t leaving_bytes_ = 0;
  int64_t leaving_generation_ = 0;
};

}  // namespace tidemark::exec
