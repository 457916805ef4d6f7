// SPDX-License-Identifier: Apache-2.0
// Putting rows in order and giving them back.
#include "exec/held_rows.h"

#include <arrow/type.h>

#include <algorithm>
#include <tuple>

#include "exec/row_limit.h"

namespace tidemark::exec {

void HeldRows::Add(Batch rows, std::vector<EventTimeMs> watermarks, const std::vector<EventTimeMs>& times) {
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    const EventTimeMs time = rows.row_numbers ? times[row] : 0;
    order_.push_back({watermarks[row], rows.number_in_split(row), time, static_cast<int32_t>(order_.size())});
  }
  rows.row_watermarks = std::make_shared<const std::vector<EventTimeMs>>(std::move(watermarks));
  bytes_ += BufferBytes(rows);
  batches_.push_back(std::move(rows));
}

arrow::Result<Batch> HeldRows::TakeBefore(EventTimeMs limit) {
  const auto is_due = [limit](const Place& place) { return place.watermark < limit; };
  if (std::none_of(order_.begin(), order_.end(), is_due)) return Batch();
  ARROW_ASSIGN_OR_RAISE(const Batch all, Concatenate(batches_));
  const auto rest = std::stable_partition(order_.begin(), order_.end(), is_due);
  std::stable_sort(order_.begin(), rest, [](const Place& a, const Place& b) {
    return std::tie(a.watermark, a.number, a.time) < std::tie(b.watermark, b.number, b.time);
  });
  const auto rows_of = [](auto begin, auto end) {
    std::vector<int32_t> rows;
    for (auto place = begin; place != end; ++place) rows.push_back(place->row);
    return rows;
  };
  ARROW_ASSIGN_OR_RAISE(Batch due, Take(all, rows_of(order_.begin(), rest)));
  batches_.clear();
  bytes_ = 0;
  if (rest != order_.end()) {
    ARROW_ASSIGN_OR_RAISE(Batch left, Take(all, rows_of(rest, order_.end())));
    bytes_ = BufferBytes(left);
    batches_.push_back(std::move(left));
  }
  order_.erase(order_.begin(), rest);
  for (size_t i = 0; i < order_.size(); ++i) order_[i].row = static_cast<int32_t>(i);
  return due;
}

namespace {
constexpr std::string_view kHeld = "held";
}

arrow::Status HeldRows::Save(const state::RowOwner& owner, int64_t rows_max, state::StateWriter& out) const {
  if (order_.empty()) return arrow::Status::OK();
  std::vector<int64_t> facts[3];
  for (const Place& place : order_) {  // places are in the order of the rows
    facts[0].push_back(place.watermark);
    facts[1].push_back(place.number);
    facts[2].push_back(place.time);
  }
  ARROW_ASSIGN_OR_RAISE(Batch all, Concatenate(batches_));
  for (const auto& fact : facts) {
    ARROW_ASSIGN_OR_RAISE(all.columns.emplace_back(), state::Int64Column(fact));
  }
  return state::WriteInPieces(kHeld, all, owner, rows_max, out);
}

arrow::Status HeldRows::Restore(const state::ArrowTypes& types, const state::StateReader& in) {
  const state::ArrowTypes facts(3, arrow::int64());
  ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kHeld, types, facts));
  for (const Batch& batch : batches) {
    const int64_t* watermarks = state::Int64Values(batch, types.size());
    const int64_t* numbers = state::Int64Values(batch, types.size() + 1);
    const int64_t* times = state::Int64Values(batch, types.size() + 2);
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      order_.push_back({watermarks[row], numbers[row], times[row], static_cast<int32_t>(order_.size())});
    }
    Batch rows{batch.num_rows, {batch.columns.begin(), batch.columns.begin() + static_cast<int64_t>(types.size())}};
    rows.row_watermarks = std::make_shared<const std::vector<EventTimeMs>>(watermarks, watermarks + batch.num_rows);
    rows.row_numbers = std::make_shared<const std::vector<int64_t>>(numbers, numbers + batch.num_rows);
    bytes_ += BufferBytes(rows);
    batches_.push_back(std::move(rows));
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
