// SPDX-License-Identifier: Apache-2.0
// Waiting on a POSIX semaphore, because sem_post is the one wake-up that a signal handler may call.
#include "runtime/parker.h"

#include <cerrno>
#include <ctime>

namespace tidemark::runtime {

Parker::Parker() { sem_init(&semaphore_, 0, 0); }
Parker::~Parker() { sem_destroy(&semaphore_); }

void Parker::Notify() {
  if (state_.exchange(kNotified, std::memory_order_acq_rel) == kParked) sem_post(&semaphore_);
}

void Parker::Park(int64_t timeout_micros) {
  int expected = kRunning;
  if (!state_.compare_exchange_strong(expected, kParked, std::memory_order_acq_rel)) {
    state_.exchange(kRunning, std::memory_order_acq_rel);
    return;
  }
  timespec deadline;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += timeout_micros / 1'000'000;
  deadline.tv_nsec += timeout_micros % 1'000'000 * 1000;
  if (deadline.tv_nsec >= 1'000'000'000) {
    deadline.tv_nsec -= 1'000'000'000;
    ++deadline.tv_sec;
  }
  int result = 0;
  do {
    result = sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &deadline);
  } while (result != 0 && errno == EINTR);
  // An exchange, not a store: it makes what the last notifier wrote visible here.
  const int before = state_.exchange(kRunning, std::memory_order_acq_rel);
  if (result != 0 && before == kNotified) {
    // The notifier saw us parked just before the time was up: its post is on its way and must not stay behind.
    while (sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
  }
}

}  // namespace tidemark::runtime
