// SPDX-License-Identifier: Apache-2.0
// The two hash tables of a join side and the lists that connect them.
#include "exec/join_side.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>

#include "catalog/column_types.h"
#include "columnar/select_columns.h"
#include "exec/join_side_store.h"

namespace tidemark::exec {
namespace {

JoinRow* AsRow(uint8_t* payload) { return reinterpret_cast<JoinRow*>(payload); }
uint8_t* AsPayload(JoinRow* row) { return reinterpret_cast<uint8_t*>(row); }

void Link(JoinRow* row, JoinRow** head) {
  row->head = head;
  row->previous = nullptr;
  row->next = *head;
  if (row->next != nullptr) row->next->previous = row;
  *head = row;
}

void Unlink(JoinRow* row) {
  if (row->previous != nullptr)
    row->previous->next = row->next;
  else
    *row->head = row->next;
  if (row->next != nullptr) row->next->previous = row->previous;
}

}  // namespace

JoinSide::JoinSide(const Schema& schema, std::vector<int> key_columns, const std::vector<bool>& null_safe,
                   int64_t ttl_ms)
    : schema_(schema),
      types_(state::ArrowTypesOf(schema)),
      key_columns_(std::move(key_columns)),
      null_safe_(null_safe),
      ttl_(ttl_ms),
      keys_(state::KeyedTable::Make(ColumnTypes(schema, key_columns_), sizeof(JoinKey))) {}

JoinSide::~JoinSide() = default;
JoinSide::JoinSide(JoinSide&&) noexcept = default;

void JoinSide::Open(const OperatorContext& context, std::string log, state::RowOwner owner) {
  ttl_.Open(context);
  const auto mark_bytes = static_cast<int32_t>(context.checkpointed ? sizeof(ChangeMark) : 0);
  rows_ = state::KeyedTable::Make(ColumnTypes(schema_),
                                  static_cast<int32_t>(sizeof(JoinRow)) + ttl_.entry_bytes() + mark_bytes,
                                  state::KeyCodec::Floats::kAsRows);
  if (context.checkpointed) log_ = std::make_unique<JoinSideLog>(this, context, std::move(log), std::move(owner));
}

EntryLogForm JoinSide::LogForm(std::string name, state::RowOwner owner) const {
  EntryLogForm form;
  form.name = std::move(name);
  form.key_types = ColumnTypes(schema_);
  form.key_floats = state::KeyCodec::Floats::kAsRows;
  form.facts = {arrow::int64(), arrow::int64()};
  form.owner = std::move(owner);
  form.mark_offset = static_cast<int32_t>(sizeof(JoinRow)) + ttl_.entry_bytes();
  form.ttl = &ttl_;
  form.written_offset = sizeof(JoinRow);
  return form;
}

void JoinSide::SpillTo(const OperatorContext& context, int side, std::vector<int> key_groups) {
  store_ = std::make_unique<JoinSideStore>(this, context, side, std::move(key_groups));
}

std::vector<bool> JoinSide::Unmatchable(const Batch& batch, const std::vector<int>& key_columns) const {
  std::vector<bool> unmatchable;
  for (size_t i = 0; i < key_columns.size(); ++i) {
    const arrow::Array& keys = *batch.columns[key_columns[i]];
    if (null_safe_[i] || keys.null_count() == 0) continue;
    unmatchable.resize(batch.num_rows, false);
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (keys.IsNull(row)) unmatchable[row] = true;
    }
  }
  return unmatchable;
}

arrow::Status JoinSide::FindOrInsert(const Batch& batch, std::vector<JoinRow*>* rows) {
  if (store_) ARROW_RETURN_NOT_OK(store_->LoadKeys(batch, key_columns_));
  ARROW_RETURN_NOT_OK(FindOrInsertInMemory(batch, rows));
  if (log_) ARROW_RETURN_NOT_OK(log_->log().BeforeChange(found_));
  if (!ttl_.is_on()) return arrow::Status::OK();
  for (JoinRow* row : *rows) {
    if (row == nullptr) continue;
    if (IsExpired(*row)) {
      row->count = 0;
      row->matches = 0;
      ttl_.CountExpired(1);
    }
    NoteWritten(row);
  }
  return arrow::Status::OK();
}

