// SPDX-License-Identifier: Apache-2.0
// Sort keys as byte strings: comparing two rows by any ORDER BY becomes one memcmp.
#pragma once

#include <arrow/result.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/batch.h"

namespace tidemark {

/// One column of an ORDER BY.
struct SortColumn {
  int column = 0;
  bool ascending = true;
  bool nulls_first = true;
};

/// The first 16 bytes of a sort key, as numbers. Keys compare as their prefixes do where those differ.
struct SortPrefix {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const SortPrefix&) const = default;

  static constexpr int64_t kBytes = 16;
  /// Missing bytes count as 0.
  static SortPrefix Of(std::string_view key);
};

/// The keys of a batch's rows, one after the other. Memory is kept when it is filled anew.
struct SortKeys {
  std::string bytes;
  std::vector<size_t> offsets;  ///< row i is bytes[offsets[i], offsets[i + 1])

  std::string_view key(int64_t row) const {
    return std::string_view(bytes).substr(offsets[row], offsets[row + 1] - offsets[row]);
  }
};

/// Encodes each row so that `a` sorts before `b` exactly when a's bytes compare lower. Rows that are equal in all
/// columns have equal bytes. NaN is the largest number; -0.0 equals 0.0; text and binary compare byte by byte.
/// NotImplemented for nested types.
arrow::Status EncodeSortKeys(const Batch& batch, const std::vector<SortColumn>& columns, SortKeys* keys);

/// The batch's row numbers in the order of its keys; rows with equal keys stay in order.
std::vector<int32_t> SortedOrder(const SortKeys& keys);

}  // namespace tidemark
