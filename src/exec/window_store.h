// SPDX-License-Identifier: Apache-2.0
// WindowStore: the state of a window aggregation. One table of accumulators for each slice; a window's table is one
// slice, or made of several, and is dropped whole.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

  /// Slices are going to be saved as logs, a log for each, by BeginSave. REQUIRES: there is none yet, and the layout
  /// has GroupLog::kHeaderBytes. `context` outlives the store. `owner`: of rows that start with the keys.
  void KeepLogs(const OperatorContext* context, state::RowOwner owner);

  // See Operator; `owner` as above.
  arrow::Status Save(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const;
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out);
  arrow::Result<bool> SaveMore(int64_t rows);
  /// REQUIRES: nothing is there yet.
  arrow::Status Restore(const state::StateReader& in);

 protected:
  explicit WindowStore(const AggregateTableLayout* layout) : SliceStore(layout) {}

  /// A table that is kept like one of a slice, but is none; null: there is none.
  virtual Slice* running() const { return nullptr; }
  /// Gives it a log, where there are logs.
  void KeepLog(Slice* slice, std::string name) const;

  /// Save and Restore of what is not a slice.
  virtual arrow::Status SaveRest(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const;
  /// The part of it that is in no log.
  virtual arrow::Status SaveBesideLogs(state::StateWriter& out) const;
  virtual arrow::Status RestoreRest(const state::StateReader& in);
  /// There may be such a slice.
  virtual bool IsSlice(const SliceKey& key) const = 0;

  /// Writes the groups of a table that belong to `times`, two instants that are columns behind the groups' own.
  static arrow::Status SaveTable(std::string_view name, const AggregateTable& table, const SliceKey& times,
                                 const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out);
  /// Calls `take(rows, times)` for stretches of the rows that SaveTable wrote under the name.
  using TakeRows = std::function<arrow::Status(const Batch& rows, const SliceKey& times)>;
  arrow::Status RestoreTables(std::string_view name, const state::StateReader& in, const TakeRows& take) const;

 private:
  void Made(Slice* slice) override;
  void Dropped(std::unique_ptr<Slice> slice) override;
  arrow::Result<Slice*> CheckedSliceOf(const SliceKey& key, std::string_view table);
  arrow::Status RestoreLogs(const state::StateReader& in);

  const OperatorContext* context_ = nullptr;  ///< null: there are no logs
  state::RowOwner owner_;
  std::vector<std::string> ended_;               ///< logs of slices that were dropped since the last checkpoint began
  std::vector<std::unique_ptr<Slice>> leaving_;  ///< dropped, but not yet saved
};

}  // namespace tidemark::exec
