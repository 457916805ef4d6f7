// SPDX-License-Identifier: Apache-2.0
// Names of runs.
#include "cli/run_name.h"

#include <fmt/format.h>
#include <unistd.h>

#include <random>

#include "base/clock.h"
#include "cli/time_text.h"

namespace tidemark::cli {

std::string HolderText(const std::string& script) {
  return fmt::format("process {} (tidemark run {}, since {} UTC)", ::getpid(),
                     script == "-" ? "of standard input" : script, TimeText(SystemClock()->NowMicros() / 1000));
}

std::string HostName() {
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 ? name : "an unknown machine";
}

std::string NewRunName() {
  std::random_device draw;
  return fmt::format("{:06x}{:06x}", draw() & 0xffffff, draw() & 0xffffff);
}

}  // namespace tidemark::cli
