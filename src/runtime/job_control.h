// SPDX-License-Identifier: Apache-2.0
// JobControl: the few words that the workers of a job share: stop, failed, ended, and how to wake each other.
#pragma once

#include <arrow/status.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/parker.h"

namespace tidemark::runtime {

/// Thread-safe.
class JobControl {
 public:
  explicit JobControl(int workers);

  int workers() const { return static_cast<int>(parkers_.size()); }
  Parker* parker(int worker) { return parkers_[worker].get(); }
  void WakeAll();

  /// Sources stop reading; what was read flows on. Takes no lock: may be called from a signal handler.
  void RequestStop();
  bool stop_requested() const { return stop_requested_.load(std::memory_order_acquire); }

  /// A result ended before its input was read to the end, because the job was stopped. Called before WorkerEnded.
  void MarkIncomplete() { incomplete_.store(true, std::memory_order_release); }
  bool incomplete() const { return incomplete_.load(std::memory_order_acquire); }

  /// The first error is kept. Every worker gives up.
  void Fail(const arrow::Status& status);
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  arrow::Status status() const;

  /// A worker's whole dataflow has ended. Sinks are closed only when all have, so that a failure anywhere leaves
  /// nothing half-visible.
  void WorkerEnded();
  bool all_ended() const { return ended_.load(std::memory_order_acquire) == workers(); }

  /// A worker other than 0 has closed its sinks. Worker 0 closes last.
  void WorkerClosed();
  bool others_closed() const { return closed_.load(std::memory_order_acquire) == workers() - 1; }

 private:
  std::vector<std::unique_ptr<Parker>> parkers_;
  std::atomic<bool> stop_requested_{false};
  std::atomic<bool> incomplete_{false};
  std::atomic<bool> failed_{false};
  std::atomic<int> ended_{0};
  std::atomic<int> closed_{0};
  mutable std::mutex mutex_;
  arrow::Status status_;  // guarded by mutex_
};

}  // namespace tidemark::runtime
