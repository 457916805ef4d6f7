// SPDX-License-Identifier: Apache-2.0
// AggregateTable: accumulators by key. The state of GROUP BY, and of one slice of a window.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "exec/aggregate_set.h"
#include "state/keyed_table.h"
#include "state/state_columns.h"

namespace tidemark::exec {

/// What all tables of an operator share.
struct AggregateTableLayout {
  AggregateSet* aggregates = nullptr;  ///< outlives the tables
  std::vector<DataType> key_types;
  /// Bytes before the accumulators that belong to the operator, zeroed when a group is made; a multiple of 8.
  int32_t header_bytes = 0;
  /// The input may take rows back. Each group then counts its rows, and is alive while it has some.
  bool input_retracts = false;
};

/// Knows groups that are not in a table: called for those that the table has just made because it did not have them.
class GroupLoader {
 public:
  virtual ~GroupLoader() = default;
  /// `groups` belong to all rows of `keys`; those at the positions `created` are new and empty. Fills the ones it knows
  /// (AggregateTable::Load), and removes them from `created`.
  virtual arrow::Status LoadGroups(state::KeyedTable::Columns keys, int64_t num_rows,
                                   const std::vector<uint8_t*>& groups, std::vector<int32_t>* created) = 0;
};

/// Groups by key. A group is named by its payload: the operator's header, the row count where the input retracts, the
/// accumulators. A retraction of a row of a group that has none is ignored, as in Flink: its addition was late, or its
/// state was lost. One thread.
class AggregateTable {
 public:
  /// `layout` outlives the table.
  explicit AggregateTable(const AggregateTableLayout* layout);
  ~AggregateTable();
  AggregateTable(const AggregateTable&) = delete;
  AggregateTable& operator=(const AggregateTable&) = delete;

  /// Finds or makes the groups of some rows of a batch (null: all), whose keys are in `keys`. Accumulators stay as they
  /// are. Returns the groups, parallel to the rows; valid until the next call.
  arrow::Result<const std::vector<uint8_t*>*> FindGroups(state::KeyedTable::Columns keys, int64_t num_rows,
                                                         const std::vector<int32_t>* rows);
  /// Takes the rows that FindGroups saw last into their accumulators.
  arrow::Status Update(const Batch& batch);
  /// Adds the accumulators of those rows, in a column of AggregateSet::ToColumn, to their groups. REQUIRES: the input
  /// does not retract.
  arrow::Status MergeColumn(const arrow::Array& accumulators);
  /// Adds all groups of `other`, which has the same layout. `before_change`: given the groups that are about to change.
  using GroupVisitor = std::function<arrow::Status(std::span<uint8_t* const> groups)>;
  arrow::Status MergeFrom(const AggregateTable& other, const GroupVisitor& before_change = nullptr);

  bool IsAlive(const uint8_t* group) const { return !layout_->input_retracts || RowCount(group) > 0; }
  /// Every group that is alive, in the order in which they were made as far as none was erased.
  std::vector<uint8_t*> AliveGroups() const;
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Keys(const std::vector<uint8_t*>& groups) const {
    return table_->Keys(groups);
  }
  /// The aggregates' results, a column for each call.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Results(const std::vector<uint8_t*>& groups) const;
  /// The accumulators, as AggregateSet::ToColumn.
  arrow::Result<std::shared_ptr<arrow::Array>> Accumulators(const std::vector<uint8_t*>& groups) const {
    return layout_->aggregates->ToColumn(States(groups));
  }
  void Erase(const std::vector<uint8_t*>& groups);

  // For groups that come and go (aggregate_table_state.cc).

  /// `loader` outlives the table. FindGroups is then called for all rows of a batch only.
  void set_loader(GroupLoader* loader) { loader_ = loader; }
  /// The groups of keys as far as they are there, else null; `groups` is cleared and filled.
  arrow::Status Find(state::KeyedTable::Columns keys, int64_t num_rows, std::vector<uint8_t*>* groups) {
    return table_->Find(keys, num_rows, nullptr, groups);
  }
  /// Makes a new, empty group what Save wrote of it.
  arrow::Status Load(int64_t row_count, std::string_view accumulators, uint8_t* group);
  /// Makes a group as if it had just been made, header and all.
  void Reset(uint8_t* group);
  /// Bytes that the accumulators of some groups own outside the table.
  int64_t ExternalBytes(const std::vector<uint8_t*>& groups) const;
  /// The table below, to take old groups out of it and to know its size.
  state::KeyedTable& rows() { return *table_; }

  // aggregate_table_state.cc

  /// Every group, dead ones too: their accumulators may still matter. In the order of AliveGroups.
  std::vector<uint8_t*> AllGroups() const { return table_->Payloads(); }
  /// The types of the columns that Save gives after the keys.
  static state::ArrowTypes SavedTypes();
  /// The groups from `*next` on, as many as make up a batch: keys, number of rows, accumulators. The operator's header
  /// is its own affair. Moves `*next` on.
  arrow::Result<Batch> Save(const std::vector<uint8_t*>& groups, int64_t rows_max, size_t* next) const;
  /// Takes in groups by the first columns of `rows`, which are of the types that Save gives; a group that is there
  /// already (several workers had a part of it) is added to. Returns the groups, parallel to the rows; valid until the
  /// next call.
  arrow::Result<const std::vector<uint8_t*>*> Restore(const Batch& rows);

  void Reserve(int64_t groups) { table_->Reserve(groups); }
  int64_t size() const { return table_->size(); }
  /// What the accumulators own outside the table is counted anew only after as many rows as there are groups.
  int64_t memory_bytes() const { return table_->memory_bytes() + external_bytes_; }

 private:
  int64_t& RowCount(uint8_t* group) const { return *reinterpret_cast<int64_t*>(group + layout_->header_bytes); }
  int64_t RowCount(const uint8_t* group) const {
    return *reinterpret_cast<const int64_t*>(group + layout_->header_bytes);
  }
  uint8_t* StateOf(uint8_t* group) const { return group + state_offset_; }
  void CountRows(const Batch& batch);
  void CountExternalBytes(int64_t rows);
  arrow::Status LoadGroup(std::string_view saved, bool created, uint8_t* group);
  std::vector<uint8_t*> States(const std::vector<uint8_t*>& groups) const;

  const AggregateTableLayout* layout_;
  int32_t state_offset_;
  std::unique_ptr<state::KeyedTable> table_;
  GroupLoader* loader_ = nullptr;
  int64_t external_bytes_ = 0;
  int64_t rows_since_count_ = 0;

  // Of the last FindGroups.
  std::vector<int32_t> rows_;
  std::vector<uint8_t*> groups_;
  std::vector<int32_t> created_;
};

}  // namespace tidemark::exec
