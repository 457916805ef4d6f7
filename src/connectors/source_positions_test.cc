// SPDX-License-Identifier: Apache-2.0
#include "connectors/source_positions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "state/state_columns.h"
#include "state/state_snapshot.h"

namespace tidemark::connectors {
namespace {

Poll PollOf(SplitId split, int64_t piece, bool piece_end = false, bool split_end = false) {
  Poll poll;
  poll.state = Poll::State::kBatch;
  poll.split = split;
  poll.piece = piece;
  poll.piece_end = piece_end;
  poll.split_end = split_end;
  return poll;
}

/// What a resumed job knows when these workers saved.
SourcePositions Together(const std::vector<SourcePositions>& workers) {
  const auto snapshots = std::make_shared<std::vector<state::StateSnapshot>>();
  for (const auto& worker : workers) {
    const auto writer = state::MakeSnapshotWriter(&snapshots->emplace_back().parts["source"]);
    EXPECT_TRUE(worker.Save(*writer).ok());
  }
  SourcePositions all;
  EXPECT_TRUE(all.Restore(*state::MakeSnapshotReader(snapshots, "source", 0, 1)).ok());
  return all;
}

TEST(SourcePositions, CountsRowsWithinAPiece) {
  SourcePositions positions;
  positions.Advance(PollOf(1, 0), 10, true);
  positions.Advance(PollOf(1, 0), 5, false);
  EXPECT_EQ(positions.StartOf(1, 0), (PiecePosition{0, 15}));
  EXPECT_FALSE(positions.IsDone(1, 0));
  positions.Advance(PollOf(1, 0, true), 3, true);
  EXPECT_TRUE(positions.IsDone(1, 0));
  EXPECT_EQ(positions.StartOf(1, 0), std::nullopt);
  EXPECT_FALSE(positions.HasEnded(1));
  positions.Advance(PollOf(1, 2, true, true), 0, true);
  EXPECT_FALSE(positions.HasEnded(1));  // piece 1 may be under way elsewhere
  positions.Advance(PollOf(1, 1, true), 0, true);
  EXPECT_TRUE(positions.HasEnded(1));
  EXPECT_TRUE(Together({positions}).HasEnded(1));
}

int64_t RowsOf(const SourcePositions& positions) {
  state::StateSnapshot snapshot;
  EXPECT_TRUE(positions.Save(*state::MakeSnapshotWriter(&snapshot.parts["source"])).ok());
  int64_t rows = 0;
  for (const auto& [name, table] : snapshot.parts["source"].tables) {
    for (const Batch& batch : table.batches) rows += batch.num_rows;
  }
  return rows;
}

TEST(SourcePositions, WhereWorkersTakeTurnsThePositionsStaySmall) {
  SourcePositions known;
  std::set<int64_t> done;
  std::mt19937_64 random(1);
  int64_t first = 0;
  for (const int workers : {2, 2, 3, 1, 4, 7, 16, 2}) {
    std::vector<SourcePositions> positions(workers, known);
    for (int worker = 0; worker < workers; ++worker) {
      // One may be far ahead of another.
      const auto turns = static_cast<int64_t>(200 + random() % 100);
      int64_t piece = first + (worker - first % workers + workers) % workers;
      for (int64_t turn = 0; turn < turns; piece += workers) {
        if (known.IsDone(0, piece)) continue;
        positions[worker].Advance(PollOf(0, piece, /*piece_end=*/true), 10, true);
        done.insert(piece);
        ++turn;
      }
      EXPECT_LE(RowsOf(positions[worker]), 150) << workers;
    }
    known = Together(positions);
    while (done.contains(first)) ++first;
  }
  for (int64_t piece = 0; piece <= *done.rbegin() + 100; ++piece) {
    ASSERT_EQ(known.IsDone(0, piece), done.contains(piece)) << piece;
  }
}

TEST(SourcePositions, TheSourcesOwnPositionCountsOnceABatchIsDone) {
  SourcePositions positions;
  Poll poll = PollOf(7, 0);
  poll.next_position = 100;
  positions.Advance(poll, 4, true);
  EXPECT_EQ(positions.StartOf(7, 0), (PiecePosition{100, 0}));
  poll.next_position = 200;
  positions.Advance(poll, 2, false);
  EXPECT_EQ(positions.StartOf(7, 0), (PiecePosition{100, 2}));
  positions.Advance(poll, 1, true);
  EXPECT_EQ(positions.StartOf(7, 0), (PiecePosition{200, 0}));
}

TEST(SourcePositions, WorkersTogetherKnowWhatEachKnows) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<SourcePositions> workers(3);
    std::set<int64_t> done;
    for (int i = 0; i < 30; ++i) {
      const int64_t piece = random() % 40;
      if (!done.insert(piece).second) continue;
      workers[random() % 3].Advance(PollOf(1, piece, true), 1, true);
    }
    const SourcePositions all = Together({Together(workers), workers[0]});
    for (int64_t piece = 0; piece < 41; ++piece) EXPECT_EQ(all.IsDone(1, piece), done.contains(piece)) << piece;
  }
}

