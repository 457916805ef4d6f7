// SPDX-License-Identifier: Apache-2.0
// Ranges of done pieces, and places in begun ones.
#include "connectors/source_positions.h"

#include <arrow/builder.h>
#include <arrow/type.h>

#include <algorithm>
#include <string>

#include "state/state_columns.h"

namespace tidemark::connectors {
namespace {

constexpr std::string_view kTable = "positions";

/// `begin` of rows that are not about pieces: `end` is then how many pieces there are, or where the split ends.
constexpr int64_t kPieces = -1;
constexpr int64_t kSplitEnd = -2;

/// A row of the table: a range of done pieces, a begun piece (`end` equals `begin`), or one of the above.
struct PositionColumns {
  arrow::Int64Builder split;
  arrow::Int64Builder begin;
  arrow::Int64Builder end;
  arrow::Int64Builder source_position;
  arrow::Int64Builder rows;
  arrow::Int64Builder bad_records;

  arrow::Status Add(SplitId id, int64_t first, int64_t last, const PiecePosition& position) {
    ARROW_RETURN_NOT_OK(split.Append(id));
    ARROW_RETURN_NOT_OK(begin.Append(first));
    ARROW_RETURN_NOT_OK(end.Append(last));
    ARROW_RETURN_NOT_OK(source_position.Append(position.source_position));
    ARROW_RETURN_NOT_OK(rows.Append(position.rows));
    return bad_records.Append(position.bad_records);
  }

  arrow::Result<Batch> Finish() {
    Batch batch;
    batch.num_rows = split.length();
    for (arrow::Int64Builder* builder : {&split, &begin, &end, &source_position, &rows, &bad_records}) {
      ARROW_ASSIGN_OR_RAISE(batch.columns.emplace_back(), builder->Finish());
    }
    return batch;
  }
};

}  // namespace

void SourcePositions::MarkDone(Split& split, int64_t begin, int64_t end) {
  auto next = split.done.upper_bound(begin);
  if (next != split.done.begin() && std::prev(next)->second >= begin) {
    --next;
    begin = next->first;
  }
  while (next != split.done.end() && next->first <= end) {
    end = std::max(end, next->second);
    next = split.done.erase(next);
  }
  split.done.emplace_hint(next, begin, end);
  split.begun.erase(split.begun.lower_bound(begin), split.begun.lower_bound(end));
}

bool SourcePositions::IsDone(const Split& split, int64_t piece) {
  const auto next = split.done.upper_bound(piece);
  return next != split.done.begin() && std::prev(next)->second > piece;
}

void SourcePositions::Advance(const Poll& poll, int64_t rows, bool all, int64_t bad_records) {
  Split& split = splits_[poll.split];
  if (all && poll.split_end) split.pieces = poll.piece + 1;
  if (all && (poll.piece_end || poll.split_end)) {
    MarkDone(split, poll.piece, poll.piece + 1);
  } else {
    PiecePosition& position = split.begun[poll.piece];
    position.rows += rows;
    position.bad_records += bad_records;
    if (all && poll.next_position) position = {*poll.next_position, 0, 0};
  }
}

void SourcePositions::Begin(SplitId id, int64_t source_position, std::optional<int64_t> end) {
  Split& split = splits_[id];
  if (!IsDone(split, 0)) split.begun.try_emplace(0, PiecePosition{source_position, 0, 0});
  if (!split.end) split.end = end;
}

std::optional<int64_t> SourcePositions::EndOf(SplitId id) const {
  const auto split = splits_.find(id);
  return split == splits_.end() ? std::nullopt : split->second.end;
}

bool SourcePositions::HasEnded(SplitId id) const {
  const auto split = splits_.find(id);
  if (split == splits_.end() || split->second.pieces < 0) return false;
  const auto first = split->second.done.begin();
  return first != split->second.done.end() && first->first == 0 && first->second >= split->second.pieces;
}

bool SourcePositions::IsDone(SplitId id, int64_t piece) const {
  const auto split = splits_.find(id);
  return split != splits_.end() && IsDone(split->second, piece);
}

std::optional<PiecePosition> SourcePositions::StartOf(SplitId id, int64_t piece) const {
  const auto split = splits_.find(id);
  if (split == splits_.end()) return std::nullopt;
  const auto position = split->second.begun.find(piece);
  if (position == split->second.begun.end()) return std::nullopt;
  return position->second;
}

arrow::Status SourcePositions::Save(state::StateWriter& out) const {
  PositionColumns columns;
  for (const auto& [id, split] : splits_) {
    if (split.pieces >= 0) ARROW_RETURN_NOT_OK(columns.Add(id, kPieces, split.pieces, {}));
    if (split.end) ARROW_RETURN_NOT_OK(columns.Add(id, kSplitEnd, *split.end, {}));
    for (const auto& [begin, end] : split.done) ARROW_RETURN_NOT_OK(columns.Add(id, begin, end, {}));
    for (const auto& [piece, position] : split.begun) ARROW_RETURN_NOT_OK(columns.Add(id, piece, piece, position));
  }
  ARROW_ASSIGN_OR_RAISE(const Batch batch, columns.Finish());
  return out.Write(kTable, batch, state::RowOwner::EveryWorker());
}

arrow::Status SourcePositions::Restore(const state::StateReader& in) {
  ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kTable, {}, state::ArrowTypes(6, arrow::int64())));
  for (const Batch& batch : batches) {
    const auto value = [&](size_t column, int64_t row) { return state::Int64Values(batch, column)[row]; };
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const int64_t begin = value(1, row);
      const int64_t end = value(2, row);
      const PiecePosition position{value(3, row), value(4, row), value(5, row)};
      if (begin < kSplitEnd || end < 0 || (begin >= 0 && end < begin))
        return state::DamagedState(kTable, "pieces " + std::to_string(begin) + " to " + std::to_string(end));
      if (position < PiecePosition{} || position.rows < 0 || position.bad_records < 0)
        return state::DamagedState(kTable, "a position below 0");
      Split& split = splits_[value(0, row)];
      if (begin == kPieces) {
        split.pieces = end;
      } else if (begin == kSplitEnd) {
        split.end = end;
      } else if (begin < end) {
        MarkDone(split, begin, end);
      } else if (!IsDone(split, begin)) {
        PiecePosition& known = split.begun[begin];
        known = std::max(known, position);
      }
    }
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::connectors
