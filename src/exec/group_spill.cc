// SPDX-License-Identifier: Apache-2.0
// Choosing groups, writing them, and finding them again.
#include "exec/group_spill.h"

#include <arrow/api.h>

#include <cstring>
#include <utility>

#include "exec/eviction.h"

namespace tidemark::exec {
GroupSpill::GroupSpill(AggregateTable* table, const AggregateTableLayout& layout, const OperatorContext& context,
                       const StateTtl* ttl, std::vector<int> key_groups)
    : table_(*table),
      layout_(layout),
      context_(context),
      ttl_(*ttl),
      keys_(context.number, /*table=*/0, layout.key_types, std::move(key_groups)) {}

arrow::Status GroupSpill::LoadGroups(state::KeyedTable::Columns keys, int64_t num_rows,
                                     const std::vector<uint8_t*>& groups, std::vector<int32_t>* created) {
  ARROW_RETURN_NOT_OK(MarkUsed(groups, *created));
  if (groups_on_disk_ == 0 || created->empty()) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(keys_.Encode(keys, num_rows, created));
  std::vector<std::optional<std::string_view>> values;
  ARROW_RETURN_NOT_OK(state::LookUp(keys_, store_, &values));
  size_t kept = 0;
  std::vector<uint8_t*> loaded;
  for (size_t i = 0; i < created->size(); ++i) {
    if (!values[i]) {
      (*created)[kept++] = (*created)[i];
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(const Stored stored, ParseStored(*values[i]));
    uint8_t* group = groups[(*created)[i]];
    if (ttl_.is_on()) SetWrittenMs(group, WrittenOffset(layout_), stored.written_ms);
    ARROW_RETURN_NOT_OK(table_.Load(stored.row_count, stored.accumulators, group));
    HeaderOf(group)->is_emitted = stored.is_emitted;
    HeaderOf(group)->is_stored = 1;
    if (watcher_ != nullptr) {
      ChangeMarkOf(group)->generation = stored.generation;
      ChangeMarkOf(group)->saved = stored.saved;
    }
    loaded.push_back(group);
    --groups_on_disk_;
  }
  created->resize(kept);
  if (watcher_ != nullptr) watcher_->AfterLoad(loaded);
  return arrow::Status::OK();
}

arrow::Status GroupSpill::MarkUsed(const std::vector<uint8_t*>& groups, const std::vector<int32_t>& created) {
  if (watcher_ != nullptr && groups_erased_ > 0) {
    std::vector<uint8_t*> reused;
    for (uint8_t* group : groups) {
      if (HeaderOf(group)->is_erased != 0) reused.push_back(group);
    }
    ARROW_RETURN_NOT_OK(watcher_->BeforeReuse(reused));
  }
  for (uint8_t* group : groups) {
    GroupHeader* header = HeaderOf(group);
    header->is_used = 1;
    if (header->is_erased == 0) continue;
    --groups_erased_;
    header->is_erased = 0;
  }
  for (int32_t position : created) HeaderOf(groups[position])->is_used = 0;
  return arrow::Status::OK();
}

int64_t GroupSpill::Excess(int64_t own_bytes) const {
  if (table_.size() == 0) return 0;
  const int64_t excess = context_.memory->ExcessOf(own_bytes);
  const auto growth = table_.rows().growth();
  // The directory of a large table is not to grow when this would not fit: then the table keeps its size.
  return excess > 0 || !growth.is_near ? excess : context_.memory->ExcessOf(own_bytes, growth.bytes);
}

arrow::Result<bool> GroupSpill::Evict(int64_t bytes) {
  if (table_.size() == 0) return false;
  const int64_t goal = EvictionBytes(bytes, *context_.memory);
  const int64_t bytes_per_group = table_.memory_bytes() / table_.size() + 1;
  std::vector<uint8_t*> old;
  while (static_cast<int64_t>(old.size()) * bytes_per_group < goal && table_.rows().RetireOldest(&old)) {
  }
  if (watcher_ != nullptr) ARROW_RETURN_NOT_OK(watcher_->BeforeMove(old));
  Eviction eviction = ChooseEvicted(old, [](uint8_t* group) {
    GroupHeader* header = HeaderOf(group);
    return std::exchange(header->is_used, uint8_t{0}) != 0 && header->is_erased == 0;
  });
  ARROW_RETURN_NOT_OK(Write(eviction.move));
  table_.Erase(eviction.move);
  table_.rows().Renew(eviction.stay);
  table_.rows().Shrink();
  if (watcher_ != nullptr) watcher_->AfterMove(eviction.stay);
  return true;
}

arrow::Status GroupSpill::Write(const std::vector<uint8_t*>& groups) {
  if (store_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(store_, context_.spill->StoreOf(context_.worker));
    changes_.Open(store_);
  }
  const uint32_t generation = watcher_ == nullptr ? 0 : watcher_->generation();
  const size_t num_keys = layout_.key_types.size();
  for (size_t next = 0; next < groups.size();) {
    const size_t begin = next;
    ARROW_ASSIGN_OR_RAISE(const Batch piece, table_.Save(groups, static_cast<int64_t>(groups.size()), &next));
    const auto keys = state::KeyedTable::Columns(piece.columns).first(num_keys);
    ARROW_RETURN_NOT_OK(keys_.Encode(keys, piece.num_rows, nullptr));
    const int64_t* row_counts = state::Int64Values(piece, num_keys);
    const auto& accumulators = static_cast<const arrow::BinaryArray&>(*piece.columns[num_keys + 1]);
    state::StoreValues values;
    for (int64_t row = 0; row < piece.num_rows; ++row) {
      const GroupHeader& header = *HeaderOf(groups[begin + row]);
      if (!header.is_erased) {
        const ChangeMark mark = watcher_ == nullptr ? ChangeMark() : *ChangeMarkOf(groups[begin + row]);
        const int64_t written_ms = ttl_.is_on() ? WrittenMs(groups[begin + row], WrittenOffset(layout_)) : 0;
        AppendStored({header.is_emitted != 0, row_counts[row], mark.generation, mark.saved, written_ms,
                      accumulators.GetView(row)},
                     values.bytes());
        ++groups_on_disk_;
      }
      groups_erased_ -= header.is_erased;
      values.End(header.is_erased != 0);
      if (generation != 0 && ChangeMarkOf(groups[begin + row])->generation == generation) values.List();
    }
    ARROW_RETURN_NOT_OK(changes_.Write(values, generation, groups_on_disk_));
  }
  return arrow::Status::OK();
}

void GroupSpill::MarkErased(const std::vector<uint8_t*>& groups) {
  for (uint8_t* group : groups) {
    // A group that ends is a change: checkpoints are to say so.
    const ChangeMark mark = watcher_ != nullptr ? *ChangeMarkOf(group) : ChangeMark();
    table_.Reset(group);
    if (watcher_ != nullptr) *ChangeMarkOf(group) = mark;
    HeaderOf(group)->is_stored = 1;
    HeaderOf(group)->is_erased = 1;
  }
  groups_erased_ += static_cast<int64_t>(groups.size());
}

arrow::Status GroupSpill::Forget(const std::vector<uint8_t*>& groups) {
  ARROW_ASSIGN_OR_RAISE(const auto keys, table_.Keys(groups));
  ARROW_RETURN_NOT_OK(keys_.Encode(keys, static_cast<int64_t>(groups.size()), nullptr));
  state::StoreValues values;
  for (uint8_t* group : groups) {
    groups_erased_ -= HeaderOf(group)->is_erased;
    values.End(/*removed=*/true);
  }
  return values.Write(keys_, store_);
}

arrow::Result<bool> GroupSpill::SweepStore() {
  if (changes_.is_reading_list()) return false;
  const auto written_ms = [this](std::string_view value) -> arrow::Result<int64_t> {
    ARROW_ASSIGN_OR_RAISE(const Stored stored, ParseStored(value));
    return stored.written_ms;
  };
  const auto removed = [this](std::string_view) {
    --groups_on_disk_;
    ttl_.CountExpired(1);
    return arrow::Status::OK();
  };
  StoreSweep::Target target{
      .store = store_, .keys = &keys_, .table = &table_.rows(), .written_ms = written_ms, .removed = removed};
  if (watcher_ != nullptr) {
    target.removed_keys = [this](Batch keys) { return watcher_->AfterErase(std::move(keys)); };
  }
  return sweep_.Step(ttl_, target);
}

void GroupSpill::AppendStored(const Stored& group, std::string* to) const {
  to->push_back(group.is_emitted ? 1 : 0);
  if (layout_.input_retracts) to->append(reinterpret_cast<const char*>(&group.row_count), sizeof(group.row_count));
  if (watcher_ != nullptr) {
    to->append(reinterpret_cast<const char*>(&group.generation), sizeof(group.generation));
    to->append(reinterpret_cast<const char*>(&group.saved), sizeof(group.saved));
  }
  if (ttl_.is_on()) to->append(reinterpret_cast<const char*>(&group.written_ms), sizeof(group.written_ms));
  to->append(group.accumulators);
}

arrow::Result<GroupSpill::Stored> GroupSpill::ParseStored(std::string_view value) const {
  Stored group;
  const size_t count_bytes = layout_.input_retracts ? sizeof(group.row_count) : 0;
  const size_t generation_bytes = watcher_ != nullptr ? sizeof(group.generation) : 0;
  const size_t saved_bytes = watcher_ != nullptr ? sizeof(group.saved) : 0;
  const auto time_bytes = static_cast<size_t>(ttl_.entry_bytes());
  if (value.size() < 1 + count_bytes + generation_bytes + saved_bytes + time_bytes)
    return arrow::Status::Invalid("Damaged state on disk: a group is too short");
  group.is_emitted = value[0] != 0;
  value.remove_prefix(1);
  const auto take = [&value](void* to, size_t bytes) {
    std::memcpy(to, value.data(), bytes);
    value.remove_prefix(bytes);
  };
  take(&group.row_count, count_bytes);
  take(&group.generation, generation_bytes);
  take(&group.saved, saved_bytes);
  take(&group.written_ms, time_bytes);
  group.accumulators = value;
  return group;
}

arrow::Result<std::optional<Batch>> GroupSpill::Reader::Next(int64_t rows_max) {
  ARROW_ASSIGN_OR_RAISE(const auto entries, reading_.Next(rows_max));
  if (!entries) return std::nullopt;
  std::vector<std::string_view> keys;
  std::vector<Stored> groups;
  const std::vector<std::string_view> all_keys = entries->Keys();
  for (int64_t i = 0; i < entries->size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const Stored stored, spill_->ParseStored(entries->value(i)));
    if (!reading_.Wants(stored.generation, stored.saved)) continue;
    keys.push_back(all_keys[i]);
    groups.push_back(stored);
  }
  Batch found;
  found.num_rows = std::ssize(keys);
  ARROW_ASSIGN_OR_RAISE(found.columns, spill_->keys_.Decode(keys));
  std::vector<uint8_t*> in_memory(keys.size(), nullptr);
  if (!all_) ARROW_RETURN_NOT_OK(spill_->table_.Find(found.columns, found.num_rows, &in_memory));
  std::vector<int32_t> rows;
  std::vector<int64_t> row_counts;
  std::vector<bool> emitted;
  std::vector<int64_t> generations;
  std::vector<int64_t> written;
  arrow::BinaryBuilder accumulators;
  for (size_t row = 0; row < groups.size(); ++row) {
    if (in_memory[row] != nullptr) continue;
    const Stored& stored = groups[row];
    rows.push_back(static_cast<int32_t>(row));
    row_counts.push_back(stored.row_count);
    emitted.push_back(stored.is_emitted);
    generations.push_back(stored.generation);
    written.push_back(stored.written_ms);
    ARROW_RETURN_NOT_OK(accumulators.Append(stored.accumulators));
  }
  ARROW_ASSIGN_OR_RAISE(Batch piece, Take(found, rows));
  ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(row_counts));
  ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), accumulators.Finish());
  ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::BooleanColumn(emitted));
  if (spill_->watcher_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(generations));
  }
  if (spill_->ttl_.is_on()) {
    ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(written));
  }
  return piece;
}

}  // namespace tidemark::exec
