// SPDX-License-Identifier: Apache-2.0
// KeyedTable: the memory of every keyed operator. A hash table from a key (one or more columns) to a fixed-size row.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "catalog/data_type.h"
#include "state/key_codec.h"
#include "state/row_pages.h"

namespace tidemark::state {

/// Open addressing over rows in stable pages: a row keeps its address until it is erased, so accumulators may be
/// updated through pointers across a batch. Batch interface: keys are hashed together and probed with prefetch.
///
/// Keys are equal as KeyCodec says: NULLs equal each other, NaN equals NaN, and -0.0 equals 0.0 with Floats::kAsKeys.
/// Payloads are aligned to 8. A table of no key columns holds at most one row. An empty table takes some hundred bytes.
/// One thread.
class KeyedTable {
 public:
  using Columns = std::span<const std::shared_ptr<arrow::Array>>;

  /// `key_types`: the key columns. `payload_bytes`: bytes beside the key, zeroed when a row is made. `floats`: kAsRows
  /// where the key is a row that is handed on as it came.
  static std::unique_ptr<KeyedTable> Make(std::vector<DataType> key_types, int32_t payload_bytes,
                                          KeyCodec::Floats floats = KeyCodec::Floats::kAsKeys);
  virtual ~KeyedTable() = default;

  /// For each of `rows` of the key columns (null: all of 0..num_rows-1) the payload of its key's row; makes the row
  /// where there is none. Clears and fills `payloads`, parallel to the rows looked at, and `created`: the positions in
  /// `payloads` of rows that were made (the first of equal keys), ascending.
  virtual arrow::Status FindOrInsert(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows,
                                     std::vector<uint8_t*>* payloads, std::vector<int32_t>* created) = 0;
  /// Null payload where the key is absent.
  virtual arrow::Status Find(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows,
                             std::vector<uint8_t*>* payloads) = 0;
  /// FindOrInsert of the keys of `others`, which are payloads of the table `other`. REQUIRES: both tables were made for
  /// the same key types and floats.
  virtual void FindOrInsertFrom(const KeyedTable& other, std::span<uint8_t* const> others,
                                std::vector<uint8_t*>* payloads, std::vector<int32_t>* created) = 0;

  /// Removes the rows with these payloads. The owner destroys what the payload owns before.
  virtual void Erase(std::span<uint8_t* const> payloads) = 0;
  virtual void Clear() = 0;
  /// Takes the oldest rows out, those of one page: removes their room from what new rows are made in, so that memory is
  /// given back when each of them is erased or renewed. Adds them to `payloads`. False: the table is empty.
  /// REQUIRES: the rows of the last call have been erased or renewed.
  virtual bool RetireOldest(std::vector<uint8_t*>* payloads) = 0;
  /// Gives the rows new places, as if they had been made just now. `payloads` then name the new places.
  virtual void Renew(std::span<uint8_t*> payloads) = 0;
  /// Gives memory back when few rows are left of many.
  virtual void Shrink() = 0;
  /// Bytes that the table takes at once when the directory of its rows grows for the next time, and whether this comes
  /// by inserting alone (while there are fewer rows, erased ones make room).
  struct Growth {
    int64_t bytes = 0;
    bool is_near = false;
  };
  virtual Growth growth() const = 0;
  /// Makes room for `rows` rows at once, so that inserting them does not grow the table step by step.
  virtual void Reserve(int64_t rows) = 0;

  /// Every payload, in insertion order as far as nothing was erased.
  virtual void ForEach(const std::function<void(uint8_t* payload)>& visit) const = 0;
  /// See RowPages::Walk. `cursor` begins as RowCursor().
  virtual bool Walk(RowCursor* cursor, int64_t rows, const std::function<void(uint8_t* payload)>& visit) const = 0;
  /// The key columns of the given rows.
  virtual arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Keys(std::span<uint8_t* const> payloads) const = 0;

  virtual int64_t size() const = 0;
  virtual int64_t memory_bytes() const = 0;

  /// Every payload in a vector, in the order of ForEach.
  std::vector<uint8_t*> Payloads() const;
};

}  // namespace tidemark::state
