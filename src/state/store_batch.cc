// SPDX-License-Identifier: Apache-2.0
// Entries in the order of keys, and in that of rows.
#include "state/store_batch.h"

namespace tidemark::state {
namespace {

constexpr size_t kPieceBytesMax = size_t{16} << 20;

}  // namespace

arrow::Status StoreValues::Write(const StoreKeys& keys, StateStore* store) const {
  std::vector<StoreEntry> entries;
  entries.reserve(ends_.size());
  for (int32_t row : keys.Sorted()) {
    const size_t begin = row == 0 ? 0 : ends_[row - 1];
    entries.push_back({keys.key(row), std::string_view(bytes_).substr(begin, ends_[row] - begin), removed_[row]});
  }
  return store->Write(entries);
}

arrow::Status LookUp(const StoreKeys& keys, StateStore* store, std::vector<std::optional<std::string_view>>* values) {
  const std::vector<int32_t> sorted = keys.Sorted();
  std::vector<std::string_view> wanted;
  wanted.reserve(sorted.size());
  for (int32_t row : sorted) wanted.push_back(keys.key(row));
  std::vector<std::optional<std::string_view>> found;
  ARROW_RETURN_NOT_OK(store->MultiGet(wanted, &found));
  values->resize(sorted.size());
  for (size_t i = 0; i < sorted.size(); ++i) (*values)[sorted[i]] = found[i];
  return arrow::Status::OK();
}

arrow::Result<StorePiece> StorePiece::Read(StoreScan* scan, int64_t entries_max, bool* more) {
  StorePiece piece;
  while (piece.size() < entries_max && piece.bytes_.size() < kPieceBytesMax) {
    ARROW_ASSIGN_OR_RAISE(*more, scan->Next());
    if (!*more) break;
    piece.bytes_.append(scan->key());
    piece.ends_.push_back(piece.bytes_.size());
    piece.bytes_.append(scan->value());
    piece.ends_.push_back(piece.bytes_.size());
  }
  return piece;
}

std::vector<std::string_view> StorePiece::Keys() const {
  std::vector<std::string_view> keys;
  keys.reserve(static_cast<size_t>(size()));
  for (int64_t i = 0; i < size(); ++i) keys.push_back(Part(2 * i));
  return keys;
}

}  // namespace tidemark::state