arrow::Result<bool> JoinSide::DropExpired() {
  if (!ttl_.is_on()) return false;
  ttl_.ReadClock();
  std::vector<uint8_t*> expired;
  const bool at_end = row_sweep_.Step(ttl_, *rows_, [&](uint8_t* payload) {
    if (IsExpired(*AsRow(payload))) expired.push_back(payload);
  });
  ttl_.CountExpired(static_cast<int64_t>(expired.size()));
  ARROW_RETURN_NOT_OK(Remove(expired));
  if (at_end) {
    rows_->Shrink();
    keys_->Shrink();
  }
  if (!store_) return false;
  std::vector<uint8_t*> empty;
  key_sweep_.Step(ttl_, *keys_, [&](uint8_t* payload) {
    if (reinterpret_cast<JoinKey*>(payload)->head == nullptr) empty.push_back(payload);
  });
  if (!empty.empty()) ARROW_RETURN_NOT_OK(store_->Forget(empty));
  return store_->SweepStore();
}

arrow::Status JoinSide::FindOrInsertInMemory(const Batch& batch, std::vector<JoinRow*>* rows) {
  const std::vector<bool> unmatchable = Unmatchable(batch, key_columns_);
  std::vector<int32_t> positions;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    if (unmatchable.empty() || !unmatchable[row]) positions.push_back(static_cast<int32_t>(row));
  }
  std::vector<int32_t> created;
  ARROW_RETURN_NOT_OK(rows_->FindOrInsert(batch.columns, batch.num_rows, &positions, &found_, &created));
  std::vector<int32_t> created_positions;
  for (int32_t i : created) created_positions.push_back(positions[i]);
  std::vector<uint8_t*> heads;
  std::vector<int32_t> new_keys;
  ARROW_RETURN_NOT_OK(
      keys_->FindOrInsert(SelectColumns(batch, key_columns_), batch.num_rows, &created_positions, &heads, &new_keys));
  for (size_t i = 0; i < created.size(); ++i) Link(AsRow(found_[created[i]]), reinterpret_cast<JoinRow**>(heads[i]));
  rows->assign(batch.num_rows, nullptr);
  for (size_t i = 0; i < positions.size(); ++i) (*rows)[positions[i]] = AsRow(found_[i]);
  return arrow::Status::OK();
}

arrow::Status JoinSide::FindMatches(const Batch& other_batch, const std::vector<int>& other_keys,
                                    std::vector<JoinRow*>* heads) {
  if (store_) ARROW_RETURN_NOT_OK(store_->LoadKeys(other_batch, other_keys));
  const std::vector<bool> unmatchable = Unmatchable(other_batch, other_keys);
  std::vector<uint8_t*> payloads;
  ARROW_RETURN_NOT_OK(keys_->Find(SelectColumns(other_batch, other_keys), other_batch.num_rows, nullptr, &payloads));
  heads->assign(other_batch.num_rows, nullptr);
  for (int64_t row = 0; row < other_batch.num_rows; ++row) {
    const bool matchable = unmatchable.empty() || !unmatchable[row];
    if (payloads[row] != nullptr && matchable) (*heads)[row] = reinterpret_cast<JoinKey*>(payloads[row])->head;
  }
  return arrow::Status::OK();
}

arrow::Status JoinSide::BeforeMatching(const std::vector<JoinRow*>& rows) {
  if (!log_ || !log_->log().is_saving()) return arrow::Status::OK();
  std::vector<uint8_t*> payloads;
  for (JoinRow* row : rows) payloads.push_back(AsPayload(row));
  return log_->log().SaveFirst(payloads);
}

arrow::Status JoinSide::Settle(std::vector<JoinRow*> rows) {
  std::erase_if(rows, [](const JoinRow* row) { return row == nullptr || row->count != 0; });
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  std::vector<uint8_t*> gone;
  for (JoinRow* row : rows) gone.push_back(AsPayload(row));
  return Remove(gone);
}

arrow::Status JoinSide::Remove(const std::vector<uint8_t*>& rows) {
  if (log_) ARROW_RETURN_NOT_OK(log_->log().BeforeErase(rows));
  Erase(rows);
  return arrow::Status::OK();
}

void JoinSide::Erase(const std::vector<uint8_t*>& rows) {
  std::vector<uint8_t*> empty_keys;
  for (uint8_t* payload : rows) {
    JoinRow* row = AsRow(payload);
    Unlink(row);
    // A key that the store knows stays, without rows, until the store has forgotten it.
    auto* key = reinterpret_cast<JoinKey*>(row->head);
    if (key->head == nullptr && !key->is_stored) empty_keys.push_back(reinterpret_cast<uint8_t*>(key));
  }
  keys_->Erase(empty_keys);
  rows_->Erase(rows);
}

