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

constexpr std::string_view kRunningLogPrefix = "running-log ";

/// The end of the series whose running window a log is of.
std::optional<EventTimeMs> SeriesOfLog(std::string_view name) {
  EventTimeMs end = 0;
  const char* name_end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + kRunningLogPrefix.size(), name_end, end);
  return parsed.ec == std::errc() && parsed.ptr == name_end ? std::optional(end) : std::nullopt;
}

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
        if (!time::IsInTimeRange(end)) return state::DamagedState(kDropped, "has a time out of range");
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
    if (running_) next = *running_end_ + spec_.slide_ms;
    if (!slices_.empty() && (!next || slices_.begin()->first.end < *next)) next = slices_.begin()->first.end;
    if (!next) return std::nullopt;
    return time::WindowEndingAt(spec_, *next);
  }

  arrow::Result<const AggregateTable*> ReadNextWindow() override {
    const Window window = *NextWindow();
    if (!running_) running_ = MakeRunning(window.start + spec_.size_ms);
    running_end_ = window.end;
    const auto slice = slices_.find(SliceKey{window.end, 0});
    if (slice != slices_.end()) {
      ARROW_RETURN_NOT_OK(running_->table.MergeFrom(slice->second->table, BeforeChange()));
      Drop(slice);
    }
    Recount(running_.get());
    return &running_->table;
  }

  void DropNextWindow() override {
    if (*running_end_ == running_->key.end) Forget(std::move(running_));
  }

 protected:
  Slice* running() const override { return running_.get(); }

  arrow::Status SaveRest(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const override {
    if (!running_) return arrow::Status::OK();
    return SaveTable(kRunning, running_->table, {*running_end_, running_->key.end}, owner, rows_max, out);
  }
  arrow::Status SaveBesideLogs(state::StateWriter& out) const override {
    if (!running_) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(auto end, state::Int64Column({*running_end_}));
    ARROW_ASSIGN_OR_RAISE(auto series, state::Int64Column({running_->key.end}));
    return out.Write(kRunningWindow, Batch{1, {std::move(end), std::move(series)}}, state::RowOwner::EveryWorker());
  }

  arrow::Status RestoreRest(const state::StateReader& in) override {
    ARROW_RETURN_NOT_OK(RestoreRunningLogs(in));
    const auto take = [this](const Batch& rows, const SliceKey& times) -> arrow::Status {
      ARROW_RETURN_NOT_OK(SetRunningEnd(kRunning, times.end, times.part));
      ARROW_ASSIGN_OR_RAISE(const auto* groups, running_->table.Restore(rows));
      // The log has nothing of them.
      return running_->log ? running_->log->BeforeChange(*groups) : arrow::Status::OK();
    };
    ARROW_RETURN_NOT_OK(RestoreTables(kRunning, in, take));
    if (running_) Recount(running_.get());
    return arrow::Status::OK();
  }
  bool IsSlice(const SliceKey& key) const override {
    return key.part == 0 && time::SliceEnd(spec_, key.end - 1) == key.end;
  }

 private:
  static constexpr std::string_view kRunning = "running";  ///< a table of its groups: of Save, and of earlier versions
  static constexpr std::string_view kRunningWindow =
      "running-window";  ///< beside the log: its end, and that of its series

  /// `series`: the end of the longest window of the series, which names it.
  std::unique_ptr<Slice> MakeRunning(EventTimeMs series) const {
    auto running = std::make_unique<Slice>(SliceKey{series, 0}, layout_);
    KeepLog(running.get(), std::string(kRunningLogPrefix) + std::to_string(series));
    return running;
  }
  AggregateTable::GroupVisitor BeforeChange() const {
    if (!running_->log) return nullptr;
    return [log = running_->log.get()](std::span<uint8_t* const> groups) { return log->BeforeChange(groups); };
  }

  arrow::Status RestoreRunningLogs(const state::StateReader& in) {
    for (const std::string& name : in.tables()) {
      if (!name.starts_with(kRunningLogPrefix)) continue;
      const auto series = SeriesOfLog(name);
      if (!series) return state::DamagedState(name, "is of no window");
      auto running = MakeRunning(*series);
      if (!running->log) return state::DamagedState(name, "is no table of a job without checkpoints");
      ARROW_RETURN_NOT_OK(running->log->Restore(in, [] { return arrow::Status::OK(); }));
      if (running->table.size() == 0) continue;  // a log that ended is listed as well
      if (running_) return state::DamagedState(name, "is of several windows");
      running_ = std::move(running);
    }
    if (!running_) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const auto batches,
                          state::ReadRows(in, kRunningWindow, {}, {arrow::int64(), arrow::int64()}));
    for (const Batch& batch : batches) {
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        // The other workers' are the same, but one that has no groups of this series may be elsewhere.
        const EventTimeMs series = state::Int64Values(batch, 1)[row];
        if (series != running_->key.end) continue;
        ARROW_RETURN_NOT_OK(SetRunningEnd(kRunningWindow, state::Int64Values(batch, 0)[row], series));
      }
    }
    if (running_end_) return arrow::Status::OK();
    return state::DamagedState(kRunningWindow, "lacks the end of a window");
  }

  /// Some table says that the window read last is this one.
  arrow::Status SetRunningEnd(std::string_view table, EventTimeMs end, EventTimeMs series) {
    if (!time::IsInTimeRange(end) || !IsSlice({end, 0}) ||
        series != time::WindowEndingAt(spec_, end).start + spec_.size_ms) {
      return state::DamagedState(table, "is of no window");
    }
    if (!running_) running_ = MakeRunning(series);
    if (series != running_->key.end || end != running_end_.value_or(end)) {
      return state::DamagedState(table, "is of several windows");
    }
    running_end_ = end;
    return arrow::Status::OK();
  }

  const WindowSpec spec_;
  std::unique_ptr<Slice> running_;  ///< the window read last, while its series goes on; its key has the series' end
  std::optional<EventTimeMs> running_end_;  ///< of the window read last, if any
};

}  // namespace

std::unique_ptr<WindowStore> WindowStore::Make(const WindowSpec* spec, const AggregateTableLayout* layout) {
  if (spec != nullptr && spec->kind == time::WindowKind::kHop) return std::make_unique<HoppingWindows>(*spec, layout);
  if (spec != nullptr && spec->kind == time::WindowKind::kCumulate) {
    return std::make_unique<CumulatingWindows>(*spec, layout);
  }
  return std::make_unique<SingleSliceWindows>(spec, layout);
}

}  // namespace tidemark::exec
