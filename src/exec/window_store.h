// SPDX-License-Identifier: Apache-2.0
// WindowStore: the state of a window aggregation. One table of accumulators for each slice; a window's table is one
// slice, or made of several, and is dropped whole.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "exec/slice_store.h"
#include "time/window.h"

namespace tidemark::exec {

/// Windows complete in the order of their ends. One thread.
class WindowStore : public SliceStore {
 public:
  /// `spec` null: windows are given by columns, and each slice is a window. `layout` outlives the store.
  static std::unique_ptr<WindowStore> Make(const time::WindowSpec* spec, const AggregateTableLayout* layout);

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

 protected:
  explicit WindowStore(const AggregateTableLayout* layout) : SliceStore(layout) {}

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
};

}  // namespace tidemark::exec
