// SPDX-License-Identifier: Apache-2.0
// Choosing keys, writing them, and finding them again.
#include "exec/key_spill.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "exec/eviction.h"

namespace tidemark::exec {
namespace {

arrow::Status TooShort() { return arrow::Status::Invalid("Damaged state on disk: a key is too short"); }

/// Takes the generation and the last checkpoint from the front of a value.
arrow::Result<ChangeMark> TakeMark(std::string_view* value) {
  ChangeMark mark;
  if (value->size() < sizeof(mark.generation) + sizeof(mark.saved)) return TooShort();
  for (uint32_t* to : {&mark.generation, &mark.saved}) {
    std::memcpy(to, value->data(), sizeof(*to));
    value->remove_prefix(sizeof(*to));
  }
  return mark;
}

}  // namespace

bool KeySpill::IsPossible(const OperatorContext& context, size_t num_keys) {
  return num_keys > 0 && context.spill != nullptr && context.memory != nullptr &&
         context.memory->spill_from_bytes() > 0;
}

std::vector<int> KeySpill::GroupColumns(const state::RowOwner& rows, const std::vector<int>& key_columns) {
  std::vector<int> columns;
  for (int column : rows.key_columns) {
    const auto found = std::find(key_columns.begin(), key_columns.end(), column);
    if (found == key_columns.end()) return {};
    columns.push_back(static_cast<int>(found - key_columns.begin()));
  }
  return columns;
}

KeySpill::KeySpill(state::KeyedTable* table, int32_t own_bytes, SpilledValues* values, std::vector<DataType> key_types,
                   std::vector<int> key_groups, const StateTtl* ttl, const OperatorContext& context)
    : table_(*table),
      own_bytes_(own_bytes),
      values_(*values),
      ttl_(*ttl),
      context_(context),
      keys_(context.number, /*table=*/0, std::move(key_types), std::move(key_groups)) {}

arrow::Status KeySpill::Load(state::KeyedTable::Columns keys, int64_t num_rows, const std::vector<uint8_t*>& payloads,
                             std::vector<int32_t>* created) {
  if (watcher_ != nullptr && keys_erased_ > 0) {
    std::vector<uint8_t*> reused;
    for (uint8_t* payload : payloads) {
      if (IsErased(payload)) reused.push_back(payload);
    }
    ARROW_RETURN_NOT_OK(watcher_->BeforeReuse(reused));
  }
  for (uint8_t* payload : payloads) {
    Flags* flags = FlagsOf(payload);
    flags->is_used = 1;
    if (flags->is_erased == 0) continue;
    --keys_erased_;
    flags->is_erased = 0;
  }
  for (int32_t position : *created) FlagsOf(payloads[position])->is_used = 0;
  if (keys_on_disk_ == 0 || created->empty()) return arrow::Status::OK();
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
    uint8_t* payload = payloads[(*created)[i]];
    FlagsOf(payload)->is_stored = 1;
    --keys_on_disk_;
    ARROW_RETURN_NOT_OK(LoadEntry(*values[i], payload));
    loaded.push_back(payload);
  }
  created->resize(kept);
  if (watcher_ != nullptr) watcher_->AfterLoad(loaded);
  return arrow::Status::OK();
}

arrow::Status KeySpill::FindStored(state::KeyedTable::Columns keys, int64_t num_rows,
                                   const std::vector<uint8_t*>& payloads, std::vector<bool>* stored) {
  stored->assign(payloads.size(), false);
  std::vector<int32_t> missing;
  for (size_t row = 0; row < payloads.size(); ++row) {
    if (payloads[row] == nullptr) {
      missing.push_back(static_cast<int32_t>(row));
    } else {
      FlagsOf(payloads[row])->is_used = 1;
    }
  }
  if (keys_on_disk_ == 0 || missing.empty()) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(keys_.Encode(keys, num_rows, &missing));
  std::vector<std::optional<std::string_view>> values;
  ARROW_RETURN_NOT_OK(state::LookUp(keys_, store_, &values));
  for (size_t i = 0; i < missing.size(); ++i) {
    if (!values[i]) continue;
    ARROW_ASSIGN_OR_RAISE(const int64_t written_ms, TakeWrittenMs(&*values[i]));
    (*stored)[missing[i]] = !ttl_.IsExpired(written_ms);
  }
  return arrow::Status::OK();
}

arrow::Result<int64_t> KeySpill::TakeWrittenMs(std::string_view* value) const {
  int64_t written_ms = 0;
  const auto bytes = static_cast<size_t>(ttl_.entry_bytes());
  if (value->size() < bytes) return TooShort();
  std::memcpy(&written_ms, value->data(), bytes);
  value->remove_prefix(bytes);
  return written_ms;
}

arrow::Status KeySpill::Forget(const std::vector<uint8_t*>& payloads) {
  ARROW_ASSIGN_OR_RAISE(const auto columns, table_.Keys(payloads));
  ARROW_RETURN_NOT_OK(keys_.Encode(columns, static_cast<int64_t>(payloads.size()), nullptr));
  state::StoreValues values;
  for (uint8_t* payload : payloads) {
    keys_erased_ -= FlagsOf(payload)->is_erased;
    values.End(/*removed=*/true);
  }
  ARROW_RETURN_NOT_OK(values.Write(keys_, store_));
  table_.Erase(payloads);
  return arrow::Status::OK();
}

