// SPDX-License-Identifier: Apache-2.0
// KeyLog: the keys of an operator that keeps a KeyedTable, and perhaps a KeySpill behind it, as a log in checkpoints
// (see EntryLog).
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "exec/entry_log.h"
#include "exec/key_spill.h"
#include "exec/key_ttl.h"

namespace tidemark::exec {

/// The rows that an operator keeps of its keys.
class LoggedRows {
 public:
  virtual ~LoggedRows() = default;
  /// All rows, in order, of the payloads from `*next` on, as many payloads as make up about `rows_max` rows, at least
  /// one; then the facts. Moves `*next` on.
  virtual arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& payloads, int64_t rows_max,
                                          size_t* next) const = 0;
  /// Adds rows with their facts to the payloads of their keys, in order.
  virtual arrow::Status LoadRows(const Batch& rows, const std::vector<uint8_t*>& payloads) = 0;
};

struct KeyLogForm {
  std::string name;
  Schema rows;                   ///< what is kept of a key, with the key; the key alone where nothing is
  std::vector<int> key_columns;  ///< of `rows`
  state::ArrowTypes facts;       ///< behind the rows
  state::RowOwner owner;         ///< of `rows`; its columns are among the key's
  int64_t rows_per_key = 1;      ///< at most, about
};

/// The parts of an operator's keys.
struct LoggedKeys {
  state::KeyedTable* table = nullptr;
  SpilledValues* values = nullptr;
  LoggedRows* rows = nullptr;  ///< null: a key is all there is
  KeySpill* spill = nullptr;   ///< null: all keys stay in memory
  const KeyTtl* ttl = nullptr;
};

/// Rows of the log begin with the key as it is in the kept row, so that every value comes back as it was (-0.0 and 0.0
/// are one key). One thread.
class KeyLog final : private LoggedEntries {
 public:
  /// What payloads end with where there is a log.
  static constexpr int32_t kBytes = sizeof(ChangeMark);

  /// Everything outlives the object. It watches `keys.spill`.
  KeyLog(const KeyLogForm& form, const LoggedKeys& keys, const OperatorContext& context);

  // See EntryLog.
  EntryLog* entries() { return &log_; }
  arrow::Status SaveFirst(std::span<uint8_t* const> payloads) { return log_.SaveFirst(payloads); }
  void NoteChanged(std::span<uint8_t* const> payloads) { log_.NoteChanged(payloads); }
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) { return log_.BeginSave(changes_only, out); }
  arrow::Result<bool> SaveMore(int64_t rows);
  arrow::Status Restore(const state::StateReader& in, const std::function<arrow::Status()>& report);
  int64_t memory_bytes() const { return log_.memory_bytes(); }

  /// Erases keys, which stay as ended ones where the disk has them. The values have been released. REQUIRES: NoteChanged
  /// was called.
  arrow::Status Erase(const std::vector<uint8_t*>& payloads);

 private:
  class Stored;

  // LoggedEntries
  bool Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const override;
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> KeysOf(std::span<uint8_t* const> payloads) const override;
  arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& payloads, int64_t rows_max, size_t* next) const override;
  bool HasEnded(const uint8_t* payload) const override;
  std::unique_ptr<StoredEntries> ReadStored(uint32_t changes) override;
  arrow::Status FindOrMake(const Batch& rows, std::vector<uint8_t*>* payloads) override;
  void Clear(uint8_t* payload) override;
  arrow::Status Load(const Batch& rows, const std::vector<uint8_t*>& payloads) override;
  arrow::Status Remove(const std::vector<uint8_t*>& payloads) override;

  arrow::Result<EntryRows> KeptRows(const std::vector<uint8_t*>& payloads, int64_t rows_max, size_t* next) const;

  const LoggedKeys keys_;
  const size_t num_keys_;
  const int64_t rows_per_key_;
  const int64_t batch_rows_;
  const size_t num_columns_;  ///< of a kept row
  const size_t num_facts_;
  const std::vector<int> order_;  ///< of the columns of a kept row in the log
  EntryLog log_;
};

}  // namespace tidemark::exec
