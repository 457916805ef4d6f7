// SPDX-License-Identifier: Apache-2.0
// KeyedTable: the memory of every keyed operator. A hash table from a key (one or more columns) to a fixed-size row.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "catalog/data_type.h"

namespace tidemark::state {

/// Turns key columns into bytes, such that two keys are equal (NULLs equal to each other, -0.0 to 0.0, NaN to NaN)
/// exactly when their bytes are, and turns the bytes back into columns. Fixed-width when all key types are.
class KeyCodec;

/// Open addressing over rows in stable pages: a row keeps its address until it is erased, so accumulators may be
/// updated through pointers across a batch. Batch interface: keys are hashed together and probed with prefetch.
/// One thread.
class KeyedTable {
 public:
  /// `key_types`: the key columns. `payload_bytes`: bytes beside the key, zeroed when a row is made.
  static std::unique_ptr<KeyedTable> Make(std::vector<DataType> key_types, int32_t payload_bytes);
  virtual ~KeyedTable() = default;

  /// For each row of the key columns, the payload of its key's row; makes the row where there is none, and then sets
  /// `created[i]` (for the first of equal keys). `rows`: positions to look at, or empty for all 0..num_rows-1.
  virtual arrow::Status FindOrInsert(std::span<const std::shared_ptr<arrow::Array>> keys, int64_t num_rows,
                                     std::span<const int32_t> rows, std::vector<uint8_t*>* payloads,
                                     std::vector<bool>* created) = 0;
  /// Null payload where the key is absent.
  virtual arrow::Status Find(std::span<const std::shared_ptr<arrow::Array>> keys, int64_t num_rows,
                             std::span<const int32_t> rows, std::vector<uint8_t*>* payloads) = 0;
  /// Removes the rows with these payloads. The owner destroys what the payload owns before.
  virtual void Erase(std::span<uint8_t* const> payloads) = 0;
  virtual void Clear() = 0;

  /// Every payload, in insertion order as far as nothing was erased.
  virtual void ForEach(const std::function<void(uint8_t* payload)>& visit) = 0;
  /// The key columns of the given rows.
  virtual arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Keys(std::span<uint8_t* const> payloads) const = 0;

  virtual int64_t size() const = 0;
  virtual int64_t memory_bytes() const = 0;
};

/// Key groups, as in Flink: a key's group is a stable hash of it modulo kKeyGroups; worker = group * workers / kKeyGroups.
inline constexpr int kKeyGroups = 128;

/// The key group of every row. Stable across processes, worker counts and versions of the binary.
arrow::Result<std::vector<uint8_t>> KeyGroups(std::span<const std::shared_ptr<arrow::Array>> keys, int64_t num_rows);

constexpr int WorkerOfKeyGroup(int key_group, int workers) { return key_group * workers / kKeyGroups; }

}  // namespace tidemark::state
