// SPDX-License-Identifier: Apache-2.0
// RetractRankRows: the state of a ranking of rows that may be taken back: every row, in order within its partition,
// found again by its values.
//
// In checkpoints it is the log "rank-rows": a row for each kept row, with its number as a BIGINT, so that the order
// among rows with equal sort keys, and among equal rows, comes back. The entries of the log are distinct rows. With a
// time-to-live there is the log "rank-partitions" beside it, of the times at which partitions were written last. Save
// writes, as earlier versions of the program did for checkpoints, one table of rows in order (see SaveRankedRows).
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "columnar/sort_key.h"
#include "exec/entry_log.h"
#include "exec/operator.h"
#include "exec/rank.h"
#include "exec/rank_changes.h"
#include "exec/state_ttl.h"
#include "state/keyed_table.h"
#include "state/row_heap.h"

namespace tidemark::exec {

/// One row in its partition's order. Equal rows have a node each.
struct RankNode {
  SortPrefix prefix;
  uint64_t number;  ///< in the order of arrival
  uint8_t* row;     ///< payload in the table of rows
  RankNode* next;   ///< the next node of an equal row that came later
  uint8_t* key;     ///< the sort key where it is longer than its prefix
  uint32_t key_bytes;
};

struct ComesBefore {
  bool operator()(const RankNode* a, const RankNode* b) const {
    if (a->prefix != b->prefix) return a->prefix < b->prefix;
    if (a->key_bytes > 0 || b->key_bytes > 0) {
      const std::string_view a_key(reinterpret_cast<const char*>(a->key), a->key_bytes);
      const std::string_view b_key(reinterpret_cast<const char*>(b->key), b->key_bytes);
      const int order = a_key.compare(b_key);
      if (order != 0) return order < 0;
    }
    return a->number < b->number;
  }
};

/// Rows are found and changed batch by batch: Find, then Add or Remove for each row in turn, then End. One thread.
class RetractRankRows {
 public:
  using Order = std::set<RankNode*, ComesBefore>;

  struct Partition {
    Order* order;    ///< owned; null until the first row comes
    int64_t change;  ///< the operator's own; 0 in one that was only just made
  };
  static Partition* PartitionOf(uint8_t* payload) { return reinterpret_cast<Partition*>(payload); }

  /// `spec` outlives the object.
  explicit RetractRankRows(const RankSpec* spec);
  ~RetractRankRows();
  RetractRankRows(const RetractRankRows&) = delete;
  RetractRankRows& operator=(const RetractRankRows&) = delete;

  arrow::Status Open(const OperatorContext& context);

  /// Looks up a batch. Partitions that are expired are empty afterwards.
  arrow::Status Find(const Batch& batch);
  /// The payloads of the partitions of the batch's rows.
  const std::vector<uint8_t*>& partitions() const { return partition_payloads_; }
  void Add(int64_t row);
  /// Takes back the oldest of equal rows, as Flink does. A row that is not there is ignored.
  void Remove(int64_t row);
  /// Forgets what is empty now, of `partitions` and of the batch's rows. Handles of rows that are gone end here.
  arrow::Status End(const std::vector<uint8_t*>& partitions);

  bool has_ttl() const { return ttl_.is_on(); }
  /// Drops expired partitions, some of them at a time.
  arrow::Status DropExpired();

  std::vector<uint8_t*> AllPartitions() const { return partitions_->Payloads(); }
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Decode(const std::vector<RowHandle>& rows) const;

  // Checkpoints (retract_rank_rows_state.cc).

  /// Partition by partition in order: rows with equal keys, and so equal rows, are then in order of arrival.
  arrow::Status Save(state::StateWriter& out) const;
  // See Operator.
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out);
  arrow::Result<bool> SaveMore(int64_t rows);
  /// `report`: called now and then.
  arrow::Status Restore(const state::StateReader& in, const std::function<arrow::Status()>& report);

  int64_t size() const { return nodes_.size(); }
  int64_t memory_bytes() const;

 private:
  class LoggedRows;
  class LoggedPartitions;

  /// The nodes of equal rows, oldest first. Behind it: a ChangeMark, where there are checkpoints.
  struct Row {
    RankNode* oldest;
    RankNode* newest;
  };
  static Row* RowOf(uint8_t* payload) { return reinterpret_cast<Row*>(payload); }
  /// Of the time of the last write in the payload of a partition; behind it: a ChangeMark, where there are checkpoints.
  static constexpr int32_t kWrittenOffset = sizeof(Partition);

  arrow::Status OpenLogs(const OperatorContext& context);
  arrow::Status FindPartitions(const Batch& batch);
  /// Adds a node to those of its row. It has no place among the others of its partition yet.
  RankNode* Append(uint8_t* row, uint64_t number);
  void SetKey(RankNode* node, std::string_view key);
  /// False: there is one like it.
  static bool Insert(Partition* partition, RankNode* node);
  void Free(RankNode* node);
  /// Takes all rows out of some partitions.
  arrow::Status DropRows(const std::vector<uint8_t*>& partitions);

  /// The rows of the log have no places yet.
  arrow::Status PlaceRestored(const std::function<arrow::Status()>& report);
  arrow::Status RestoreRankedRows(const state::StateReader& in);

  const RankSpec& spec_;
  const std::vector<DataType> partition_types_;
  const std::vector<DataType> row_types_;
  const OperatorContext* context_ = nullptr;
  StateTtl ttl_;
  TableSweep sweep_;
  /// Payload: Partition; with a time-to-live the time of its last write and, where there are checkpoints, a ChangeMark.
  std::unique_ptr<state::KeyedTable> partitions_;
  std::unique_ptr<state::KeyedTable> rows_;  ///< whole row -> Row and, where there are checkpoints, a ChangeMark
  state::RowPages nodes_;
  state::RowHeap heap_;  ///< long sort keys
  uint64_t next_number_ = 0;

  // Null where there are no checkpoints; the last two also without a time-to-live.
  std::unique_ptr<LoggedEntries> logged_rows_;
  std::unique_ptr<EntryLog> row_log_;
  std::unique_ptr<LoggedEntries> logged_partitions_;
  std::unique_ptr<EntryLog> partition_log_;
  bool times_are_stale_ = false;  ///< checkpoints have times, but nobody keeps them up to date any more

  // Of the batch under way.
  SortKeys keys_;
  std::vector<uint8_t*> partition_payloads_;
  std::vector<uint8_t*> row_payloads_;
  std::vector<int32_t> created_;
  std::vector<uint8_t*> empty_rows_;
};

}  // namespace tidemark::exec
