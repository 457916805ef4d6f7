// SPDX-License-Identifier: Apache-2.0
// Compact hash maps from a value to how often it came: what DISTINCT and COLLECT keep per accumulator.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::expr {

/// Counts per byte string, in order of first arrival. A key whose count returns to 0 is forgotten; a count may be
/// negative while a retraction has come before its addition.
class TextCounts {
 public:
  /// Adds `delta`; returns the count before.
  int64_t Change(std::string_view key, int64_t delta);

  /// Number of keys.
  int64_t size() const { return static_cast<int64_t>(entries_.size()) - dead_; }
  /// Calls `visit(std::string_view key, int64_t count)` in order of first arrival.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Entry& entry : entries_) {
      if (entry.count != 0) visit(KeyOf(entry), entry.count);
    }
  }
  int64_t memory_bytes() const;

 private:
  struct Entry {
    uint64_t offset;
    uint32_t length;
    uint32_t hash;
    int64_t count;  // 0: forgotten, its room not yet given back
  };
  static constexpr uint32_t kFree = 0xFFFFFFFF;

  std::string_view KeyOf(const Entry& entry) const {
    return std::string_view(keys_).substr(entry.offset, entry.length);
  }
  /// The slot that holds `key`, or the free one where it belongs.
  size_t FindSlot(std::string_view key, uint32_t hash) const;
  /// Drops forgotten entries and makes room for as many keys again.
  void Rebuild();

  std::string keys_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // positions in entries_; a power of two of them, at most 3/4 taken
  int64_t dead_ = 0;
};

/// The same for fixed-width values of at most 8 bytes, without any order.
class WordCounts {
 public:
  int64_t Change(uint64_t key, int64_t delta);

  int64_t size() const { return size_; }
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Slot& slot : slots_) {
      if (slot.count != 0) visit(slot.key, slot.count);
    }
  }
  int64_t memory_bytes() const { return static_cast<int64_t>(sizeof(*this) + slots_.capacity() * sizeof(Slot)); }

 private:
  struct Slot {
    uint64_t key;
    int64_t count;  // 0: free
  };

  size_t FindSlot(uint64_t key) const;
  void Erase(size_t slot);
  void Grow();

  std::vector<Slot> slots_;
  int64_t size_ = 0;
};

/// A set of fixed-width values of at most 8 bytes: 8 bytes per slot.
class WordSet {
 public:
  /// True when `key` is new.
  bool Insert(uint64_t key);

  int64_t size() const { return used_ + (has_zero_ ? 1 : 0); }
  template <typename Visit>
  void ForEach(Visit visit) const {
    if (has_zero_) visit(uint64_t{0});
    for (uint64_t key : slots_) {
      if (key != 0) visit(key);
    }
  }
  int64_t memory_bytes() const { return static_cast<int64_t>(sizeof(*this) + slots_.capacity() * sizeof(uint64_t)); }

 private:
  void Grow();

  std::vector<uint64_t> slots_;  // 0: free
  int64_t used_ = 0;
  bool has_zero_ = false;
};

}  // namespace tidemark::expr
