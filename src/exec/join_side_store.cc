// SPDX-License-Identifier: Apache-2.0
// Rows by join key, to the store and back.
#include "exec/join_side_store.h"

#include <arrow/api.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "catalog/column_types.h"
#include "columnar/select_columns.h"
#include "exec/eviction.h"
#include "exec/join_side.h"
#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

JoinKey* AsKey(uint8_t* payload) { return reinterpret_cast<JoinKey*>(payload); }

template <typename T>
void Append(T value, std::string* to) {
  to->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

/// A row of a key, and where its bytes lie: the value of a key is a sequence of these, each with the time of its last
/// write behind it where there is a time-to-live, its generation and the last checkpoint that has it where there is a
/// log, then its bytes.
struct RowFacts {
  int64_t count;
  int64_t matches;
  int64_t length;
};

}  // namespace

JoinSideStore::JoinSideStore(JoinSide* side, const OperatorContext& context, int side_number,
                             std::vector<int> key_groups)
    : side_(*side),
      context_(context),
      row_codec_(ColumnTypes(side->schema_), state::KeyCodec::Floats::kAsRows),
      keys_(context.number, side_number, ColumnTypes(side->schema_, side->key_columns_), std::move(key_groups)) {}

bool JoinSideStore::has_log() const { return side_.log_ != nullptr; }

arrow::Status JoinSideStore::LoadKeys(const Batch& batch, const std::vector<int>& key_columns) {
  const auto columns = SelectColumns(batch, key_columns);
  std::vector<uint8_t*> found;
  ARROW_RETURN_NOT_OK(side_.keys_->Find(columns, batch.num_rows, nullptr, &found));
  const std::vector<bool> unmatchable = side_.Unmatchable(batch, key_columns);
  std::vector<int32_t> missing;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    if (found[row] != nullptr) {
      AsKey(found[row])->is_used = 1;
    } else if (unmatchable.empty() || !unmatchable[row]) {
      missing.push_back(static_cast<int32_t>(row));
    }
  }
  if (rows_on_disk_ == 0 || missing.empty()) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(keys_.Encode(columns, batch.num_rows, &missing));
  std::vector<std::string_view> wanted;
  for (int32_t i : keys_.Sorted()) {
    if (wanted.empty() || wanted.back() != keys_.key(i)) wanted.push_back(keys_.key(i));
  }
  std::vector<std::optional<std::string_view>> values;
  ARROW_RETURN_NOT_OK(store_->MultiGet(wanted, &values));
  StoredRows stored;
  for (const auto& value : values) {
    if (value) ARROW_RETURN_NOT_OK(Parse(*value, /*reading=*/nullptr, &stored));
  }
  rows_on_disk_ -= static_cast<int64_t>(stored.rows.size());
  return Insert(stored);
}

arrow::Status JoinSideStore::Insert(const StoredRows& stored) {
  if (stored.rows.empty()) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(const Batch batch, Columns(stored));
  std::vector<JoinRow*> rows;
  ARROW_RETURN_NOT_OK(side_.FindOrInsertInMemory(batch, &rows));
  std::vector<uint8_t*> loaded;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == nullptr || rows[i]->count != 0) return arrow::Status::Invalid("Damaged state on disk: a row twice");
    rows[i]->count = stored.counts[i];
    rows[i]->matches = stored.matches[i];
    if (side_.has_ttl()) {
      SetWrittenMs(reinterpret_cast<uint8_t*>(rows[i]), sizeof(JoinRow), stored.written_ms[i]);
    }
    if (has_log()) {
      side_.MarkOf(rows[i]).generation = static_cast<uint32_t>(stored.generations[i]);
      side_.MarkOf(rows[i]).saved = stored.saved[i];
    }
    reinterpret_cast<JoinKey*>(rows[i]->head)->is_stored = 1;
    loaded.push_back(reinterpret_cast<uint8_t*>(rows[i]));
  }
  if (has_log()) side_.log_->log().AfterLoad(loaded);
  return arrow::Status::OK();
}

arrow::Result<Batch> JoinSideStore::Columns(const StoredRows& stored) const {
  Batch batch;
  batch.num_rows = static_cast<int64_t>(stored.rows.size());
  ARROW_ASSIGN_OR_RAISE(batch.columns, row_codec_.Decode(stored.rows));
  return batch;
}

