// SPDX-License-Identifier: Apache-2.0
// Entries in the order of keys, and in that of rows.
#include "state/store_batch.h"

namespace tidemark::state {
namespace {

constexpr size_t kPieceBytesMax = size_t{16} << 20;

}  // namespace

arrow::Status StoreValues::Write(const StoreKeys& keys, StateStore* store, std::optional<uint32_t> list) const {
  const std::vector<int32_t> sorted = keys.Sorted();
  std::vector<StoreEntry> entries;
  entries.reserve(ends_.size() + listed_.size());
  for (int32_t row : sorted) {
    const size_t begin = row == 0 ? 0 : ends_[row - 1];
    entries.push_back({keys.key(row), std::string_view(bytes_).substr(begin, ends_[row] - begin), removed_[row]});
  }
  if (!list) return store->Write(entries);
  std::vector<bool> is_listed(ends_.size(), false);
  for (int32_t row : listed_) is_listed[row] = true;
  const std::string prefix = keys.list_prefix(*list);
  std::vector<std::string> listed;
  listed.reserve(listed_.size());
  for (int32_t row : sorted) {
    if (!is_listed[row]) continue;
    listed.push_back(prefix + std::string(keys.key(row).substr(prefix.size())));
    entries.push_back({listed.back(), {}, false});
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
    piece.Add(scan->key(), scan->value());
  }
  return piece;
}

void StorePiece::Add(std::string_view key, std::string_view value) {
  bytes_.append(key);
  ends_.push_back(bytes_.size());
  bytes_.append(value);
  ends_.push_back(bytes_.size());
}

arrow::Result<StorePiece> StoreReading::Read(int64_t entries_max, bool* more) {
  ARROW_ASSIGN_OR_RAISE(StorePiece read, StorePiece::Read(scan_.get(), entries_max, more));
  if (prefix_ == keys_->prefix()) return read;
  std::string keys;
  std::vector<std::string_view> wanted;
  const std::vector<std::string_view> listed = read.Keys();
  for (const std::string_view key : listed) keys.append(keys_->prefix()).append(key.substr(prefix_.size()));
  for (size_t begin = 0; const std::string_view key : listed) {
    wanted.push_back(std::string_view(keys).substr(begin, key.size()));
    begin += key.size();
  }
  std::vector<std::optional<std::string_view>> values;
  ARROW_RETURN_NOT_OK(store_->MultiGet(wanted, &values));
  StorePiece found;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (values[i]) found.Add(wanted[i], *values[i]);
  }
  return found;
}

std::vector<std::string_view> StorePiece::Keys() const {
  std::vector<std::string_view> keys;
  keys.reserve(static_cast<size_t>(size()));
  for (int64_t i = 0; i < size(); ++i) keys.push_back(Part(2 * i));
  return keys;
}

}  // namespace tidemark::state