TEST(SourcePositions, OldNewsOfAPieceDoNotHideNewOnes) {
  std::vector<SourcePositions> workers(2);
  workers[0].Advance(PollOf(1, 4), 10, true);
  workers[1] = Together({workers[0]});
  workers[1].Advance(PollOf(1, 4), 5, true);
  EXPECT_EQ(Together(workers).StartOf(1, 4), (PiecePosition{0, 15}));
  workers[1].Advance(PollOf(1, 4, true), 5, true);
  EXPECT_TRUE(Together(workers).IsDone(1, 4));
  EXPECT_EQ(Together(workers).StartOf(1, 4), std::nullopt);
  std::swap(workers[0], workers[1]);
  EXPECT_TRUE(Together(workers).IsDone(1, 4));
  EXPECT_EQ(Together(workers).StartOf(1, 4), std::nullopt);
}

TEST(SourcePositions, BeginsAndEndsAreKeptUnlessProgressIsKnown) {
  SourcePositions positions;
  positions.Begin(1, 100, 200);
  positions.Begin(2, 5, std::nullopt);
  Poll poll = PollOf(1, 0);
  poll.next_position = 150;
  positions.Advance(poll, 3, true);
  positions.Begin(1, 100, 999);
  positions.Advance(PollOf(3, 0, true, true), 1, true);
  positions.Begin(3, 7, 8);
  const SourcePositions again = Together({positions});
  EXPECT_EQ(again.StartOf(1, 0), (PiecePosition{150, 0}));
  EXPECT_EQ(again.EndOf(1), 200);
  EXPECT_EQ(again.StartOf(2, 0), (PiecePosition{5, 0}));
  EXPECT_EQ(again.EndOf(2), std::nullopt);
  EXPECT_EQ(again.StartOf(3, 0), std::nullopt);
  EXPECT_TRUE(again.HasEnded(3));
}

TEST(SourcePositions, RowsThatNobodySavedAreDamage) {
  // Split, begin, end, position, rows.
  const std::vector<std::vector<int64_t>> damaged = {{1, -3, 0, 0, 0}, {1, -1, -1, 0, 0}, {1, -2, -5, 0, 0},
                                                     {1, 5, 4, 0, 0},  {1, 0, 0, -1, 0},  {1, 0, 0, 0, -1}};
  for (const auto& row : damaged) {
    Batch batch;
    batch.num_rows = 1;
    for (const int64_t value : row) batch.columns.push_back(state::Int64Column({value}).ValueOrDie());
    const auto snapshots = std::make_shared<std::vector<state::StateSnapshot>>();
    const auto writer = state::MakeSnapshotWriter(&snapshots->emplace_back().parts["source"]);
    ASSERT_TRUE(writer->Write("positions", batch, state::RowOwner::EveryWorker()).ok());
    SourcePositions positions;
    EXPECT_THAT(positions.Restore(*state::MakeSnapshotReader(snapshots, "source", 0, 1)).ToString(),
                ::testing::HasSubstr("positions"))
        << row[1];
  }
}

}  // namespace
}  // namespace tidemark::connectors
