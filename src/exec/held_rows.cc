// SPDX-License-Identifier: Apache-2.0
// Putting rows in order and giving them back.
#include "exec/held_rows.h"

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

}  // namespace tidemark::exec
