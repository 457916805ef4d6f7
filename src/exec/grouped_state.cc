// SPDX-License-Identifier: Apache-2.0
// Groups in memory and on disk as one.
#include "exec/grouped_state.h"

#include <arrow/api.h>

#include <algorithm>

#include "exec/input_distribution.h"
#include "exec/key_spill.h"

namespace tidemark::exec {

GroupedState::GroupedState(const plan::GroupAggregateNode& node, AggregateSet aggregates, bool with_header)
    : node_(node), aggregates_(std::move(aggregates)) {
  layout_.aggregates = &aggregates_;
  for (int column : node.group_columns) layout_.key_types.push_back(node.inputs()[0]->schema()[column].type);
  layout_.header_bytes = with_header ? sizeof(GroupHeader) : 0;
  layout_.input_retracts = node.input_retracts;
}

bool GroupedState::CanSpill() const { return KeySpill::IsPossible(*context_, layout_.key_types.size()); }

arrow::Status GroupedState::Open(const OperatorContext& context) {
  context_ = &context;
  report_.Open(context);
  if (CanSpill()) layout_.header_bytes = sizeof(GroupHeader);
  if (context.checkpointed) layout_.header_bytes = GroupLog::kHeaderBytes;
  table_ = std::make_unique<AggregateTable>(&layout_);
  if (!CanSpill() && !context.checkpointed) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto owner, Owner());
  if (CanSpill()) {
    spill_ = std::make_unique<GroupSpill>(table_.get(), layout_, context, owner.key_columns);
    table_->set_loader(spill_.get());
  }
  if (context.checkpointed) {
    log_ = std::make_unique<GroupLog>(table_.get(), layout_, context, std::move(owner), spill_.get());
    if (spill_) spill_->set_watcher(log_.get());
  }
  return arrow::Status::OK();
}

arrow::Result<const std::vector<uint8_t*>*> GroupedState::FindGroups(const Batch& batch) {
  Columns keys;
  for (int column : node_.group_columns) keys.push_back(batch.columns[column]);
  ARROW_ASSIGN_OR_RAISE(const auto* groups, table_->FindGroups(keys, batch.num_rows, nullptr));
  if (log_) ARROW_RETURN_NOT_OK(log_->BeforeChange(*groups));
  return groups;
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
  // They are as if just made, and have changed.
  return log_ ? log_->BeforeChange(stay) : arrow::Status::OK();
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
    ARROW_ASSIGN_OR_RAISE(Batch rows, reader.Next(context_->batch_rows));
    if (rows.num_rows == 0) return arrow::Status::OK();
    if (log_) rows.columns.pop_back();  // the generation is for checkpoints
    ARROW_RETURN_NOT_OK(visit(std::move(rows)));
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
    ARROW_RETURN_NOT_OK(out.Write(kGroups, piece, owner));
  }
  return ReadStored([&](Batch rows) {
    if (!with_emitted) rows.columns.pop_back();
    return out.Write(kGroups, rows, owner);
  });
}

arrow::Status GroupedState::Restore(bool with_emitted, const state::StateReader& in) {
  if (log_) ARROW_RETURN_NOT_OK(log_->Restore(in, [this] { return Report(0); }));
  state::ArrowTypes facts = AggregateTable::SavedTypes();
  if (with_emitted) facts.push_back(arrow::boolean());
  const auto restore = [&](const Batch& piece) -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(const auto* groups, table_->Restore(piece));
    for (int64_t row = 0; with_emitted && row < piece.num_rows; ++row) {
      if (state::BooleanValue(piece, piece.columns.size() - 1, row)) HeaderOf((*groups)[row])->is_emitted = 1;
    }
    // The log has nothing of them.
    if (log_) ARROW_RETURN_NOT_OK(log_->BeforeChange(*groups));
    return Report(0);
  };
  return state::VisitRows(in, kGroups, state::ArrowTypesOf(layout_.key_types), facts, restore);
}

}  // namespace tidemark::exec