arrow::Status KeySpill::SweepStore(StateReport* metrics) {
  if (changes_.is_reading_list()) return arrow::Status::OK();
  const auto written_ms = [this](std::string_view value) { return TakeWrittenMs(&value); };
  const auto removed = [this](std::string_view) {
    --keys_on_disk_;
    ttl_.CountExpired(1);
    return arrow::Status::OK();
  };
  StoreSweep::Target target{
      .store = store_, .keys = &keys_, .table = &table_, .written_ms = written_ms, .removed = removed};
  if (watcher_ != nullptr) {
    target.removed_keys = [this](Batch keys) { return watcher_->AfterErase(std::move(keys)); };
  }
  ARROW_ASSIGN_OR_RAISE(const bool any, sweep_.Step(ttl_, target));
  if (any) metrics->SetDisk(disk_bytes());
  return arrow::Status::OK();
}

void KeySpill::Erase(std::span<uint8_t* const> payloads) {
  std::vector<uint8_t*> unknown;
  for (uint8_t* payload : payloads) {
    if (FlagsOf(payload)->is_stored == 0) {
      unknown.push_back(payload);
      continue;
    }
    std::memset(payload, 0, static_cast<size_t>(own_bytes_));
    FlagsOf(payload)->is_erased = 1;
    ++keys_erased_;
  }
  table_.Erase(unknown);
}

int64_t KeySpill::Excess(int64_t held_bytes) const {
  if (table_.size() == 0) return 0;
  const MemoryBudget& memory = *context_.memory;
  // Room that a moved key leaves where others of its page stay is used again before the table grows, so it counts as
  // free until memory is really short.
  const auto used = static_cast<int64_t>(bytes_per_key_ * static_cast<double>(table_.size()));
  const int64_t unused = bytes_per_key_ == 0 ? 0 : std::max<int64_t>(0, held_bytes - used);
  const bool is_short =
      memory.limit_bytes() > 0 && memory.used_bytes() > (memory.limit_bytes() + memory.spill_from_bytes()) / 2;
  const int64_t room = is_short ? 0 : unused;
  const int64_t excess = memory.ExcessOf(held_bytes, -room);
  const auto growth = table_.growth();
  // The directory of a large table is not to grow when this would not fit: then the table keeps its size.
  return excess > 0 || !growth.is_near ? excess : memory.ExcessOf(held_bytes, growth.bytes - room);
}

arrow::Status KeySpill::MakeRoom(const std::function<int64_t()>& held_bytes,
                                 const std::function<arrow::Status()>& report, StateReport* metrics) {
  // Too much is only an error when nothing more can be moved.
  arrow::Status status = report();
  const int64_t keys_before = more_keys();
  while (const int64_t excess = Excess(held_bytes())) {
    ARROW_ASSIGN_OR_RAISE(const bool any, Evict(excess, held_bytes()));
    if (!any) break;
    status = report();
  }
  if (more_keys() > keys_before) metrics->SetDisk(disk_bytes());
  return status;
}

arrow::Result<bool> KeySpill::Evict(int64_t bytes, int64_t held_bytes) {
  if (table_.size() == 0) return false;
  const int64_t bytes_per_key = held_bytes / table_.size() + 1;
  if (bytes_per_key_ == 0) bytes_per_key_ = static_cast<double>(bytes_per_key);
  const int64_t goal = EvictionBytes(bytes, *context_.memory);
  std::vector<uint8_t*> old;
  while (static_cast<int64_t>(old.size()) * bytes_per_key < goal && table_.RetireOldest(&old)) {
  }
  if (watcher_ != nullptr) ARROW_RETURN_NOT_OK(watcher_->BeforeMove(old));
  Eviction eviction = ChooseEvicted(old, [this](uint8_t* payload) {
    Flags* flags = FlagsOf(payload);
    return std::exchange(flags->is_used, uint8_t{0}) != 0 && flags->is_erased == 0;
  });
  ARROW_RETURN_NOT_OK(Write(eviction.move));
  for (uint8_t* payload : eviction.move) {
    if (!FlagsOf(payload)->is_erased) values_.ReleaseValue(payload);
  }
  table_.Erase(eviction.move);
  table_.Renew(eviction.stay);
  table_.Shrink();
  if (watcher_ != nullptr) watcher_->AfterMove(eviction.stay);
  return true;
}

