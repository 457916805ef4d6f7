// SPDX-License-Identifier: Apache-2.0
// OrderedCounts: a sorted multiset that keeps a count per value; what MIN, MAX and PERCENTILE need to take values back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tidemark::expr {

/// Values in ascending order, each once, with a count that is never 0. A count may be negative while a retraction has
/// come before its addition.
///
/// Values lie in sorted blocks of at most kBlockSize, so that an insertion moves little memory and a lookup is two
/// binary searches.
template <typename T, typename Less>
class OrderedCounts {
 public:
  struct Entry {
    T value;
    int64_t count;
  };

  /// Adds `delta` to the count of `value`. Returns the change of the number of values: -1, 0 or 1.
  template <typename Value>
  int Change(const Value& value, int64_t delta) {
    if (delta == 0) return 0;
    if (blocks_.empty()) blocks_.emplace_back();
    auto block = std::lower_bound(blocks_.begin(), blocks_.end(), value, [](const Block& each, const Value& sought) {
      return each.empty() || Less()(each.back().value, sought);
    });
    if (block == blocks_.end()) --block;
    auto entry = std::lower_bound(block->begin(), block->end(), value,
                                  [](const Entry& each, const Value& sought) { return Less()(each.value, sought); });
    if (entry == block->end() || Less()(value, entry->value)) {
      block->insert(entry, Entry{T(value), delta});
      if (block->size() > kBlockSize) Split(block);
      return 1;
    }
    entry->count += delta;
    if (entry->count != 0) return 0;
    block->erase(entry);
    if (block->empty()) blocks_.erase(block);
    return -1;
  }

  /// The first value with a positive count; null if there is none.
  const T* Smallest() const {
    for (const Block& block : blocks_) {
      for (const Entry& entry : block) {
        if (entry.count > 0) return &entry.value;
      }
    }
    return nullptr;
  }
  /// The last value with a positive count; null if there is none.
  const T* Largest() const {
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
      for (auto entry = block->rbegin(); entry != block->rend(); ++entry) {
        if (entry->count > 0) return &entry->value;
      }
    }
    return nullptr;
  }

  /// Calls `visit(entry)` in ascending order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Block& block : blocks_) {
      for (const Entry& entry : block) visit(entry);
    }
  }

  bool empty() const { return blocks_.empty(); }
  size_t size() const {
    size_t sum = 0;
    for (const Block& block : blocks_) sum += block.size();
    return sum;
  }
  /// Bytes of the blocks; what the values own themselves is not in it.
  int64_t bytes() const {
    size_t sum = blocks_.capacity() * sizeof(Block);
    for (const Block& block : blocks_) sum += block.capacity() * sizeof(Entry);
    return static_cast<int64_t>(sum);
  }

 private:
  static constexpr size_t kBlockSize = 128;
  using Block = std::vector<Entry>;

  void Split(typename std::vector<Block>::iterator block) {
    const auto half = block->begin() + kBlockSize / 2;
    Block upper(std::make_move_iterator(half), std::make_move_iterator(block->end()));
    block->erase(half, block->end());
    blocks_.insert(block + 1, std::move(upper));
  }

  std::vector<Block> blocks_;
};

}  // namespace tidemark::expr
