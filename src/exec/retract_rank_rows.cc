// SPDX-License-Identifier: Apache-2.0
// Rows that come and go, and the order within partitions.
#include "exec/retract_rank_rows.h"
#include "catalog/column_types.h"
#include "columnar/select_columns.h"

#include <arrow/array.h>

#include <algorithm>
#include <cstring>

namespace tidemark::exec {
RetractRankRows::RetractRankRows(const RankSpec* spec)
    : spec_(*spec),
      partition_types_(ColumnTypes(spec->input, spec->partition_columns)),
      row_types_(ColumnTypes(spec->input)),
      ttl_(spec->state_ttl_ms),
      nodes_(sizeof(RankNode)) {}

RetractRankRows::~RetractRankRows() {
  if (partitions_) partitions_->ForEach([](uint8_t* payload) { delete PartitionOf(payload)->order; });
}

arrow::Status RetractRankRows::Open(const OperatorContext& context) {
  context_ = &context;
  ttl_.Open(context);
  const int32_t mark_bytes = context.checkpointed ? sizeof(ChangeMark) : 0;
  const int32_t time_bytes = ttl_.is_on() ? ttl_.entry_bytes() + mark_bytes : 0;
  partitions_ = state::KeyedTable::Make(partition_types_, kWrittenOffset + time_bytes);
  rows_ = state::KeyedTable::Make(row_types_, static_cast<int32_t>(sizeof(Row)) + mark_bytes,
                                  state::KeyCodec::Floats::kAsRows);
  return context.checkpointed ? OpenLogs(context) : arrow::Status::OK();
}

arrow::Status RetractRankRows::Find(const Batch& batch) {
  ttl_.ReadClock();
  ARROW_RETURN_NOT_OK(FindPartitions(batch));
  if (partition_log_) ARROW_RETURN_NOT_OK(partition_log_->BeforeChange(partition_payloads_));
  if (ttl_.is_on()) {
    std::vector<uint8_t*> expired;
    for (uint8_t* payload : partition_payloads_) {
      if (ttl_.IsExpired(WrittenMs(payload, kWrittenOffset))) expired.push_back(payload);
      SetWrittenMs(payload, kWrittenOffset, ttl_.now_ms());
    }
    ARROW_RETURN_NOT_OK(DropRows(expired));
  }
  ARROW_RETURN_NOT_OK(rows_->FindOrInsert(batch.columns, batch.num_rows, nullptr, &row_payloads_, &created_));
  return row_log_ ? row_log_->BeforeChange(row_payloads_) : arrow::Status::OK();
}

arrow::Status RetractRankRows::FindPartitions(const Batch& batch) {
  ARROW_RETURN_NOT_OK(EncodeSortKeys(batch, spec_.keys, &keys_));
  const auto keys = SelectColumns(batch, spec_.partition_columns);
  return partitions_->FindOrInsert(keys, batch.num_rows, nullptr, &partition_payloads_, &created_);
}

void RetractRankRows::Add(int64_t row) {
  RankNode* node = Append(row_payloads_[row], next_number_++);
  SetKey(node, keys_.key(row));
  Insert(PartitionOf(partition_payloads_[row]), node);
}

RankNode* RetractRankRows::Append(uint8_t* row, uint64_t number) {
  auto* node = reinterpret_cast<RankNode*>(nodes_.Allocate());
  *node = RankNode{{}, number, row, nullptr, nullptr, 0};
  (RowOf(row)->oldest == nullptr ? RowOf(row)->oldest : RowOf(row)->newest->next) = node;
  RowOf(row)->newest = node;
  return node;
}

void RetractRankRows::SetKey(RankNode* node, std::string_view key) {
  node->prefix = SortPrefix::Of(key);
  if (key.size() <= SortPrefix::kBytes) return;
  node->key_bytes = static_cast<uint32_t>(key.size());
  node->key = heap_.Allocate(node->key_bytes);
  std::memcpy(node->key, key.data(), key.size());
}

bool RetractRankRows::Insert(Partition* partition, RankNode* node) {
  if (partition->order == nullptr) partition->order = new Order();
  return partition->order->insert(node).second;
}

void RetractRankRows::Remove(int64_t row_of_batch) {
  uint8_t* payload = row_payloads_[row_of_batch];
  Row* row = RowOf(payload);
  if (RankNode* node = row->oldest; node != nullptr) {
    row->oldest = node->next;
    if (row->oldest == nullptr) row->newest = nullptr;
    PartitionOf(partition_payloads_[row_of_batch])->order->erase(node);
    Free(node);
  }
  if (row->oldest == nullptr) empty_rows_.push_back(payload);
}

void RetractRankRows::Free(RankNode* node) {
  if (node->key != nullptr) heap_.Free(node->key, node->key_bytes);
  nodes_.Free(reinterpret_cast<uint8_t*>(node));
}

arrow::Status RetractRankRows::DropRows(const std::vector<uint8_t*>& partitions) {
  std::vector<uint8_t*> rows;
  for (uint8_t* payload : partitions) {
    if (PartitionOf(payload)->order == nullptr) continue;
    for (RankNode* node : *PartitionOf(payload)->order) {
      if (RowOf(node->row)->oldest == node) rows.push_back(node->row);  // once for equal rows
    }
  }
  if (row_log_) ARROW_RETURN_NOT_OK(row_log_->BeforeErase(rows));
  for (uint8_t* payload : partitions) {
    Partition* partition = PartitionOf(payload);
    if (partition->order == nullptr) continue;
    for (RankNode* node : *partition->order) Free(node);
    delete partition->order;
    partition->order = nullptr;
  }
  rows_->Erase(rows);
  ttl_.CountExpired(static_cast<int64_t>(partitions.size()));
  return arrow::Status::OK();
}

arrow::Status RetractRankRows::End(const std::vector<uint8_t*>& partitions) {
  // A row may have come again after it was taken back, and may have been taken back twice.
  std::erase_if(empty_rows_, [](uint8_t* payload) { return RowOf(payload)->oldest != nullptr; });
  std::sort(empty_rows_.begin(), empty_rows_.end());
  empty_rows_.erase(std::unique(empty_rows_.begin(), empty_rows_.end()), empty_rows_.end());
  if (row_log_) ARROW_RETURN_NOT_OK(row_log_->BeforeErase(empty_rows_));
  rows_->Erase(empty_rows_);
  empty_rows_.clear();
  std::vector<uint8_t*> empty_partitions;
  for (uint8_t* payload : partitions) {
    const Order* order = PartitionOf(payload)->order;
    if (order == nullptr || order->empty()) empty_partitions.push_back(payload);
  }
  if (partition_log_) ARROW_RETURN_NOT_OK(partition_log_->BeforeErase(empty_partitions));
  for (uint8_t* payload : empty_partitions) delete PartitionOf(payload)->order;
  partitions_->Erase(empty_partitions);
  return arrow::Status::OK();
}

arrow::Status RetractRankRows::DropExpired() {
  if (!ttl_.is_on()) return arrow::Status::OK();
  ttl_.ReadClock();
  std::vector<uint8_t*> expired;
  const bool at_end = sweep_.Step(ttl_, *partitions_, [&](uint8_t* payload) {
    if (ttl_.IsExpired(WrittenMs(payload, kWrittenOffset))) expired.push_back(payload);
  });
  ARROW_RETURN_NOT_OK(DropRows(expired));
  if (partition_log_) ARROW_RETURN_NOT_OK(partition_log_->BeforeErase(expired));
  partitions_->Erase(expired);
  if (!at_end) return arrow::Status::OK();
  partitions_->Shrink();
  rows_->Shrink();
  return arrow::Status::OK();
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> RetractRankRows::Decode(
    const std::vector<RowHandle>& rows) const {
  std::vector<uint8_t*> payloads;
  payloads.reserve(rows.size());
  for (RowHandle row : rows) payloads.push_back(const_cast<uint8_t*>(row));
  return rows_->Keys(payloads);
}

int64_t RetractRankRows::memory_bytes() const {
  constexpr int64_t kSetNodeBytes = 48;  // links, color and value of a node of std::set, as the allocator rounds it
  return partitions_->memory_bytes() + rows_->memory_bytes() + nodes_.memory_bytes() + heap_.memory_bytes() +
         nodes_.size() * kSetNodeBytes + (row_log_ ? row_log_->memory_bytes() : 0) +
         (partition_log_ ? partition_log_->memory_bytes() : 0);
}

}  // namespace tidemark::exec
