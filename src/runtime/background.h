// SPDX-License-Identifier: Apache-2.0
// Background: where work that blocks is done, so that no worker waits for a disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace tidemark::runtime {

class Background {
 public:
  virtual ~Background() = default;
  /// Does the work, now or later, one piece after the other. Work in hand is finished before the destructor returns.
  virtual void Run(std::function<void()> work) = 0;
};

/// In a thread of its own. Thread-safe.
class ThreadBackground final : public Background {
 public:
  ThreadBackground();
  ~ThreadBackground() override;
  void Run(std::function<void()> work) override;

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;  // guarded by mutex_
  bool ending_ = false;                        // guarded by mutex_
  std::thread thread_;
};

}  // namespace tidemark::runtime
