// SPDX-License-Identifier: Apache-2.0
// Turns, ends and idleness of splits that several workers read.
#include "runtime/split_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "state/state_columns.h"
#include "state/state_snapshot.h"

namespace tidemark::runtime {
namespace {

constexpr int64_t kNow = 1'000'000;
constexpr int64_t kTimeout = 500'000;

class SplitBoardTest : public ::testing::Test {
 protected:
  EventTimeMs watermark() const { return board_.progress().watermark; }
  bool idle() const { return board_.progress().idle; }
  /// Rows of one piece as far as `running`.
  void Read(int worker, int64_t split, int64_t piece, EventTimeMs running, bool piece_end = false,
            bool split_end = false, int64_t now = kNow) {
    ASSERT_TRUE(board_.Turn(split, piece, true, now)) << "split " << split << " piece " << piece;
    board_.Publish(worker, split, {.running_watermark = running}, piece_end, split_end);
  }

  JobControl control_{2};
  SplitBoard board_{&control_};
};

TEST_F(SplitBoardTest, ASplitThatNobodyReadYetHoldsTheWatermark) {
  board_.AddSplits({1, 2}, kNow);
  Read(0, 1, 0, 100);
  EXPECT_EQ(watermark(), kMinWatermark);
  Read(1, 2, 0, 50);
  EXPECT_EQ(watermark(), 50);
  Read(1, 2, 0, 70, true, true);
  EXPECT_EQ(watermark(), 100);
}

TEST_F(SplitBoardTest, WhenAllSplitsHaveEndedTheFarthestCountsInWhateverOrderTheyDid) {
  for (const bool farthest_first : {true, false}) {
    SplitBoard board(&control_);
    board.AddSplits({1, 2}, kNow);
    const auto read = [&](connectors::SplitId split, EventTimeMs running) {
      ASSERT_TRUE(board.Turn(split, 0, true, kNow));
      board.Publish(0, split, {.running_watermark = running}, true, true);
    };
    read(1, farthest_first ? 500 : 120);
    EXPECT_EQ(board.progress().watermark, kMinWatermark);
    read(2, farthest_first ? 120 : 500);
    EXPECT_EQ(board.progress().watermark, 500);
    EXPECT_FALSE(board.progress().idle);
    board.AddSplits({1, 2}, kNow);  // a worker that has not heard of their end
    read(3, 530);
    EXPECT_EQ(board.progress().watermark, 530);
  }
}

TEST_F(SplitBoardTest, AResumedTableGoesOnFromItsSlowestSplit) {
  board_.AddSplits({1, 2, 3, 4}, kNow);
  Read(0, 1, 0, 900);
  Read(0, 2, 0, 50);
  Read(0, 3, 0, 700);
  Read(0, 4, 0, 800, true, true);
  EXPECT_EQ(watermark(), 50);
  state::StateSnapshot snapshot;
  ASSERT_TRUE(board_.Save(*state::MakeSnapshotWriter(&snapshot.parts["board"])).ok());
  const auto all = std::make_shared<const std::vector<state::StateSnapshot>>(1, std::move(snapshot));
  for (const std::vector<connectors::SplitId>& splits : {std::vector<int64_t>{1, 2, 3}, {2, 3, 1}, {3, 1, 2}}) {
    SplitBoard resumed(&control_);
    ASSERT_TRUE(resumed.Restore(*state::MakeSnapshotReader(all, "board", 0, 1)).ok());
    resumed.AddSplits(splits, kNow);
    EXPECT_EQ(resumed.progress().watermark, 50);
    EXPECT_EQ(resumed.Turn(2, 0, true, kNow)->running_watermark, 50);
  }
}

TEST_F(SplitBoardTest, RowsThatNobodySavedAreDamage) {
  // Meaning, split, running watermark, rows, next piece.
  const std::vector<std::vector<int64_t>> damaged = {
      {4, 1, 0, 0, 0}, {-1, 1, 0, 0, 0}, {1, 1, 0, -1, 0}, {2, 1, 0, 0, -1}};
  for (const auto& row : damaged) {
    Batch batch;
    batch.num_rows = 1;
    for (const int64_t value : row) batch.columns.push_back(state::Int64Column({value}).ValueOrDie());
    state::StateSnapshot snapshot;
    const auto writer = state::MakeSnapshotWriter(&snapshot.parts["board"]);
    ASSERT_TRUE(writer->Write("board", batch, state::RowOwner::EveryWorker()).ok());
    const auto all = std::make_shared<const std::vector<state::StateSnapshot>>(1, std::move(snapshot));
    SplitBoard resumed(&control_);
    EXPECT_THAT(resumed.Restore(*state::MakeSnapshotReader(all, "board", 0, 1)).ToString(),
                ::testing::HasSubstr("board"))
        << row[0];
  }
}

TEST_F(SplitBoardTest, PiecesTakeTurnsInOrderAndHandTheWatermarkOver) {
  board_.AddSplits({1}, kNow);
  Read(0, 1, 0, 10);
  EXPECT_FALSE(board_.Turn(1, 1, true, kNow));
  const uint64_t version = board_.version();
  Read(0, 1, 0, 40, /*piece_end=*/true);
  EXPECT_NE(board_.version(), version);
  EXPECT_TRUE(control_.parker(1)->Consume());  // whoever waits with piece 1 is woken
  EXPECT_EQ(board_.Turn(1, 1, true, kNow)->running_watermark, 40);
  EXPECT_FALSE(board_.Turn(1, 2, true, kNow));
}

TEST_F(SplitBoardTest, ASplitFoundLaterGoesOnFromTheTablesWatermark) {
  board_.AddSplits({1}, kNow);
  Read(0, 1, 0, 100);
  board_.AddSplits({2}, kNow);
  EXPECT_EQ(board_.Turn(2, 0, true, kNow)->running_watermark, 100);
  Read(0, 1, 0, 200);
  EXPECT_EQ(watermark(), 100);  // it waits for the new one
  Read(1, 2, 0, 150);
  EXPECT_EQ(watermark(), 150);
}

TEST_F(SplitBoardTest, AQuietCaughtUpSplitDoesNotHoldTheOthers) {
  board_.AddSplits({1, 2}, kNow);
  Read(0, 1, 0, 100);
  Read(1, 2, 0, 50);
  board_.MarkCaughtUp(1, {2}, kNow + kTimeout - 1, kTimeout);
  EXPECT_EQ(watermark(), 50);
  board_.MarkCaughtUp(1, {2}, kNow + kTimeout, kTimeout);
  EXPECT_EQ(watermark(), 100);
  EXPECT_FALSE(idle());
  // It comes back behind the others: its rows are measured against what was promised without it.
  EXPECT_EQ(board_.Turn(2, 0, true, kNow + kTimeout)->running_watermark, 100);
  Read(0, 1, 0, 300);
  EXPECT_EQ(watermark(), 100);
}

TEST_F(SplitBoardTest, ATableIsIdleWhenAllItsSplitsAre) {
  board_.AddSplits({1}, kNow);
  Read(0, 1, 0, 100);
  board_.MarkCaughtUp(0, {1}, kNow + kTimeout, kTimeout);
  EXPECT_TRUE(idle());
  EXPECT_EQ(watermark(), 100);
  ASSERT_TRUE(board_.Turn(1, 0, true, kNow + kTimeout));
  EXPECT_FALSE(idle());
}

TEST_F(SplitBoardTest, ATableWithoutActiveSplitsFallsIdleToo) {
  board_.AddSplits({1}, kNow);
  Read(0, 1, 0, 100, true, true);
  board_.MarkCaughtUp(0, {}, kNow + kTimeout - 1, kTimeout);
  EXPECT_FALSE(idle());
  board_.MarkCaughtUp(0, {}, kNow + kTimeout, kTimeout);
  EXPECT_TRUE(idle());
  board_.AddSplits({2}, kNow + kTimeout);
  EXPECT_FALSE(idle());
}

TEST_F(SplitBoardTest, PiecesOfAWorkerThatEndedWithoutThemCountAsEmpty) {
  board_.AddSplits({1}, kNow);
  Read(0, 1, 0, 10);
  ASSERT_FALSE(board_.Turn(1, 1, true, kNow));
  board_.SetHeld(1, 1, 1);
  EXPECT_FALSE(board_.Turn(1, 1, true, kNow));
  board_.EndWorker(0);  // in the middle of piece 0: it had reached its limit of rows
  EXPECT_EQ(board_.Turn(1, 1, true, kNow)->running_watermark, 10);
}

TEST_F(SplitBoardTest, AWorkerThatHoldsALaterPieceWillNotGiveAnEarlierOne) {
  board_.AddSplits({1}, kNow);
  board_.SetHeld(1, 1, 3);
  EXPECT_FALSE(board_.Turn(1, 3, true, kNow));
  board_.SetHeld(0, 1, 2);
  EXPECT_TRUE(board_.Turn(1, 2, true, kNow));
  EXPECT_FALSE(board_.Turn(1, 3, true, kNow));
}

TEST_F(SplitBoardTest, OthersWaitWhileTheyHoldALaterPiece) {
  board_.AddSplits({1}, kNow);
  EXPECT_FALSE(board_.OthersWait(0, 1));
  board_.SetHeld(1, 1, 1);
  EXPECT_TRUE(board_.OthersWait(0, 1));
  EXPECT_FALSE(board_.OthersWait(1, 1));
  board_.SetHeld(1, 1, std::nullopt);
  EXPECT_FALSE(board_.OthersWait(0, 1));
  EXPECT_FALSE(board_.OthersWait(0, 2));
}

TEST_F(SplitBoardTest, ASplitThatWasNeverWrittenHoldsNothingAWhileAfterTheFirstRows) {
  constexpr int64_t kGrace = 1'000'000;
  board_.AddSplits({1, 2, 3}, kNow);
  board_.MarkNeverWritten(0, {3}, kNow + 10 * kGrace);  // no row at all so far: all may be about to be written
  const int64_t first = kNow + 20 * kGrace;
  Read(0, 1, 0, 100, false, false, first);
  Read(0, 2, 0, 200, false, false, first);
  board_.MarkNeverWritten(0, {3}, first + kGrace - 1);
  EXPECT_EQ(watermark(), kMinWatermark);
  board_.MarkNeverWritten(0, {3}, first + kGrace);
  EXPECT_EQ(watermark(), 100);
  EXPECT_TRUE(board_.Report().splits[2].never_written);
  // Written after all: it goes on from where the table is.
  EXPECT_EQ(board_.Turn(3, 0, true, first + 2 * kGrace)->running_watermark, 100);
  board_.Publish(0, 3, {.running_watermark = 100}, false, false);
  Read(0, 1, 0, 150, false, false, first + 2 * kGrace);
  EXPECT_EQ(watermark(), 100);
  EXPECT_FALSE(board_.Report().splits[2].never_written);
}

TEST_F(SplitBoardTest, ReportsEachSplitByName) {
  board_.AddSplits({1, 2, 3}, kNow);
  board_.SetName(1, "b");
  board_.SetName(2, "a");
  board_.SetName(3, "c");
  Read(0, 1, 0, 100, false, false, kNow + 5);
  Read(0, 1, 0, 90, false, false, kNow + 9);
  Read(0, 3, 0, 10, true, true, kNow + 9);
  board_.SetPending(1, 7);
  const TableReport report = board_.Report();
  EXPECT_EQ(report.ended_splits, 1);
  ASSERT_EQ(report.splits.size(), 2);
  EXPECT_EQ(report.splits[0].name, "a");
  EXPECT_EQ(report.splits[0].watermark, kMinWatermark);
  EXPECT_EQ(report.splits[0].since_micros, kNow);
  EXPECT_EQ(report.splits[0].pending_rows, std::nullopt);
  EXPECT_EQ(report.splits[1].name, "b");
  EXPECT_EQ(report.splits[1].watermark, 100);
  EXPECT_EQ(report.splits[1].since_micros, kNow + 5);  // later rows did not raise it
  EXPECT_EQ(report.splits[1].pending_rows, 7);
  EXPECT_EQ(board_.NameOf(3), "c");
  EXPECT_EQ(board_.NameOf(4), "4");
}

TEST_F(SplitBoardTest, WhenAllWaitAtTheirLimitAllMayReadOn) {
  board_.AddSplits({1, 2}, kNow);
  EXPECT_FALSE(board_.MayReadOn(0));
  EXPECT_TRUE(board_.MayReadOn(1));
  EXPECT_TRUE(control_.parker(0)->Consume());
  EXPECT_TRUE(board_.MayReadOn(0));
  board_.BelowReadAheadLimit(1);
  EXPECT_FALSE(board_.MayReadOn(0));
  board_.EndWorker(1);
  EXPECT_TRUE(board_.MayReadOn(0));
}

}  // namespace
}  // namespace tidemark::runtime
