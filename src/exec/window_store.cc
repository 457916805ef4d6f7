// SPDX-License-Identifier: Apache-2.0
// How slices become windows, for each kind of window.
#include "exec/window_store.h"

#include <arrow/type.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tidemark::exec {
namespace {

using time::Window;
using time::WindowSpec;

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

/// Arithmetic on windows does not overflow.
bool IsTime(EventTimeMs time) { return time > -time::kTimeRangeMs && time <= time::kTimeRangeMs; }

/// TUMBLE, and windows given by columns: a slice is a window.
class SingleSliceWindows final : public WindowStore {
 public:
  SingleSliceWindows(const WindowSpec* spec, const AggregateTableLayout* layout) : WindowStore(layout), spec_(spec) {}

  std::optional<Window> NextWindow() const override {
    if (slices_.empty()) return std::nullopt;
    const SliceKey& key = slices_.begin()->first;
    return spec_ ? time::WindowEndingAt(*spec_, key.end) : Window{key.part, key.end};
  }

  arrow::Result<const AggregateTable*> ReadNextWindow() override { return &slices_.begin()->second->table; }
  void DropNextWindow() override { Drop(slices_.begin()); }

 protected:
  bool IsSlice(const SliceKey& key) const override {
    return !spec_ || (key.part == 0 && time::SliceEnd(*spec_, key.end - 1) == key.end);
  }

 private:
  const WindowSpec* spec_;
};

/// HOP: a window is the sum of its slices.
class HoppingWindows final : public WindowStore {
 public:
  HoppingWindows(const WindowSpec& spec, const AggregateTableLayout* layout) : WindowStore(layout), spec_(spec) {}

  std::optional<Window> NextWindow() const override {
    std::optional<EventTimeMs> next;
    for (const auto& [key, slice] : slices_) {
      // Slices further on take part in later windows only.
      const time::WindowEnds ends = time::WindowEndsOfSlice(spec_, key.end);
      if (next && ends.first >= *next) break;
      EventTimeMs end = key.part;
      if (dropped_until_ && end <= *dropped_until_) end += ((*dropped_until_ - end) / ends.step + 1) * ends.step;
      if (!next || end < *next) next = end;
    }
    if (!next) return std::nullopt;
    return time::WindowEndingAt(spec_, *next);
  }

  arrow::Result<const AggregateTable*> ReadNextWindow() override {
    const Window window = *NextWindow();
    std::vector<const AggregateTable*> parts;
    const auto begin = slices_.upper_bound(SliceKey{window.start, kMaxWatermark});
    for (auto it = begin; it != slices_.end() && it->first.end <= window.end; ++it) {
      if (it->first.part <= window.end) parts.push_back(&it->second->table);
    }
    if (parts.size() == 1) return parts[0];
    return Sum(parts);
  }

  void DropNextWindow() override {
    dropped_until_ = NextWindow()->end;
    sum_.reset();
    // Slices end in order, but not all that end before this window's end are done: each is until its own last window.
    while (!slices_.empty() && time::WindowEndsOfSlice(spec_, slices_.begin()->first.end).last <= *dropped_until_) {
      Drop(slices_.begin());
    }
  }

 protected:
  arrow::Status SaveRest(const state::RowOwner&, int64_t, state::StateWriter& out) const override {
    if (!dropped_until_) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(auto column, state::Int64Column({*dropped_until_}));
    return out.Write(kDropped, Batch{1, {std::move(column)}}, state::RowOwner::EveryWorker());
  }
  /// Workers without rows for a window do not drop it; that it is complete holds for all.
  arrow::Status RestoreRest(const state::StateReader& in) override {
    ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kDropped, {}, {arrow::int64()}));
    for (const Batch& batch : batches) {
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        const EventTimeMs end = state::Int64Values(batch, 0)[row];
        if (!IsTime(end)) return state::DamagedState(kDropped, "has a time out of range");
        dropped_until_ = std::max(dropped_until_.value_or(end), end);
      }
    }
    return arrow::Status::OK();
  }
  bool IsSlice(const SliceKey& key) const override {
    if (time::SliceEnd(spec_, key.end - 1) != key.end) return false;
    const time::WindowEnds ends = time::WindowEndsOfSlice(spec_, key.end);
    return key.part >= ends.first && key.part <= ends.last && (key.part - ends.first) % ends.step == 0;
  }

 private:
  static constexpr std::string_view kDropped = "dropped";

  /// Slices are added in the order of time, which LISTAGG and FIRST_VALUE show.
  arrow::Result<const AggregateTable*> Sum(const std::vector<const AggregateTable*>& parts) {
    // Keys repeat from slice to slice: the largest slice says best how many there will be.
    int64_t largest = 0;
    for (const AggregateTable* part : parts) largest = std::max(largest, part->size());
    sum_ = std::make_unique<AggregateTable>(layout_);
    sum_->Reserve(largest + largest / 4);
    for (const AggregateTable* part : parts) ARROW_RETURN_NOT_OK(sum_->MergeFrom(*part));
    return sum_.get();
  }

  const WindowSpec spec_;
  std::optional<EventTimeMs> dropped_until_;  ///< windows up to this end were dropped
  std::unique_ptr<AggregateTable> sum_;
};

