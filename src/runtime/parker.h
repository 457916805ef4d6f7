// SPDX-License-Identifier: Apache-2.0
// Parker: where a worker's thread waits when it has nothing to do, and how others wake it.
#pragma once

#include <semaphore.h>

#include <atomic>
#include <cstdint>

namespace tidemark::runtime {

/// One waiting thread, any number of notifiers. A signal that comes before the wait is kept, so none is lost: look for
/// work, and only then Park.
class Parker {
 public:
  Parker();
  ~Parker();
  Parker(const Parker&) = delete;
  Parker& operator=(const Parker&) = delete;

  /// Wakes the owner, or makes its next Park return at once. Takes no lock: may be called from a signal handler.
  void Notify();

  /// Waits until notified, or for `timeout_micros`. Only the owner calls it.
  void Park(int64_t timeout_micros);

  /// Takes a signal without waiting; false when there is none. What the simulator calls instead of Park.
  bool Consume() { return state_.exchange(kRunning, std::memory_order_acq_rel) == kNotified; }

 private:
  enum State : int { kRunning, kNotified, kParked };
  std::atomic<int> state_{kRunning};
  sem_t semaphore_;
};

}  // namespace tidemark::runtime
