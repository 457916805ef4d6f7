// SPDX-License-Identifier: Apache-2.0
// A changelog is added up in a keyed table whose key is the whole row.
#include "cli/final_rows.h"

#include <algorithm>
#include <cstring>

namespace tidemark::cli {
namespace {

std::vector<DataType> ColumnTypes(const Schema& schema) {
  std::vector<DataType> types;
  for (const auto& field : schema) types.push_back(field.type);
  return types;
}

int64_t CountOf(const uint8_t* payload) {
  int64_t count;
  std::memcpy(&count, payload, sizeof(count));
  return count;
}

}  // namespace

FinalRows::FinalRows(const Schema& schema)
    : counts_(state::KeyedTable::Make(ColumnTypes(schema), sizeof(int64_t))), has_columns_(!schema.empty()) {}

arrow::Status FinalRows::Apply(const Batch& batch) {
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  if (has_columns_)
    ARROW_RETURN_NOT_OK(counts_->FindOrInsert(batch.columns, batch.num_rows, nullptr, &payloads, &created));
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const int64_t change = IsAddition(batch.kind(row)) ? 1 : -1;
    size_ += change;
    if (!has_columns_) continue;
    const int64_t count = CountOf(payloads[row]) + change;
    std::memcpy(payloads[row], &count, sizeof(count));
  }
  return arrow::Status::OK();
}

arrow::Result<std::vector<Batch>> FinalRows::Rows(int64_t batch_rows) const {
  std::vector<Batch> batches;
  if (!has_columns_) {
    if (size_ > 0) batches.push_back(Batch{size_, {}, nullptr, nullptr});
    return batches;
  }
  std::vector<uint8_t*> remaining;
  counts_->ForEach([&](uint8_t* payload) {
    for (int64_t i = CountOf(payload); i > 0; --i) remaining.push_back(payload);
  });
  for (size_t begin = 0; begin < remaining.size(); begin += batch_rows) {
    const size_t length = std::min<size_t>(batch_rows, remaining.size() - begin);
    ARROW_ASSIGN_OR_RAISE(auto columns, counts_->Keys({remaining.data() + begin, length}));
    batches.push_back(Batch{static_cast<int64_t>(length), std::move(columns), nullptr, nullptr});
  }
  return batches;
}

}  // namespace tidemark::cli
