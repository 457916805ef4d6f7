// SPDX-License-Identifier: Apache-2.0
// Many entries of a StateStore at a time: written, looked up and read back by the keys of StoreKeys.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  /// The key whose value is complete is to be in a list of keys, too.
  void List() { listed_.push_back(static_cast<int32_t>(ends_.size()) - 1); }
  int64_t num_listed() const { return static_cast<int64_t>(listed_.size()); }
  /// `list`: which one (see StoreKeys) gets the keys that are to be in one; none: no list does. REQUIRES: as many calls
  /// of End as `keys` has keys, which differ.
  arrow::Status Write(const StoreKeys& keys, StateStore* store, std::optional<uint32_t> list = std::nullopt) const;

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
  std::vector<bool> removed_;
  std::vector<int32_t> listed_;
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
  void Add(std::string_view key, std::string_view value);

 private:
  std::string_view Part(int64_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

  std::string bytes_;
  std::vector<size_t> ends_;  ///< of a key, then of its value
};

/// The entries of a table, as they were when the object was made; or those of one of its lists, as they are when they
/// are read. One thread.
class StoreReading {
 public:
  /// Of all; `keys` and `store` outlive the object.
  StoreReading(const StoreKeys* keys, StateStore* store) : StoreReading(keys, store, keys->prefix()) {}
  static StoreReading OfList(const StoreKeys* keys, StateStore* store, uint32_t list) {
    return {keys, store, keys->list_prefix(list)};
  }

  /// The next `entries_max`, or fewer. Sets `more` to false when there are no more.
  arrow::Result<StorePiece> Read(int64_t entries_max, bool* more);

 private:
  StoreReading(const StoreKeys* keys, StateStore* store, std::string prefix)
      : keys_(keys), store_(store), prefix_(std::move(prefix)), scan_(store->Scan(prefix_)) {}

  const StoreKeys* keys_;
  StateStore* store_;
  std::string prefix_;
  std::unique_ptr<StoreScan> scan_;
};

}  // namespace tidemark::state
