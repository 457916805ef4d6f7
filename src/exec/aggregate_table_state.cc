// SPDX-License-Identifier: Apache-2.0
// Groups and their accumulators as rows, and back.
#include <arrow/api.h>

#include <algorithm>
#include <cstring>

#include "exec/aggregate_table.h"

namespace tidemark::exec {
namespace {

/// Accumulators may be large (DISTINCT sets), so a batch is also full at so many bytes of them.
constexpr int64_t kAccumulatorBytesMax = int64_t{16} << 20;

}  // namespace

state::ArrowTypes AggregateTable::SavedTypes() { return {arrow::int64(), arrow::binary()}; }

arrow::Result<Batch> AggregateTable::Save(const std::vector<uint8_t*>& groups, int64_t rows_max, size_t* next) const {
  const size_t begin = *next;
  const size_t end = std::min(groups.size(), begin + static_cast<size_t>(rows_max));
  std::vector<int64_t> row_counts;
  arrow::BinaryBuilder accumulators;
  std::string saved;
  for (; *next < end && accumulators.value_data_length() < kAccumulatorBytesMax; ++*next) {
    const uint8_t* group = groups[*next];
    row_counts.push_back(layout_->input_retracts ? RowCount(group) : 0);
    saved.clear();
    ARROW_RETURN_NOT_OK(layout_->aggregates->Save(group + state_offset_, &saved));
    ARROW_RETURN_NOT_OK(accumulators.Append(saved));
  }
  Batch batch;
  batch.num_rows = static_cast<int64_t>(*next - begin);
  ARROW_ASSIGN_OR_RAISE(batch.columns, table_->Keys(std::span(groups).subspan(begin, *next - begin)));
  ARROW_ASSIGN_OR_RAISE(batch.columns.emplace_back(), state::Int64Column(row_counts));
  ARROW_ASSIGN_OR_RAISE(batch.columns.emplace_back(), accumulators.Finish());
  return batch;
}

arrow::Result<const std::vector<uint8_t*>*> AggregateTable::Restore(const Batch& rows) {
  const size_t num_keys = layout_->key_types.size();
  ARROW_RETURN_NOT_OK(
      FindGroups(state::KeyedTable::Columns(rows.columns).first(num_keys), rows.num_rows, nullptr).status());
  const int64_t* row_counts = state::Int64Values(rows, num_keys);
  const auto& accumulators = static_cast<const arrow::BinaryArray&>(*rows.columns[num_keys + 1]);
  size_t next_created = 0;
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    const bool created = next_created < created_.size() && created_[next_created] == row;
    if (created) ++next_created;
    ARROW_RETURN_NOT_OK(LoadGroup(accumulators.GetView(row), created, groups_[row]));
    if (!layout_->input_retracts) continue;
    if (row_counts[row] < 0) return arrow::Status::Invalid("Damaged state: a group has fewer rows than none");
    RowCount(groups_[row]) += row_counts[row];
  }
  CountExternalBytes(rows.num_rows);
  return &groups_;
}

arrow::Status AggregateTable::Load(int64_t row_count, std::string_view accumulators, uint8_t* group) {
  ARROW_RETURN_NOT_OK(LoadGroup(accumulators, /*created=*/true, group));
  if (layout_->input_retracts) RowCount(group) = row_count;
  external_bytes_ += layout_->aggregates->ExternalBytes(StateOf(group));
  return arrow::Status::OK();
}

void AggregateTable::Reset(uint8_t* group) {
  external_bytes_ = std::max<int64_t>(0, external_bytes_ - layout_->aggregates->ExternalBytes(StateOf(group)));
  layout_->aggregates->Destroy(StateOf(group));
  std::memset(group, 0, static_cast<size_t>(state_offset_));
  layout_->aggregates->Init(StateOf(group));
}

int64_t AggregateTable::ExternalBytes(const std::vector<uint8_t*>& groups) const {
  if (layout_->aggregates->trivially_destructible()) return 0;
  int64_t bytes = 0;
  for (uint8_t* group : groups) bytes += layout_->aggregates->ExternalBytes(StateOf(group));
  return bytes;
}

arrow::Status AggregateTable::LoadGroup(std::string_view saved, bool created, uint8_t* group) {
  const AggregateSet& aggregates = *layout_->aggregates;
  uint8_t* state = StateOf(group);
  if (created) {
    aggregates.Destroy(state);
    const arrow::Status status = aggregates.Load(saved, state);
    if (!status.ok()) aggregates.Init(state);
    return status;
  }
  std::vector<uint64_t> memory(static_cast<size_t>(aggregates.state_bytes()) / sizeof(uint64_t) + 1);
  auto* part = reinterpret_cast<uint8_t*>(memory.data());
  ARROW_RETURN_NOT_OK(aggregates.Load(saved, part));
  const arrow::Status status = layout_->aggregates->Merge({state}, {part});
  aggregates.Destroy(part);
  return status;
}

}  // namespace tidemark::exec
