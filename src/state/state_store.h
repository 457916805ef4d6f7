// SPDX-License-Identifier: Apache-2.0
// StateStore: keyed state that is not in memory. An ordered map from bytes to bytes, written and read in large sorted
// pieces, because that is what a disk and an LSM tree are good at.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::state {

/// A key with its new value, or without one.
struct StoreEntry {
  std::string_view key;
  std::string_view value;
  bool removed = false;  ///< the key has no value any more
};

/// The entries whose keys begin with some bytes, in the order of keys, as they were when the scan was made.
class StoreScan {
 public:
  virtual ~StoreScan() = default;
  /// Moves to the next entry (at first to the first). False: there is none.
  virtual arrow::Result<bool> Next() = 0;
  /// Of the entry; valid until the next call of Next.
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

/// The state of all operators of one worker, found by StoreKeyPrefix. Scratch: it is empty when it is opened, and
/// nothing of it outlives the object. One thread; what it does in the background it does on threads of its own.
///
/// Errors are IOError with the path and the reason.
class StateStore {
 public:
  virtual ~StateStore() = default;

  /// Writes all of `entries`. REQUIRES: keys ascend strictly, as bytes. Takes time: write tens of thousands at once.
  virtual arrow::Status Write(std::span<const StoreEntry> entries) = 0;
  /// The values of `keys`, which ascend; none where a key has none. Valid until the next call. A key that was never
  /// written costs little.
  virtual arrow::Status MultiGet(std::span<const std::string_view> keys,
                                 std::vector<std::optional<std::string_view>>* values) = 0;
  std::unique_ptr<StoreScan> Scan(std::string_view prefix) { return Scan(prefix, prefix); }
  /// The same from the key `from` on, which begins with `prefix`.
  virtual std::unique_ptr<StoreScan> Scan(std::string_view prefix, std::string_view from) = 0;

  /// Removes all keys that begin with `prefix`, which has a byte below 255. Scans made before still see them.
  virtual arrow::Status RemoveAll(std::string_view prefix) = 0;

  /// Bytes on disk of everything, and about how many of them belong to keys that begin with `prefix`.
  virtual int64_t disk_bytes() const = 0;
  virtual int64_t disk_bytes(std::string_view prefix) const = 0;
};

/// The bytes that all keys of an operator begin with. Behind them come the number of a table of the operator, or of a
/// list of keys of it (one byte, see StoreKeys), the key group (one byte), and the key as KeyCodec gives it: a table's
/// share of other workers is a range of keys.
std::string StoreKeyPrefix(int operator_number);

/// A store in memory, for tests and the simulator, whose runs touch no file.
std::unique_ptr<StateStore> MakeMemoryStateStore();

}  // namespace tidemark::state
