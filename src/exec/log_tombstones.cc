// SPDX-License-Identifier: Apache-2.0
// Keys of removed entries in a table of their own.
#include "exec/log_tombstones.h"

#include <arrow/api.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "state/state_columns.h"

namespace tidemark::exec {

LogTombstones::LogTombstones(const std::string& log, const std::vector<DataType>& key_types,
                             state::KeyCodec::Floats key_floats, size_t generation_column)
    : log_(log),
      num_keys_(key_types.size()),
      generation_column_(generation_column),
      table_(state::KeyedTable::Make(key_types, sizeof(int64_t), key_floats)) {}

bool LogTombstones::IsRemoved(const Batch& rows, int64_t row) const {
  return state::BooleanValue(rows, generation_column_ + 1, row);
}

arrow::Status LogTombstones::Add(const Batch& rows) {
  std::vector<int32_t> removed;
  const int64_t* generations = state::Int64Values(rows, generation_column_);
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    if (generations[row] < 1 || generations[row] >= std::numeric_limits<int32_t>::max()) {
      return state::DamagedState(log_, "has a generation that cannot be");
    }
    if (IsRemoved(rows, row)) removed.push_back(static_cast<int32_t>(row));
  }
  if (removed.empty()) return arrow::Status::OK();
  std::vector<uint8_t*> found;
  std::vector<int32_t> created;
  ARROW_RETURN_NOT_OK(table_->FindOrInsert(KeysOf(rows), rows.num_rows, &removed, &found, &created));
  for (size_t i = 0; i < removed.size(); ++i) {
    auto& generation = *reinterpret_cast<int64_t*>(found[i]);
    generation = std::max(generation, generations[removed[i]]);
    greatest_ = std::max(greatest_, static_cast<uint32_t>(generation));
  }
  return arrow::Status::OK();
}

arrow::Result<std::vector<int32_t>> LogTombstones::Alive(const Batch& rows) {
  std::vector<uint8_t*> found(static_cast<size_t>(rows.num_rows), nullptr);
  if (table_->size() > 0) ARROW_RETURN_NOT_OK(table_->Find(KeysOf(rows), rows.num_rows, nullptr, &found));
  const int64_t* generations = state::Int64Values(rows, generation_column_);
  std::vector<int32_t> alive;
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    if (IsRemoved(rows, row)) continue;
    if (found[row] != nullptr && *reinterpret_cast<int64_t*>(found[row]) >= generations[row]) continue;
    alive.push_back(static_cast<int32_t>(row));
  }
  return alive;
}

arrow::Status LogTombstones::VisitKeys(int64_t rows_max, const state::RowVisitor& visit) const {
  const std::vector<uint8_t*> all = table_->Payloads();
  for (size_t begin = 0; begin < all.size();) {
    const auto piece = std::span(all).subspan(begin, std::min(all.size() - begin, static_cast<size_t>(rows_max)));
    Batch keys;
    keys.num_rows = static_cast<int64_t>(piece.size());
    ARROW_ASSIGN_OR_RAISE(keys.columns, table_->Keys(piece));
    std::vector<int64_t> generations;
    for (const uint8_t* payload : piece) generations.push_back(*reinterpret_cast<const int64_t*>(payload));
    ARROW_ASSIGN_OR_RAISE(keys.columns.emplace_back(), state::Int64Column(generations));
    ARROW_RETURN_NOT_OK(visit(std::move(keys)));
    begin += piece.size();
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
