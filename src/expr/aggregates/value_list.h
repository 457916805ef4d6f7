// SPDX-License-Identifier: Apache-2.0
// ValueList: the values of one accumulator in order of arrival, for LISTAGG, ARRAY_AGG, JSON_ARRAYAGG and for
// FIRST_VALUE and LAST_VALUE over inputs that retract.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tidemark::expr {

/// A sequence of byte strings in one buffer. A retraction takes away the first equal value; one that comes before its
/// addition is remembered and cancels it.
class ValueList {
 public:
  void Add(std::string_view value);
  void Retract(std::string_view value);
  /// Adds the other's values behind these, and applies what it still has to retract.
  void Merge(const ValueList& other);

  /// Number of values.
  int64_t size() const { return size_; }
  /// Nothing held at all, not even an early retraction.
  bool empty() const { return size_ == 0 && owed_ == nullptr; }
  /// REQUIRES: size() > 0.
  std::string_view first() const;
  std::string_view last() const;
  /// Calls `visit(std::string_view)` for each value in order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t at = start_; at < bytes_.size();) {
      const std::string_view value = ValueAt(at);
      visit(value);
      at += value.size() + kFrame;
    }
  }

  int64_t memory_bytes() const;

  /// Form: number of values (u32), each with its length (u32); then the same of early retractions.
  void Save(std::string* out) const;
  static arrow::Result<std::unique_ptr<ValueList>> Load(std::string_view* saved);

 private:
  // Each value stands between its length (u32) before and after, so that the last one is found without a walk.
  static constexpr size_t kLength = sizeof(uint32_t);
  static constexpr size_t kFrame = 2 * kLength;

  std::string_view ValueAt(size_t at) const;
  bool Remove(std::string_view value);
  static bool LoadInto(std::string_view* saved, ValueList* list);

  std::string bytes_;
  size_t start_ = 0;  // values before it have been retracted
  int64_t size_ = 0;
  std::unique_ptr<ValueList> owed_;
};

/// The saved form of an accumulator that is one list: version (u8 = 1), then the list. `list` null: an empty one.
arrow::Status SaveValueList(const ValueList* list, std::string* out);

struct LoadedValueList {
  std::unique_ptr<ValueList> list;  ///< null when empty
  int64_t consumed = 0;             ///< bytes
};
arrow::Result<LoadedValueList> LoadValueList(std::string_view saved);

}  // namespace tidemark::expr
