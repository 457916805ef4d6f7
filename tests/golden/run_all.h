// SPDX-License-Identifier: Apache-2.0
// Tasks on several threads.
#pragma once

#include <functional>
#include <vector>

namespace tidemark::golden {

/// Runs `tasks`, begun in their order, on `threads` threads; the caller's is one of them.
void RunAll(const std::vector<std::function<void()>>& tasks, int threads);

}  // namespace tidemark::golden
