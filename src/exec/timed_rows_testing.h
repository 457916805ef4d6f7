// SPDX-License-Identifier: Apache-2.0
// Rows at random times, for operators whose results must not depend on how these reach them.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "base/event_time.h"
#include "catalog/data_type.h"
#include "exec/picture_testing.h"

namespace tidemark::exec {

/// Rows (key, value, time), and each one's watermark: its time less the delay.
struct TimedRows {
  std::vector<EventTimeMs> times;
  std::vector<EventTimeMs> marks;
  std::vector<std::string> keys;
  std::vector<int64_t> values;
  std::string text;  ///< for ParseRows
};

/// 150 rows around the times that `time_of` gives for 0, 1, ....
TimedRows DrawTimedRows(const std::function<EventTimeMs(int)>& time_of, int keys_in_use, int64_t delay,
                        std::mt19937* random);

/// Gives the operator all rows as one split would, in batches of any size, and tells it of the watermark now, later, or
/// only of an older one: other splits may hold it back. Then the end.
void FeedInAnyWay(const Schema& schema, const TimedRows& rows, OperatorPicture* picture, std::mt19937* random);

}  // namespace tidemark::exec
