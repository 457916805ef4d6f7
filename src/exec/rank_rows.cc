// SPDX-License-Identifier: Apache-2.0
// Encoding rows into pieces of memory, and back.
#include "exec/rank_rows.h"
#include "catalog/column_types.h"

#include <cstring>

namespace tidemark::exec {
RankRows::RankRows(const Schema& schema) : codec_(ColumnTypes(schema), state::KeyCodec::Floats::kExact) {}

arrow::Status RankRows::Store(const Batch& batch, const SortKeys& keys, const std::vector<int32_t>& rows,
                              std::vector<uint8_t*>* pieces) {
  pieces->clear();
  ARROW_RETURN_NOT_OK(codec_.Encode(batch.columns, batch.num_rows, &rows, &encoded_));
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t begin = codec_.fixed() ? static_cast<int64_t>(i) * codec_.fixed_bytes() : encoded_.offsets[i];
    const int64_t length = codec_.fixed() ? codec_.fixed_bytes() : encoded_.offsets[i + 1] - begin;
    const std::string_view key = keys.key(rows[i]);
    const bool keeps_key = key.size() > SortPrefix::kBytes;
    const Header header{static_cast<uint32_t>(keeps_key ? key.size() : 0), static_cast<uint32_t>(length)};
    uint8_t* piece = heap_.Allocate(static_cast<int64_t>(sizeof(header)) + header.key_bytes + length);
    std::memcpy(piece, &header, sizeof(header));
    if (keeps_key) std::memcpy(piece + sizeof(header), key.data(), key.size());
    std::memcpy(piece + sizeof(header) + header.key_bytes, encoded_.bytes.data() + begin, static_cast<size_t>(length));
    pieces->push_back(piece);
  }
  return arrow::Status::OK();
}

uint8_t* RankRows::StoreFront(std::string_view* bytes) {
  Header header;
  if (bytes->size() < sizeof(header)) return nullptr;
  std::memcpy(&header, bytes->data(), sizeof(header));
  const uint64_t length = sizeof(header) + uint64_t{header.key_bytes} + header.row_bytes;
  if (bytes->size() < length) return nullptr;
  uint8_t* piece = heap_.Allocate(static_cast<int64_t>(length));
  std::memcpy(piece, bytes->data(), length);
  bytes->remove_prefix(length);
  return piece;
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> RankRows::Decode(const std::vector<RowHandle>& pieces) const {
  std::vector<const uint8_t*> rows;
  rows.reserve(pieces.size());
  for (RowHandle piece : pieces) rows.push_back(reinterpret_cast<const uint8_t*>(RowBytes(piece).data()));
  return codec_.Decode(rows);
}

}  // namespace tidemark::exec
