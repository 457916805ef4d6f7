// SPDX-License-Identifier: Apache-2.0
// Ranges of done pieces, and places in begun ones.
#include "connectors/source_positions.h"

#include <arrow/builder.h>
#include <arrow/type.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "state/state_columns.h"

namespace tidemark::connectors {
namespace {

constexpr std::string_view kTable = "positions";

/// `begin` of rows that are not about pieces: `end` is then how many pieces there are, or where the split ends.
constexpr int64_t kPieces = -1;
constexpr int64_t kSplitEnd = -2;

/// No split has as many pieces, and no piece as many rows.
constexpr int64_t kNumberMax = int64_t{1} << 48;

/// Each kind of turns is looked at for each piece.
constexpr size_t kTurnsMax = 128;

using Ranges = std::map<int64_t, int64_t>;
using Range = std::pair<int64_t, int64_t>;

Range Longest(const Ranges& ranges) {
  return *std::ranges::max_element(ranges, {}, [](const auto& range) { return range.second - range.first; });
}

/// Whether a range ends right before `number`, or begins right behind it, or has it.
bool Touches(const Ranges& ranges, int64_t number) {
  const auto next = ranges.upper_bound(number);
  if (next != ranges.end() && next->first == number + 1) return true;
  return next != ranges.begin() && std::prev(next)->second >= number;
}

/// The end of the range that `number` is in, if there is one.
std::optional<int64_t> EndOfRangeWith(const Ranges& ranges, int64_t number) {
  const auto next = ranges.upper_bound(number);
  if (next == ranges.begin() || std::prev(next)->second <= number) return std::nullopt;
  return std::prev(next)->second;
}

void AddRange(int64_t begin, int64_t end, Ranges* ranges) {
  auto next = ranges->upper_bound(begin);
  if (next != ranges->begin() && std::prev(next)->second >= begin) {
    --next;
    begin = next->first;
  }
  while (next != ranges->end() && next->first <= end) {
    end = std::max(end, next->second);
    next = ranges->erase(next);
  }
  ranges->emplace_hint(next, begin, end);
}

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

void SourcePositions::MarkDone(Split& split, int64_t piece) {
  const int64_t step = split.last_piece < 0 ? 0 : piece - split.last_piece;
  Turns turns;
  const auto touches = [piece](const auto& of) {
    const auto& [known, ranges] = of;
    return piece % known.stride == known.first && Touches(ranges, piece / known.stride);
  };
  if (const auto known = std::ranges::find_if(split.done, touches); known != split.done.end()) {
    turns = known->first;
  } else if (step > 1 && step == split.last_step && split.done.size() < kTurnsMax) {
    turns = {step, piece % step};
  }
  split.last_step = step;
  split.last_piece = piece;
  AddRange(piece / turns.stride, piece / turns.stride + 1, &split.done[turns]);
  split.begun.erase(piece);
}

int64_t SourcePositions::FirstOpen(const Split& split) {
  const auto all = split.done.find(Turns());
  for (int64_t piece = 0;;) {
    const auto end = all == split.done.end() ? std::nullopt : EndOfRangeWith(all->second, piece);
    if (!end && !IsDone(split, piece)) return piece;
    piece = end.value_or(piece + 1);
  }
}

void SourcePositions::JoinTurns(Split& split) {
  std::map<int64_t, std::vector<std::pair<Turns, Range>>> by_stride;
  for (const auto& [turns, ranges] : split.done) {
    if (turns.stride > 1 && !ranges.empty()) by_stride[turns.stride].emplace_back(turns, Longest(ranges));
  }
  for (const auto& [stride, all] : by_stride) {
    if (std::ssize(all) < stride) continue;
    int64_t begin = 0;
    int64_t end = std::numeric_limits<int64_t>::max();
    for (const auto& [turns, range] : all) {
      begin = std::max(begin, range.first * stride + turns.first - stride + 1);
      end = std::min(end, range.second * stride + turns.first);
    }
    if (begin >= end) continue;
    AddRange(begin, end, &split.done[Turns()]);
  }
  const int64_t first_open = FirstOpen(split);
  if (first_open > 0) AddRange(0, first_open, &split.done[Turns()]);
  for (auto& [turns, ranges] : split.done) {
    if (turns.stride == 1) continue;
    const int64_t first = (first_open - turns.first + turns.stride - 1) / turns.stride;
    while (!ranges.empty() && ranges.begin()->first < first) {
      const int64_t end = ranges.begin()->second;
      ranges.erase(ranges.begin());
      if (end > first) ranges.emplace(first, end);
    }
  }
  std::erase_if(split.done, [](const auto& of) { return of.second.empty(); });
}

bool SourcePositions::IsDone(const Split& split, int64_t piece) {
  return std::ranges::any_of(split.done, [piece](const auto& of) {
    const auto& [turns, ranges] = of;
    if (piece % turns.stride != turns.first) return false;
    return EndOfRangeWith(ranges, piece / turns.stride).has_value();
  });
}

void SourcePositions::Advance(const Poll& poll, int64_t rows, bool all, int64_t bad_records) {
  Split& split = splits_[poll.split];
  if (all && poll.split_end) split.pieces = poll.piece + 1;
  if (all && (poll.piece_end || poll.split_end)) {
    MarkDone(split, poll.piece);
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
  return FirstOpen(split->second) >= split->second.pieces;
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
    for (const auto& [turns, ranges] : split.done) {
      for (const auto& [begin, end] : ranges) {
        const PiecePosition stride{.source_position = 0, .rows = turns.stride == 1 ? 0 : turns.stride};
        const int64_t first = begin * turns.stride + turns.first;
        const int64_t last = (end - 1) * turns.stride + turns.first;
        ARROW_RETURN_NOT_OK(columns.Add(id, first, last + 1, stride));
      }
    }
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
      if (begin < kSplitEnd || end < 0 ||
          (begin >= 0 && (end < begin || end > kNumberMax || value(4, row) > kNumberMax)))
        return state::DamagedState(kTable, "pieces " + std::to_string(begin) + " to " + std::to_string(end));
      if (position < PiecePosition{} || position.rows < 0 || position.bad_records < 0)
        return state::DamagedState(kTable, "a position below 0");
      Split& split = splits_[value(0, row)];
      if (begin == kPieces) {
        split.pieces = end;
      } else if (begin == kSplitEnd) {
        split.end = end;
      } else if (begin < end) {
        const int64_t stride = std::max<int64_t>(position.rows, 1);
        AddRange(begin / stride, (end - 1) / stride + 1, &split.done[{stride, begin % stride}]);
      } else {
        PiecePosition& known = split.begun[begin];
        known = std::max(known, position);
      }
    }
  }
  for (auto& [id, split] : splits_) {
    JoinTurns(split);
    std::erase_if(split.begun, [&split](const auto& begun) { return IsDone(split, begun.first); });
  }
  return arrow::Status::OK();
}

}  // namespace tidemark::connectors