arrow::Status KeySpill::Write(const std::vector<uint8_t*>& payloads) {
  if (store_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(store_, context_.spill->StoreOf(context_.worker));
    changes_.Open(store_);
  }
  const uint32_t generation = watcher_ == nullptr ? 0 : watcher_->generation();
  ARROW_ASSIGN_OR_RAISE(const auto columns, table_.Keys(payloads));
  ARROW_RETURN_NOT_OK(keys_.Encode(columns, static_cast<int64_t>(payloads.size()), nullptr));
  state::StoreValues values;
  for (uint8_t* payload : payloads) {
    const bool is_erased = FlagsOf(payload)->is_erased != 0;
    if (!is_erased) AppendEntry(payload, values.bytes());
    (is_erased ? keys_erased_ : keys_on_disk_) += is_erased ? -1 : 1;
    values.End(is_erased);
    if (generation != 0 && MarkOf(payload)->generation == generation) values.List();
  }
  return changes_.Write(values, generation, keys_on_disk_);
}

/// The time of the last write, the generation and the last checkpoint that has the key, as far as there are such
/// things, and the value.
void KeySpill::AppendEntry(uint8_t* payload, std::string* to) const {
  to->append(reinterpret_cast<const char*>(payload) + own_bytes_ - ttl_.entry_bytes(),
             static_cast<size_t>(ttl_.entry_bytes()));
  if (watcher_ != nullptr) {
    const ChangeMark& mark = *MarkOf(payload);
    to->append(reinterpret_cast<const char*>(&mark.generation), sizeof(mark.generation));
    to->append(reinterpret_cast<const char*>(&mark.saved), sizeof(mark.saved));
  }
  values_.AppendValue(payload, to);
}

arrow::Status KeySpill::LoadEntry(std::string_view value, uint8_t* payload) {
  ARROW_ASSIGN_OR_RAISE(const int64_t written_ms, TakeWrittenMs(&value));
  if (ttl_.is_on()) SetWrittenMs(payload, own_bytes_ - StateTtl::kBytes, written_ms);
  if (watcher_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(*MarkOf(payload), TakeMark(&value));
  }
  return values_.LoadValue(value, payload);
}

arrow::Result<ChangeMark> KeySpill::MarkIn(std::string_view value) const {
  ARROW_RETURN_NOT_OK(TakeWrittenMs(&value));
  return TakeMark(&value);
}

arrow::Status KeySpill::VisitStored(int64_t keys_max,
                                    const std::function<arrow::Status(const std::vector<uint8_t*>&)>& visit) {
  if (store_ == nullptr) return arrow::Status::OK();
  const auto scan = store_->Scan(keys_.prefix());
  for (bool more = true; more;) {
    ARROW_ASSIGN_OR_RAISE(const auto entries, state::StorePiece::Read(scan.get(), keys_max, &more));
    ARROW_ASSIGN_OR_RAISE(const auto columns, keys_.Decode(entries.Keys()));
    std::vector<uint8_t*> payloads;
    std::vector<int32_t> created;  // those that are in memory are the truth, and visited there
    ARROW_RETURN_NOT_OK(table_.FindOrInsert(columns, entries.size(), nullptr, &payloads, &created));
    std::vector<uint8_t*> loaded;
    arrow::Status status;
    for (int32_t i : created) {
      loaded.push_back(payloads[i]);
      if (status.ok()) status = LoadEntry(entries.value(i), payloads[i]);
    }
    if (status.ok() && !loaded.empty()) status = visit(loaded);
    for (uint8_t* payload : loaded) values_.ReleaseValue(payload);
    table_.Erase(loaded);
    ARROW_RETURN_NOT_OK(status);
  }
  return arrow::Status::OK();
}

arrow::Result<bool> KeySpill::Reader::Next(int64_t keys_max, const Visit& visit) {
  ARROW_ASSIGN_OR_RAISE(const auto entries, reading_.Next(keys_max));
  if (!entries) return false;
  std::vector<int64_t> wanted;
  std::vector<std::string_view> keys;
  const std::vector<std::string_view> all_keys = entries->Keys();
  for (int64_t i = 0; i < entries->size(); ++i) {
    const std::string_view value = entries->value(i);
    ARROW_ASSIGN_OR_RAISE(const ChangeMark mark, spill_->watcher_ != nullptr ? spill_->MarkIn(value)
                                                                             : arrow::Result<ChangeMark>(ChangeMark()));
    if (!reading_.Wants(mark.generation, mark.saved)) continue;
    wanted.push_back(i);
    keys.push_back(all_keys[i]);
  }
  if (wanted.empty()) return true;
  ARROW_ASSIGN_OR_RAISE(const auto columns, spill_->keys_.Decode(keys));
  const size_t words = (spill_->own_bytes_ + kBytes + sizeof(ChangeMark) + sizeof(uint64_t) - 1) / sizeof(uint64_t);
  std::vector<uint64_t> memory(words * wanted.size());
  std::vector<uint8_t*> payloads;
  arrow::Status status;
  for (size_t i = 0; i < wanted.size() && status.ok(); ++i) {
    payloads.push_back(reinterpret_cast<uint8_t*>(memory.data() + i * words));
    status = spill_->LoadEntry(entries->value(wanted[i]), payloads.back());
  }
  if (status.ok()) status = visit(columns, payloads);
  for (uint8_t* payload : payloads) spill_->values_.ReleaseValue(payload);
  ARROW_RETURN_NOT_OK(status);
  return true;
}

}  // namespace tidemark::exec
