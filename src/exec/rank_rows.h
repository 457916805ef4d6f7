// SPDX-License-Identifier: Apache-2.0
// RankRows: the rows that a ranking keeps, each with its sort key where that is not all in its prefix.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "columnar/sort_key.h"
#include "exec/rank_changes.h"
#include "state/key_codec.h"
#include "state/row_heap.h"

namespace tidemark::exec {

/// A kept row is one piece of memory: lengths; the sort key if it is longer than its prefix; the row. One thread.
class RankRows {
 public:
  explicit RankRows(const Schema& schema);

  /// Of a kept row: its sort key, empty where the prefix has all of it; the encoded row; both with their lengths.
  static std::string_view KeyBytes(RowHandle piece) {
    return {reinterpret_cast<const char*>(piece + sizeof(Header)), HeaderOf(piece).key_bytes};
  }
  static std::string_view RowBytes(RowHandle piece) {
    const Header& header = HeaderOf(piece);
    return {reinterpret_cast<const char*>(piece + sizeof(Header) + header.key_bytes), header.row_bytes};
  }
  static std::string_view Bytes(RowHandle piece) {
    const Header& header = HeaderOf(piece);
    return {reinterpret_cast<const char*>(piece), sizeof(Header) + size_t{header.key_bytes} + header.row_bytes};
  }

  /// Keeps the rows `rows` of a batch, whose sort keys are `keys`.
  arrow::Status Store(const Batch& batch, const SortKeys& keys, const std::vector<int32_t>& rows,
                      std::vector<uint8_t*>* pieces);
  /// Keeps a row whose Bytes are at the front of `bytes`, and takes them away. Null: they are not all there.
  uint8_t* StoreFront(std::string_view* bytes);
  void Free(uint8_t* piece) { heap_.Free(piece, static_cast<int64_t>(Bytes(piece).size())); }

  /// The columns of kept rows.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Decode(const std::vector<RowHandle>& pieces) const;

  /// For what else belongs to the rows.
  state::RowHeap& heap() { return heap_; }
  int64_t memory_bytes() const { return heap_.memory_bytes(); }

 private:
  struct Header {
    uint32_t key_bytes;
    uint32_t row_bytes;
  };
  static const Header& HeaderOf(RowHandle piece) { return *reinterpret_cast<const Header*>(piece); }

  const state::KeyCodec codec_;
  state::RowHeap heap_;
  state::EncodedRows encoded_;
};

}  // namespace tidemark::exec
