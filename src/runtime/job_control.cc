// SPDX-License-Identifier: Apache-2.0
// What the workers of a job share.
#include "runtime/job_control.h"

namespace tidemark::runtime {

JobControl::JobControl(int workers) {
  for (int i = 0; i < workers; ++i) parkers_.push_back(std::make_unique<Parker>());
}

void JobControl::WakeAll() {
  for (const auto& parker : parkers_) parker->Notify();
}

void JobControl::RequestStop() {
  stop_requested_.store(true, std::memory_order_release);
  WakeAll();
}

void JobControl::Fail(const arrow::Status& status) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!failed_.load(std::memory_order_relaxed)) status_ = status;
    failed_.store(true, std::memory_order_release);
  }
  WakeAll();
}

arrow::Status JobControl::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

void JobControl::WorkerEnded() {
  ended_.fetch_add(1, std::memory_order_acq_rel);
  if (all_ended()) WakeAll();
}

void JobControl::WorkerClosed() {
  closed_.fetch_add(1, std::memory_order_acq_rel);
  parkers_[0]->Notify();
}

}  // namespace tidemark::runtime
