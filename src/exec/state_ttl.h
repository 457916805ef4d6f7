// SPDX-License-Identifier: Apache-2.0
// StateTtl: state that nobody wrote for long is as if it had never been ('table.exec.state.ttl').
//
// Each entry has the time of its last write. Whoever looks an entry up asks whether it is expired, so that results do
// not depend on when it is dropped. What nobody looks up any more is found by passes over all entries, some of them at
// a time.
#pragma once

#include <arrow/result.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exec/operator.h"
#include "state/keyed_table.h"
#include "state/store_batch.h"

namespace tidemark::exec {

/// How long entries live, by the clock of the operator's context. One thread.
class StateTtl {
 public:
  /// Of the time of the last write in an entry: milliseconds since 1970; 0 in one that was only just made.
  static constexpr int32_t kBytes = sizeof(int64_t);

  /// 0: for ever. Entries then have no time.
  explicit StateTtl(int64_t ttl_ms) : ttl_ms_(ttl_ms) {}

  void Open(const OperatorContext& context) {
    context_ = &context;
    ReadClock();
  }

  bool is_on() const { return ttl_ms_ > 0; }
  int64_t ttl_ms() const { return ttl_ms_; }
  /// What an entry needs for its time.
  int32_t entry_bytes() const { return is_on() ? kBytes : 0; }

  /// Moves now_ms on. Call it once for each batch, whose rows are all of one time.
  void ReadClock() {
    if (is_on()) now_ms_ = std::max(now_ms_, context_->clock->NowMicros() / 1000);
  }
  int64_t now_ms() const { return now_ms_; }
  bool IsExpired(int64_t written_ms) const { return is_on() && written_ms > 0 && now_ms_ - written_ms >= ttl_ms_; }

  /// Adds to the operator's count of what it has dropped.
  void CountExpired(int64_t rows) const {
    if (context_->metrics != nullptr) context_->metrics->state_expired.fetch_add(rows, std::memory_order_relaxed);
  }

 private:
  const int64_t ttl_ms_;
  const OperatorContext* context_ = nullptr;
  int64_t now_ms_ = 1;
};

/// The time of the last write in an entry.
inline int64_t WrittenMs(const uint8_t* entry, int32_t offset) {
  int64_t written_ms;
  std::memcpy(&written_ms, entry + offset, sizeof(written_ms));
  return written_ms;
}
inline void SetWrittenMs(uint8_t* entry, int32_t offset, int64_t written_ms) {
  std::memcpy(entry + offset, &written_ms, sizeof(written_ms));
}

/// When passes over all entries begin: this many for each time-to-live.
class SweepTimes {
 public:
  explicit SweepTimes(int64_t passes_per_ttl) : passes_per_ttl_(passes_per_ttl) {}

  /// Whether a pass is under way, or one begins now.
  bool IsDue(const StateTtl& ttl) {
    if (!ttl.is_on()) return false;
    if (is_under_way_) return true;
    if (ttl.now_ms() < next_ms_) return false;
    next_ms_ = ttl.now_ms() + std::max<int64_t>(1, ttl.ttl_ms() / passes_per_ttl_);
    return is_under_way_ = true;
  }
  void EndPass() { is_under_way_ = false; }

 private:
  const int64_t passes_per_ttl_;
  int64_t next_ms_ = 0;
  bool is_under_way_ = false;
};

/// Passes over a table in memory: eight for each time-to-live, so that an expired entry is there for an eighth of it
/// and the length of a pass at most. One thread.
class TableSweep {
 public:
  /// Where it is time, calls `visit` with the next entries of the table, which stay where they are until the call
  /// returns. True: the pass is at its end.
  bool Step(const StateTtl& ttl, const state::KeyedTable& table, const std::function<void(uint8_t* entry)>& visit);

 private:
  SweepTimes times_{8};
  state::RowCursor cursor_;
};

/// Passes over the entries of one operator's table in a StateStore: four for each time-to-live. One thread.
class StoreSweep {
 public:
  struct Target {
    state::StateStore* store = nullptr;
    const state::StoreKeys* keys = nullptr;
    state::KeyedTable* table = nullptr;  ///< what it has is the truth, and left alone in the store
    /// The time of the last write of a value.
    std::function<arrow::Result<int64_t>(std::string_view value)> written_ms;
    /// Told of each value that is removed.
    std::function<arrow::Status(std::string_view value)> removed;
    /// Told of the keys of all that were; may be null.
    std::function<arrow::Status(Batch keys)> removed_keys;
  };
  /// Where it is time, removes those of the next entries that are expired. True: there were any.
  arrow::Result<bool> Step(const StateTtl& ttl, const Target& target);

 private:
  SweepTimes times_{4};
  std::string next_;  ///< the key to go on from; empty: the first
};

}  // namespace tidemark::exec
