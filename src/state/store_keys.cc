// SPDX-License-Identifier: Apache-2.0
// Prefix, key group and encoded key, one behind the other.
#include "state/store_keys.h"

#include <arrow/array.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "state/key_groups.h"
#include "state/state_store.h"

namespace tidemark::state {
namespace {

/// Up to 8 bytes of a key from `begin` on, as a number in the order of keys.
uint64_t Leading(std::string_view key, size_t begin) {
  uint64_t bytes = 0;
  if (begin < key.size()) std::memcpy(&bytes, key.data() + begin, std::min(sizeof(bytes), key.size() - begin));
  return __builtin_bswap64(bytes);
}
static_assert(std::endian::native == std::endian::little);

}  // namespace

StoreKeys::StoreKeys(int operator_number, int table, std::vector<DataType> key_types, std::vector<int> group_columns)
    : prefix_(StoreKeyPrefix(operator_number) + static_cast<char>(table)),
      codec_(std::move(key_types), KeyCodec::Floats::kAsKeys),
      group_columns_(std::move(group_columns)) {}

std::string StoreKeys::list_prefix(uint32_t list) const {
  constexpr uint8_t kLists[] = {0x40, 0x80};
  std::string prefix = prefix_;
  prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) | kLists[list % 2]);
  return prefix;
}

arrow::Status StoreKeys::Encode(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows) {
  std::vector<std::shared_ptr<arrow::Array>> group_keys;
  for (int column : group_columns_) group_keys.push_back(keys[column]);
  std::vector<uint8_t> groups(static_cast<size_t>(num_rows), 0);
  if (!group_keys.empty()) {
    ARROW_ASSIGN_OR_RAISE(groups, KeyGroups(group_keys, num_rows));
  }
  ARROW_RETURN_NOT_OK(codec_.Encode(keys, num_rows, rows, &encoded_));
  const size_t count = rows ? rows->size() : static_cast<size_t>(num_rows);
  bytes_.clear();
  ends_.clear();
  ends_.reserve(count);
  bytes_.reserve(encoded_.bytes.size() + count * (prefix_.size() + 1));
  const char* encoded = reinterpret_cast<const char*>(encoded_.bytes.data());
  for (size_t i = 0; i < count; ++i) {
    const bool fixed = codec_.fixed();
    const int64_t begin = fixed ? static_cast<int64_t>(i) * codec_.fixed_bytes() : encoded_.offsets[i];
    const int64_t end = fixed ? begin + codec_.fixed_bytes() : encoded_.offsets[i + 1];
    bytes_.append(prefix_);
    bytes_.push_back(static_cast<char>(groups[rows ? (*rows)[i] : i]));
    bytes_.append(encoded + begin, static_cast<size_t>(end - begin));
    ends_.push_back(bytes_.size());
  }
  return arrow::Status::OK();
}

std::vector<int32_t> StoreKeys::Sorted() const {
  struct Position {
    uint64_t leading;
    int32_t row;
  };
  std::vector<Position> positions;
  positions.reserve(ends_.size());
  // Most keys differ in their first bytes behind the prefix.
  for (int64_t i = 0; i < size(); ++i) positions.push_back({Leading(key(i), prefix_.size()), static_cast<int32_t>(i)});
  std::sort(positions.begin(), positions.end(), [this](const Position& a, const Position& b) {
    return a.leading != b.leading ? a.leading < b.leading : key(a.row) < key(b.row);
  });
  std::vector<int32_t> sorted;
  sorted.reserve(positions.size());
  for (const Position& position : positions) sorted.push_back(position.row);
  return sorted;
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> StoreKeys::Decode(
    std::span<const std::string_view> keys) const {
  const size_t skipped = prefix_.size() + 1;
  std::vector<const uint8_t*> rows;
  rows.reserve(keys.size());
  for (const std::string_view key : keys) {
    if (key.size() < skipped + codec_.fixed_bytes()) return arrow::Status::Invalid("A key of state is too short");
    rows.push_back(reinterpret_cast<const uint8_t*>(key.data()) + skipped);
  }
  return codec_.Decode(rows);
}

}  // namespace tidemark::state
