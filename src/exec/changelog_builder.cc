// SPDX-License-Identifier: Apache-2.0
// Differences of row lists as changelogs.
#include "exec/changelog_builder.h"

#include <arrow/api.h>

#include <algorithm>
#include <unordered_map>

namespace tidemark::exec {

void ChangelogRows::Add(RowKind kind, std::string_view row, int64_t rank) {
  kinds_.push_back(kind);
  rows_.emplace_back(row);
  ranks_.push_back(rank);
}

arrow::Status ChangelogRows::Emit(const RowStore& store, int64_t batch_rows, Emitter& out, bool with_rank) {
  const bool insert_only = std::all_of(kinds_.begin(), kinds_.end(), [](RowKind kind) { return kind == RowKind::kInsert; });
  for (size_t begin = 0; begin < rows_.size();) {
    size_t end = std::min<size_t>(rows_.size(), begin + batch_rows);
    // The two halves of an update stay in one batch.
    if (end < rows_.size() && kinds_[end - 1] == RowKind::kUpdateBefore) ++end;
    std::vector<const RowBytes*> rows;
    for (size_t i = begin; i < end; ++i) rows.push_back(&rows_[i]);
    ARROW_ASSIGN_OR_RAISE(Batch batch, store.Decode(rows));
    if (!insert_only) {
      batch.row_kinds = std::make_shared<const std::vector<RowKind>>(kinds_.begin() + begin, kinds_.begin() + end);
    }
    if (with_rank) {
      arrow::Int64Builder ranks;
      ARROW_RETURN_NOT_OK(ranks.AppendValues(ranks_.data() + begin, static_cast<int64_t>(end - begin)));
      ARROW_ASSIGN_OR_RAISE(auto column, ranks.Finish());
      batch.columns.push_back(std::move(column));
    }
    ARROW_RETURN_NOT_OK(out.Emit(std::move(batch)));
    begin = end;
  }
  kinds_.clear();
  rows_.clear();
  ranks_.clear();
  return arrow::Status::OK();
}

void DiffRows(const std::vector<RowBytes>& before, const std::vector<RowBytes>& now, ChangelogRows* changes) {
  std::unordered_map<std::string_view, int64_t> surplus;  // how often `now` has the row more than `before`
  for (const auto& row : now) ++surplus[row];
  for (const auto& row : before) {
    if (--surplus[row] < 0) {
      changes->Add(RowKind::kDelete, row);
      surplus[row] = 0;
    }
  }
  for (const auto& row : now) {
    int64_t& left = surplus[row];
    if (left <= 0) continue;
    changes->Add(RowKind::kInsert, row);
    --left;
  }
}

void DiffRanks(const std::vector<RowBytes>& before, const std::vector<RowBytes>& now, int64_t first_rank,
               ChangelogRows* changes) {
  const size_t shared = std::min(before.size(), now.size());
  for (size_t i = 0; i < shared; ++i) {
    if (before[i] == now[i]) continue;
    const auto rank = first_rank + static_cast<int64_t>(i);
    changes->Add(RowKind::kUpdateBefore, before[i], rank);
    changes->Add(RowKind::kUpdateAfter, now[i], rank);
  }
  for (size_t i = shared; i < before.size(); ++i) changes->Add(RowKind::kDelete, before[i], first_rank + static_cast<int64_t>(i));
  for (size_t i = shared; i < now.size(); ++i) changes->Add(RowKind::kInsert, now[i], first_rank + static_cast<int64_t>(i));
}

}  // namespace tidemark::exec
