// SPDX-License-Identifier: Apache-2.0
// KeyCodec: rows as bytes and back. What keyed state is keyed by and what it keeps of whole rows.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "catalog/data_type.h"

namespace tidemark::state {

/// Encoded rows, one after the other. Reused from batch to batch, so that its memory is allocated once.
struct EncodedRows {
  std::vector<uint8_t> bytes;
  /// Row i is bytes[offsets[i], offsets[i + 1]). Left empty by codecs of fixed width, whose rows follow each other.
  std::vector<int64_t> offsets;
};

/// Turns columns into bytes, such that two rows are equal exactly when their bytes are, and turns the bytes back into
/// columns. NULLs equal each other. Fixed-width when all types are.
///
/// Layout, little-endian: a bitmap of NULL columns (bit i of byte i / 8: column i), the fixed-width columns at their
/// native width in order (zero when NULL), zeros up to a multiple of 8 when every column has fixed width; then, in
/// order, each other column: its length (4 bytes, 0 when NULL) and its bytes. Text and binary: themselves. ARRAY, MAP,
/// ROW: values in order, each as a byte 1, then its bytes (with length or count before them where they vary); a NULL is
/// a byte 0.
class KeyCodec {
 public:
  enum class Floats {
    kAsKeys,  ///< -0.0 is stored as 0.0 and every NaN as the same, so that equal keys have equal bytes
    kAsRows,  ///< -0.0 and 0.0 differ, every NaN is stored as the same: for rows that are found by all of their values
    kExact,   ///< as they are: for rows that are handed on
  };

  KeyCodec(std::vector<DataType> types, Floats floats);

  const std::vector<DataType>& types() const { return types_; }
  /// Every row has fixed_bytes() bytes, a multiple of 8.
  bool fixed() const { return variable_columns_.empty(); }
  int32_t fixed_bytes() const { return fixed_bytes_; }

  /// Encodes the rows at `rows` (null: all of 0..num_rows-1), in that order. Fails when a column's Arrow type is not
  /// the declared one, or a row exceeds 2 GiB.
  arrow::Status Encode(std::span<const std::shared_ptr<arrow::Array>> columns, int64_t num_rows,
                       const std::vector<int32_t>* rows, EncodedRows* encoded) const;

  /// The columns of encoded rows, in order. REQUIRES: each was written by Encode for the same types.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Decode(std::span<const uint8_t* const> rows) const;

 private:
  std::vector<DataType> types_;
  std::vector<std::shared_ptr<arrow::DataType>> arrow_types_;
  Floats floats_;
  int32_t fixed_bytes_ = 0;
  /// Where each column of fixed width starts; -1 for the others.
  std::vector<int32_t> column_offsets_;
  std::vector<int> variable_columns_;
};

}  // namespace tidemark::state
