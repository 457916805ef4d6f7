// SPDX-License-Identifier: Apache-2.0
// Differences of ranked rows.
#include "exec/rank_changes.h"

#include <arrow/array.h>
#include <arrow/builder.h>

#include <algorithm>
#include <iterator>

#include "exec/batch_collector.h"
#include "state/state_columns.h"

namespace tidemark::exec {

void RankChanges::Add(RowKind kind, RowHandle row, int64_t rank) {
  kinds_.push_back(kind);
  rows_.push_back(row);
  ranks_.push_back(rank);
}

void RankChanges::AddPlace(RowHandle before, RowHandle now, int64_t rank) {
  if (before == now) return;
  if (before == nullptr) return Add(RowKind::kInsert, now, rank);
  if (now == nullptr) return Add(RowKind::kDelete, before, rank);
  // With a time-to-live those who keep the row in turn are to know that it lives.
  if (spec_->state_ttl_ms == 0 && equal_(before, now)) return;
  if (spec_->update_before) Add(RowKind::kUpdateBefore, before, rank);
  Add(RowKind::kUpdateAfter, now, rank);
}

void RankChanges::AddDifference(std::span<const RowHandle> before, std::span<const RowHandle> now) {
  // With one row per partition, its place is as good as a rank.
  if (spec_->rank_column != RankSpec::RankColumn::kKept && spec_->first != spec_->last) return AddAsSet(before, now);
  for (size_t i = 0; i < std::max(before.size(), now.size()); ++i) {
    AddPlace(i < before.size() ? before[i] : nullptr, i < now.size() ? now[i] : nullptr,
             spec_->first + static_cast<int64_t>(i));
  }
}

void RankChanges::AddAsSet(std::span<const RowHandle> before, std::span<const RowHandle> now) {
  std::vector<RowHandle> sorted_before(before.begin(), before.end());
  std::vector<RowHandle> sorted_now(now.begin(), now.end());
  std::sort(sorted_before.begin(), sorted_before.end());
  std::sort(sorted_now.begin(), sorted_now.end());
  std::vector<RowHandle> gone;
  std::vector<RowHandle> come;
  std::set_difference(sorted_before.begin(), sorted_before.end(), sorted_now.begin(), sorted_now.end(),
                      std::back_inserter(gone));
  std::set_difference(sorted_now.begin(), sorted_now.end(), sorted_before.begin(), sorted_before.end(),
                      std::back_inserter(come));
  for (RowHandle row : gone) Add(RowKind::kDelete, row, spec_->first);
  for (RowHandle row : now) {
    const auto found = std::lower_bound(come.begin(), come.end(), row);
    if (found == come.end() || *found != row) continue;
    come.erase(found);
    Add(RowKind::kInsert, row, spec_->first);
  }
}

arrow::Status RankChanges::Emit(int64_t batch_rows, Emitter& out) {
  if (rows_.empty()) return arrow::Status::OK();
  Batch batch;
  batch.num_rows = static_cast<int64_t>(rows_.size());
  ARROW_ASSIGN_OR_RAISE(batch.columns, decode_(rows_));
  if (spec_->rank_column != RankSpec::RankColumn::kNone) {
    arrow::Int64Builder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(batch.num_rows));
    const bool kept = spec_->rank_column == RankSpec::RankColumn::kKept;
    for (int64_t rank : ranks_) builder.UnsafeAppend(kept ? rank : spec_->first);
    ARROW_ASSIGN_OR_RAISE(auto ranks, builder.Finish());
    batch.columns.push_back(std::move(ranks));
  }
  const bool insert_only =
      std::all_of(kinds_.begin(), kinds_.end(), [](RowKind kind) { return kind == RowKind::kInsert; });
  if (!insert_only) batch.row_kinds = std::make_shared<const std::vector<RowKind>>(kinds_);
  kinds_.clear();
  rows_.clear();
  ranks_.clear();
  return EmitInPieces(batch, batch_rows, out);
}

namespace {
constexpr std::string_view kRows = "rows";
}

arrow::Status SaveRankedRows(const std::vector<RowHandle>& rows, const std::vector<int64_t>& written_ms,
                             const RankChanges::Decode& decode, const state::RowOwner& owner, int64_t rows_max,
                             state::StateWriter& out) {
  for (size_t at = 0; at < rows.size(); at += static_cast<size_t>(rows_max)) {
    const size_t end = std::min(at + static_cast<size_t>(rows_max), rows.size());
    Batch piece;
    piece.num_rows = static_cast<int64_t>(end - at);
    ARROW_ASSIGN_OR_RAISE(piece.columns, decode({rows.begin() + at, rows.begin() + end}));
    if (!written_ms.empty()) {
      ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(),
                            state::Int64Column({written_ms.begin() + at, written_ms.begin() + end}));
    }
    ARROW_RETURN_NOT_OK(out.Write(kRows, piece, owner));
  }
  return arrow::Status::OK();
}

arrow::Result<std::vector<state::TimedRows>> ReadRankedRows(const Schema& schema, const state::StateReader& in,
                                                            int64_t now_ms) {
  return state::ReadTimedRows(in, kRows, state::ArrowTypesOf(schema), {}, now_ms);
}

}  // namespace tidemark::exec
