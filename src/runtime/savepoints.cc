// SPDX-License-Identifier: Apache-2.0
// The queue of requests for savepoints.
#include "runtime/savepoints.h"

#include <arrow/status.h>

#include <utility>

namespace tidemark::runtime {

std::future<Savepoints::Outcome> Savepoints::Ask(SavepointRequest request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Asked asked{std::move(request), {}};
  auto outcome = asked.outcome.get_future();
  if (!closed_.ok()) {
    asked.outcome.set_value(closed_);
  } else if (asked_.size() >= kWaitingMax) {
    asked.outcome.set_value(arrow::Status::Invalid("As many savepoints wait to be taken as may: ", kWaitingMax));
  } else {
    asked_.push_back(std::move(asked));
    waiting_.store(true, std::memory_order_release);
  }
  return outcome;
}

SavepointRequest Savepoints::Begin() {
  const std::lock_guard<std::mutex> lock(mutex_);
  under_way_ = std::move(asked_.front());
  asked_.pop_front();
  waiting_.store(!asked_.empty(), std::memory_order_release);
  return under_way_->request;
}

std::optional<SavepointRequest> Savepoints::under_way() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return under_way_ ? std::optional(under_way_->request) : std::nullopt;
}

void Savepoints::Finish(Outcome outcome) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (under_way_->request.stop) {
    failed_stop_ = outcome.status();
    if (outcome.ok()) stopped_with_ = outcome->folder;
  }
  under_way_->outcome.set_value(std::move(outcome));
  under_way_.reset();
}

void Savepoints::Close(const arrow::Status& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  closed_ = why;
  if (under_way_) under_way_->outcome.set_value(why);
  under_way_.reset();
  for (auto& asked : asked_) asked.outcome.set_value(why);
  asked_.clear();
  waiting_.store(false, std::memory_order_release);
}

arrow::Status Savepoints::failed_stop() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failed_stop_;
}

std::string Savepoints::stopped_with() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return stopped_with_;
}

}  // namespace tidemark::runtime
