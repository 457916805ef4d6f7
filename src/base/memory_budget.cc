// SPDX-License-Identifier: Apache-2.0
// Counting of state bytes against a job's limit.
#include "base/memory_budget.h"

#include <utility>

namespace tidemark {

namespace {

/// Exact, so that what is needed never reads like what is allowed.
std::string SizeText(int64_t bytes) {
  constexpr int64_t kMiB = 1 << 20;
  const std::string exact = std::to_string(bytes) + " bytes";
  if (bytes < kMiB) return exact;
  return exact + " (" + std::to_string(bytes / kMiB) + "." + std::to_string(bytes % kMiB * 10 / kMiB) + " MiB)";
}

}  // namespace

arrow::Status MemoryBudget::Change(int64_t delta_bytes, const std::string& owner) {
  const int64_t used = used_bytes_.fetch_add(delta_bytes, std::memory_order_relaxed) + delta_bytes;
  if (limit_bytes_ > 0 && delta_bytes > 0 && used > limit_bytes_) {
    return arrow::Status::OutOfMemory("Memory limit exceeded by ", owner, ": the job needs ", SizeText(used),
                                      " and 'tidemark.memory' allows ", SizeText(limit_bytes_),
                                      ". Raise it with SET 'tidemark.memory' = '...', or bound the state "
                                      "(a window, fewer distinct keys).");
  }
  return arrow::Status::OK();
}

int64_t MemoryBudget::ExcessOf(int64_t own_bytes, int64_t more_bytes) const {
  const int64_t excess = used_bytes() + more_bytes - spill_from_bytes_;
  if (spill_from_bytes_ == 0 || excess <= 0) return 0;
  const bool is_small = own_bytes < spill_from_bytes_ / 32;
  if (is_small && excess < (limit_bytes_ - spill_from_bytes_) / 2) return 0;
  return excess;
}

MemoryReservation::~MemoryReservation() {
  if (budget_ != nullptr && bytes_ != 0) (void)budget_->Change(-bytes_, owner_);  // giving back cannot fail
}

MemoryReservation::MemoryReservation(MemoryReservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      owner_(std::move(other.owner_)),
      bytes_(std::exchange(other.bytes_, 0)) {}

MemoryReservation& MemoryReservation::operator=(MemoryReservation&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(owner_, other.owner_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

arrow::Status MemoryReservation::Set(int64_t bytes) {
  const int64_t delta = bytes - bytes_;
  bytes_ = bytes;
  if (budget_ == nullptr || delta == 0) return arrow::Status::OK();
  return budget_->Change(delta, owner_);
}

}  // namespace tidemark