/// CUMULATE: each window of a series is the one before it and one more slice.
class CumulatingWindows final : public WindowStore {
 public:
  CumulatingWindows(const WindowSpec& spec, const AggregateTableLayout* layout) : WindowStore(layout), spec_(spec) {}

  std::optional<Window> NextWindow() const override {
    std::optional<EventTimeMs> next;
    if (running_) next = running_end_ + spec_.slide_ms;
    if (!slices_.empty() && (!next || slices_.begin()->first.end < *next)) next = slices_.begin()->first.end;
    if (!next) return std::nullopt;
    return time::WindowEndingAt(spec_, *next);
  }

  arrow::Result<const AggregateTable*> ReadNextWindow() override {
    const Window window = *NextWindow();
    if (!running_) {
      running_ = std::make_unique<AggregateTable>(layout_);
      running_last_end_ = window.start + spec_.size_ms;
    }
    running_end_ = window.end;
    const auto slice = slices_.find(SliceKey{window.end, 0});
    if (slice != slices_.end()) {
      ARROW_RETURN_NOT_OK(running_->MergeFrom(slice->second->table));
      Drop(slice);
    }
    CountRunning(running_->size(), running_->memory_bytes());
    return running_.get();
  }

  void DropNextWindow() override {
    if (running_end_ < running_last_end_) return;
    running_.reset();
    CountRunning(0, 0);
  }

 protected:
  arrow::Status SaveRest(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const override {
    if (!running_) return arrow::Status::OK();
    return SaveTable(kRunning, *running_, {running_end_, running_last_end_}, owner, rows_max, out);
  }
  arrow::Status RestoreRest(const state::StateReader& in) override {
    const auto take = [this](const Batch& rows, const SliceKey& times) -> arrow::Status {
      if (running_ && times != SliceKey{running_end_, running_last_end_}) {
        return state::DamagedState(kRunning, "is of several windows");
      }
      if (!IsTime(times.end) || !IsSlice({times.end, 0}) ||
          times.part != time::WindowEndingAt(spec_, times.end).start + spec_.size_ms) {
        return state::DamagedState(kRunning, "is of no window");
      }
      if (!running_) running_ = std::make_unique<AggregateTable>(layout_);
      running_end_ = times.end;
      running_last_end_ = times.part;
      return running_->Restore(rows).status();
    };
    ARROW_RETURN_NOT_OK(RestoreTables(kRunning, in, take));
    if (running_) CountRunning(running_->size(), running_->memory_bytes());
    return arrow::Status::OK();
  }
  bool IsSlice(const SliceKey& key) const override {
    return key.part == 0 && time::SliceEnd(spec_, key.end - 1) == key.end;
  }

 private:
  static constexpr std::string_view kRunning = "running";

  void CountRunning(int64_t rows, int64_t bytes) {
    rows_ += rows - running_rows_;
    bytes_ += bytes - running_bytes_;
    running_rows_ = rows;
    running_bytes_ = bytes;
  }

  const WindowSpec spec_;
  std::unique_ptr<AggregateTable> running_;  ///< the window read last, while its series goes on
  EventTimeMs running_end_ = 0;
  EventTimeMs running_last_end_ = 0;  ///< of the longest window of its series
  int64_t running_rows_ = 0;
  int64_t running_bytes_ = 0;
};

}  // namespace

std::unique_ptr<WindowStore> WindowStore::Make(const WindowSpec* spec, const AggregateTableLayout* layout) {
  if (spec != nullptr && spec->kind == time::WindowKind::kHop) return std::make_unique<HoppingWindows>(*spec, layout);
  if (spec != nullptr && spec->kind == time::WindowKind::kCumulate) {
    return std::make_unique<CumulatingWindows>(*spec, layout);
  }
  return std::make_unique<SingleSliceWindows>(spec, layout);
}

void WindowStore::KeepLogs(const OperatorContext* context, state::RowOwner owner) {
  context_ = context;
  owner_ = std::move(owner);
}

void WindowStore::Made(Slice* slice) {
  if (context_ == nullptr) return;
  slice->log = std::make_unique<GroupLog>(&slice->table, *layout_, *context_, owner_, /*spill=*/nullptr,
                                          /*ttl=*/nullptr, LogName(slice->key));
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
  return SaveRest(owner_, context_->batch_rows, out);
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
  return true;
}

arrow::Result<Slice*> WindowStore::CheckedSliceOf(const SliceKey& key) {
  if (IsTime(key.end) && IsTime(key.part) && IsSlice(key)) return SliceOf(key);
  return state::DamagedState(kSlices, "has rows that are of no slice");
}

arrow::Status WindowStore::Restore(const state::StateReader& in) {
  ARROW_RETURN_NOT_OK(RestoreLogs(in));
  const auto take = [this](const Batch& rows, const SliceKey& key) -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(Slice * slice, CheckedSliceOf(key));
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
    ARROW_ASSIGN_OR_RAISE(Slice * slice, CheckedSliceOf(*key));
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
