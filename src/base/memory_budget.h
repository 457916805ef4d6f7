// SPDX-License-Identifier: Apache-2.0
// One budget of bytes for the state of a job, shared by its workers, so that a job that grows too big fails
// with the name of the operator that grew instead of being killed by the system.
#pragma once

#include <arrow/status.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace tidemark {

/// Counts bytes of keyed state and buffered rows against a limit (`tidemark.memory`). Thread-safe.
///
/// How operators and workers share it. There are no shares set beforehand: whoever needs memory takes it, as long as
/// the sum stays below 80 % of the limit. From there on every operator that can keep state on disk moves its oldest
/// state there each time that it has taken in a batch, until the sum is below again or it has nothing left in memory;
/// so the rest of the limit is for those that cannot, and for batches under way. An operator that holds less than 1/32
/// of that is left alone until 90 %, since moving what little it has would make it slow and help nobody. At 100 % the
/// job fails with the name of the operator that asked.
class MemoryBudget {
 public:
  /// `limit_bytes` 0 means unlimited. `spill_from_bytes` 0: 80 % of the limit.
  explicit MemoryBudget(int64_t limit_bytes, int64_t spill_from_bytes = 0)
      : limit_bytes_(limit_bytes), spill_from_bytes_(spill_from_bytes > 0 ? spill_from_bytes : limit_bytes / 5 * 4) {}

  /// Adds `delta_bytes` (may be negative). Fails with OutOfMemory, naming `owner`, when the sum passes the limit;
  /// the bytes stay counted, so that the caller gives them back when it is destroyed.
  arrow::Status Change(int64_t delta_bytes, const std::string& owner);

  /// How many bytes an operator that holds `own_bytes` (counted already) is to move to disk; 0: none. `more_bytes`:
  /// what it will need at once.
  int64_t ExcessOf(int64_t own_bytes, int64_t more_bytes = 0) const;

  int64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  int64_t limit_bytes() const { return limit_bytes_; }
  /// From how many bytes on state is moved to disk; 0: never.
  int64_t spill_from_bytes() const { return spill_from_bytes_; }

 private:
  const int64_t limit_bytes_;
  const int64_t spill_from_bytes_;
  std::atomic<int64_t> used_bytes_{0};
};

/// The share of a budget that one operator instance holds. Gives everything back when destroyed. One thread.
class MemoryReservation {
 public:
  MemoryReservation() = default;
  MemoryReservation(MemoryBudget* budget, std::string owner) : budget_(budget), owner_(std::move(owner)) {}
  ~MemoryReservation();
  MemoryReservation(MemoryReservation&& other) noexcept;
  MemoryReservation& operator=(MemoryReservation&& other) noexcept;

  /// States that the operator now holds `bytes` in all. Cheap enough to call once per batch.
  arrow::Status Set(int64_t bytes);
  int64_t bytes() const { return bytes_; }

 private:
  MemoryBudget* budget_ = nullptr;
  std::string owner_;
  int64_t bytes_ = 0;
};

}  // namespace tidemark
