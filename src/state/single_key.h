// SPDX-License-Identifier: Apache-2.0
// A key of one column of at most 8 bytes as a 64-bit word, without encoding: the fastest path of keyed state.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "catalog/data_type.h"
#include "state/key_codec.h"

namespace tidemark::state {

/// True for BOOLEAN, integers, FLOAT, DOUBLE, DATE, TIME, timestamps and intervals.
bool IsSingleWordKey(const DataType& type);

/// The keys of some rows that are not NULL.
struct SingleKeys {
  const uint64_t* words = nullptr;  ///< `count` of them
  int64_t count = 0;
  /// Where each word's row stands among the rows asked for; null: all rows asked for are here, in order.
  const int32_t* positions = nullptr;
  std::vector<int32_t> null_positions;  ///< the others
};

/// Memory that SingleKeys points into where it does not point into the column itself.
struct SingleKeyScratch {
  std::vector<uint64_t> words;
  std::vector<int32_t> positions;
};

/// Integers are extended with their sign. `floats`: kAsKeys or kAsRows. `rows` null: all.
/// The result is valid as long as `column` and `scratch`.
arrow::Result<SingleKeys> ReadSingleKeys(const arrow::Array& column, const DataType& type, KeyCodec::Floats floats,
                                         const std::vector<int32_t>* rows, SingleKeyScratch* scratch);

/// The words at `words` as a column of `type`; a null pointer is a NULL.
arrow::Result<std::shared_ptr<arrow::Array>> SingleKeyColumn(std::span<const uint64_t* const> words,
                                                             const DataType& type);

}  // namespace tidemark::state
