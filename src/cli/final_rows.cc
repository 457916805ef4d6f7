// SPDX-License-Identifier: Apache-2.0
// A changelog is added up in a keyed table whose key is the whole row.
#include "cli/final_rows.h"
#include "catalog/column_types.h"

#include <algorithm>
#include <cstring>

namespace tidemark::cli {
namespace {

int64_t CountOf(const uint8_t* payload) {
  int64_t count;
  std::memcpy(&count, payload, sizeof(count));
  return count;
}

}  // namespace

FinalRows::FinalRows(const Schema& schema, Removed removed)
    : counts_(state::KeyedTable::Make(ColumnTypes(schema), sizeof(int64_t))),
      has_columns_(!schema.empty()),
      removed_(removed) {}

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
  if (removed_ == Removed::kForgotten) Forget(std::move(payloads));
  return arrow::Status::OK();
}

/// Those of `payloads` whose rows are gone. A row taken back before it came has a count below 0 and stays.
void FinalRows::Forget(std::vector<uint8_t*> payloads) {
  std::erase_if(payloads, [](const uint8_t* payload) { return CountOf(payload) != 0; });
  std::sort(payloads.begin(), payloads.end());
  payloads.erase(std::unique(payloads.begin(), payloads.end()), payloads.end());
  counts_->Erase(payloads);
}

arrow::Result<std::vector<Batch>> FinalRows::Rows(int64_t batch_rows) const {
  std::vector<Batch> batches;
  ARROW_RETURN_NOT_OK(Visit(batch_rows, [&](Batch batch) {
    batches.push_back(std::move(batch));
    return arrow::Status::OK();
  }));
  return batches;
}

arrow::Status FinalRows::Visit(int64_t batch_rows, const std::function<arrow::Status(Batch)>& visit) const {
  if (!has_columns_) return size_ > 0 ? visit(Batch{size_, {}, nullptr, nullptr}) : arrow::Status::OK();
  std::vector<uint8_t*> remaining;
  counts_->ForEach([&](uint8_t* payload) {
    for (int64_t i = CountOf(payload); i > 0; --i) remaining.push_back(payload);
  });
  for (size_t begin = 0; begin < remaining.size(); begin += batch_rows) {
    const size_t length = std::min<size_t>(batch_rows, remaining.size() - begin);
    ARROW_ASSIGN_OR_RAISE(auto columns, counts_->Keys({remaining.data() + begin, length}));
    ARROW_RETURN_NOT_OK(visit(Batch{static_cast<int64_t>(length), std::move(columns), nullptr, nullptr}));
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::cli
