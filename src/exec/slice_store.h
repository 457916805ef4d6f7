// SPDX-License-Identifier: Apache-2.0
// SliceStore: tables of accumulators, one for each slice of time.
#pragma once

#include <arrow/result.h>

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/event_time.h"
#include "exec/aggregate_table.h"
#include "exec/group_log.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Where a row's accumulators are. For HOP `part` is the end of the first window that the slice's rows take part in:
/// rows that came too late for some windows of their slice have a slice of their own. For windows given by columns it
/// is the window's start. Else 0.
struct SliceKey {
  EventTimeMs end = 0;
  EventTimeMs part = 0;
  auto operator<=>(const SliceKey&) const = default;
};

struct Slice {
  Slice(const SliceKey& key, const AggregateTableLayout* layout) : key(key), table(layout) {}
  /// The slice takes `row` of the batch under way, and is one of those `touched` by it.
  void Note(int64_t row, std::vector<Slice*>* touched) {
    if (rows.empty()) touched->push_back(this);
    rows.push_back(static_cast<int32_t>(row));
  }

  const SliceKey key;
  AggregateTable table;
  std::unique_ptr<GroupLog> log;  ///< null: there are no checkpoints of changes
  std::vector<int32_t> rows;      ///< of the batch under way
  int64_t counted_rows = 0;       ///< its share of the store's size() and memory_bytes()
  int64_t counted_bytes = 0;
};

/// The tables of `node`'s slices.
AggregateTableLayout LayoutOf(const plan::WindowAggregateNode& node, AggregateSet* aggregates);

/// One thread.
class SliceStore {
 public:
  using Slices = std::map<SliceKey, std::unique_ptr<Slice>>;

  /// `layout` outlives the store.
  explicit SliceStore(const AggregateTableLayout* layout) : layout_(layout) {}
  virtual ~SliceStore() = default;
  SliceStore(const SliceStore&) = delete;
  SliceStore& operator=(const SliceStore&) = delete;

  /// The slice, made if it is not there. Stays where it is until it is dropped.
  Slice* SliceOf(const SliceKey& key);
  /// Finds the groups of Slice::rows, whose keys are in `keys`, in each slice of `touched`, and lets `update(slice)`
  /// take the rows into them. Clears both lists.
  template <typename UpdateSlice>
  arrow::Status Update(std::vector<Slice*>* touched, state::KeyedTable::Columns keys, int64_t num_rows,
                       UpdateSlice update) {
    for (Slice* slice : *touched) {
      const bool all = static_cast<int64_t>(slice->rows.size()) == num_rows;
      ARROW_ASSIGN_OR_RAISE(const auto* groups, slice->table.FindGroups(keys, num_rows, all ? nullptr : &slice->rows));
      if (slice->log) ARROW_RETURN_NOT_OK(slice->log->BeforeChange(*groups));
      ARROW_RETURN_NOT_OK(update(slice));
      Recount(slice);
      slice->rows.clear();
    }
    touched->clear();
    return arrow::Status::OK();
  }
  /// Call after the slice's table changed, so that size() and memory_bytes() are right.
  void Recount(Slice* slice);
  /// Forgets the slice; returns the one after it.
  Slices::const_iterator Drop(Slices::const_iterator slice);

  const Slices& slices() const { return slices_; }
  int64_t size() const { return rows_; }
  int64_t memory_bytes() const { return bytes_; }

 protected:
  /// Counts the slice no more, and says that it is dropped.
  void Forget(std::unique_ptr<Slice> slice);
  /// A slice was made.
  virtual void Made(Slice*) {}
  /// A slice is dropped.
  virtual void Dropped(std::unique_ptr<Slice>) {}

  const AggregateTableLayout* layout_;
  Slices slices_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace tidemark::exec
