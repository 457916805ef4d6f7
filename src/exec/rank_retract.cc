// SPDX-License-Identifier: Apache-2.0
// Ranking of rows that may be taken back: every row is kept, in order within its partition, and is found again by its
// values.
#include <arrow/array.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "exec/rank.h"
#include "exec/rank_changes.h"
#include "exec/state_report.h"
#include "exec/state_ttl.h"
#include "state/keyed_table.h"
#include "state/row_heap.h"

namespace tidemark::exec {
namespace {

/// One row in its partition's order. Equal rows have a node each.
struct Node {
  SortPrefix prefix;
  uint64_t number;  ///< in the order of arrival
  uint8_t* row;     ///< payload in the table of rows
  Node* next;       ///< the next node of an equal row that came later
  uint8_t* key;     ///< the sort key where it is longer than its prefix
  uint32_t key_bytes;
};

struct ComesBefore {
  bool operator()(const Node* a, const Node* b) const {
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

using Order = std::set<Node*, ComesBefore>;

struct Partition {
  Order* order;  ///< owned; null until the first row comes
  int64_t change;
};

/// The nodes of equal rows, oldest first.
struct Row {
  Node* oldest;
  Node* newest;
};

class RetractRank final : public Operator {
 public:
  explicit RetractRank(RankSpec spec)
      : spec_(std::move(spec)),
        ttl_(spec_.state_ttl_ms),
        partitions_(state::KeyedTable::Make(PartitionTypes(spec_), kPartitionBytes + ttl_.entry_bytes())),
        rows_(state::KeyedTable::Make(RowTypes(spec_), sizeof(Row))),
        nodes_(sizeof(Node)),
        changes_(
            &spec_, [](RowHandle a, RowHandle b) { return a == b; },
            [this](const std::vector<RowHandle>& rows) { return DecodeRows(rows); }) {}

  ~RetractRank() override {
    partitions_->ForEach([](uint8_t* payload) { delete PartitionOf(payload)->order; });
  }

  arrow::Status Open(const OperatorContext& context) override {
    report_.Open(context);
    ttl_.Open(context);
    return Operator::Open(context);
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_RETURN_NOT_OK(TakeIn(batch));
    if (!spec_.final_only) ARROW_RETURN_NOT_OK(EmitChanges(out));
    EndBatch();
    DropExpired();
    return report_.Set(nodes_.size(), MemoryBytes());
  }

  arrow::Status Tick(Emitter&) override {
    if (!ttl_.is_on()) return arrow::Status::OK();
    DropExpired();
    return report_.Set(nodes_.size(), MemoryBytes());
  }

  /// What comes at the end would be late behind a watermark that had passed it.
  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    return spec_.final_only ? arrow::Status::OK() : out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override {
    if (!spec_.final_only) return arrow::Status::OK();
    int64_t held = 0;
    for (uint8_t* payload : partitions_->Payloads()) {
      now_.clear();
      AppendRanked(*PartitionOf(payload), &now_);
      for (size_t i = 0; i < now_.size(); ++i) {
        changes_.Add(RowKind::kInsert, now_[i], spec_.first + static_cast<int64_t>(i));
      }
      held += static_cast<int64_t>(now_.size());
      if (held >= context().batch_rows) {
        ARROW_RETURN_NOT_OK(changes_.Emit(context().batch_rows, out));
        held = 0;
      }
    }
    return changes_.Emit(context().batch_rows, out);
  }

  /// Partition by partition in order: rows with equal keys, and so equal rows, are then in order of arrival.
  arrow::Status Save(state::StateWriter& out) const override {
    std::vector<RowHandle> rows;
    std::vector<int64_t> written;
    for (uint8_t* payload : partitions_->Payloads()) {
      for (const Node* node : *PartitionOf(payload)->order) rows.push_back(node->row);
      if (ttl_.is_on()) written.resize(rows.size(), WrittenMs(payload, kPartitionBytes));
    }
    return SaveRankedRows(
        rows, written, [this](const std::vector<RowHandle>& piece) { return DecodeRows(piece); }, spec_.owner,
        context().batch_rows, out);
  }

  arrow::Status Restore(const state::StateReader& in) override {
    ttl_.ReadClock();
    ARROW_ASSIGN_OR_RAISE(const auto batches, ReadRankedRows(spec_.input, in, ttl_.now_ms()));
    for (const auto& [batch, written_ms, is_timed] : batches) {
      ARROW_RETURN_NOT_OK(TakeIn(batch));
      for (int64_t row = 0; ttl_.is_on() && row < batch.num_rows; ++row) {
        SetWrittenMs(partition_payloads_[row], kPartitionBytes, written_ms[row]);
      }
      EndBatch();
    }
    return report_.Set(nodes_.size(), MemoryBytes());
  }

 private:
  static constexpr int32_t kPartitionBytes = sizeof(Partition);

  /// EmitChanges may follow, EndBatch must.
  arrow::Status TakeIn(const Batch& batch) {
    ttl_.ReadClock();
    ARROW_RETURN_NOT_OK(EncodeSortKeys(batch, spec_.keys, &keys_));
    std::vector<std::shared_ptr<arrow::Array>> partition_keys;
    for (int column : spec_.partition_columns) partition_keys.push_back(batch.columns[column]);
    ARROW_RETURN_NOT_OK(
        partitions_->FindOrInsert(partition_keys, batch.num_rows, nullptr, &partition_payloads_, &created_));
    for (uint8_t* payload : partition_payloads_) {
      if (!ttl_.is_on()) break;
      if (ttl_.IsExpired(WrittenMs(payload, kPartitionBytes))) DropRows(PartitionOf(payload));
      SetWrittenMs(payload, kPartitionBytes, ttl_.now_ms());
    }
    ARROW_RETURN_NOT_OK(rows_->FindOrInsert(batch.columns, batch.num_rows, nullptr, &row_payloads_, &created_));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      Partition* partition = PartitionOf(partition_payloads_[row]);
      NoteChanged(partition, partition_payloads_[row]);
      if (IsAddition(batch.kind(row))) {
        Add(partition, row_payloads_[row], keys_.key(row));
      } else {
        Remove(partition, row_payloads_[row]);
      }
    }
    return arrow::Status::OK();
  }

  static std::vector<DataType> PartitionTypes(const RankSpec& spec) {
    std::vector<DataType> types;
    for (int column : spec.partition_columns) types.push_back(spec.input[column].type);
    return types;
  }
  static std::vector<DataType> RowTypes(const RankSpec& spec) {
    std::vector<DataType> types;
    for (const auto& field : spec.input) types.push_back(field.type);
    return types;
  }
  static Partition* PartitionOf(uint8_t* payload) { return reinterpret_cast<Partition*>(payload); }
  static Row* RowOf(uint8_t* payload) { return reinterpret_cast<Row*>(payload); }

  void Add(Partition* partition, uint8_t* payload, std::string_view key) {
    auto* node = reinterpret_cast<Node*>(nodes_.Allocate());
    *node = Node{SortPrefix::Of(key), next_number_++, payload, nullptr, nullptr, 0};
    if (key.size() > SortPrefix::kBytes) {
      node->key_bytes = static_cast<uint32_t>(key.size());
      node->key = heap_.Allocate(node->key_bytes);
      std::memcpy(node->key, key.data(), key.size());
    }
    Row* row = RowOf(payload);
    (row->oldest == nullptr ? row->oldest : row->newest->next) = node;
    row->newest = node;
    if (partition->order == nullptr) partition->order = new Order();
    partition->order->insert(node);
  }

  /// Takes back the oldest of equal rows, as Flink does. A row that is not there is ignored.
  void Remove(Partition* partition, uint8_t* payload) {
    Row* row = RowOf(payload);
    Node* node = row->oldest;
    if (node != nullptr) {
      row->oldest = node->next;
      if (row->oldest == nullptr) row->newest = nullptr;
      partition->order->erase(node);
      if (node->key != nullptr) heap_.Free(node->key, node->key_bytes);
      nodes_.Free(reinterpret_cast<uint8_t*>(node));
    }
    if (row->oldest == nullptr) empty_rows_.push_back(payload);
  }

  /// Takes all rows out of a partition.
  void DropRows(Partition* partition) {
    std::vector<uint8_t*> rows;
    for (Node* node : *partition->order) {
      if (RowOf(node->row)->oldest == node) rows.push_back(node->row);  // once for equal rows
      if (node->key != nullptr) heap_.Free(node->key, node->key_bytes);
    }
    for (Node* node : *partition->order) nodes_.Free(reinterpret_cast<uint8_t*>(node));
    rows_->Erase(rows);
    delete partition->order;
    partition->order = nullptr;
    ttl_.CountExpired(1);
  }

  void DropExpired() {
    ttl_.ReadClock();
    std::vector<uint8_t*> expired;
    const bool at_end = sweep_.Step(ttl_, *partitions_, [&](uint8_t* payload) {
      if (!ttl_.IsExpired(WrittenMs(payload, kPartitionBytes))) return;
      DropRows(PartitionOf(payload));
      expired.push_back(payload);
    });
    partitions_->Erase(expired);
    if (!at_end) return;
    partitions_->Shrink();
    rows_->Shrink();
  }

  void NoteChanged(Partition* partition, uint8_t* payload) {
    if (partition->change != 0) return;
    partition->change = 1;
    changed_.push_back(payload);
    if (!spec_.final_only) AppendRanked(*partition, &before_);
    before_ends_.push_back(before_.size());
  }

  /// Appends the rows of rank first..last.
  void AppendRanked(const Partition& partition, std::vector<RowHandle>* rows) const {
    if (partition.order == nullptr) return;
    int64_t rank = 0;
    for (const Node* node : *partition.order) {
      if (++rank > spec_.last) break;
      if (rank >= spec_.first) rows->push_back(node->row);
    }
  }

  arrow::Status EmitChanges(Emitter& out) {
    size_t begin = 0;
    for (size_t i = 0; i < changed_.size(); ++i) {
      now_.clear();
      AppendRanked(*PartitionOf(changed_[i]), &now_);
      changes_.AddDifference(std::span(before_).subspan(begin, before_ends_[i] - begin), now_);
      begin = before_ends_[i];
    }
    return changes_.Emit(context().batch_rows, out);
  }

  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> DecodeRows(const std::vector<RowHandle>& rows) const {
    std::vector<uint8_t*> payloads;
    payloads.reserve(rows.size());
    for (RowHandle row : rows) payloads.push_back(const_cast<uint8_t*>(row));
    return rows_->Keys(payloads);
  }

  void EndBatch() {
    // A row may have come again after it was taken back, and may have been taken back twice.
    std::erase_if(empty_rows_, [](uint8_t* payload) { return RowOf(payload)->oldest != nullptr; });
    std::sort(empty_rows_.begin(), empty_rows_.end());
    empty_rows_.erase(std::unique(empty_rows_.begin(), empty_rows_.end()), empty_rows_.end());
    rows_->Erase(empty_rows_);
    empty_rows_.clear();
    std::vector<uint8_t*> empty_partitions;
    for (uint8_t* payload : changed_) {
      Partition* partition = PartitionOf(payload);
      partition->change = 0;
      if (partition->order != nullptr && !partition->order->empty()) continue;
      delete partition->order;
      empty_partitions.push_back(payload);
    }
    partitions_->Erase(empty_partitions);
    changed_.clear();
    before_.clear();
    before_ends_.clear();
  }

  int64_t MemoryBytes() const {
    constexpr int64_t kSetNodeBytes = 48;  // links, color and value of a node of std::set, as the allocator rounds it
    return partitions_->memory_bytes() + rows_->memory_bytes() + nodes_.memory_bytes() + heap_.memory_bytes() +
           nodes_.size() * kSetNodeBytes;
  }

  const RankSpec spec_;
  StateTtl ttl_;
  TableSweep sweep_;
  std::unique_ptr<state::KeyedTable> partitions_;  ///< payload: Partition, and the time of its last write
  std::unique_ptr<state::KeyedTable> rows_;        ///< whole row -> Row
  state::RowPages nodes_;
  state::RowHeap heap_;  ///< long sort keys
  uint64_t next_number_ = 0;
  RankChanges changes_;
  StateReport report_;

  // Of the batch under way.
  SortKeys keys_;
  std::vector<uint8_t*> partition_payloads_;
  std::vector<uint8_t*> row_payloads_;
  std::vector<int32_t> created_;
  std::vector<uint8_t*> changed_;
  std::vector<RowHandle> before_;    ///< the ranked rows of changed_ before the batch, one after the other
  std::vector<size_t> before_ends_;  ///< where those of each end
  std::vector<RowHandle> now_;
  std::vector<uint8_t*> empty_rows_;
};

}  // namespace

std::unique_ptr<Operator> MakeRetractRankOperator(RankSpec spec) {
  return std::make_unique<RetractRank>(std::move(spec));
}

}  // namespace tidemark::exec