arrow::Status JoinSideStore::Parse(std::string_view value, const StoredChanges::Reading* reading,
                                   StoredRows* to) const {
  const auto time_bytes = static_cast<size_t>(side_.ttl_.entry_bytes());
  const size_t mark_bytes = has_log() ? 2 * sizeof(uint32_t) : 0;
  const auto take = [&value](void* to, size_t bytes) {
    std::memcpy(to, value.data(), bytes);
    value.remove_prefix(bytes);
  };
  while (!value.empty()) {
    RowFacts facts;
    if (value.size() < sizeof(facts) + time_bytes + mark_bytes) {
      return arrow::Status::Invalid("Damaged state on disk: a row is too short");
    }
    take(&facts, sizeof(facts));
    int64_t written_ms = 0;
    take(&written_ms, time_bytes);
    ChangeMark mark;
    if (mark_bytes > 0) {
      take(&mark.generation, sizeof(mark.generation));
      take(&mark.saved, sizeof(mark.saved));
    }
    if (facts.length < 0 || facts.length > static_cast<int64_t>(value.size())) {
      return arrow::Status::Invalid("Damaged state on disk: a row is too short");
    }
    if (reading == nullptr || reading->Wants(mark.generation, mark.saved)) {
      to->rows.push_back(reinterpret_cast<const uint8_t*>(value.data()));
      to->counts.push_back(facts.count);
      to->matches.push_back(facts.matches);
      if (time_bytes > 0) to->written_ms.push_back(written_ms);
      if (mark_bytes > 0) {
        to->generations.push_back(mark.generation);
        to->saved.push_back(mark.saved);
      }
    }
    value.remove_prefix(static_cast<size_t>(facts.length));
  }
  return arrow::Status::OK();
}

arrow::Status JoinSideStore::Forget(const std::vector<uint8_t*>& keys) {
  ARROW_ASSIGN_OR_RAISE(const auto columns, side_.keys_->Keys(keys));
  ARROW_RETURN_NOT_OK(keys_.Encode(columns, static_cast<int64_t>(keys.size()), nullptr));
  state::StoreValues values;
  for (size_t i = 0; i < keys.size(); ++i) {
    NoteOutdated(static_cast<int64_t>(i));
    values.End(/*removed=*/true);
  }
  ARROW_RETURN_NOT_OK(values.Write(keys_, store_));
  side_.keys_->Erase(keys);
  return arrow::Status::OK();
}

