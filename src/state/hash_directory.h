// SPDX-License-Identifier: Apache-2.0
// HashDirectory: from a hash to rows. The open-addressing half of a KeyedTable; it knows nothing of keys.
#pragma once

#include <cstdint>

#include "state/memory_block.h"

namespace tidemark::state {

/// Spreads the bits of an integer key: low bits choose the slot, the top 16 are the slot's tag.
inline uint64_t MixHash(uint64_t value) {
  const auto product = static_cast<unsigned __int128>(value ^ 0x9E3779B97F4A7C15ull) * 0xD6E8FEB86659FD93ull;
  return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
}

inline uint64_t CombineHash(uint64_t hash, uint64_t next) { return MixHash(hash + next * 0xA24BAED4963EE407ull); }

/// A power of two of slots of 8 bytes, at most half of them taken, probed in line. A slot holds a row's address (48
/// bits) and 16 bits of its hash, so that a row is visited only when it very likely is the one looked for.
class HashDirectory {
 public:
  HashDirectory() { Reset(kSlotsMin); }

  void Prefetch(uint64_t hash) const { __builtin_prefetch(&slots()[hash & mask_]); }
  uint64_t Home(uint64_t hash) const { return hash & mask_; }
  uint64_t Next(uint64_t slot) const { return (slot + 1) & mask_; }

  /// From `*slot` on: the next row whose tag is that of `hash`, with `*slot` its slot; or null, with `*slot` an empty
  /// one where a row of this hash may be set.
  uint8_t* Scan(uint64_t hash, uint64_t* slot) const {
    const uint64_t tag = hash >> kAddressBits;
    uint64_t at = *slot;
    while (true) {
      const uint64_t entry = slots()[at];
      if (entry == kEmpty) break;
      if (entry >> kAddressBits == tag && entry != kErased) {
        *slot = at;
        return reinterpret_cast<uint8_t*>(entry & kAddressMask);
      }
      at = Next(at);
    }
    *slot = at;
    return nullptr;
  }

  /// REQUIRES: `slot` is where Scan found no row.
  void Set(uint64_t slot, uint64_t hash, const uint8_t* row) {
    slots()[slot] = (hash >> kAddressBits << kAddressBits) | reinterpret_cast<uint64_t>(row);
    ++taken_;
  }
  /// Adds a row without a look for its key. REQUIRES: no row of its key is there.
  void Add(uint64_t hash, const uint8_t* row) {
    uint64_t slot = Home(hash);
    while (slots()[slot] > kErased) slot = Next(slot);
    if (slots()[slot] == kErased) --taken_;
    Set(slot, hash, row);
  }
  /// True when the directory must be made anew before the next Set.
  bool full() const { return taken_ * 2 >= mask_ + 1; }

  /// Removes the row. REQUIRES: it is there.
  void Erase(uint64_t hash, const uint8_t* row);
  /// The row has moved. REQUIRES: it is there.
  void Replace(uint64_t hash, const uint8_t* row, const uint8_t* moved) {
    uint64_t& slot = slots()[SlotOf(hash, row)];
    slot = (slot & ~kAddressMask) | reinterpret_cast<uint64_t>(moved);
  }

  /// Forgets all rows and makes room for `rows`.
  void Reset(int64_t rows);
  int64_t memory_bytes() const { return block_.size(); }
  /// For how many rows to make the directory anew when it is full and holds `rows`: as large as it is where enough of
  /// its slots are only erased ones; else larger, small ones faster.
  int64_t RemadeFor(int64_t rows) const {
    if (!GrowsAt(rows)) return capacity() - 1;
    return rows < 32768 ? rows * 2 : rows + rows / 2;
  }
  /// The directory grows when it is full and holds `rows`.
  bool GrowsAt(int64_t rows) const { return rows * 4 > capacity() * 3; }
  /// Bytes that it has more when it has grown once.
  int64_t GrowthBytes() const { return block_.size(); }
  /// How many rows fit without growth.
  int64_t capacity() const { return static_cast<int64_t>(mask_ + 1) / 2; }

