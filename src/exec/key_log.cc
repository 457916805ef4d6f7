// SPDX-License-Identifier: Apache-2.0
// Keys and what is kept of them as rows of the log, and back.
#include "exec/key_log.h"

#include <arrow/api.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <optional>
#include <utility>

#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

/// The columns of the key, then all others.
std::vector<int> KeyFirst(const KeyLogForm& form) {
  std::vector<int> order = form.key_columns;
  for (int column = 0; column < static_cast<int>(form.rows.size()); ++column) {
    if (std::find(form.key_columns.begin(), form.key_columns.end(), column) == form.key_columns.end()) {
      order.push_back(column);
    }
  }
  return order;
}

EntryLogForm FormOf(const KeyLogForm& form, const LoggedKeys& keys) {
  const std::vector<int> order = KeyFirst(form);
  EntryLogForm entries;
  entries.name = form.name;
  for (size_t i = 0; i < order.size(); ++i) {
    const DataType& type = form.rows[order[i]].type;
    if (i < form.key_columns.size()) {
      entries.key_types.push_back(type);
    } else {
      entries.values.push_back(type.ToArrow());
    }
  }
  entries.facts = form.facts;
  entries.owner = form.owner;
  for (int& column : entries.owner.key_columns) {
    column = static_cast<int>(std::find(order.begin(), order.end(), column) - order.begin());
  }
  entries.mark_offset = keys.ttl->own_bytes() + (keys.spill != nullptr ? KeySpill::kBytes : 0);
  entries.ttl = &keys.ttl->ttl();
  entries.written_offset = keys.ttl->written_offset();
  return entries;
}

}  // namespace

KeyLog::KeyLog(const KeyLogForm& form, const LoggedKeys& keys, const OperatorContext& context)
    : keys_(keys),
      num_keys_(form.key_columns.size()),
      rows_per_key_(form.rows_per_key),
      batch_rows_(context.batch_rows),
      num_columns_(form.rows.size()),
      num_facts_(form.facts.size()),
      order_(KeyFirst(form)),
      log_(this, FormOf(form, keys), context) {
  if (keys_.spill != nullptr) keys_.spill->set_watcher(&log_);
}

arrow::Result<bool> KeyLog::SaveMore(int64_t rows) { return log_.SaveMore(std::max<int64_t>(1, rows / rows_per_key_)); }

arrow::Status KeyLog::Restore(const state::StateReader& in, const std::function<arrow::Status()>& report) {
  // What is to go to disk again decides for itself how large the table gets.
  if (keys_.spill == nullptr) keys_.table->Reserve(in.ExpectedKeys(log_.name()) / rows_per_key_);
  return log_.Restore(in, report);
}

arrow::Status KeyLog::Erase(const std::vector<uint8_t*>& payloads) {
  std::vector<uint8_t*> unknown = payloads;
  if (keys_.spill != nullptr) {
    std::erase_if(unknown, [this](const uint8_t* payload) { return keys_.spill->IsStored(payload); });
  }
  ARROW_RETURN_NOT_OK(log_.BeforeErase(unknown));
  if (keys_.spill != nullptr) {
    keys_.spill->Erase(payloads);
  } else {
    keys_.table->Erase(payloads);
  }
  return arrow::Status::OK();
}

