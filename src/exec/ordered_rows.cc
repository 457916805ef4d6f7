// SPDX-License-Identifier: Apache-2.0
// Rows kept in order.
#include "exec/ordered_rows.h"

#include <arrow/array.h>

namespace tidemark::exec {
namespace {

std::vector<DataType> Types(const Schema& schema) {
  std::vector<DataType> types;
  for (const auto& field : schema) types.push_back(field.type);
  return types;
}

}  // namespace

std::vector<SortColumn> SortColumns(const std::vector<plan::SortKey>& keys) {
  std::vector<SortColumn> columns;
  for (const auto& key : keys) columns.push_back({key.column, key.ascending, key.nulls_first});
  return columns;
}

RowStore::RowStore(const Schema& schema)
    : codec_(Types(schema), state::KeyCodec::Floats::kExact), columns_(schema.size()) {}

arrow::Result<std::vector<std::string_view>> RowStore::Encode(const Batch& batch) {
  const std::span<const std::shared_ptr<arrow::Array>> columns(batch.columns.data(), columns_);
  ARROW_RETURN_NOT_OK(codec_.Encode(columns, batch.num_rows, nullptr, &encoded_));
  std::vector<std::string_view> rows;
  rows.reserve(batch.num_rows);
  const auto* bytes = reinterpret_cast<const char*>(encoded_.bytes.data());
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    if (codec_.fixed()) {
      rows.emplace_back(bytes + row * codec_.fixed_bytes(), codec_.fixed_bytes());
    } else {
      rows.emplace_back(bytes + encoded_.offsets[row], encoded_.offsets[row + 1] - encoded_.offsets[row]);
    }
  }
  return rows;
}

arrow::Result<Batch> RowStore::Decode(const std::vector<const RowBytes*>& rows) const {
  std::vector<const uint8_t*> pointers;
  pointers.reserve(rows.size());
  for (const auto* row : rows) pointers.push_back(reinterpret_cast<const uint8_t*>(row->data()));
  Batch batch;
  batch.num_rows = static_cast<int64_t>(rows.size());
  ARROW_ASSIGN_OR_RAISE(batch.columns, codec_.Decode(pointers));
  return batch;
}

int64_t OrderedRows::BytesOf(std::string_view key, std::string_view row) {
  constexpr int64_t kNodeBytes = 112;  // two strings and the links of a map node
  return kNodeBytes + static_cast<int64_t>(key.size() + row.size());
}

OrderedRows::Rows::iterator OrderedRows::Insert(std::string_view key, std::string_view row) {
  memory_bytes_ += BytesOf(key, row);
  return rows_.emplace(std::string(key), RowBytes(row));  // behind those with an equal key
}

OrderedRows::Rows::iterator OrderedRows::Find(std::string_view key, std::string_view row) {
  auto [begin, end] = rows_.equal_range(key);
  for (auto it = begin; it != end; ++it) {
    if (it->second == row) return it;
  }
  return rows_.end();
}

void OrderedRows::Erase(Rows::iterator row) {
  memory_bytes_ -= BytesOf(row->first, row->second);
  rows_.erase(row);
}

bool OrderedRows::Remove(std::string_view key, std::string_view row) {
  const auto found = Find(key, row);
  if (found == rows_.end()) return false;
  Erase(found);
  return true;
}

}  // namespace tidemark::exec
