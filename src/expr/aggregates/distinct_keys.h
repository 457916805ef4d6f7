// SPDX-License-Identifier: Apache-2.0
// The kinds of sets that DISTINCT keeps, behind one shape: what a key is, how it is read from a row, saved and turned
// back into argument values.
#pragma once

#include <arrow/array.h>
#include <arrow/result.h>
#include <arrow/util/bit_util.h>

#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/aggregates/key_counts.h"
#include "expr/aggregates/plain_state.h"
#include "expr/aggregates/value_codec.h"

namespace tidemark::expr {

using ArrayPointers = std::span<const std::shared_ptr<arrow::Array>>;

/// Reads one fixed-width column of at most 8 bytes as words. Every NaN is the same.
class WordKeyReader {
 public:
  using Key = uint64_t;
  explicit WordKeyReader(ArrayPointers args) : array_(*args[0]), type_(array_.type_id()) {
    const auto& data = *array_.data();
    width_ = type_ == arrow::Type::BOOL ? 0 : static_cast<int>(data.type->byte_width());
    offset_ = data.offset;
    values_ = data.buffers[1]->data() + offset_ * width_;
  }
  uint64_t KeyAt(int64_t row) const {
    if (width_ == 0) return arrow::bit_util::GetBit(values_, offset_ + row) ? 1 : 0;
    uint64_t word = 0;
    std::memcpy(&word, values_ + row * width_, static_cast<size_t>(width_));
    if (type_ == arrow::Type::DOUBLE && std::bit_cast<double>(word) != std::bit_cast<double>(word)) {
      return std::bit_cast<uint64_t>(std::numeric_limits<double>::quiet_NaN());
    }
    if (type_ == arrow::Type::FLOAT) {
      const auto value = std::bit_cast<float>(static_cast<uint32_t>(word));
      if (value != value) return std::bit_cast<uint32_t>(std::numeric_limits<float>::quiet_NaN());
    }
    return word;
  }

 private:
  const arrow::Array& array_;
  const arrow::Type::type type_;
  const uint8_t* values_ = nullptr;
  int64_t offset_ = 0;
  int width_ = 0;
};

/// Reads the tuple of all argument values in their encoding (value_codec.h).
class TextKeyReader {
 public:
  using Key = std::string_view;
  explicit TextKeyReader(ArrayPointers args) : args_(args) {}
  /// Good until the next call.
  std::string_view KeyAt(int64_t row) {
    encoded_.clear();
    for (const auto& array : args_) AppendValue(*array, row, &encoded_);
    return encoded_;
  }

 private:
  const ArrayPointers args_;
  std::string encoded_;
};

inline void PutKey(uint64_t key, std::string* out) { PutFixed(key, out); }
inline void PutKey(std::string_view key, std::string* out) { PutBytes(key, out); }
inline bool TakeKey(std::string_view* saved, uint64_t* key) { return TakeFixed(saved, key); }
inline bool TakeKey(std::string_view* saved, std::string_view* key) { return TakeBytes(saved, key); }

/// What a change of a key's count means for the function behind DISTINCT.
enum class DistinctChange { kNone, kAppeared, kVanished };

inline DistinctChange ChangeOf(int64_t before, int64_t delta) {
  if (before <= 0 && before + delta > 0) return DistinctChange::kAppeared;
  if (before > 0 && before + delta <= 0) return DistinctChange::kVanished;
  return DistinctChange::kNone;
}

/// Sets with counts, for inputs that retract.
template <typename CountsOf, typename ReaderOf>
struct CountedKeys {
  using Reader = ReaderOf;
  static constexpr bool kCounted = true;
  CountsOf counts;

  DistinctChange Change(typename Reader::Key key, int64_t delta) { return ChangeOf(counts.Change(key, delta), delta); }
  int64_t size() const { return counts.size(); }
  template <typename Visit>
  void ForEach(Visit visit) const {
    counts.ForEach(visit);
  }
  int64_t memory_bytes() const { return counts.memory_bytes(); }
};

/// Words without counts, for inserts only.
struct PlainWordKeys {
  using Reader = WordKeyReader;
  static constexpr bool kCounted = false;
  WordSet keys;

  DistinctChange Change(uint64_t key, int64_t) {
    return keys.Insert(key) ? DistinctChange::kAppeared : DistinctChange::kNone;
  }
  int64_t size() const { return keys.size(); }
  template <typename Visit>
  void ForEach(Visit visit) const {
    keys.ForEach([&](uint64_t key) { visit(key, int64_t{1}); });
  }
  int64_t memory_bytes() const { return keys.memory_bytes(); }
};

}  // namespace tidemark::expr
