// SPDX-License-Identifier: Apache-2.0
// GroupLog: the groups of a table of accumulators (those of a GROUP BY, or of one slice of a window) as a log in
// checkpoints (see EntryLog). A group is one row: the key, the number of rows, the accumulators, and whether the group
// is emitted.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "exec/entry_log.h"
#include "exec/group_spill.h"

namespace tidemark::exec {

/// One thread.
class GroupLog final : private LoggedEntries {
 public:
  /// What a layout's `header_bytes` must be.
  static constexpr int32_t kHeaderBytes = sizeof(GroupHeader) + sizeof(ChangeMark);

  /// Everything outlives the object; groups have a GroupHeader and a ChangeMark behind it. `owner`: of the rows.
  /// `spill` and `ttl` may be null. With a time-to-live a group's header ends with the time of its last write. `name`:
  /// of the log.
  GroupLog(AggregateTable* table, const AggregateTableLayout& layout, const OperatorContext& context,
           state::RowOwner owner, GroupSpill* spill, const StateTtl* ttl = nullptr, std::string name = "group-log");

  EntryWatcher* watcher() { return &log_; }

  // See EntryLog.
  const std::string& name() const { return log_.name(); }
  bool was_saved() const { return log_.was_saved(); }
  bool is_saving() const { return log_.is_saving(); }
  arrow::Status BeforeChange(std::span<uint8_t* const> groups) { return log_.BeforeChange(groups); }
  arrow::Status BeforeErase(std::span<uint8_t* const> groups) { return log_.BeforeErase(groups); }
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) { return log_.BeginSave(changes_only, out); }
  arrow::Result<bool> SaveMore(int64_t rows) { return log_.SaveMore(rows); }
  arrow::Status Restore(const state::StateReader& in, const std::function<arrow::Status()>& report);
  int64_t memory_bytes() const { return log_.memory_bytes(); }

 private:
  // LoggedEntries
  bool Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const override;
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> KeysOf(std::span<uint8_t* const> groups) const override;
  arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& groups, int64_t rows_max, size_t* next) const override;
  bool HasEnded(const uint8_t* group) const override;
  std::unique_ptr<StoredEntries> ReadStored(uint32_t changes) override;
  arrow::Status FindOrMake(const Batch& rows, std::vector<uint8_t*>* groups) override;
  void Clear(uint8_t* group) override;
  arrow::Status Load(const Batch& rows, const std::vector<uint8_t*>& groups) override;
  arrow::Status Remove(const std::vector<uint8_t*>& groups) override;

  AggregateTable& table_;
  const AggregateTableLayout& layout_;
  GroupSpill* spill_;
  EntryLog log_;
};

}  // namespace tidemark::exec
