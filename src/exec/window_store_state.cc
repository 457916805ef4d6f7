// SPDX-License-Identifier: Apache-2.0
// Slices as rows, in tables or logs, and back.
#include <arrow/type.h>

#include <charconv>
#include <utility>

#include "exec/window_store.h"

namespace tidemark::exec {
namespace {

constexpr std::string_view kSlices = "slices";
constexpr std::string_view kLogPrefix = "slice-log ";

std::string LogName(const SliceKey& key) {
  return std::string(kLogPrefix) + std::to_string(key.end) + " " + std::to_string(key.part);
}

std::optional<SliceKey> KeyOfLog(std::string_view name) {
  SliceKey key;
  const char* end = name.data() + name.size();
  const auto first = std::from_chars(name.data() + kLogPrefix.size(), end, key.end);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, key.part);
  return second.ec == std::errc() && second.ptr == end ? std::optional(key) : std::nullopt;
}

}  // namespace

void WindowStore::KeepLogs(const OperatorContext* context, state::RowOwner owner) {
  context_ = context;
  owner_ = std::move(owner);
}

void WindowStore::Made(Slice* slice) { KeepLog(slice, LogName(slice->key)); }

void WindowStore::KeepLog(Slice* slice, std::string name) const {
  if (context_ == nullptr) return;
  slice->log = std::make_unique<GroupLog>(&slice->table, *layout_, *context_, owner_, /*spill=*/nullptr,
                                          /*ttl=*/nullptr, std::move(name));
}

void WindowStore::Dropped(std::unique_ptr<Slice> slice) {
  if (slice->log == nullptr || !slice->log->was_saved()) return;
  ended_.push_back(slice->log->name());
  if (!slice->log->is_saving()) return;
  bytes_ += slice->counted_bytes;
  leaving_.push_back(std::move(slice));
}

arrow::Status WindowStore::Save(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const {
  for (const auto& [key, slice] : slices_) {
    ARROW_RETURN_NOT_OK(SaveTable(kSlices, slice->table, key, owner, rows_max, out));
  }
  return SaveRest(owner, rows_max, out);
}

arrow::Status WindowStore::BeginSave(bool changes_only, state::StateWriter& out) {
  // A slice may have been dropped, and made anew for rows that came later.
  for (const std::string& log : ended_) ARROW_RETURN_NOT_OK(out.RestartLog(log));
  ended_.clear();
  for (const auto& [key, slice] : slices_) ARROW_RETURN_NOT_OK(slice->log->BeginSave(changes_only, out));
  if (const Slice* slice = running()) ARROW_RETURN_NOT_OK(slice->log->BeginSave(changes_only, out));
  return SaveBesideLogs(out);
}

arrow::Result<bool> WindowStore::SaveMore(int64_t rows) {
  const auto save = [&rows](const Slice& slice) -> arrow::Result<bool> {
    if (!slice.log->is_saving()) return true;
    ARROW_ASSIGN_OR_RAISE(const bool complete, slice.log->SaveMore(rows));
    rows -= slice.table.size();
    return complete && rows > 0;
  };
  while (!leaving_.empty()) {
    const Slice& slice = *leaving_.back();
    ARROW_ASSIGN_OR_RAISE(const bool goes_on, save(slice));
    if (slice.log->is_saving()) return false;
    bytes_ -= slice.counted_bytes;
    leaving_.pop_back();
    if (!goes_on) return false;
  }
  for (const auto& [key, slice] : slices_) {
    ARROW_ASSIGN_OR_RAISE(const bool goes_on, save(*slice));
    if (!goes_on) return false;
  }
  const Slice* slice = running();
  return slice == nullptr ? true : save(*slice);
}

arrow::Result<Slice*> WindowStore::CheckedSliceOf(const SliceKey& key, std::string_view table) {
  if (time::IsInTimeRange(key.end) && time::IsInTimeRange(key.part) && IsSlice(key)) return SliceOf(key);
  return state::DamagedState(table, "has rows that are of no slice");
}

arrow::Status WindowStore::Restore(const state::StateReader& in) {
  ARROW_RETURN_NOT_OK(RestoreLogs(in));
  const auto take = [this](const Batch& rows, const SliceKey& key) -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(Slice * slice, CheckedSliceOf(key, kSlices));
    ARROW_ASSIGN_OR_RAISE(const auto* groups, slice->table.Restore(rows));
    // The log has nothing of them.
    if (slice->log) ARROW_RETURN_NOT_OK(slice->log->BeforeChange(*groups));
    Recount(slice);
    return arrow::Status::OK();
  };
  ARROW_RETURN_NOT_OK(RestoreTables(kSlices, in, take));
  return RestoreRest(in);
}

arrow::Status WindowStore::RestoreLogs(const state::StateReader& in) {
  for (const std::string& name : in.tables()) {
    if (!name.starts_with(kLogPrefix)) continue;
    const auto key = KeyOfLog(name);
    if (!key || context_ == nullptr) return state::DamagedState(name, "is the log of no slice");
    ARROW_ASSIGN_OR_RAISE(Slice * slice, CheckedSliceOf(*key, name));
    ARROW_RETURN_NOT_OK(slice->log->Restore(in, [] { return arrow::Status::OK(); }));
    Recount(slice);
    // A log that ended is listed as well.
    if (slice->table.size() == 0) {
      Drop(slices_.find(*key));
      ended_.pop_back();
    }
  }
  return arrow::Status::OK();
}

arrow::Status WindowStore::SaveRest(const state::RowOwner&, int64_t, state::StateWriter&) const {
  return arrow::Status::OK();
}
arrow::Status WindowStore::SaveBesideLogs(state::StateWriter& out) const {
  return SaveRest(owner_, context_->batch_rows, out);
}
arrow::Status WindowStore::RestoreRest(const state::StateReader&) { return arrow::Status::OK(); }

arrow::Status WindowStore::SaveTable(std::string_view name, const AggregateTable& table, const SliceKey& times,
                                     const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) {
  const std::vector<uint8_t*> groups = table.AllGroups();
  for (size_t next = 0; next < groups.size();) {
    ARROW_ASSIGN_OR_RAISE(Batch piece, table.Save(groups, rows_max, &next));
    for (EventTimeMs time : {times.end, times.part}) {
      const std::vector<int64_t> column(static_cast<size_t>(piece.num_rows), time);
      ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(column));
    }
    ARROW_RETURN_NOT_OK(out.Write(name, piece, owner));
  }
  return arrow::Status::OK();
}

arrow::Status WindowStore::RestoreTables(std::string_view name, const state::StateReader& in,
                                         const TakeRows& take) const {
  state::ArrowTypes facts = AggregateTable::SavedTypes();
  facts.insert(facts.end(), 2, arrow::int64());
  ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, name, state::ArrowTypesOf(layout_->key_types), facts));
  for (const Batch& batch : batches) {
    const size_t times = batch.columns.size() - 2;
    const int64_t* ends = state::Int64Values(batch, times);
    const int64_t* parts = state::Int64Values(batch, times + 1);
    for (int64_t begin = 0, end = 0; begin < batch.num_rows; begin = end) {
      while (end < batch.num_rows && ends[end] == ends[begin] && parts[end] == parts[begin]) ++end;
      ARROW_RETURN_NOT_OK(take(batch.Slice(begin, end - begin), {ends[begin], parts[begin]}));
    }
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
