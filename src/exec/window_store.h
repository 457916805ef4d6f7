// SPDX-License-Identifier: Apache-2.0
// WindowStore: the state of a window aggregation. One table of accumulators for each slice; a window's table is one
// slice, or made of several, and is dropped whole.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <optional>

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

 protected:
  explicit WindowStore(const AggregateTableLayout* layout) : SliceStore(layout) {}
};

}  // namespace tidemark::exec
