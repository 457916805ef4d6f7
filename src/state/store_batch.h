// SPDX-License-Identifier: Apache-2.0
// Many entries of a StateStore at a time: written, looked up and read back by the keys of StoreKeys.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/state_store.h"
#include "state/store_keys.h"

namespace tidemark::state {

/// Values for the keys of one StoreKeys::Encode, in the order of its rows. One thread.
class StoreValues {
 public:
  /// Where the bytes of the next value are appended to.
  std::string* bytes() { return &bytes_; }
  /// They are complete, or the key has no value any more.
  void End(bool removed) {
    ends_.push_back(bytes_.size());
    removed_.push_back(removed);
  }
  /// REQUIRES: as many calls of End as `keys` has keys, which differ.
  arrow::Status Write(const StoreKeys& keys, StateStore* store) const;

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
  std::vector<bool> removed_;
};

/// For each of the keys its value, in the order of the rows of Encode; none where the store has none. Valid until the
/// next look-up.
arrow::Status LookUp(const StoreKeys& keys, StateStore* store, std::vector<std::optional<std::string_view>>* values);

/// Entries of a scan, copied. One thread.
class StorePiece {
 public:
  /// Takes the next `entries_max`, or fewer when they are large. Sets `more` to false when the scan has come to its
  /// end.
  static arrow::Result<StorePiece> Read(StoreScan* scan, int64_t entries_max, bool* more);

  int64_t size() const { return static_cast<int64_t>(ends_.size() / 2); }
  std::string_view value(int64_t i) const { return Part(2 * i + 1); }
  /// Of all entries, in order.
  std::vector<std::string_view> Keys() const;

 private:
  std::string_view Part(int64_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

  std::string bytes_;
  std::vector<size_t> ends_;  ///< of a key, then of its value
};

}  // namespace tidemark::state
