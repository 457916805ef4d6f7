// SPDX-License-Identifier: Apache-2.0
// Groups as rows of the log, and back.
#include "exec/group_log.h"

#include <arrow/api.h>

#include <utility>

#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

/// The columns behind the key.
enum Fact { kRowCount, kAccumulators, kIsEmitted };

EntryLogForm FormOf(const AggregateTableLayout& layout, state::RowOwner owner, const StateTtl* ttl, std::string name) {
  EntryLogForm form;
  form.name = std::move(name);
  form.key_types = layout.key_types;
  form.facts = {arrow::int64(), arrow::binary(), arrow::boolean()};
  form.owner = std::move(owner);
  form.mark_offset = sizeof(GroupHeader);
  form.ttl = ttl;
  form.written_offset = WrittenOffset(layout);
  return form;
}

}  // namespace

GroupLog::GroupLog(AggregateTable* table, const AggregateTableLayout& layout, const OperatorContext& context,
                   state::RowOwner owner, GroupSpill* spill, const StateTtl* ttl, std::string name)
    : table_(*table),
      layout_(layout),
      spill_(spill),
      log_(this, FormOf(layout, std::move(owner), ttl, std::move(name)), context) {}

arrow::Status GroupLog::Restore(const state::StateReader& in, const std::function<arrow::Status()>& report) {
  // What is to go to disk again decides for itself how large the table gets.
  if (spill_ == nullptr) table_.Reserve(in.ExpectedKeys(log_.name()));
  return log_.Restore(in, report);
}

bool GroupLog::Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const {
  return table_.rows().Walk(cursor, rows, visit);
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> GroupLog::KeysOf(std::span<uint8_t* const> groups) const {
  return table_.Keys({groups.begin(), groups.end()});
}

arrow::Result<EntryRows> GroupLog::RowsOf(const std::vector<uint8_t*>& groups, int64_t rows_max, size_t* next) const {
  const size_t begin = *next;
  EntryRows piece;
  ARROW_ASSIGN_OR_RAISE(piece.rows, table_.Save(groups, rows_max, next));
  std::vector<bool> emitted;
  for (size_t i = begin; i < *next; ++i) {
    emitted.push_back(HeaderOf(groups[i])->is_emitted != 0);
    piece.entries.push_back(groups[i]);
  }
  ARROW_ASSIGN_OR_RAISE(piece.rows.columns.emplace_back(), state::BooleanColumn(emitted));
  return piece;
}

bool GroupLog::HasEnded(const uint8_t* group) const {
  return reinterpret_cast<const GroupHeader*>(group)->is_erased != 0;
}

std::unique_ptr<StoredEntries> GroupLog::ReadStored(uint32_t changes) {
  return spill_ == nullptr ? nullptr : std::make_unique<GroupSpill::Reader>(spill_->ReadForCheckpoint(changes));
}

arrow::Status GroupLog::FindOrMake(const Batch& rows, std::vector<uint8_t*>* groups) {
  const auto keys = state::KeyedTable::Columns(rows.columns).first(layout_.key_types.size());
  ARROW_ASSIGN_OR_RAISE(const auto* found, table_.FindGroups(keys, rows.num_rows, nullptr));
  *groups = *found;
  return arrow::Status::OK();
}

void GroupLog::Clear(uint8_t* group) {
  const uint8_t was_stored = HeaderOf(group)->is_stored;
  table_.Reset(group);
  HeaderOf(group)->is_stored = was_stored;
}

arrow::Status GroupLog::Load(const Batch& rows, const std::vector<uint8_t*>& groups) {
  const size_t num_keys = layout_.key_types.size();
  const int64_t* row_counts = state::Int64Values(rows, num_keys + kRowCount);
  const auto& accumulators = static_cast<const arrow::BinaryArray&>(*rows.columns[num_keys + kAccumulators]);
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    if (row_counts[row] < 0) return state::DamagedState(log_.name(), "has a group that cannot be");
    ARROW_RETURN_NOT_OK(table_.Load(row_counts[row], accumulators.GetView(row), groups[row]));
    HeaderOf(groups[row])->is_emitted = state::BooleanValue(rows, num_keys + kIsEmitted, row) ? 1 : 0;
  }
  return arrow::Status::OK();
}

arrow::Status GroupLog::Remove(const std::vector<uint8_t*>& groups) {
  std::vector<uint8_t*> in_memory;
  std::vector<uint8_t*> stored;
  for (uint8_t* group : groups) (HeaderOf(group)->is_stored != 0 ? stored : in_memory).push_back(group);
  if (!stored.empty()) spill_->MarkErased(stored);
  table_.Erase(in_memory);
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
