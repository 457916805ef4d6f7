// SPDX-License-Identifier: Apache-2.0
// How slices become windows, for each kind of window.
#include "exec/window_store.h"

#include <algorithm>

namespace tidemark::exec {
namespace {

using time::Window;
using time::WindowSpec;

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

 private:
  arrow::Result<const AggregateTable*> Sum(std::vector<const AggregateTable*> parts) {
    // Keys repeat from slice to slice: the largest slice says best how many there will be.
    std::stable_sort(parts.begin(), parts.end(), [](const auto* a, const auto* b) { return a->size() > b->size(); });
    sum_ = std::make_unique<AggregateTable>(layout_);
    sum_->Reserve(parts[0]->size() + parts[0]->size() / 4);
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

 private:
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

}  // namespace tidemark::exec
