// SPDX-License-Identifier: Apache-2.0
// Drawing rows and handing them over.
#include "exec/timed_rows_testing.h"

#include <gtest/gtest.h>

#include "time/watermark.h"

namespace tidemark::exec {

TimedRows DrawTimedRows(const std::function<EventTimeMs(int)>& time_of, int keys_in_use, int64_t delay,
                        std::mt19937* random) {
  TimedRows rows;
  for (int row = 0; row < 150; ++row) {
    rows.times.push_back(time_of(row) + static_cast<int64_t>((*random)() % 25) - 12);
    rows.marks.push_back(rows.times.back() - delay);
    rows.keys.push_back("k" + std::to_string((*random)() % keys_in_use));
    rows.values.push_back((*random)() % 100);
    rows.text += "+I " + rows.keys.back() + " " + std::to_string(rows.values.back()) + " " +
                 std::to_string(rows.times.back()) + "\n";
  }
  return rows;
}

void FeedInAnyWay(const Schema& schema, const TimedRows& rows, OperatorPicture* picture, std::mt19937* random) {
  time::SplitWatermark split;
  size_t at = 0;
  EventTimeMs advanced = kMinWatermark;
  for (Batch piece : CutAtRandom(ParseRows(schema, rows.text), 1 + (*random)() % 40, random)) {
    const std::vector<EventTimeMs> marks(rows.marks.begin() + at, rows.marks.begin() + at + piece.num_rows);
    const std::vector<EventTimeMs> times(rows.times.begin() + at, rows.times.begin() + at + piece.num_rows);
    piece.row_watermarks = split.Observe(marks, times);
    at += piece.num_rows;
    ASSERT_TRUE(picture->Push(0, piece).ok());
    const EventTimeMs heard = split.current() - static_cast<int64_t>((*random)() % 10);
    if ((*random)() % 3 != 0 && heard > advanced) {
      advanced = heard;
      ASSERT_TRUE(picture->Advance(heard).ok());
    }
  }
  ASSERT_TRUE(picture->Finish().ok());
}

}  // namespace tidemark::exec
