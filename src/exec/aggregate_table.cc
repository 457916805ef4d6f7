// SPDX-License-Identifier: Apache-2.0
// Groups and their accumulators.
#include "exec/aggregate_table.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace tidemark::exec {
namespace {

int32_t RowCountBytes(const AggregateTableLayout& layout) { return layout.input_retracts ? sizeof(int64_t) : 0; }

}  // namespace

AggregateTable::AggregateTable(const AggregateTableLayout* layout)
    : layout_(layout),
      state_offset_(layout->header_bytes + RowCountBytes(*layout)),
      table_(state::KeyedTable::Make(layout->key_types, state_offset_ + layout->aggregates->state_bytes())) {}

AggregateTable::~AggregateTable() {
  if (layout_->aggregates->trivially_destructible()) return;
  table_->ForEach([&](uint8_t* group) { layout_->aggregates->Destroy(StateOf(group)); });
}

arrow::Result<const std::vector<uint8_t*>*> AggregateTable::FindGroups(state::KeyedTable::Columns keys,
                                                                       int64_t num_rows,
                                                                       const std::vector<int32_t>* rows) {
  ARROW_RETURN_NOT_OK(table_->FindOrInsert(keys, num_rows, rows, &groups_, &created_));
  for (int32_t position : created_) layout_->aggregates->Init(StateOf(groups_[position]));
  if (loader_ != nullptr) ARROW_RETURN_NOT_OK(loader_->LoadGroups(keys, num_rows, groups_, &created_));
  if (rows) {
    rows_ = *rows;
  } else {
    rows_.resize(static_cast<size_t>(num_rows));
    std::iota(rows_.begin(), rows_.end(), 0);
  }
  return &groups_;
}

arrow::Status AggregateTable::Update(const Batch& batch) {
  if (layout_->input_retracts) CountRows(batch);
  if (rows_.empty()) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(layout_->aggregates->Update(batch, rows_, state_offset_ == 0 ? groups_ : States(groups_)));
  CountExternalBytes(static_cast<int64_t>(rows_.size()));
  return arrow::Status::OK();
}

arrow::Status AggregateTable::MergeColumn(const arrow::Array& accumulators) {
  return layout_->aggregates->MergeColumn(state_offset_ == 0 ? groups_ : States(groups_), accumulators, rows_);
}

void AggregateTable::CountRows(const Batch& batch) {
  size_t kept = 0;
  for (size_t i = 0; i < rows_.size(); ++i) {
    int64_t& row_count = RowCount(groups_[i]);
    if (IsAddition(batch.kind(rows_[i]))) {
      ++row_count;
    } else if (row_count > 0) {
      --row_count;
    } else {
      continue;
    }
    rows_[kept] = rows_[i];
    groups_[kept++] = groups_[i];
  }
  rows_.resize(kept);
  groups_.resize(kept);
}

arrow::Status AggregateTable::MergeFrom(const AggregateTable& other, const GroupVisitor& before_change) {
  const std::vector<uint8_t*> sources = other.AliveGroups();
  std::vector<uint8_t*> targets;
  table_->FindOrInsertFrom(*other.table_, sources, &targets, &created_);
  const bool copies = layout_->aggregates->trivially_destructible();
  // Accumulators that own nothing may be copied as they are, which saves a merge with an empty one.
  for (size_t i = 0; !copies && i < created_.size(); ++i) layout_->aggregates->Init(StateOf(targets[created_[i]]));
  if (before_change) ARROW_RETURN_NOT_OK(before_change(targets));
  std::vector<uint8_t*> target_states;
  std::vector<uint8_t*> source_states;
  size_t next_created = 0;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (layout_->input_retracts) RowCount(targets[i]) += RowCount(sources[i]);
    const bool created = next_created < created_.size() && created_[next_created] == static_cast<int32_t>(i);
    if (created) ++next_created;
    if (created && copies) {
      std::memcpy(StateOf(targets[i]), StateOf(sources[i]), static_cast<size_t>(layout_->aggregates->state_bytes()));
      continue;
    }
    target_states.push_back(StateOf(targets[i]));
    source_states.push_back(StateOf(sources[i]));
  }
  if (target_states.empty()) return arrow::Status::OK();
  CountExternalBytes(static_cast<int64_t>(target_states.size()));
  return layout_->aggregates->Merge(target_states, source_states);
}

std::vector<uint8_t*> AggregateTable::AliveGroups() const {
  if (!layout_->input_retracts) return table_->Payloads();
  std::vector<uint8_t*> groups;
  table_->ForEach([&](uint8_t* group) {
    if (IsAlive(group)) groups.push_back(group);
  });
  return groups;
}

std::vector<uint8_t*> AggregateTable::States(const std::vector<uint8_t*>& groups) const {
  std::vector<uint8_t*> states(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) states[i] = StateOf(groups[i]);
  return states;
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> AggregateTable::Results(
    const std::vector<uint8_t*>& groups) const {
  return layout_->aggregates->Finalize(States(groups));
}

void AggregateTable::Erase(const std::vector<uint8_t*>& groups) {
  if (!layout_->aggregates->trivially_destructible()) {
    external_bytes_ = std::max<int64_t>(0, external_bytes_ - ExternalBytes(groups));
    for (uint8_t* group : groups) layout_->aggregates->Destroy(StateOf(group));
  }
  table_->Erase(groups);
}

void AggregateTable::CountExternalBytes(int64_t rows) {
  if (layout_->aggregates->trivially_destructible()) return;
  rows_since_count_ += rows;
  if (rows_since_count_ < table_->size()) return;
  rows_since_count_ = 0;
  external_bytes_ = 0;
  table_->ForEach([&](uint8_t* group) { external_bytes_ += layout_->aggregates->ExternalBytes(StateOf(group)); });
}

}  // namespace tidemark::exec
