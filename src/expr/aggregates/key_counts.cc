// SPDX-License-Identifier: Apache-2.0
// Hash maps with open addressing and linear probing.
#include "expr/aggregates/key_counts.h"

#include <utility>

#include "expr/aggregates/value_codec.h"

namespace tidemark::expr {
namespace {

constexpr size_t kFirstSlots = 8;

/// At most three quarters of the slots are taken.
bool IsFull(size_t taken, size_t slots) { return (taken + 1) * 4 > slots * 3; }

}  // namespace

size_t TextCounts::FindSlot(std::string_view key, uint32_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != kFree) {
    const Entry& entry = entries_[slots_[slot]];
    if (entry.hash == hash && KeyOf(entry) == key) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

int64_t TextCounts::Change(std::string_view key, int64_t delta) {
  if (delta == 0) return 0;
  if (IsFull(entries_.size(), slots_.size())) Rebuild();
  const auto hash = static_cast<uint32_t>(StableHash(key));
  const size_t slot = FindSlot(key, hash);
  if (slots_[slot] == kFree) {
    slots_[slot] = static_cast<uint32_t>(entries_.size());
    entries_.push_back({keys_.size(), static_cast<uint32_t>(key.size()), hash, delta});
    keys_.append(key);
    return 0;
  }
  Entry& entry = entries_[slots_[slot]];
  const int64_t before = entry.count;
  if (before != 0) {
    entry.count += delta;
    if (entry.count == 0) ++dead_;
    return before;
  }
  // A forgotten key that comes again counts as new and stands behind the others. The old entry is not found any more by
  // its changed hash; its slot stays a stepping stone until the next Rebuild.
  const Entry again = {entry.offset, entry.length, hash, delta};
  entry.hash = ~hash;
  const size_t fresh = FindSlot(key, hash);
  slots_[fresh] = static_cast<uint32_t>(entries_.size());
  entries_.push_back(again);
  return 0;
}

void TextCounts::Rebuild() {
  std::string keys;
  std::vector<Entry> entries;
  entries.reserve(static_cast<size_t>(size()) + 1);
  for (const Entry& entry : entries_) {
    if (entry.count == 0) continue;
    entries.push_back({keys.size(), entry.length, entry.hash, entry.count});
    keys.append(KeyOf(entry));
  }
  size_t slots = kFirstSlots;
  while (IsFull(2 * entries.size(), slots)) slots *= 2;
  keys_ = std::move(keys);
  entries_ = std::move(entries);
  dead_ = 0;
  slots_.assign(slots, kFree);
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t slot = entries_[i].hash & (slots - 1);
    while (slots_[slot] != kFree) slot = (slot + 1) & (slots - 1);
    slots_[slot] = static_cast<uint32_t>(i);
  }
}

int64_t TextCounts::memory_bytes() const {
  return static_cast<int64_t>(sizeof(*this) + keys_.capacity() + entries_.capacity() * sizeof(Entry) +
                              slots_.capacity() * sizeof(uint32_t));
}

size_t WordCounts::FindSlot(uint64_t key) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = StableHash(key) & mask;
  while (slots_[slot].count != 0 && slots_[slot].key != key) slot = (slot + 1) & mask;
  return slot;
}

int64_t WordCounts::Change(uint64_t key, int64_t delta) {
  if (delta == 0) return 0;
  if (IsFull(static_cast<size_t>(size_), slots_.size())) Grow();
  const size_t slot = FindSlot(key);
  const int64_t before = slots_[slot].count;
  slots_[slot].key = key;
  slots_[slot].count += delta;
  if (before == 0) ++size_;
  if (slots_[slot].count == 0) Erase(slot);
  return before;
}

void WordCounts::Erase(size_t slot) {
  // Later entries of the same run move up, so that no probe ends too early at the hole.
  const size_t mask = slots_.size() - 1;
  size_t hole = slot;
  for (size_t next = (hole + 1) & mask; slots_[next].count != 0; next = (next + 1) & mask) {
    const size_t home = StableHash(slots_[next].key) & mask;
    if (((next - home) & mask) < ((next - hole) & mask)) continue;
    slots_[hole] = slots_[next];
    hole = next;
  }
  slots_[hole].count = 0;
  --size_;
}

void WordCounts::Grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_.assign(old.empty() ? kFirstSlots : 2 * old.size(), Slot{0, 0});
  for (const Slot& slot : old) {
    if (slot.count != 0) slots_[FindSlot(slot.key)] = slot;
  }
}

bool WordSet::Insert(uint64_t key) {
  if (key == 0) return !std::exchange(has_zero_, true);
  if (IsFull(static_cast<size_t>(used_), slots_.size())) Grow();
  const size_t mask = slots_.size() - 1;
  size_t slot = StableHash(key) & mask;
  while (slots_[slot] != 0) {
    if (slots_[slot] == key) return false;
    slot = (slot + 1) & mask;
  }
  slots_[slot] = key;
  ++used_;
  return true;
}

void WordSet::Grow() {
  const std::vector<uint64_t> old = std::move(slots_);
  slots_.assign(old.empty() ? kFirstSlots : 2 * old.size(), 0);
  const size_t mask = slots_.size() - 1;
  for (uint64_t key : old) {
    if (key == 0) continue;
    size_t slot = StableHash(key) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = key;
  }
}

}  // namespace tidemark::expr
