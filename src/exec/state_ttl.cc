// SPDX-License-Identifier: Apache-2.0
// Passes over entries, in memory and on disk.
#include "exec/state_ttl.h"

namespace tidemark::exec {
namespace {

/// So many entries are looked at between two batches: more than come with a batch, and in well under a millisecond.
constexpr int64_t kRowsPerStep = 16'384;
/// Of those on disk, which have to be read.
constexpr int64_t kStoredPerStep = 4'096;

}  // namespace

bool TableSweep::Step(const StateTtl& ttl, const state::KeyedTable& table,
                      const std::function<void(uint8_t* entry)>& visit) {
  if (!times_.IsDue(ttl)) return false;
  if (table.Walk(&cursor_, kRowsPerStep, visit)) return false;
  cursor_ = {};
  times_.EndPass();
  return true;
}

arrow::Result<bool> StoreSweep::Step(const StateTtl& ttl, const Target& target) {
  if (target.store == nullptr || !times_.IsDue(ttl)) return false;
  state::StorePiece entries;
  bool more = true;
  {
    const std::string& prefix = target.keys->prefix();
    const auto scan = target.store->Scan(prefix, next_.empty() ? prefix : next_);
    ARROW_ASSIGN_OR_RAISE(entries, state::StorePiece::Read(scan.get(), kStoredPerStep, &more));
  }
  const std::vector<std::string_view> keys = entries.Keys();
  if (more) {
    next_ = std::string(keys.back()) + '\0';  // the key right behind it
  } else {
    next_.clear();
    times_.EndPass();
  }
  if (keys.empty()) return false;
  ARROW_ASSIGN_OR_RAISE(const auto columns, target.keys->Decode(keys));
  std::vector<uint8_t*> in_memory;
  ARROW_RETURN_NOT_OK(target.table->Find(columns, entries.size(), nullptr, &in_memory));
  std::vector<state::StoreEntry> gone;
  std::vector<int32_t> gone_rows;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (in_memory[i] != nullptr) continue;
    const std::string_view value = entries.value(static_cast<int64_t>(i));
    ARROW_ASSIGN_OR_RAISE(const int64_t written_ms, target.written_ms(value));
    if (!ttl.IsExpired(written_ms)) continue;
    ARROW_RETURN_NOT_OK(target.removed(value));
    gone.push_back({.key = keys[i], .value = {}, .removed = true});
    gone_rows.push_back(static_cast<int32_t>(i));
  }
  if (gone.empty()) return false;
  if (target.removed_keys) {
    ARROW_ASSIGN_OR_RAISE(Batch taken, Take(Batch{entries.size(), columns}, gone_rows));
    ARROW_RETURN_NOT_OK(target.removed_keys(std::move(taken)));
  }
  ARROW_RETURN_NOT_OK(target.store->Write(gone));
  return true;
}

}  // namespace tidemark::exec
