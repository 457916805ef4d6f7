// SPDX-License-Identifier: Apache-2.0
// Each partition keeps its rows in order: all of them when rows may be taken back, else only those that rank. After a
// batch, the partitions it touched emit how their ranked rows changed.
#include "exec/rank.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "exec/changelog_builder.h"
#include "exec/ordered_rows.h"
#include "state/keyed_table.h"

namespace tidemark::exec {
namespace {

struct Partition {
  OrderedRows rows;
  std::vector<RowBytes> emitted;  ///< rows of rank first..last that were given on
  bool touched = false;
};

std::vector<DataType> KeyTypes(const plan::RankNode& node) {
  std::vector<DataType> types;
  for (int column : node.partition_columns) types.push_back(node.inputs()[0]->schema()[column].type);
  return types;
}

class Rank final : public Operator {
 public:
  explicit Rank(const plan::RankNode& node)
      : node_(node),
        columns_(SortColumns(node.keys)),
        store_(node.inputs()[0]->schema()),
        partitions_(state::KeyedTable::Make(KeyTypes(node), sizeof(Partition*))) {}

  ~Rank() override {
    for (uint8_t* payload : partitions_->Payloads()) delete PartitionOf(payload);
  }

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    memory_ = MemoryReservation(context.memory, context.label);
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_ASSIGN_OR_RAISE(const SortKeys keys, EncodeSortKeys(batch, columns_));
    ARROW_ASSIGN_OR_RAISE(const auto rows, store_.Encode(batch));
    ARROW_RETURN_NOT_OK(FindPartitions(batch));
    std::vector<Partition*> touched;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      Partition* partition = PartitionOf(payloads_[row]);
      const int64_t before = BytesOf(*partition);
      if (!Apply(batch.kind(row), keys.key(row), rows[row], partition)) continue;
      bytes_ += BytesOf(*partition) - before;
      if (!std::exchange(partition->touched, true)) touched.push_back(partition);
    }
    for (Partition* partition : touched) {
      partition->touched = false;
      if (!node_.final_only) EmitChanges(partition);
    }
    ARROW_RETURN_NOT_OK(changes_.Emit(store_, context().batch_rows, out, true));
    if (context().metrics != nullptr) {
      context().metrics->state_rows.store(partitions_->size(), std::memory_order_relaxed);
      context().metrics->state_bytes.store(bytes_ + partitions_->memory_bytes(), std::memory_order_relaxed);
    }
    return memory_.Set(bytes_ + partitions_->memory_bytes());
  }

  arrow::Status Finish(Emitter& out) override {
    if (!node_.final_only) return arrow::Status::OK();
    for (uint8_t* payload : partitions_->Payloads()) {
      int64_t rank = 0;
      for (const auto& [key, row] : PartitionOf(payload)->rows.rows()) {
        if (++rank > node_.last) break;
        if (rank >= node_.first) changes_.Add(RowKind::kInsert, row, rank);
      }
    }
    return changes_.Emit(store_, context().batch_rows, out, true);
  }

 private:
  static Partition* PartitionOf(const uint8_t* payload) {
    Partition* partition;
    std::memcpy(&partition, payload, sizeof(partition));
    return partition;
  }

  static int64_t BytesOf(const Partition& partition) {
    return static_cast<int64_t>(sizeof(Partition)) + partition.rows.memory_bytes();
  }

  arrow::Status FindPartitions(const Batch& batch) {
    std::vector<std::shared_ptr<arrow::Array>> keys;
    for (int column : node_.partition_columns) keys.push_back(batch.columns[column]);
    std::vector<int32_t> created;
    ARROW_RETURN_NOT_OK(partitions_->FindOrInsert(keys, batch.num_rows, nullptr, &payloads_, &created));
    for (int32_t row : created) {
      auto* partition = new Partition();
      std::memcpy(payloads_[row], &partition, sizeof(partition));
      bytes_ += BytesOf(*partition);
    }
    return arrow::Status::OK();
  }

  /// Puts one change into the partition. False when no rank can have changed.
  bool Apply(RowKind kind, std::string_view key, std::string_view row, Partition* partition) {
    auto& rows = partition->rows;
    if (!IsAddition(kind)) return rows.Remove(key, row);
    const bool may_trim = !node_.input_retracts && node_.last != std::numeric_limits<int64_t>::max();
    if (!may_trim || rows.size() < node_.last) {
      rows.Insert(key, row);
      return true;
    }
    if (rows.size() == 0 || key >= rows.rows().rbegin()->first) return false;  // behind all that rank; ties come later
    rows.Insert(key, row);
    rows.Erase(std::prev(rows.rows().end()));
    return true;
  }

  void EmitChanges(Partition* partition) {
    std::vector<RowBytes> now;
    int64_t rank = 0;
    for (const auto& [key, row] : partition->rows.rows()) {
      if (++rank > node_.last) break;
      if (rank >= node_.first) now.push_back(row);
    }
    if (node_.emit_rank) {
      DiffRanks(partition->emitted, now, node_.first, &changes_);
    } else {
      DiffRows(partition->emitted, now, &changes_);
    }
    partition->emitted = std::move(now);
  }

  const plan::RankNode& node_;
  const std::vector<SortColumn> columns_;
  RowStore store_;
  std::unique_ptr<state::KeyedTable> partitions_;  ///< payload: Partition*, owned
  std::vector<uint8_t*> payloads_;
  ChangelogRows changes_;
  MemoryReservation memory_;
  int64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<Operator> MakeRankOperator(const plan::RankNode& node) { return std::make_unique<Rank>(node); }

}  // namespace tidemark::exec
