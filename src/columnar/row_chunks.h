// SPDX-License-Identifier: Apache-2.0
// RowChunks: many rows kept column by column, each with a number, to be read back in any order.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "columnar/batch.h"

namespace tidemark {

/// Rows are numbered 0, 1, .. as they are added. Batches are kept as they come, small ones are joined, so that a row is
/// found fast however it came. Kinds and row watermarks are not kept. One thread.
class RowChunks {
 public:
  explicit RowChunks(std::vector<std::shared_ptr<arrow::DataType>> types) : types_(std::move(types)) {}

  /// The first of the new rows has number size() before the call. REQUIRES: columns of the given types.
  arrow::Status Append(const Batch& batch);
  /// The columns of rows, in the order of `rows`; all are NULL for a row -1. REQUIRES: 0 <= row < size() otherwise.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Gather(const std::vector<int64_t>& rows) const;
  /// Some of the columns.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Gather(const std::vector<int64_t>& rows,
                                                                   const std::vector<int>& columns) const;
  /// The columns of row numbers [begin, end).
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Range(int64_t begin, int64_t end) const;
  void Clear();

  int64_t size() const { return size_; }
  int64_t memory_bytes() const { return memory_bytes_; }

 private:
  struct Chunk {
    int64_t begin = 0;
    int64_t length = 0;
    int64_t bytes = 0;
    std::vector<std::shared_ptr<arrow::Array>> columns;
  };
  /// Where a row lies.
  struct Place {
    int32_t chunk = 0;
    int32_t row = -1;
  };
  template <typename T>
  arrow::Result<std::shared_ptr<arrow::Array>> GatherFixed(size_t column, const std::vector<Place>& places) const;
  arrow::Result<std::shared_ptr<arrow::Array>> GatherBool(size_t column, const std::vector<Place>& places) const;
  arrow::Result<std::shared_ptr<arrow::Array>> GatherText(size_t column, const std::vector<Place>& places) const;
  arrow::Result<std::shared_ptr<arrow::Array>> GatherOther(size_t column, const std::vector<Place>& places) const;
  arrow::Result<std::shared_ptr<arrow::Array>> GatherColumn(size_t column, const std::vector<Place>& places) const;
  /// Null when every value is there.
  arrow::Result<std::shared_ptr<arrow::Buffer>> GatherValidity(size_t column, const std::vector<Place>& places,
                                                               int64_t* null_count) const;

  arrow::Status JoinSmallChunks();
  void Index(int64_t from_chunk);
  int32_t ChunkOf(int64_t row) const;

  // Rows of one block of this size lie in a few chunks that follow each other.
  static constexpr int kBlockBits = 12;
  static constexpr int64_t kBlockRows = int64_t{1} << kBlockBits;

  std::vector<std::shared_ptr<arrow::DataType>> types_;
  std::vector<Chunk> chunks_;
  std::vector<int32_t> first_chunk_;  ///< of each block: the chunk of its first row
  int64_t size_ = 0;
  int64_t memory_bytes_ = 0;
};

}  // namespace tidemark
