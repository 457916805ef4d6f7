// SPDX-License-Identifier: Apache-2.0
// One thread and its queue.
#include "runtime/background.h"

#include <utility>

namespace tidemark::runtime {

ThreadBackground::ThreadBackground() : thread_([this] { Loop(); }) {}

ThreadBackground::~ThreadBackground() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ThreadBackground::Run(std::function<void()> work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  changed_.notify_one();
}

void ThreadBackground::Loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace tidemark::runtime
