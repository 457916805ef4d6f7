// SPDX-License-Identifier: Apache-2.0
// SourcePositions: how far the splits of one table have been read and handed on: what a checkpoint keeps of a source,
// and where the sources of a resumed job begin.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <map>
#include <optional>

#include "connectors/connector.h"
#include "state/operator_state.h"

namespace tidemark::connectors {

/// A place within a piece: `rows` rows, and `bad_records` records that went to the dead-letter table, behind the
/// source's own position (the piece's beginning, where the source has none). Places are ordered as they are passed.
struct PiecePosition {
  int64_t source_position = 0;
  int64_t rows = 0;
  int64_t bad_records = 0;
  auto operator<=>(const PiecePosition&) const = default;
};

/// Progress is a set that only grows, so what several workers say of one split can be put together in any order.
/// One thread.
class SourcePositions {
 public:
  /// `rows` more rows of the batch of `poll` were handed on, `all`: the last of them, and `bad_records` that were read
  /// with them.
  void Advance(const Poll& poll, int64_t rows, bool all, int64_t bad_records = 0);

  /// The split, read as one piece, begins at `source_position` and ends before `end` (none: it has no end), unless its
  /// progress is known already.
  void Begin(SplitId split, int64_t source_position, std::optional<int64_t> end);

  /// Its last piece is known, and all pieces are done.
  bool HasEnded(SplitId split) const;
  /// The piece was read to its end.
  bool IsDone(SplitId split, int64_t piece) const;
  /// Where to go on in a piece that is not done; none: at its beginning.
  std::optional<PiecePosition> StartOf(SplitId split, int64_t piece) const;
  /// Where the split ends, if Begin was told so.
  std::optional<int64_t> EndOf(SplitId split) const;
  bool empty() const { return splits_.empty(); }

  arrow::Status Save(state::StateWriter& out) const;
  /// Takes in what all workers saved.
  arrow::Status Restore(const state::StateReader& in);

 private:
  /// Every `stride`-th piece from `first` on, which is less than it. Workers that take turns read such pieces.
  struct Turns {
    int64_t stride = 1;
    int64_t first = 0;
    auto operator<=>(const Turns&) const = default;
  };
  using Ranges = std::map<int64_t, int64_t>;  ///< from begin to end: apart, and not touching
  struct Split {
    /// The pieces that are done, as ranges of turns: of a Turns{n, i} turn k is piece k * n + i.
    std::map<Turns, Ranges> done;
    std::map<int64_t, PiecePosition> begun;
    int64_t pieces = -1;         ///< how many there are; -1: not known
    std::optional<int64_t> end;  ///< in the source's own terms

    // Of the pieces that were done here, to find out about turns.
    int64_t last_piece = -1;
    int64_t last_step = 0;
  };
  static void MarkDone(Split& split, int64_t piece);
  static bool IsDone(const Split& split, int64_t piece);
  /// The first piece that is not done.
  static int64_t FirstOpen(const Split& split);
  /// Where the turns of all workers are known, makes ranges of pieces of them, as far as it can.
  static void JoinTurns(Split& split);

  std::map<SplitId, Split> splits_;
};

}  // namespace tidemark::connectors
