// SPDX-License-Identifier: Apache-2.0
// Chains of rows by key.
#include "exec/join_rows.h"
#include "catalog/column_types.h"
#include "columnar/select_columns.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>

namespace tidemark::exec {
namespace {}  // namespace

std::unique_ptr<std::vector<int32_t>> MatchableRows(const Batch& batch, const std::vector<int>& key_columns,
                                                    const std::vector<bool>& null_safe) {
  std::vector<const arrow::Array*> deciding;
  for (size_t i = 0; i < key_columns.size(); ++i) {
    const arrow::Array& column = *batch.columns[key_columns[i]];
    if (!null_safe[i] && column.null_count() > 0) deciding.push_back(&column);
  }
  if (deciding.empty()) return nullptr;
  auto rows = std::make_unique<std::vector<int32_t>>();
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    bool matchable = true;
    for (const arrow::Array* column : deciding) matchable &= column->IsValid(row);
    if (matchable) rows->push_back(static_cast<int32_t>(row));
  }
  return rows;
}

JoinRows::JoinRows(const Schema& schema, std::vector<int> key_columns, std::vector<bool> null_safe, bool keeps_matched)
    : types_(state::ArrowTypesOf(schema)),
      key_columns_(std::move(key_columns)),
      null_safe_(std::move(null_safe)),
      keeps_matched_(keeps_matched),
      keys_(state::KeyedTable::Make(ColumnTypes(schema, key_columns_), sizeof(Chain))),
      rows_(types_) {}

arrow::Result<int64_t> JoinRows::Add(const Batch& batch) {
  const int64_t first = rows_.size();
  ARROW_RETURN_NOT_OK(rows_.Append(batch));
  next_.resize(static_cast<size_t>(rows_.size()), 0);
  if (keeps_matched_) matched_.resize(static_cast<size_t>(rows_.size()), 0);
  const auto matchable = MatchableRows(batch, key_columns_, null_safe_);
  if (matchable && matchable->empty()) return first;
  ARROW_RETURN_NOT_OK(
      keys_->FindOrInsert(SelectColumns(batch, key_columns_), batch.num_rows, matchable.get(), &payloads_, &created_));
  for (size_t i = 0; i < payloads_.size(); ++i) {
    const int64_t row = first + (matchable ? (*matchable)[i] : static_cast<int64_t>(i));
    Chain* chain = ChainOf(payloads_[i]);
    (chain->first == 0 ? chain->first : next_[chain->last - 1]) = row + 1;
    chain->last = row + 1;
  }
  return first;
}

arrow::Status JoinRows::Lookup(const Batch& batch, const std::vector<int>& batch_keys) {
  heads_.assign(static_cast<size_t>(batch.num_rows), kNone);
  const auto matchable = MatchableRows(batch, batch_keys, null_safe_);
  if (matchable && matchable->empty()) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(keys_->Find(SelectColumns(batch, batch_keys), batch.num_rows, matchable.get(), &payloads_));
  for (size_t i = 0; i < payloads_.size(); ++i) {
    if (payloads_[i] != nullptr) heads_[matchable ? (*matchable)[i] : i] = ChainOf(payloads_[i])->first - 1;
  }
  return arrow::Status::OK();
}

void JoinRows::FindPairs(int64_t pairs_max, int64_t* next, Pairs* pairs) const {
  pairs->probes.clear();
  pairs->rows.clear();
  const auto num_rows = static_cast<int64_t>(heads_.size());
  for (; *next < num_rows && static_cast<int64_t>(pairs->rows.size()) < pairs_max; ++*next) {
    for (int64_t row = heads_[*next]; row != kNone; row = next_[row] - 1) {
      pairs->probes.push_back(static_cast<int32_t>(*next));
      pairs->rows.push_back(row);
    }
  }
}

void JoinRows::Clear() {
  keys_->Clear();
  rows_.Clear();
  next_ = {};
  matched_ = {};
}

arrow::Status JoinRows::Save(std::string_view table, const state::RowOwner& owner, int64_t rows_max,
                             state::StateWriter& out) const {
  for (int64_t at = 0; at < rows_.size(); at += rows_max) {
    const int64_t end = std::min(at + rows_max, rows_.size());
    ARROW_ASSIGN_OR_RAISE(Batch piece, Range(at, end));
    std::vector<bool> flags;
    for (int64_t row = at; row < end; ++row) flags.push_back(keeps_matched_ && matched(row));
    ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::BooleanColumn(flags));
    ARROW_RETURN_NOT_OK(out.Write(table, piece, owner));
  }
  return arrow::Status::OK();
}

arrow::Result<Batch> JoinRows::Range(int64_t begin, int64_t end) const {
  Batch rows;
  rows.num_rows = end - begin;
  ARROW_ASSIGN_OR_RAISE(rows.columns, rows_.Range(begin, end));
  return rows;
}

arrow::Status JoinRows::Restore(std::string_view table, const state::StateReader& in) {
  return state::VisitRows(in, table, types_, {arrow::boolean()}, [&](const Batch& batch) -> arrow::Status {
    const Batch rows{batch.num_rows, {batch.columns.begin(), batch.columns.end() - 1}};
    ARROW_ASSIGN_OR_RAISE(const int64_t first, Add(rows));
    for (int64_t row = 0; keeps_matched_ && row < batch.num_rows; ++row) {
      if (state::BooleanValue(batch, types_.size(), row)) set_matched(first + row);
    }
    return arrow::Status::OK();
  });
}

int64_t JoinRows::memory_bytes() const {
  return keys_->memory_bytes() + rows_.memory_bytes() +
         static_cast<int64_t>(next_.capacity() * sizeof(int64_t) + matched_.capacity());
}

}  // namespace tidemark::exec