 private:
  static constexpr int kAddressBits = 48;
  static constexpr uint64_t kAddressMask = (uint64_t{1} << kAddressBits) - 1;
  static constexpr uint64_t kEmpty = 0;
  static constexpr uint64_t kErased = 1;  // no row lies at address 1
  static constexpr int64_t kSlotsMin = 16;

  uint64_t SlotOf(uint64_t hash, const uint8_t* row) const {
    uint64_t slot = Home(hash);
    while ((slots()[slot] & kAddressMask) != reinterpret_cast<uint64_t>(row)) slot = Next(slot);
    return slot;
  }
  uint64_t* slots() const { return reinterpret_cast<uint64_t*>(block_.data()); }

  MemoryBlock block_;
  uint64_t mask_ = 0;
  uint64_t taken_ = 0;  // rows and erased slots
};

/// Adds many rows to a directory, with their cache misses overlapped. All are there after Flush.
class DirectoryFiller {
 public:
  explicit DirectoryFiller(HashDirectory* directory) : directory_(directory) {}
  void Add(uint64_t hash, const uint8_t* row) {
    if (length_ == kBlock) Flush();
    directory_->Prefetch(hash);
    hashes_[length_] = hash;
    rows_[length_++] = row;
  }
  void Flush() {
    for (int i = 0; i < length_; ++i) directory_->Add(hashes_[i], rows_[i]);
    length_ = 0;
  }

 private:
  static constexpr int kBlock = 64;
  HashDirectory* directory_;
  uint64_t hashes_[kBlock];
  const uint8_t* rows_[kBlock];
  int length_ = 0;
};

/// Looks up `count` keys in blocks: hash them all and fetch their slots, then fetch the rows found there, then compare,
/// so that the misses of a block overlap. `Keys` has
///   uint64_t Hash(int64_t i), bool Equal(int64_t i, const uint8_t* row), void Found(int64_t i, uint8_t* row_or_null),
/// and, for kInsert, uint8_t* Make(int64_t i, uint64_t hash) and void Rebuild(), which fills a new, larger directory.
template <bool kInsert, typename Keys>
void ProbeDirectory(HashDirectory* directory, int64_t count, Keys&& keys) {
  constexpr int64_t kBlock = 64;
  uint64_t hashes[kBlock];
  uint64_t slots[kBlock];
  uint8_t* candidates[kBlock];
  for (int64_t begin = 0; begin < count;) {
    const int64_t length = count - begin < kBlock ? count - begin : kBlock;
    for (int64_t i = 0; i < length; ++i) {
      hashes[i] = keys.Hash(begin + i);
      directory->Prefetch(hashes[i]);
    }
    for (int64_t i = 0; i < length; ++i) {
      slots[i] = directory->Home(hashes[i]);
      candidates[i] = directory->Scan(hashes[i], &slots[i]);
      if (candidates[i] != nullptr) __builtin_prefetch(candidates[i], 1);
    }
    int64_t done = 0;
    while (done < length) {
      const int64_t i = done++;
      uint8_t* row = candidates[i];
      // What was empty may hold the row of an equal key of this block by now.
      if (row == nullptr) row = directory->Scan(hashes[i], &slots[i]);
      while (row != nullptr && !keys.Equal(begin + i, row)) {
        slots[i] = directory->Next(slots[i]);
        row = directory->Scan(hashes[i], &slots[i]);
      }
      if constexpr (kInsert) {
        if (row == nullptr) {
          row = keys.Make(begin + i, hashes[i]);
          directory->Set(slots[i], hashes[i], row);
          keys.Found(begin + i, row);
          if (!directory->full()) continue;
          keys.Rebuild();
          break;  // the slots found for the rest of the block are void
        }
      }
      keys.Found(begin + i, row);
    }
    begin += done;
  }
}

}  // namespace tidemark::state
