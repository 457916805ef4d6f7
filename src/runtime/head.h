// SPDX-License-Identifier: Apache-2.0
// Head: where data enters a stage of a worker: a source, constant rows, or the receiving side of an exchange.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <limits>
#include <string>

#include "runtime/flow.h"

namespace tidemark::runtime {

/// Picks one of several equally good ways to go on. The simulator draws from its seed; in production there is none, and
/// what is first in order is taken.
class Chooser {
 public:
  virtual ~Chooser() = default;
  /// A number in [0, options). REQUIRES: options >= 1.
  virtual int Choose(int options) = 0;
};

/// What a head did with its turn.
struct HeadStep {
  bool progress = false;
  /// Without progress: ask again after this long even if nobody wakes the worker.
  int64_t retry_micros = std::numeric_limits<int64_t>::max();
};

class Head {
 public:
  virtual ~Head() = default;
  /// Takes in one batch or message, if there is one, and hands it down its outlet. Called only while every exchange
  /// below has room. `now_micros`: the clock's steady time.
  virtual arrow::Result<HeadStep> Step(int64_t now_micros) = 0;
  /// The end was handed down; Step need not be called again.
  virtual bool done() const = 0;
  /// The job is to stop: read no more, and end.
  virtual void Stop() {}
  virtual Outlet* outlet() = 0;
  /// One line on what it holds and waits for: for a deadlock report.
  virtual std::string Describe() const = 0;
};

}  // namespace tidemark::runtime
