// SPDX-License-Identifier: Apache-2.0
// Groups in memory and on disk as one.
#include "exec/grouped_state.h"

#include <arrow/api.h>

#include <algorithm>

#include "catalog/column_types.h"
#include "columnar/select_columns.h"
#include "exec/input_distribution.h"
#include "exec/key_spill.h"

namespace tidemark::exec {

GroupedState::GroupedState(const plan::GroupAggregateNode& node, AggregateSet aggregates, bool with_header)
    : node_(node), aggregates_(std::move(aggregates)), ttl_(node.state_ttl_ms) {
  layout_.aggregates = &aggregates_;
  layout_.key_types = ColumnTypes(node.inputs()[0]->schema(), node.group_columns);
  layout_.header_bytes = with_header ? sizeof(GroupHeader) : 0;
  layout_.input_retracts = node.input_retracts;
}

bool GroupedState::CanSpill() const { return KeySpill::IsPossible(*context_, layout_.key_types.size()); }

arrow::Status GroupedState::Open(const OperatorContext& context) {
  context_ = &context;
  report_.Open(context);
  ttl_.Open(context);
  if (CanSpill() || ttl_.is_on()) layout_.header_bytes = sizeof(GroupHeader);
  if (context.checkpointed) layout_.header_bytes = GroupLog::kHeaderBytes;
  layout_.header_bytes += ttl_.entry_bytes();
  table_ = std::make_unique<AggregateTable>(&layout_);
  if (!CanSpill() && !context.checkpointed) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto owner, Owner());
  if (CanSpill()) {
    spill_ = std::make_unique<GroupSpill>(table_.get(), layout_, context, &ttl_, owner.key_columns);
    table_->set_loader(spill_.get());
  }
  if (context.checkpointed) {
    log_ = std::make_unique<GroupLog>(table_.get(), layout_, context, std::move(owner), spill_.get(), &ttl_);
    if (spill_) spill_->set_watcher(log_->watcher());
  }
  return arrow::Status::OK();
}

arrow::Result<const std::vector<uint8_t*>*> GroupedState::FindGroups(const Batch& batch) {
  const auto keys = SelectColumns(batch, node_.group_columns);
  ARROW_ASSIGN_OR_RAISE(const auto* groups, table_->FindGroups(keys, batch.num_rows, nullptr));
  if (log_) ARROW_RETURN_NOT_OK(log_->BeforeChange(*groups));
  if (ttl_.is_on()) ARROW_RETURN_NOT_OK(RenewExpired(*groups));
  return groups;
}

arrow::Status GroupedState::RenewExpired(const std::vector<uint8_t*>& groups) {
  ttl_.ReadClock();
  const int32_t written = WrittenOffset(layout_);
  for (uint8_t* group : groups) {
    GroupHeader* header = HeaderOf(group);
    if (ttl_.IsExpired(WrittenMs(group, written)) && header->change == 0) {
      // What the group is to the disk and to checkpoints stays.
      const GroupHeader before = *header;
      const ChangeMark mark = log_ ? *ChangeMarkOf(group) : ChangeMark();
      table_->Reset(group);
      header->is_stored = before.is_stored;
      header->is_used = before.is_used;
      if (log_) *ChangeMarkOf(group) = mark;
      ttl_.CountExpired(1);
    }
    SetWrittenMs(group, written, ttl_.now_ms());
  }
  return arrow::Status::OK();
}

arrow::Status GroupedState::DropExpired() {
  if (!ttl_.is_on()) return arrow::Status::OK();
  ttl_.ReadClock();
  const int32_t written = WrittenOffset(layout_);
  std::vector<uint8_t*> expired;
  std::vector<uint8_t*> stored;  // ended ones among them, which the store is to forget
  const bool at_end = sweep_.Step(ttl_, table_->rows(), [&](uint8_t* group) {
    const GroupHeader* header = HeaderOf(group);
    if (header->change != 0) return;
    const bool is_expired = ttl_.IsExpired(WrittenMs(group, written));
    if (is_expired) ttl_.CountExpired(1);
    if (is_expired && header->is_stored == 0) expired.push_back(group);
    if ((is_expired || header->is_erased != 0) && header->is_stored != 0) stored.push_back(group);
  });
  if (!stored.empty()) {
    if (log_) ARROW_RETURN_NOT_OK(log_->BeforeErase(stored));
    ARROW_RETURN_NOT_OK(spill_->Forget(stored));
    table_->Erase(stored);
  }
  if (!expired.empty()) ARROW_RETURN_NOT_OK(Erase(expired));
  if (at_end) table_->rows().Shrink();
  if (!spill_) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(const bool any, spill_->SweepStore());
  if (any || !stored.empty()) report_.SetDisk(spill_->disk_bytes());
  return arrow::Status::OK();
}

arrow::Status GroupedState::BeforeChange(const std::vector<uint8_t*>& groups) {
  return log_ ? log_->BeforeChange(groups) : arrow::Status::OK();
}

arrow::Status GroupedState::Erase(const std::vector<uint8_t*>& groups) {
  std::vector<uint8_t*> stay;
  std::vector<uint8_t*> go;
  for (uint8_t* group : groups) (spill_ && HeaderOf(group)->is_stored != 0 ? stay : go).push_back(group);
  if (log_) {
    ARROW_RETURN_NOT_OK(log_->BeforeChange(stay));
    ARROW_RETURN_NOT_OK(log_->BeforeErase(go));
  }
  if (!stay.empty()) spill_->MarkErased(stay);
  table_->Erase(go);
  return arrow::Status::OK();
}

