// SPDX-License-Identifier: Apache-2.0
// Threads that take the next task.
#include "golden/run_all.h"

#include <atomic>
#include <thread>

namespace tidemark::golden {

void RunAll(const std::vector<std::function<void()>>& tasks, int threads) {
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i; (i = next.fetch_add(1)) < tasks.size();) tasks[i]();
  };
  std::vector<std::thread> pool;
  for (int i = 1; i < threads; ++i) pool.emplace_back(work);
  work();
  for (auto& thread : pool) thread.join();
}

}  // namespace tidemark::golden
