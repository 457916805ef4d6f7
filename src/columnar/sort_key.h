// SPDX-License-Identifier: Apache-2.0
// Sort keys as byte strings: comparing two rows by any ORDER BY becomes one memcmp.
#pragma once

#include <arrow/result.h>

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

/// The keys of a batch's rows, one after the other.
struct SortKeys {
  std::string bytes;
  std::vector<size_t> offsets;  ///< row i is bytes[offsets[i], offsets[i + 1])

  std::string_view key(int64_t row) const {
    return std::string_view(bytes).substr(offsets[row], offsets[row + 1] - offsets[row]);
  }
};

/// Encodes each row so that `a` sorts before `b` exactly when a's bytes compare lower. Rows that are equal in all columns
/// have equal bytes. NaN is the largest number; -0.0 equals 0.0; text and binary compare byte by byte. NotImplemented for
/// nested types.
arrow::Result<SortKeys> EncodeSortKeys(const Batch& batch, const std::vector<SortColumn>& columns);

}  // namespace tidemark
