// SPDX-License-Identifier: Apache-2.0
// Random lives of operators: batches, retractions, late rows and watermarks.
#pragma once

#include <vector>

#include "exec/state_testing.h"

namespace tidemark::exec {

/// Columns of the random rows: a key (STRING, some NULL), a small number (INT), another key (BIGINT, some NULL), a time
/// (TIMESTAMP(3), rowtime), a fraction (DOUBLE), an amount (DECIMAL(10, 2)), numbers (ARRAY<INT>).
Schema RandomSchema();
enum RandomColumn { kText, kSmall, kKey, kTime, kFraction, kAmount, kNumbers };

struct EventsOptions {
  int inputs = 1;
  int events = 40;
  int rows_max = 12;
  bool retracts = false;    ///< rows are taken back, and updated
  bool watermarks = false;  ///< Advance comes, and rows say what their splits had seen
  bool numbers = false;     ///< rows with a watermark have a number
  bool ticks = false;
  int64_t sleep_ms_max = 0;  ///< the clock is turned now and then
};
std::vector<Event> RandomEvents(const EventsOptions& options, uint64_t seed);

/// An input of these rows behind an exchange by `columns`; none: to one worker.
plan::PhysicalPtr ExchangedInput(std::vector<int> columns, bool retracts = false);

}  // namespace tidemark::exec