bool KeyLog::Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const {
  return keys_.table->Walk(cursor, rows, visit);
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> KeyLog::KeysOf(std::span<uint8_t* const> payloads) const {
  return keys_.table->Keys(payloads);
}

arrow::Result<EntryRows> KeyLog::RowsOf(const std::vector<uint8_t*>& payloads, int64_t rows_max, size_t* next) const {
  if (keys_.rows != nullptr) return KeptRows(payloads, rows_max, next);
  EntryRows piece;
  const size_t begin = *next;
  *next = std::min(payloads.size(), begin + static_cast<size_t>(rows_max));
  piece.entries.assign(payloads.begin() + static_cast<std::ptrdiff_t>(begin),
                       payloads.begin() + static_cast<std::ptrdiff_t>(*next));
  piece.rows.num_rows = static_cast<int64_t>(piece.entries.size());
  ARROW_ASSIGN_OR_RAISE(piece.rows.columns, keys_.table->Keys(piece.entries));
  return piece;
}

arrow::Result<EntryRows> KeyLog::KeptRows(const std::vector<uint8_t*>& payloads, int64_t rows_max, size_t* next) const {
  ARROW_ASSIGN_OR_RAISE(EntryRows piece, keys_.rows->RowsOf(payloads, rows_max, next));
  const auto kept = std::move(piece.rows.columns);
  piece.rows.columns.clear();
  for (int column : order_) piece.rows.columns.push_back(kept[column]);
  piece.rows.columns.insert(piece.rows.columns.end(), kept.begin() + static_cast<std::ptrdiff_t>(num_columns_),
                            kept.end());
  return piece;
}

bool KeyLog::HasEnded(const uint8_t* payload) const { return keys_.spill != nullptr && keys_.spill->IsErased(payload); }

class KeyLog::Stored final : public StoredEntries {
 public:
  Stored(KeyLog* log, uint32_t changes) : log_(*log), reader_(log->keys_.spill->ReadForCheckpoint(changes)) {}

  /// SaveMore has turned rows into keys: so many are read at once.
  arrow::Result<std::optional<Batch>> Next(int64_t keys_max) override {
    if (pieces_.empty()) {
      ARROW_ASSIGN_OR_RAISE(const bool more, reader_.Next(keys_max, [this](auto keys, const auto& payloads) {
        return MakeRows(keys, payloads);
      }));
      if (!more) return std::nullopt;
    }
    if (pieces_.empty()) return Batch{};
    Batch piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }

 private:
  arrow::Status MakeRows(state::KeyedTable::Columns keys, const std::vector<uint8_t*>& payloads) {
    if (log_.keys_.rows == nullptr) {
      return AddPiece({{static_cast<int64_t>(payloads.size()), {keys.begin(), keys.end()}}, payloads});
    }
    for (size_t next = 0; next < payloads.size();) {
      ARROW_ASSIGN_OR_RAISE(EntryRows found, log_.KeptRows(payloads, log_.batch_rows_, &next));
      ARROW_RETURN_NOT_OK(AddPiece(std::move(found)));
    }
    return arrow::Status::OK();
  }

  arrow::Status AddPiece(EntryRows found) {
    const KeyTtl& ttl = *log_.keys_.ttl;
    std::vector<int64_t> generations;
    std::vector<int64_t> written;
    for (const uint8_t* payload : found.entries) {
      const auto& mark = *reinterpret_cast<const ChangeMark*>(payload + ttl.own_bytes() + KeySpill::kBytes);
      generations.push_back(mark.generation);
      if (ttl.is_on()) written.push_back(ttl.written_ms(payload));
    }
    Batch& piece = pieces_.emplace_back(std::move(found.rows));
    ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(generations));
    if (ttl.is_on()) {
      ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(written));
    }
    return arrow::Status::OK();
  }

  const KeyLog& log_;
  KeySpill::Reader reader_;
  std::deque<Batch> pieces_;  ///< of the keys read last
};

std::unique_ptr<StoredEntries> KeyLog::ReadStored(uint32_t changes) {
  return keys_.spill == nullptr ? nullptr : std::make_unique<Stored>(this, changes);
}

arrow::Status KeyLog::FindOrMake(const Batch& rows, std::vector<uint8_t*>* payloads) {
  const auto keys = state::KeyedTable::Columns(rows.columns).first(num_keys_);
  std::vector<int32_t> created;
  ARROW_RETURN_NOT_OK(keys_.table->FindOrInsert(keys, rows.num_rows, nullptr, payloads, &created));
  if (keys_.spill == nullptr) return arrow::Status::OK();
  return keys_.spill->Load(keys, rows.num_rows, *payloads, &created);
}

void KeyLog::Clear(uint8_t* payload) {
  keys_.values->ReleaseValue(payload);
  std::memset(payload, 0, static_cast<size_t>(keys_.ttl->own_bytes()));
}

arrow::Status KeyLog::Load(const Batch& rows, const std::vector<uint8_t*>& payloads) {
  if (keys_.rows == nullptr) return arrow::Status::OK();
  Batch kept;
  kept.num_rows = rows.num_rows;
  kept.columns.resize(num_columns_);
  for (size_t i = 0; i < order_.size(); ++i) kept.columns[order_[i]] = rows.columns[i];
  const auto facts = rows.columns.begin() + static_cast<std::ptrdiff_t>(order_.size());
  kept.columns.insert(kept.columns.end(), facts, facts + static_cast<std::ptrdiff_t>(num_facts_));
  return keys_.rows->LoadRows(kept, payloads);
}

arrow::Status KeyLog::Remove(const std::vector<uint8_t*>& payloads) {
  std::vector<uint8_t*> in_memory;
  std::vector<uint8_t*> stored;
  for (uint8_t* payload : payloads) {
    keys_.values->ReleaseValue(payload);
    (keys_.spill != nullptr && keys_.spill->IsStored(payload) ? stored : in_memory).push_back(payload);
  }
  keys_.table->Erase(in_memory);
  return stored.empty() ? arrow::Status::OK() : keys_.spill->Forget(stored);
}

}  // namespace tidemark::exec