arrow::Result<bool> JoinSideStore::SweepStore() {
  if (changes_.is_reading_list()) return false;
  StoredRows rows;
  const auto written_ms = [&](std::string_view value) -> arrow::Result<int64_t> {
    rows = {};
    ARROW_RETURN_NOT_OK(Parse(value, /*reading=*/nullptr, &rows));
    return rows.written_ms.empty() ? 0 : *std::max_element(rows.written_ms.begin(), rows.written_ms.end());
  };
  const auto removed = [&](std::string_view) {
    rows_on_disk_ -= static_cast<int64_t>(rows.rows.size());
    side_.ttl_.CountExpired(static_cast<int64_t>(rows.rows.size()));
    if (!has_log()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(Batch gone, Columns(rows));
    return side_.log_->log().AfterErase(std::move(gone));
  };
  return sweep_.Step(
      side_.ttl_,
      {.store = store_, .keys = &keys_, .table = side_.keys_.get(), .written_ms = written_ms, .removed = removed});
}

int64_t JoinSideStore::unused_bytes() const {
  const auto used = static_cast<int64_t>(bytes_per_row_ * static_cast<double>(side_.rows_->size()));
  return bytes_per_row_ == 0 ? 0 : std::max<int64_t>(0, side_.memory_bytes() - used);
}

int64_t JoinSideStore::growth_bytes() const {
  int64_t bytes = 0;
  for (const auto* table : {side_.rows_.get(), side_.keys_.get()}) {
    const auto growth = table->growth();
    if (growth.is_near) bytes += growth.bytes;
  }
  return bytes;
}

arrow::Result<bool> JoinSideStore::Evict(int64_t bytes) {
  const int64_t num_keys = side_.keys_->size();
  if (num_keys == 0) return false;
  if (bytes_per_row_ == 0) {
    bytes_per_row_ = static_cast<double>(side_.memory_bytes()) / static_cast<double>(side_.rows_->size() + 1);
  }
  const int64_t goal = EvictionBytes(bytes, *context_.memory);
  std::vector<uint8_t*> old;
  while (static_cast<int64_t>(old.size()) * (side_.memory_bytes() / num_keys + 1) < goal &&
         side_.keys_->RetireOldest(&old)) {
  }
  Eviction eviction = ChooseEvicted(old, [](uint8_t* payload) {
    JoinKey* key = AsKey(payload);
    return std::exchange(key->is_used, uint8_t{0}) != 0 && key->head != nullptr;
  });
  std::vector<uint8_t*> rows;
  for (uint8_t* key : eviction.move) {
    for (JoinRow* row = AsKey(key)->head; row != nullptr; row = row->next) {
      rows.push_back(reinterpret_cast<uint8_t*>(row));
    }
  }
  if (has_log() && !rows.empty()) ARROW_RETURN_NOT_OK(side_.log_->log().BeforeMove(rows));
  ARROW_RETURN_NOT_OK(Write(eviction.move));
  side_.keys_->Erase(eviction.move);
  side_.rows_->Erase(rows);
  side_.keys_->Renew(eviction.stay);
  for (uint8_t* key : eviction.stay) {
    for (JoinRow* row = AsKey(key)->head; row != nullptr; row = row->next) row->head = &AsKey(key)->head;
  }
  side_.keys_->Shrink();
  side_.rows_->Shrink();
  return true;
}

arrow::Status JoinSideStore::Write(const std::vector<uint8_t*>& keys) {
  if (store_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(store_, context_.spill->StoreOf(context_.worker));
    changes_.Open(store_);
  }
  const uint32_t generation = has_log() ? side_.log_->log().generation() : 0;
  ARROW_ASSIGN_OR_RAISE(const auto columns, side_.keys_->Keys(keys));
  ARROW_RETURN_NOT_OK(keys_.Encode(columns, static_cast<int64_t>(keys.size()), nullptr));
  std::vector<JoinRow*> rows;  // key by key, the oldest of each first
  std::vector<size_t> rows_end;
  for (uint8_t* key : keys) {
    const auto begin = static_cast<std::ptrdiff_t>(rows.size());
    for (JoinRow* row = AsKey(key)->head; row != nullptr; row = row->next) rows.push_back(row);
    std::reverse(rows.begin() + begin, rows.end());
    rows_end.push_back(rows.size());
  }
  ARROW_ASSIGN_OR_RAISE(const auto row_columns, side_.Columns(rows));
  state::EncodedRows encoded;
  ARROW_RETURN_NOT_OK(row_codec_.Encode(row_columns, static_cast<int64_t>(rows.size()), nullptr, &encoded));
  state::StoreValues values;
  for (size_t i = 0, key = 0; key < keys.size(); ++key) {
    bool is_changed = false;
    for (; i < rows_end[key]; ++i) {
      const bool fixed = row_codec_.fixed();
      const int64_t begin = fixed ? static_cast<int64_t>(i) * row_codec_.fixed_bytes() : encoded.offsets[i];
      const int64_t end = fixed ? begin + row_codec_.fixed_bytes() : encoded.offsets[i + 1];
      Append(RowFacts{rows[i]->count, rows[i]->matches, end - begin}, values.bytes());
      if (side_.has_ttl()) {
        Append(WrittenMs(reinterpret_cast<const uint8_t*>(rows[i]), sizeof(JoinRow)), values.bytes());
      }
      if (has_log()) {
        is_changed |= generation != 0 && side_.MarkOf(rows[i]).generation == generation;
        Append(side_.MarkOf(rows[i]).generation, values.bytes());
        Append(side_.MarkOf(rows[i]).saved, values.bytes());
      }
      values.bytes()->append(reinterpret_cast<const char*>(encoded.bytes.data()) + begin,
                             static_cast<size_t>(end - begin));
    }
    if (AsKey(keys[key])->is_stored) NoteOutdated(static_cast<int64_t>(key));
    values.End(AsKey(keys[key])->head == nullptr);
    if (is_changed) values.List();
  }
  rows_on_disk_ += static_cast<int64_t>(rows.size());
  return changes_.Write(values, generation, rows_on_disk_);
}

}  // namespace tidemark::exec