int64_t JoinSide::log_bytes() const {
  return (log_ ? log_->log().memory_bytes() : 0) + (store_ ? store_->reader_bytes() : 0);
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> JoinSide::Columns(const std::vector<JoinRow*>& rows) const {
  std::vector<uint8_t*> payloads;
  payloads.reserve(rows.size());
  for (JoinRow* row : rows) payloads.push_back(AsPayload(row));
  return rows_->Keys(payloads);
}

std::vector<JoinRow*> JoinSide::Rows() const {
  std::vector<JoinRow*> rows;
  rows_->ForEach([&](uint8_t* payload) {
    if (AsRow(payload)->count > 0) rows.push_back(AsRow(payload));
  });
  return rows;
}

std::vector<JoinRow*> JoinSide::RowsByKey() const {
  std::vector<JoinRow*> rows;
  keys_->ForEach([&](uint8_t* payload) {
    const auto begin = static_cast<std::ptrdiff_t>(rows.size());
    for (JoinRow* row = reinterpret_cast<JoinKey*>(payload)->head; row != nullptr; row = row->next) rows.push_back(row);
    std::reverse(rows.begin() + begin, rows.end());  // a list starts with the row that came last
  });
  return rows;
}

arrow::Status JoinSide::Save(std::string_view table, const state::RowOwner& owner, int64_t rows_max,
                             state::StateWriter& out) const {
  const std::vector<JoinRow*> rows = RowsByKey();
  for (size_t at = 0; at < rows.size(); at += static_cast<size_t>(rows_max)) {
    const size_t end = std::min(at + static_cast<size_t>(rows_max), rows.size());
    const std::vector<JoinRow*> piece(rows.begin() + at, rows.begin() + end);
    std::vector<int64_t> counts;
    std::vector<int64_t> matches;
    std::vector<int64_t> written;
    for (const JoinRow* row : piece) {
      counts.push_back(row->count);
      matches.push_back(row->matches);
      if (has_ttl()) written.push_back(WrittenMs(reinterpret_cast<const uint8_t*>(row), sizeof(JoinRow)));
    }
    Batch batch;
    batch.num_rows = static_cast<int64_t>(piece.size());
    ARROW_ASSIGN_OR_RAISE(batch.columns, Columns(piece));
    ARROW_ASSIGN_OR_RAISE(batch.columns.emplace_back(), state::Int64Column(counts));
    ARROW_ASSIGN_OR_RAISE(batch.columns.emplace_back(), state::Int64Column(matches));
    if (has_ttl()) {
      ARROW_ASSIGN_OR_RAISE(batch.columns.emplace_back(), state::Int64Column(written));
    }
    ARROW_RETURN_NOT_OK(out.Write(table, batch, owner));
  }
  if (!store_) return arrow::Status::OK();
  return store_->ReadStored(rows_max, [&](const Batch& stored) { return out.Write(table, stored, owner); });
}

arrow::Status JoinSide::Restore(std::string_view table, const state::StateReader& in,
                                const std::function<arrow::Status()>& after_piece) {
  ttl_.ReadClock();
  if (log_) {
    // What is to go to disk again decides for itself how large the table gets.
    if (!store_) rows_->Reserve(in.ExpectedKeys(log_->log().name()));
    ARROW_RETURN_NOT_OK(log_->log().Restore(in, after_piece));
  }
  ARROW_ASSIGN_OR_RAISE(auto batches,
                        state::ReadTimedRows(in, table, types_, {arrow::int64(), arrow::int64()}, ttl_.now_ms()));
  std::vector<JoinRow*> rows;
  for (auto& [batch, written_ms, is_timed] : batches) {
    const int64_t* counts = state::Int64Values(batch, types_.size());
    const int64_t* matches = state::Int64Values(batch, types_.size() + 1);
    const auto facts = std::span(batch.columns).last(2);
    const std::vector<std::shared_ptr<arrow::Array>> kept_alive(facts.begin(), facts.end());
    batch.columns.resize(types_.size());
    // The log has nothing of them: they count as changed.
    ARROW_RETURN_NOT_OK(FindOrInsert(batch, &rows));
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      // A row that is there twice has its count already.
      if (rows[row] == nullptr || rows[row]->count != 0 || counts[row] <= 0 || matches[row] < 0) {
        return state::DamagedState(table, "has a row that cannot be");
      }
      rows[row]->count = counts[row];
      rows[row]->matches = matches[row];
      if (has_ttl()) SetWrittenMs(AsPayload(rows[row]), sizeof(JoinRow), written_ms[row]);
    }
    ARROW_RETURN_NOT_OK(after_piece());
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
