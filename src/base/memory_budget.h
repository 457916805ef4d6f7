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
class MemoryBudget {
 public:
  /// `limit_bytes` 0 means unlimited.
  explicit MemoryBudget(int64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  /// Adds `delta_bytes` (may be negative). Fails with OutOfMemory, naming `owner`, when the sum passes the limit;
  /// the bytes stay counted, so that the caller gives them back when it is destroyed.
  arrow::Status Change(int64_t delta_bytes, const std::string& owner);

  int64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  int64_t limit_bytes() const { return limit_bytes_; }

 private:
  const int64_t limit_bytes_;
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