bool GroupedState::IsTight() const {
  if (!spill_) return false;
  const int64_t unreported = table_->memory_bytes() - report_.bytes();
  return context_->memory->ExcessOf(table_->memory_bytes(), std::max<int64_t>(unreported, 0)) > 0 ||
         spill_->Excess(table_->memory_bytes()) > 0;
}

arrow::Status GroupedState::Report(int64_t held_bytes, bool may_move) {
  if (log_) held_bytes += log_->memory_bytes();
  const int64_t on_disk = spill_ ? spill_->groups_on_disk() - spill_->groups_erased() : 0;
  // Too much is only an error when nothing more can be moved.
  arrow::Status status = report_.Set(table_->size() + on_disk, table_->memory_bytes() + held_bytes);
  if (!spill_ || !may_move) return status;
  bool moved = false;
  while (const int64_t excess = spill_->Excess(table_->memory_bytes())) {
    ARROW_ASSIGN_OR_RAISE(const bool any, spill_->Evict(excess));
    if (!any) break;
    moved = true;
    status = report_.Set(table_->size() + spill_->groups_on_disk() - spill_->groups_erased(),
                         table_->memory_bytes() + held_bytes);
  }
  if (moved) report_.SetDisk(spill_->disk_bytes());
  return status;
}

std::vector<uint8_t*> GroupedState::AliveGroups() const {
  std::vector<uint8_t*> groups = table_->AliveGroups();
  if (spill_) std::erase_if(groups, [](uint8_t* group) { return HeaderOf(group)->is_erased != 0; });
  return groups;
}

arrow::Status GroupedState::ReadStored(const std::function<arrow::Status(Batch rows)>& visit) const {
  if (!spill_) return arrow::Status::OK();
  GroupSpill::Reader reader = spill_->Read();
  while (true) {
    ARROW_ASSIGN_OR_RAISE(auto rows, reader.Next(context_->batch_rows));
    if (!rows) return arrow::Status::OK();
    if (rows->num_rows == 0) continue;
    // The generation is for checkpoints.
    const auto generation = static_cast<std::ptrdiff_t>(layout_.key_types.size() + AggregateTable::SavedTypes().size());
    if (log_) rows->columns.erase(rows->columns.begin() + generation + 1);
    ARROW_RETURN_NOT_OK(visit(std::move(*rows)));
  }
}

arrow::Result<state::RowOwner> GroupedState::Owner() const {
  return OwnerOfKept(*node_.inputs()[0], node_.group_columns);
}

arrow::Status GroupedState::Save(bool with_emitted, state::StateWriter& out) const {
  ARROW_ASSIGN_OR_RAISE(const auto owner, Owner());
  std::vector<uint8_t*> groups = table_->AllGroups();
  if (spill_) std::erase_if(groups, [](uint8_t* group) { return HeaderOf(group)->is_erased != 0; });
  for (size_t next = 0; next < groups.size();) {
    const size_t begin = next;
    ARROW_ASSIGN_OR_RAISE(Batch piece, table_->Save(groups, context_->batch_rows, &next));
    if (with_emitted) {
      std::vector<bool> emitted;
      for (size_t i = begin; i < next; ++i) emitted.push_back(HeaderOf(groups[i])->is_emitted != 0);
      ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::BooleanColumn(emitted));
    }
    if (ttl_.is_on()) {
      std::vector<int64_t> written;
      for (size_t i = begin; i < next; ++i) written.push_back(WrittenMs(groups[i], WrittenOffset(layout_)));
      ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(written));
    }
    ARROW_RETURN_NOT_OK(out.Write(kGroups, piece, owner));
  }
  return ReadStored([&](Batch rows) {
    if (!with_emitted) rows.columns.pop_back();
    return out.Write(kGroups, rows, owner);
  });
}

arrow::Status GroupedState::Restore(bool with_emitted, const state::StateReader& in) {
  ttl_.ReadClock();
  if (log_) ARROW_RETURN_NOT_OK(log_->Restore(in, [this] { return Report(0); }));
  state::ArrowTypes facts = AggregateTable::SavedTypes();
  if (with_emitted) facts.push_back(arrow::boolean());
  const auto restore = [&](const state::TimedRows& timed) -> arrow::Status {
    const Batch& piece = timed.rows;
    ARROW_ASSIGN_OR_RAISE(const auto* groups, table_->Restore(piece));
    for (int64_t row = 0; with_emitted && row < piece.num_rows; ++row) {
      if (state::BooleanValue(piece, piece.columns.size() - 1, row)) HeaderOf((*groups)[row])->is_emitted = 1;
    }
    for (int64_t row = 0; ttl_.is_on() && row < piece.num_rows; ++row) {
      SetWrittenMs((*groups)[row], WrittenOffset(layout_), timed.written_ms[row]);
    }
    // The log has nothing of them.
    if (log_) ARROW_RETURN_NOT_OK(log_->BeforeChange(*groups));
    return Report(0);
  };
  return state::VisitTimedRows(in, kGroups, state::ArrowTypesOf(layout_.key_types), facts, ttl_.now_ms(), restore);
}

}  // namespace tidemark::exec
