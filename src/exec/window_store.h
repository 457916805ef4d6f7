// SPDX-License-Identifier: Apache-2.0
// WindowStore: the state of a window aggregation. One table of accumulators for each slice; a window's table is one
// slice, or made of several, and is dropped whole.
#pragma once

#include <arrow/result.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "exec/aggregate_table.h"
#include "time/window.h"

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
  explicit Slice(const AggregateTableLayout* layout) : table(layout) {}
  AggregateTable table;
  std::vector<int32_t> rows;  ///< of the batch under way
  int64_t counted_rows = 0;   ///< its share of the store's size() and memory_bytes()
  int64_t counted_bytes = 0;
};

/// Windows complete in the order of their ends. One thread.
class WindowStore {
 public:
  /// `spec` null: windows are given by columns, and each slice is a window. `layout` outlives the store.
  static std::unique_ptr<WindowStore> Make(const time::WindowSpec* spec, const AggregateTableLayout* layout);
  virtual ~WindowStore() = default;

  /// The slice, made if it is not there. Stays where it is until its last window is dropped.
  Slice* SliceOf(const SliceKey& key);
  /// Call after the slice's table changed, so that size() and memory_bytes() are right.
  void Recount(Slice* slice);

  /// The window that ends first among those that have rows and were not dropped.
  virtual std::optional<time::Window> NextWindow() const = 0;
  /// The groups of NextWindow(), which must be there. Valid until DropNextWindow.
  virtual arrow::Result<const AggregateTable*> ReadNextWindow() = 0;
  /// Goes on to the next window; frees what no later one needs. REQUIRES: ReadNextWindow was called for this one.
  virtual void DropNextWindow() = 0;

  /// Writes all slices, and what the kind of window keeps beside them. `owner`: of rows that start with the keys.
  arrow::Status Save(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const;
  /// REQUIRES: nothing is there yet.
  arrow::Status Restore(const state::StateReader& in);

  int64_t size() const { return rows_; }
  int64_t memory_bytes() const { return bytes_; }

 protected:
  using Slices = std::map<SliceKey, std::unique_ptr<Slice>>;

  explicit WindowStore(const AggregateTableLayout* layout) : layout_(layout) {}
  void Drop(Slices::iterator slice);

  /// Save and Restore of what is not a slice.
  virtual arrow::Status SaveMore(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const;
  virtual arrow::Status RestoreMore(const state::StateReader& in);
  /// There may be such a slice.
  virtual bool IsSlice(const SliceKey& key) const = 0;

  /// Writes the groups of a table that belong to `times`, two instants that are columns behind the groups' own.
  static arrow::Status SaveTable(std::string_view name, const AggregateTable& table, const SliceKey& times,
                                 const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out);
  /// Calls `take(rows, times)` for stretches of the rows that SaveTable wrote under the name.
  using TakeRows = std::function<arrow::Status(const Batch& rows, const SliceKey& times)>;
  arrow::Status RestoreTables(std::string_view name, const state::StateReader& in, const TakeRows& take) const;

  const AggregateTableLayout* layout_;
  Slices slices_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace tidemark::exec
